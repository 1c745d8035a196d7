"""Warm kernels: every notebook gets a fork of one process that has already imported pandas, seaborn and opsbook.

`WarmProvisioner` stands behind the kernel `opsbook-warm`, so papermill, nbclient, nbval and JupyterLab can all use it
by that name. Where a kernel cannot be forked it is started the ordinary ("cold") way, with the same command,
environment and folder, and so with the same outputs; `used()` tells which it was, and why.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.provisioning import LocalProvisioner

from opsbook.report.forks import ColdStart, ForkedKernel, ForkServer, abort, running_server, stop

WARM, COLD = "opsbook-warm", "python3"
BIND_WAIT = 1  # seconds that a new kernel is given to open its sockets before clients may come; our default
SHUTDOWN_WAIT = 1  # seconds that a kernel which was asked to end is watched closely; our default
RESERVED = 2 * 2**30  # bytes that Python and the libraries set aside, mostly without using them; seen: 1.4 * 2**30

_thread = threading.local()
_managers: "weakref.WeakSet[Manager]" = weakref.WeakSet()


@dataclass(frozen=True)
class Choice:
    """The kernel to run notebooks with, and why it is not the warm one (None when it is)."""

    name: str
    reason: str | None = None


@contextmanager
def warm(enabled: bool = True) -> Iterator[Choice]:
    """The kernel to run a batch with: `opsbook-warm` where kernels can be forked, else `python3`.

    The server starts to import in the background at once, and ends with the block. An exception that leaves the block,
    like the KeyboardInterrupt of Ctrl-C, ends it and its kernels immediately, and the cold kernels of a `Manager`:
    notebooks that other threads execute fail with a DeadKernelError.
    """
    choice = choose() if enabled else Choice(COLD, "warm kernels are switched off")
    try:
        yield choice
    except BaseException:
        abort()
        end_cold()
        raise
    finally:
        stop()


class Manager(AsyncKernelManager):
    """A manager whose cold kernel can be ended from another thread, in the middle of a cell."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kwargs: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kwargs)
        _managers.add(self)


def end_cold() -> None:
    """Kill the kernels that a `Manager` of this process has started cold; those of the server end with it."""
    processes = [getattr(manager.provisioner, "process", None) for manager in list(_managers)]
    for process in processes:
        if isinstance(process, subprocess.Popen):
            process.kill()


@contextmanager
def bounded(memory: int) -> Iterator[None]:
    """The warm kernels that this thread starts in the block get a MemoryError beyond so many bytes; 0 is no bound.

    Counted is what they allocate themselves (Linux: RLIMIT_DATA), over what the libraries have set aside.
    """
    _thread.memory = memory
    try:
        yield
    finally:
        _thread.memory = 0


def bound(pid: int, memory: int) -> None:
    """Bound the memory of a process; where the system does not allow it, the process stays as it is."""
    if memory and sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (RESERVED + memory, RESERVED + memory))


def choose() -> Choice:
    """The warm kernel, with its server started, or the cold one with the reason."""
    try:
        running_server({**os.environ, **installed().env})
    except ColdStart as reason:
        return Choice(COLD, str(reason))
    return Choice(WARM)


def used() -> dict[str, str] | None:
    """How the last `opsbook-warm` kernel of this thread was started; None before the first.

    {"kernel": "warm"} or {"kernel": "cold", "reason": ...}.
    """
    return getattr(_thread, "used", None)


def memory() -> int:
    """The bytes that a kernel of this thread may take; 0 when it is not bounded."""
    return getattr(_thread, "memory", 0)


def installed() -> KernelSpec:
    """The kernelspec `opsbook-warm`; `ColdStart` where forking is not to be trusted or the kernel is not installed."""
    if sys.platform != "linux":
        raise ColdStart(f"kernels are forked on Linux only, this is {sys.platform}")
    try:
        return KernelSpecManager().get_kernel_spec(WARM)
    except NoSuchKernel:
        raise ColdStart(f"the kernel {WARM} is not installed; install opsbook again") from None


