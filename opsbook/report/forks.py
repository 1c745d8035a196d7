"""The owner's end of a fork server: start it, know whether it still fits, and hold the kernels that it forked."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

START_TIMEOUT = 60  # seconds that a server may take to import everything, on a busy machine; our default
FORK_TIMEOUT = 30  # seconds between a request and the pid of the fork; our default

# Read once, when the interpreter or a library starts: a server started with other values would give other kernels.
READ_AT_START = ("PYTHON", "LANG", "LC_", "TZ", "LD_", "OMP_", "OPENBLAS_", "MKL_", "MPL", "ARROW_")

_lock = threading.Lock()
_server: "ForkServer | None" = None
_sockets: "weakref.WeakSet[socket.socket]" = weakref.WeakSet()


class ColdStart(Exception):
    """Why a kernel cannot be forked."""


def running_server(env: Mapping[str, str]) -> "ForkServer":
    """The server of this process; a new one when it died, or when the code or the start-up environment has changed."""
    global _server
    with _lock:
        if _server is None or not _server.fits(env):
            try:
                _server = ForkServer(env)
            except OSError as error:
                raise ColdStart(f"the fork server cannot start: {error}") from error
        return _server


def stop() -> None:
    """Let go of the server: it ends as soon as none of its kernels is in use."""
    global _server
    with _lock:
        _server = None


def abort() -> None:
    """Kill the server and with it all its kernels."""
    with _lock:
        if _server is not None:
            _server.process.kill()


def _forget() -> None:
    """In a fork of this very process: the sockets are the parent's alone, or servers and kernels would outlive it."""
    global _lock, _server
    _lock, _server = threading.Lock(), None
    for sock in list(_sockets):
        sock.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class ForkServer:
    """A process that imports what notebooks need, then forks kernels (`forkserver`); it ends with its last holder."""

    def __init__(self, env: Mapping[str, str]):
        self.startup = startup_variables(env)
        self.sources: dict[str, int] | None = None  # file -> time of change; None until everything is imported
        self.error: str | None = None  # why it will never fork
        self.folder = Path(tempfile.mkdtemp(prefix="opsbook-", dir=short_folder()))
        self.control, theirs = socket.socketpair()
        _sockets.add(self.control)
        with theirs, open(self.folder / "log", "wb") as log:
            self.process = start_process(theirs, self.folder, env, log)
        self._lock = threading.Lock()
        self._greeting = b""
        weakref.finalize(self, end, os.getpid(), self.process, self.control, self.folder)

    def fits(self, env: Mapping[str, str]) -> bool:
        """Whether a fork would be what a new process would be. A server that failed stays: the next would fail, too."""
        same = self.startup == startup_variables(env) and not changed(self.sources or {})
        return same and (self.error is not None or self.process.poll() is None)

    async def ready(self) -> "ForkServer":
        """Wait until everything is imported."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self._greeted():
            if time.monotonic() > deadline:
                self.error = f"the fork server was not ready after {START_TIMEOUT} s"
            await asyncio.sleep(0.01)
        return self

    def _greeted(self) -> bool:
        with self._lock:
            if self.error is None and self.sources is None:
                self._listen()
            if self.error is not None:
                raise ColdStart(self.error)
            return self.sources is not None

    def _listen(self) -> None:
        try:
            received = self.control.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionError:
            received = b""
        self._greeting += received
        if not received:
            self.error = f"the fork server died while it started: {last_line(self.folder / 'log')}"
        elif self._greeting.endswith(b"\n"):
            greeting = json.loads(self._greeting)
            self.sources = greeting["sources"]
            if greeting["threads"]:
                self.error = f"the imports left threads running: {', '.join(greeting['threads'])}"

    def fork(self, request: dict[str, Any], stdout: int, stderr: int) -> "ForkedKernel":
        """A new kernel process."""
        ours, theirs = socket.socketpair()
        _sockets.add(ours)
        ours.settimeout(FORK_TIMEOUT)
        try:
            with theirs:
                socket.send_fds(self.control, [b"k"], [theirs.fileno(), stdout, stderr])
            ours.sendall(json.dumps(request).encode() + b"\n")
            answer = ours.recv(4096).decode().strip() or "the fork server died"
        except OSError as error:
            answer = f"the fork server does not answer: {error}"
        if not answer.isdecimal():
            ours.close()
            raise ColdStart(answer)
        ours.settimeout(None)
        return ForkedKernel(self, ours, int(answer))


class ForkedKernel:
    """A kernel process, child of the server, with the methods of `subprocess.Popen` that a provisioner needs."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, channel: socket.socket, pid: int):
        self.server = server  # keeps it running
        self.channel = channel
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with suppress(BlockingIOError):
            self._receive(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self) -> int | None:
        self._receive(0)
        return self.returncode

    def _receive(self, flags: int) -> None:
        if self.returncode is None:
            try:
                code = self.channel.recv(64, flags)
            except ConnectionError:
                code = b""
            self.returncode = int(code or -signal.SIGKILL)  # a server that dies takes its kernels along
            self.channel.close()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ConnectionError):
                self.channel.sendall(b"%d\n" % number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start_process(control: socket.socket, folder: Path, env: Mapping[str, str], log: Any) -> subprocess.Popen:
    """Start the server at its end of the socket."""
    code = (
        "import sys; sys.path = [folder for folder in sys.path if folder]; "  # as in a kernel that starts cold
        f"from opsbook.report.forkserver import main; main({control.fileno()}, {str(folder)!r})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={"MPLBACKEND": "module://matplotlib_inline.backend_inline", **env},
        pass_fds=[control.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,  # Ctrl-C is for the owner
    )


def end(owner: int, process: subprocess.Popen, control: socket.socket, folder: Path) -> None:
    """End a server: it leaves when the socket closes, or at once while it is still importing."""
    if os.getpid() != owner:
        return
    control.close()
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def startup_variables(env: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a running process cannot take over."""
    return {name: value for name, value in env.items() if name.startswith(READ_AT_START)}


def changed(sources: Mapping[str, int]) -> bool:
    """Whether a file is no longer the one that was imported."""
    try:
        return any(os.stat(file).st_mtime_ns != modified for file, modified in sources.items())
    except OSError:
        return True


def last_line(log: Path) -> str:
    """The last line of a log, which in a traceback is the error."""
    return (log.read_text(errors="replace").strip().splitlines() or ["no message"])[-1]


def short_folder() -> str | None:
    """Where to make folders for sockets: their names may have about 100 characters. None is the system's own choice."""
    return None if len(tempfile.gettempdir()) < 60 else "/tmp"
