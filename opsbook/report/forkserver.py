"""The process behind warm kernels: it imports the slow libraries once, then forks a ready kernel for every request.

The owner (`forks.ForkServer`) holds the other end of one socket. One byte on it asks for a kernel and brings three
descriptors: the kernel's own socket, its stdout and its stderr. On the kernel's own socket the owner writes one line
of JSON, reads the pid, may write signal numbers, and at last reads the exit code. End of file on a kernel's socket
means that nobody holds this kernel any more, and end of file on the first socket that the owner is gone: what is left
is killed, so that no process outlives the one that asked for it.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import selectors
import shutil
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from opsbook import process

# What report notebooks import. `matplotlib_inline.backend_inline` is missing on purpose: it hooks into the shell
# while it is imported, and here no shell exists yet; the first figure imports it in the kernel, as in a cold one.
LIBRARIES = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "pandas",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.string",
    "pandas.io.formats.style",
    "psutil",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "scipy.stats",
    "seaborn",
)
PACKAGES = ("opsbook.analysis", "opsbook.report.charts", "opsbook.report.messages")
MODULES = ("opsbook.intake.stores", "opsbook.intake.warehouse", "opsbook.report.findings")

# Arrow's allocator starts this thread when it is loaded, and looks after it in a fork: it holds its locks meanwhile.
FORK_SAFE_THREADS = {"jemalloc_bg_thd"}
PR_SET_PDEATHSIG = 1


@dataclass
class Request:
    """A kernel that is wanted: the arguments of the kernel application, its folder and its environment."""

    args: list[str]
    cwd: str
    env: dict[str, str]


def main(control_fd: int, folder: str) -> None:
    """Preload, then fork kernels until the owner is gone. It never returns: server and kernels end here."""
    control = socket.socket(fileno=control_fd)
    before = set(os.environ)
    preload()
    set_by_imports = {name: value for name, value in os.environ.items() if name not in before}
    control.sendall(json.dumps({"threads": unsafe_threads(), "sources": source_times()}).encode() + b"\n")
    request = Server(control).serve()
    if request is None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)
    run_kernel(request, set_by_imports)


def preload() -> None:
    """Import what notebooks import. What fails is left to the notebook, whose traceback is the better message."""
    # What is made here lives for ever: collecting it would find nothing, and in the kernels it would touch, and so
    # copy, the pages that they share.
    gc.disable()
    for name in (*LIBRARIES, *MODULES, *(name for package in PACKAGES for name in modules_of(package))):
        with suppress(Exception):
            importlib.import_module(name)
    gc.freeze()
    gc.enable()


def modules_of(package: str) -> list[str]:
    """The package and its modules, by their dotted names; nothing when there is no such package."""
    try:
        paths = importlib.import_module(package).__path__
    except ImportError:
        return []
    return [package, *(module.name for module in pkgutil.walk_packages(paths, f"{package}."))]


def unsafe_threads() -> list[str]:
    """The threads besides this one that would be missing in a fork, by name."""
    tasks = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
    return sorted({(task / "comm").read_text().strip() for task in tasks} - FORK_SAFE_THREADS)


def source_times() -> dict[str, int]:
    """When each loaded file of this package was last changed (ns): the owner sees by it that a server is stale."""
    files = [getattr(module, "__file__", None) for name, module in sys.modules.items() if name.startswith("opsbook")]
    return {file: os.stat(file).st_mtime_ns for file in files if file and os.path.exists(file)}


class Server:
    """One thread that waits for requests, for signals to pass on and for kernels that end."""

    def __init__(self, control: socket.socket):
        self.pid = os.getpid()
        self.control = control
        self.channels: dict[int, socket.socket] = {}  # pid of a running kernel -> its socket
        self.wakeup, self.wakeup_write = socket.socketpair()
        self.selector = selectors.PollSelector()  # has no descriptor that a fork would share

    def serve(self) -> Request | None:
        """Serve until the owner is gone (None), or return the request in the fork that has to become its kernel."""
        self.listen()
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.wakeup:
                    self.reap()
                elif key.fileobj is not self.control:
                    self.pass_signals(key.data)
                elif not (descriptors := self.receive()):
                    return self.kill_all()
                elif request := self.answer(*descriptors):
                    return request

    def listen(self) -> None:
        for sock in (self.wakeup, self.wakeup_write):
            sock.setblocking(False)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from here on it ends when the owner lets go
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler no byte is written to the wake-up socket
        signal.set_wakeup_fd(self.wakeup_write.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.control, selectors.EVENT_READ)
        self.selector.register(self.wakeup, selectors.EVENT_READ)

    def receive(self) -> list[int]:
        """The descriptors of a new request; none when the owner is gone."""
        with suppress(ConnectionError):
            return socket.recv_fds(self.control, 1, 3)[1]
        return []

    def answer(self, channel_fd: int, stdout: int, stderr: int) -> Request | None:
        """Fork, and tell the owner the pid of the fork or why there is none."""
        channel = socket.socket(fileno=channel_fd)
        line = channel.makefile("rb").readline()
        try:
            pid = os.fork() if line else None
        except OSError as error:
            pid = f"the server cannot fork: {error.strerror}"
        if pid == 0:
            self.become_child(channel, stdout, stderr)
            return Request(**json.loads(line))
        os.close(stdout)
        os.close(stderr)
        with suppress(OSError):
            channel.sendall(f"{pid}\n".encode())
        if isinstance(pid, int):
            self.channels[pid] = channel
            self.selector.register(channel, selectors.EVENT_READ, pid)
        return None

    def become_child(self, channel: socket.socket, stdout: int, stderr: int) -> None:
        """In the fork: become a process of its own that shares nothing with the server or with other kernels."""
        die_with(self.pid)
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for sock in (channel, self.control, self.wakeup, self.wakeup_write, *self.channels.values()):
            sock.close()
        for fd, target in ((stdout, 1), (stderr, 2)):
            os.dup2(fd, target)
            os.close(fd)

    def pass_signals(self, pid: int) -> None:
        """Pass on what the owner asks for; a kernel that has no owner any more is killed."""
        if (channel := self.channels.get(pid)) is None:
            return  # reaped a moment ago
        numbers = [int(number) for number in received(channel).split()] or [signal.SIGKILL]
        if signal.SIGKILL in numbers:
            self.selector.unregister(channel)
        for number in numbers:
            send_signal(pid, number)

    def reap(self) -> None:
        """Tell the owner the exit code of every kernel that has ended."""
        received(self.wakeup)
        while ended := next_exit():
            channel = self.channels.pop(ended[0])
            with suppress(KeyError):
                self.selector.unregister(channel)
            with suppress(OSError), channel:
                channel.sendall(b"%d\n" % ended[1])

    def kill_all(self) -> None:
        for pid in self.channels:
            send_signal(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def received(sock: socket.socket) -> bytes:
    """What has arrived; nothing when the other end is gone."""
    try:
        return sock.recv(4096)
    except OSError:
        return b""


def next_exit() -> tuple[int, int] | None:
    """The pid and exit code of a child that has ended and was not yet waited for."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def send_signal(pid: int, number: int) -> None:
    """Signal a child and its own children. The pid is still the child's: nobody but this process waits for it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # just forked: not yet the leader of its group
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def die_with(parent: int) -> None:
    """Let Linux kill this process when its parent dies, at once and whatever it is doing then."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def run_kernel(request: Request, set_by_imports: dict[str, str]) -> None:
    """Be an IPython kernel, as `python -m ipykernel_launcher` would be one."""
    import ipykernel_launcher
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.environ.clear()
    os.environ.update(set_by_imports | request.env)
    os.chdir(request.cwd)
    sys.argv = [ipykernel_launcher.__file__, *request.args]
    np.random.seed()  # the forks would all draw the same numbers
    app = IPKernelApp.instance(parent_handle=os.getppid())
    atexit.register(clear, app)  # registered first, so it comes after the exit handlers of the notebook
    app.initialize(request.args)
    app.start()
    leave(app)


def leave(app) -> None:
    """End a kernel as the interpreter would, the notebook's objects included."""
    # The control thread is still flushing its answer to the shutdown request through a thread that an exit handler
    # stops, and would then wait ten seconds for it.
    app.control_thread.join(timeout=1)
    process.leave(0)


def clear(app) -> None:
    """Let the objects of a notebook end, those that refer to each other as well."""
    app.shell.user_ns.clear()
    gc.collect()
