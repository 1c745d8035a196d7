"""The end of a process that has imported a lot: in its own time, or when it is told to."""

import atexit
import math
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn

RETRY = 0.01  # seconds until an interrupt that came in the middle of an import is tried again
PATIENCE = 10  # seconds in which a second Ctrl-C does not cut short the tidying up after the first; our default

_last = -math.inf  # when the process was interrupted


def leave(code: int) -> NoReturn:
    """End as the interpreter would, with its threads, exit handlers and streams, but leave the modules standing.

    The system takes all memory back at once. Taking two thousand modules down one by one costs up to half a second,
    and in a fork it would first copy the memory that all forks share.
    """
    threading._shutdown()  # not join: the threads of an executor that nobody has closed wait until they are told to end
    atexit._run_exitfuncs()
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where the process was started with it closed
        with suppress(OSError, ValueError):  # nobody reads any more, or it is closed
            stream.flush()
    os._exit(code)


def obey_signals() -> None:
    """Let Ctrl-C, a scheduler's SIGTERM and a closed terminal raise KeyboardInterrupt, once no import is under way.

    In the middle of an import it might be swallowed, or leave the lock taken for which the imports of all other
    threads wait for ever. A signal that the parent has chosen to ignore (nohup) stays ignored.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM"):
        number = getattr(signal, name, None)  # Windows lacks the last two
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _last
    if hasattr(signal, "setitimer") and _is_importing(frame):
        signal.setitimer(signal.ITIMER_REAL, RETRY)
    elif time.monotonic() > _last + PATIENCE:
        _last = time.monotonic()
        raise KeyboardInterrupt


def _is_importing(frame: FrameType | None) -> bool:
    """Whether this code runs on behalf of the import system, somewhere up its stack."""
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None
