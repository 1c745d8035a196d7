"""Warm kernels: the same outputs as cold ones, and nothing left behind, whatever dies."""

import ast
import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import KernelManager
from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from opsbook.report import forks, kernels
from opsbook.report.kernels import COLD, WARM, Choice

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture(scope="module", autouse=True)
def server():
    with kernels.warm() as choice:
        assert choice == Choice(WARM)
        yield


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def execute(*cells, kernel=WARM, folder=None, **options):
    """The outputs of the cells, in one list."""
    resources = {"metadata": {"path": str(folder)}} if folder else {}
    done = NotebookClient(notebook(*cells), kernel_name=kernel, resources=resources, **options).execute()
    return [output for cell in done.cells for output in cell.outputs]


def printed(*cells, **options):
    """The literal that the last cell prints."""
    return ast.literal_eval(execute(*cells, **options)[-1].text)


@contextmanager
def running(**options):
    manager = KernelManager(kernel_name=WARM)
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(*pids, within=10):
    """Whether all of these processes end soon."""
    deadline = time.monotonic() + within
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


# The same outputs

REPORT = (
    "import numpy as np, pandas as pd, seaborn as sns\nfrom IPython.display import HTML, Markdown",
    "table = pd.DataFrame({'channel': ['search', 'home'], 'ctr': np.random.default_rng(1).random(2)})\ntable",
    "HTML(table.style.format({'ctr': '{:.1%}'}).set_uuid('x').to_html())",
    "ax = sns.barplot(table, x='channel', y='ctr', errorbar=None)",
    "%config InlineBackend.figure_formats = ['svg']\nimport matplotlib as mpl\nmpl.rcParams['svg.hashsalt'] = 'x'",
    "ax = table.plot()",
    "import sys\nprint('out'); print('err', file=sys.stderr)\nMarkdown('**end**')",
    "1 / 0",
)


def test_a_warm_kernel_gives_the_outputs_of_a_cold_one(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    warm, cold = (execute(*REPORT, kernel=kernel, allow_errors=True) for kernel in (WARM, COLD))
    assert kernels.used() == {"kernel": "warm"}
    for output in (warm[-1], cold[-1]):  # the traceback names a temporary file
        assert output.pop("traceback")
    assert warm == cold
    kinds = [kind for output in warm for kind in output.get("data", [])]
    assert {"text/html", "text/markdown", "image/png", "image/svg+xml"} < set(kinds)


# Of the environment: the number of threads, which the kernelspec sets, and what libraries set when they are imported.
SURROUNDINGS = """
OTHERS = ("JPY_", "OMP_", "OPENBLAS_", "MKL_", "SPARK_", "PYARROW_")
import gc, locale, matplotlib, os, signal, sys, threading
print(dict(path=sys.path, cwd=os.getcwd(), program=os.path.basename(sys.argv[0]), main=__name__, flags=str(sys.flags),
    executable=sys.executable, backend=matplotlib.rcParams["backend"].removeprefix("module://matplotlib_inline.backend_"),
    env={name: value for name, value in os.environ.items() if not name.startswith(OTHERS)},
    locale=locale.getlocale(), term=str(signal.getsignal(signal.SIGTERM)), child=str(signal.getsignal(signal.SIGCHLD)),
    interrupt=str(signal.getsignal(signal.SIGINT)), leader=os.getpid() == os.getsid(0), gc=gc.isenabled(),
    stdin=sys.stdin.read() if sys.stdin else None))
"""


def test_a_warm_kernel_has_the_surroundings_of_a_cold_one(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSBOOK_TEST", "one = 'two'\n三")
    warm, cold = (printed(SURROUNDINGS, kernel=kernel, folder=tmp_path) for kernel in (WARM, COLD))
    assert warm == cold
    assert warm["cwd"] == str(tmp_path)
    assert warm["env"]["OPSBOOK_TEST"] == "one = 'two'\n三"


def test_every_kernel_has_its_own_folder_and_environment(tmp_path):
    def where(name):
        (tmp_path / name).mkdir()
        with running(cwd=str(tmp_path / name), env={**os.environ, "STORE": name}) as (_, client):
            return reply(client, "import os; print([os.getcwd(), os.environ['STORE']])")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(where, "abcd")) == [[str(tmp_path / name), name] for name in "abcd"]


def reply(client, code):
    """The literal that the code prints in a running kernel."""
    return ast.literal_eval(output_of(client, code))


def output_of(client, code):
    """What the code prints in a running kernel."""
    texts = []
    client.execute_interactive(
        code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", ""))
    )
    return "".join(texts)


def test_forks_do_not_share_random_numbers():
    draw = "import random, numpy as np; print([random.random(), np.random.random(), np.random.default_rng().random()])"
    for one, other in zip(printed(draw), printed(draw), strict=True):
        assert one != other


def test_a_notebook_seeds_the_global_numbers_as_in_a_cold_kernel():
    draw = "import numpy as np; np.random.seed(7); print(np.random.random())"
    assert printed(draw) == printed(draw, kernel=COLD)


def test_arrow_duckdb_and_ibis_work_in_forks(tmp_path):
    query = f"""
        import duckdb, ibis, pandas as pd, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
        table = pa.table({{"key": pa.array(range(200_000)), "word": ["ab"] * 200_000}})
        path = r"{tmp_path}/" + str(__import__("os").getpid()) + ".parquet"
        pq.write_table(table, path, row_group_size=10_000)
        frame = pd.read_parquet(path)
        print([pc.sum(pq.read_table(path, use_threads=True)["key"]).as_py(), int(frame["key"].sum()),
               duckdb.sql(f"select sum(key)::bigint from '{{path}}'").fetchall()[0][0],
               int(ibis.duckdb.connect().read_parquet(path).key.sum().execute()), frame["word"].str.upper().iloc[0]])
    """
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: printed(textwrap.dedent(query)), range(4)))
    assert answers == [[19_999_900_000] * 4 + ["AB"]] * 4