class WarmProvisioner(LocalProvisioner):
    """Forks a kernel from the server; where anything stands against it, starts it as `LocalProvisioner` does."""

    server: ForkServer | None = None
    home: ForkServer | None = None  # whose folder the sockets are in: a restarted kernel keeps its sockets
    reason: str | None = None  # why there is no server

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        self.server = self.reason = _thread.used = None
        try:
            installed()
            server = running_server({**kwargs.get("env", os.environ), **self.kernel_spec.env})
            self.server = await server.ready()
        except ColdStart as reason:
            self.reason = str(reason)
        else:
            self._use_private_sockets()
        return await super().pre_launch(**kwargs)

    def _use_private_sockets(self) -> None:
        """Sockets in the server's folder instead of TCP ports, which somebody else may take, or listen to."""
        manager = self.parent
        if manager and manager.transport == "tcp" and not any(manager.ports):
            self.home = self.server
            stem = str(self.server.folder / self.kernel_id[:13])
            manager.transport, manager.ip, manager.cache_ports = "ipc", stem, False
            manager.connection_file = manager.connection_file or f"{stem}.json"

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        try:
            self.process = self._fork(cmd, **kwargs)
        except ColdStart as reason:
            _thread.used = {"kernel": "cold", "reason": str(reason)}
            self.log.warning("Kernel %s starts cold: %s", self.kernel_id, reason)
            connection_info = await super().launch_kernel(cmd, **kwargs)
            bound(self.pid, memory())
            return connection_info
        _thread.used = {"kernel": "warm"}
        bound(self.process.pid, memory())
        # No process group here: signals go through the server, which knows whether the pid is still this kernel's.
        self.pid, self.pgid, self.cwd = self.process.pid, None, kwargs.get("cwd") or os.getcwd()
        await self._bound()
        return self.connection_info

    def _fork(
        self, cmd: list[str], env: Mapping[str, str], cwd: str | None = None, stdout=None, stderr=None, **others: Any
    ) -> ForkedKernel:
        if self.server is None:
            raise ColdStart(self.reason)
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            raise ColdStart(f"its command is not the one of this Python: {' '.join(cmd[:3])}")
        if asked := [name for name, value in others.items() if value and name != "kernel_id"]:
            raise ColdStart(f"it was asked for with `{asked[0]}`")
        request = {"args": cmd[3:], "cwd": str(cwd or os.getcwd()), "env": dict(env)}
        if not os.path.isdir(request["cwd"]):
            raise ColdStart(f"there is no folder {request['cwd']}")
        return self.server.fork(request, descriptor(stdout, 1), descriptor(stderr, 2))

    async def _bound(self) -> None:
        """Wait for the sockets of the kernel: a client that comes too early tries again only after 100 ms."""
        if self.connection_info["transport"] == "ipc":
            heartbeat = "{ip}-{hb_port}".format_map(self.connection_info)  # the last one that a kernel opens
            await self._until(lambda: os.path.exists(heartbeat), BIND_WAIT)

    async def shutdown_requested(self, restart: bool = False) -> None:
        await self._watch()

    async def kill(self, restart: bool = False) -> None:
        await super().kill(restart=restart)
        await self._watch()

    async def _watch(self) -> None:
        """Notice the end of the kernel when it happens: the manager itself looks only ten times a second."""
        await self._until(lambda: False, SHUTDOWN_WAIT)

    async def _until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Wait until a condition holds, the kernel has ended or the time is over."""
        deadline = time.monotonic() + timeout
        while not condition() and await self.poll() is None and time.monotonic() < deadline:
            await asyncio.sleep(0.002)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart=restart)
        if not restart:
            self.server = self.home = None


def descriptor(stream: Any, default: int) -> int:
    """The file descriptor of a stream given as for `subprocess.Popen`."""
    if stream is None:
        return default
    try:
        return stream.fileno()
    except (AttributeError, OSError):
        raise ColdStart("its output goes to a pipe") from None
