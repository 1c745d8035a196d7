"""The end of a process against the interpreter's own: nothing may get lost, nobody may be waited for in vain."""

import os
import subprocess
import sys

import pytest


def run(source: str) -> subprocess.CompletedProcess:
    head = "import atexit, os, sys, threading, time\nfrom opsbook import process\n"
    command = [sys.executable, "-c", f"{head}{source}\nprocess.leave(3)"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(command, capture_output=True, text=True, timeout=20, env=buffered)


def test_ends_with_the_code_and_without_a_word():
    ended = run("")
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "", "")


def test_nothing_of_a_large_output_is_lost():
    assert run("sys.stdout.write('x' * 3_000_000)").stdout == "x" * 3_000_000


def test_threads_end_before_exit_handlers_run():
    thread = "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()"
    assert run(f"atexit.register(print, 'handler')\n{thread}").stdout == "thread\nhandler\n"


def test_a_daemon_is_not_waited_for():
    assert run("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()").returncode == 3


def test_an_executor_that_nobody_closed_does_not_hold_the_process():
    source = "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)"
    ended = run(f"{source}\npool.submit(print, 'done').result()")
    assert (ended.returncode, ended.stdout) == (3, "done\n")


@pytest.mark.parametrize("closed", ["sys.stdout = sys.stderr = None", "sys.stdout.close()"])
def test_a_closed_stream_is_no_error(closed):
    ended = run(closed)
    assert (ended.returncode, ended.stderr) == (3, "")


def test_a_reader_that_has_gone_is_no_error():
    source = "read, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\nsys.stdout.write('x' * 99)"
    ended = run(source)
    assert (ended.returncode, ended.stderr) == (3, "")


# ---- told to end --------------------------------------------------------------------------------------------------

OBEY = """
def ask(name):
    os.kill(os.getpid(), getattr(signal, name))
import signal
for number in (signal.SIGINT, signal.SIGHUP):  # who runs tests in the background, or without a terminal, ignores them
    signal.signal(number, signal.SIG_DFL)
{before}
process.obey_signals()
try:
    {ask}
    time.sleep(2)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_interrupts(name):
    assert run(OBEY.format(before="", ask=f"ask('{name}')")).stdout == "interrupted\n"


def test_a_signal_that_the_parent_ignores_stays_ignored():
    before = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    assert run(OBEY.format(before=before, ask="ask('SIGHUP')")).stdout == ""


def test_an_import_is_finished_before_the_interrupt(tmp_path):
    module = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('imported')\n"
    (tmp_path / "interrupted_in_the_middle.py").write_text(module, "utf-8")
    before = f"sys.path.insert(0, {str(tmp_path)!r})"
    ended = run(OBEY.format(before=before, ask="import interrupted_in_the_middle"))
    assert ended.stdout == "imported\ninterrupted\n"


@pytest.mark.parametrize(("patience", "said"), [(10, "interrupted\ntidied up\n"), (0, "interrupted\n")])
def test_a_second_interrupt_does_not_cut_short_the_tidying_up_at_once(patience, said):
    again = f"    process.PATIENCE = {patience}\n    ask('SIGINT')\n    time.sleep(0.1)\n    print('tidied up')"
    assert run(OBEY.format(before="", ask="ask('SIGINT')") + again).stdout == said