def test_variables_that_are_read_at_start_hold_in_the_next_kernel(monkeypatch):
    zone = "import time; print(repr(time.strftime('%z', time.localtime(0))))"
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    assert (printed(zone), kernels.used()) == ("+0530", {"kernel": "warm"})


# Who can use it


def test_the_kernel_runs_in_papermill_by_its_name(tmp_path):
    nbformat.write(notebook("import pandas as pd\nprint(pd.Series([1, 2]).sum())"), tmp_path / "in.ipynb")
    papermill = [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb", "-k", WARM, "--no-progress-bar"]
    done = subprocess.run(papermill, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].text == "3\n"
    assert "cold" not in done.stderr
    assert "TCP" not in done.stderr


@pytest.mark.slow
def test_the_kernel_runs_in_nbval_by_its_name(tmp_path):
    done = notebook("1 + 1", "import sys; print('opsbook.report.forkserver' in sys.modules)")
    NotebookClient(done, kernel_name=WARM).execute()
    assert done.cells[1].outputs[0].text == "True\n"
    nbformat.write(done, tmp_path / "test.ipynb")
    nbval = ["-p", "no:cacheprovider", "-q", "--nbval", "--nbval-kernel-name", WARM, "test.ipynb"]
    run = subprocess.run([sys.executable, "-m", "pytest", *nbval], cwd=tmp_path, capture_output=True, text=True)
    assert "2 passed" in run.stdout, run.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_kernel_runs_under_the_manager_of_jupyterlab(tmp_path):
    async def session():
        manager = AsyncMultiKernelManager(connection_dir=str(tmp_path))
        kernel_id = await manager.start_kernel(kernel_name=WARM)
        kernel = manager.get_kernel(kernel_id)
        first = kernel.provisioner.pid
        await manager.restart_kernel(kernel_id)
        second = kernel.provisioner.pid
        client = kernel.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        client.stop_channels()
        await manager.shutdown_kernel(kernel_id)
        return first, second

    first, second = asyncio.run(session())
    assert first != second
    assert gone(first, second)
    assert not list(tmp_path.iterdir())


# Interrupts, time limits, deaths


def test_an_interrupt_stops_the_cell_and_not_the_kernel():
    with running() as (manager, client):
        request = client.execute("import time; print('begun', flush=True); time.sleep(60)")
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        time.sleep(0.3)  # until it is really asleep: in between, ipykernel itself may lose an interrupt
        manager.interrupt_kernel()
        while (answer := client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != request:
            pass
        assert answer["content"]["ename"] == "KeyboardInterrupt"
        # on a loaded machine ipykernel may still be busy with the interrupt when the next cell comes
        assert any(output_of(client, "print(1)") == "1\n" for _ in range(3))


def test_a_cell_over_its_time_limit_is_stopped_and_its_kernel_with_it(tmp_path):
    with pytest.raises(CellTimeoutError):
        execute("import os; open('pid', 'w').write(str(os.getpid()))", "while True: pass", timeout=1, folder=tmp_path)
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("death", "code"), [("import os; os._exit(3)", 3), ("import os, signal; os.kill(os.getpid(), 9)", -9)]
)
def test_the_death_of_a_kernel_is_noticed_with_its_exit_code(death, code):
    with running() as (manager, client):
        client.execute(death)
        assert gone(manager.provisioner.pid)
        time.sleep(0.1)
        assert not manager.is_alive()
        assert manager.provisioner.process.returncode == code


def test_a_dead_kernel_fails_its_notebook_and_no_other():
    with pytest.raises(DeadKernelError):
        execute("import os; os._exit(1)")
    assert printed("print(1)") == 1


def test_a_dead_server_takes_its_kernels_along_and_is_replaced():
    with running() as (manager, client):
        kernel, server = manager.provisioner.process, forks._server.process
        client.execute("sum(range(10**12))")  # no thread of Python can run beside this, so none can notice either
        time.sleep(0.2)
        server.kill()
        assert gone(kernel.pid, within=3)
        assert kernel.wait() == -signal.SIGKILL
        assert not manager.is_alive()
    assert (printed("print(1)"), kernels.used()) == (1, {"kernel": "warm"})
    assert forks._server.process.pid != server.pid


def test_a_kernel_restarts_on_a_new_server():
    with running() as (manager, client):
        forks._server.process.kill()
        assert gone(manager.provisioner.pid)
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert reply(client, "print(1)") == 1


def test_the_processes_of_a_notebook_end_with_its_kernel():
    with running() as (_, client):
        child = reply(client, "import subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid)")
        assert alive(child)
    assert gone(child)


ENDS = """
import atexit, threading, time
def write(word):
    with open("end.txt", "a") as file:
        file.write(word + " ")
class Held:
    def __del__(self, write=write):
        write("object")
held = Held()
held.itself = held
last = "handler"
atexit.register(lambda: write(last))
threading.Thread(target=lambda: (time.sleep(0.2), write("thread"))).start()
"""


@pytest.mark.parametrize("kernel", [WARM, COLD])
def test_a_kernel_waits_for_threads_then_runs_exit_handlers_then_ends_objects(kernel, tmp_path):
    execute(ENDS, kernel=kernel, folder=tmp_path)
    assert (tmp_path / "end.txt").read_text().split() == ["thread", "handler", "object"]


def test_a_kernel_that_nobody_holds_any_more_ends():
    manager = KernelManager(kernel_name=WARM)
    manager.start_kernel()
    pid = manager.provisioner.pid
    assert alive(pid)
    manager.provisioner.process.channel.close()
    assert gone(pid)
    assert manager.cleanup_resources() is None


# Cold where it has to be


def outcome():
    return printed("print(1)"), kernels.used()


@pytest.fixture
def another_server():
    forks.stop()
    yield
    forks.stop()


def test_a_server_that_cannot_start_leaves_cold_kernels(another_server, monkeypatch):
    starts = []

    def start(theirs, folder, env, log):
        starts.append(folder)
        code = "import sys; sys.exit('no luck today')"
        return subprocess.Popen([sys.executable, "-c", code], stderr=log, pass_fds=[theirs.fileno()])

    monkeypatch.setattr(forks, "start_process", start)
    expected = (1, {"kernel": "cold", "reason": "the fork server died while it started: no luck today"})
    assert [outcome(), outcome()] == [expected, expected]
    assert len(starts) == 1  # the next one would fail, too


def test_a_server_that_hangs_leaves_cold_kernels(another_server, monkeypatch):
    monkeypatch.setattr(forks, "START_TIMEOUT", 0)
    assert outcome() == (1, {"kernel": "cold", "reason": "the fork server was not ready after 0 s"})


def test_threads_in_the_server_leave_cold_kernels(another_server, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result, used = outcome()
    assert (result, used["kernel"]) == (1, "cold")
    assert used["reason"].startswith("the imports left threads running: ")


def test_a_server_that_does_not_fork_leaves_a_cold_kernel(monkeypatch):
    monkeypatch.setattr(forks.socket, "send_fds", lambda *_: (_ for _ in ()).throw(BrokenPipeError(32, "Broken pipe")))
    reason = "the fork server does not answer: [Errno 32] Broken pipe"
    assert outcome() == (1, {"kernel": "cold", "reason": reason})


def test_a_kernel_with_piped_output_starts_cold():
    with running(stdout=subprocess.PIPE) as (_, client):
        assert reply(client, "print(1)") == 1
        assert kernels.used() == {"kernel": "cold", "reason": "its output goes to a pipe"}


def test_a_kernel_that_shall_outlive_its_owner_starts_cold():
    with running(independent=True):
        assert kernels.used() == {"kernel": "cold", "reason": "it was asked for with `independent`"}


def test_output_to_a_file_arrives_there(tmp_path):
    with open(tmp_path / "log", "w") as log, running(stderr=log) as (_, client):
        assert kernels.used() == {"kernel": "warm"}
        reply(client, "import sys; print('seen', file=sys.__stderr__, flush=True); print(1)")
    assert "seen" in (tmp_path / "log").read_text()


def test_a_missing_folder_is_the_same_error_as_in_a_cold_kernel(tmp_path):
    for kernel in (WARM, COLD):
        with pytest.raises(FileNotFoundError):
            execute("1", kernel=kernel, folder=tmp_path / "missing")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_get_the_ordinary_kernel(monkeypatch, platform):
    monkeypatch.setattr(kernels.sys, "platform", platform)
    with kernels.warm() as choice:
        assert choice == Choice(COLD, f"kernels are forked on Linux only, this is {platform}")


def test_without_the_kernelspec_there_is_the_ordinary_kernel(monkeypatch):
    def missing(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", missing)
    with kernels.warm() as choice:
        assert choice == Choice(COLD, "the kernel opsbook-warm is not installed; install opsbook again")


def test_warm_kernels_can_be_switched_off():
    with kernels.warm(enabled=False) as choice:
        assert choice == Choice(COLD, "warm kernels are switched off")


# Whether a server still fits


def test_a_changed_file_asks_for_a_new_server(tmp_path):
    file = tmp_path / "module.py"
    file.write_text("a = 1")
    sources = {str(file): file.stat().st_mtime_ns}
    assert not forks.changed(sources)
    os.utime(file, ns=(0, sources[str(file)] + 1))
    assert forks.changed(sources)
    file.unlink()
    assert forks.changed(sources)


def test_a_server_with_old_code_is_replaced_and_its_kernels_live_on(monkeypatch):
    with running() as (_, client):
        old = forks._server
        assert forks.__file__.replace("forks", "forkserver") in old.sources
        monkeypatch.setattr(old, "sources", {forks.__file__: 0})
        assert printed("print(1)") == 1
        assert forks._server is not old
        assert reply(client, "print(2)") == 2


def test_sockets_are_kept_out_of_folders_with_long_names(monkeypatch):
    for length, folder in ((59, None), (60, "/tmp")):
        monkeypatch.setattr(forks.tempfile, "tempdir", "/" + "x" * (length - 1))
        assert forks.short_folder() == folder


def test_only_variables_that_are_read_at_start_count():
    env = {"PYTHONPATH": "a", "LC_ALL": "b", "TZ": "c", "OPENBLAS_NUM_THREADS": "1", "STORE": "d", "PATH": "e"}
    assert set(env) - set(forks.startup_variables(env)) == {"STORE", "PATH"}


# Nothing is left behind


def script(body, **options):
    """Run code in a Python of its own."""
    command = [sys.executable, "-c", textwrap.dedent(body)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)


OWNER = """
    import os, sys, time
    from jupyter_client.manager import KernelManager
    from opsbook.report import forks, kernels
    manager = KernelManager(kernel_name="opsbook-warm")
    manager.start_kernel()
    client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=60)
    client.execute("while True: pass")
    {more}
    print(forks._server.process.pid, manager.provisioner.pid, forks._server.folder, {show}, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_nothing_survives_its_owner(number):
    owner = script(OWNER.format(more="", show="0"), stderr=subprocess.DEVNULL)
    server, kernel, folder, _ = owner.stdout.readline().split()
    os.killpg(owner.pid, number)
    assert gone(owner.pid, int(server), int(kernel))
    owner.communicate()
    time.sleep(0.1)
    assert not Path(folder).exists()


@pytest.mark.slow
def test_a_fork_of_the_owner_keeps_nothing_alive():
    more = "child = os.fork()\n    if child == 0: time.sleep(20); os._exit(0)"
    owner = script(OWNER.format(more=more, show="child"), stderr=subprocess.DEVNULL)
    server, kernel, _, child = owner.stdout.readline().split()
    owner.kill()
    try:
        assert gone(int(server), int(kernel))
        assert alive(int(child))
    finally:
        os.kill(int(child), signal.SIGKILL)
        owner.communicate()


def test_ctrl_c_in_the_middle_of_a_notebook_leaves_nothing(tmp_path):
    endless = notebook("import os; open('pid', 'w').write(str(os.getpid()))", "while True: pass")
    nbformat.write(endless, tmp_path / "a.ipynb")
    code = """
        import nbformat
        from nbclient import NotebookClient
        from opsbook.report import forks, kernels
        with kernels.warm() as choice:
            print(forks._server.process.pid, forks._server.folder, flush=True)
            NotebookClient(nbformat.read("a.ipynb", 4), kernel_name=choice.name).execute()
    """
    owner = script(code, cwd=tmp_path, stderr=subprocess.DEVNULL)
    server, folder = owner.stdout.readline().split()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.05)
    os.killpg(owner.pid, signal.SIGINT)
    assert gone(owner.pid, int(server), int((tmp_path / "pid").read_text()))
    owner.communicate()
    assert not Path(folder).exists()


def test_an_exception_that_leaves_the_batch_ends_the_notebooks_of_other_threads(another_server, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(KeyboardInterrupt), kernels.warm() as choice:
            cells = "open('begun', 'w').close()", "while True: pass"
            endless = pool.submit(execute, *cells, kernel=choice.name, folder=tmp_path)
            while not (tmp_path / "begun").exists():
                time.sleep(0.02)
            raise KeyboardInterrupt
        assert isinstance(endless.exception(timeout=20), DeadKernelError)


def test_ctrl_c_does_not_reach_the_server():
    with running():
        assert os.getpgid(forks._server.process.pid) != os.getpgid(0)


def test_a_batch_leaves_no_process_no_file_and_no_descriptor(another_server):
    def descriptors():
        return sorted(os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2)

    def batch():
        with kernels.warm() as choice:
            execute("1", kernel=choice.name)
            return forks._server.process.pid, forks._server.folder

    batch()  # what the libraries open once
    before, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    pid, folder = batch()
    assert gone(pid)
    assert not folder.exists()
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == (before, threads)


def state(pid):
    """Open descriptors, resident memory (MB), threads and children of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return len(os.listdir(f"/proc/{pid}/fd")), int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), children


@pytest.mark.parametrize("forked", [10, pytest.param(300, marks=pytest.mark.slow)])
def test_many_forks_in_a_row_leave_the_server_as_it_was(forked, monkeypatch):
    def life(number):
        with running() as (manager, client):
            total = reply(client, f"import pandas as pd; print(int(pd.Series([{number}]).sum()))")
            pid, start = manager.provisioner.pid, time.monotonic()
            manager.shutdown_kernel()
            return total, pid, time.monotonic() - start

    monkeypatch.setattr(forks, "changed", lambda sources: False)  # whatever is edited meanwhile
    life(0)
    server = forks._server
    files, memory, threads, _ = state(server.process.pid)
    with ThreadPoolExecutor(2) as pool:
        results, pids, shutdowns = zip(*pool.map(life, range(forked)), strict=True)
    assert results == tuple(range(forked))
    assert len(set(pids)) == forked
    assert gone(*pids)
    assert max(shutdowns) < 3  # more when a kernel has to be killed
    assert forks._server is server
    after = state(server.process.pid)
    assert (after[0], after[2], after[3]) == (files, threads, [])
    assert after[1] < memory + 10
    assert [file.name for file in server.folder.iterdir()] == ["log"]
