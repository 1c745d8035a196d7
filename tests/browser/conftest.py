"""A real browser (Chromium without a window), the sample's pages in both languages, and servers that end."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPSBOOK = Path(sys.executable).with_name("opsbook")
PICTURES = ROOT / "reports" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 90  # a cold JupyterLab on a busy machine


@pytest.fixture(scope="session")
def browser():
    """Chromium; a machine without one fails, as a check that was left out would look like one that passed."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("needs Chromium: apt-get install chromium", pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reports(sample_warehouse, tmp_path_factory) -> dict[str, Path]:
    """{language: folder of the reports}: both sample stores as the batch makes them."""
    folders = {lang: tmp_path_factory.mktemp(f"reports-{lang}") for lang in ("en", "zh")}
    for lang, folder in folders.items():
        options = ["--lang", lang, "--out", folder, "--warehouse", sample_warehouse, "--quiet"]
        subprocess.run([OPSBOOK, "weekly", *options], cwd=ROOT, check=True, timeout=300)
    return folders


@pytest.fixture(scope="session")
def pictures():
    """The folder for the pictures that a reviewer looks at, emptied of those of the last run."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


@pytest.fixture(scope="session")
def violations() -> Callable:
    """`violations(page, *rules)`: what axe-core calls serious or critical: rule and element; all rules without one."""
    from axe_playwright_python.sync_playwright import Axe

    def found(page, *rules: str) -> list[str]:
        options = {"resultTypes": ["violations"]} | ({"runOnly": {"type": "rule", "values": rules}} if rules else {})
        return [
            f"{rule['id']}: {node['target']} {node['html'][:120]}"
            for rule in Axe().run(page, options=options).response["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    return found


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Callable:
    """`with serve(command, **environment) as port:` a server on a free port of the loopback, for the block's time.

    `command` gives the words of the command line for a port.
    """

    @contextlib.contextmanager
    def serving(command: Callable[[int], list], **environment: str) -> Iterator[int]:
        port, log = _free_port(), tmp_path_factory.mktemp("server") / "log"
        words = list(map(str, command(port)))
        with log.open("wb") as output:
            server = subprocess.Popen(words, stdout=output, stderr=output, cwd=ROOT, env=os.environ | environment)
        try:
            _wait(server, port, log)
            yield port
        finally:
            _end(server)

    return serving


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(server: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    pytest.fail(f"nothing listens on port {port}:\n{log.read_text('utf-8', 'replace')[-2000:]}", pytrace=False)


def _end(server: subprocess.Popen) -> None:
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def workspace(sample_warehouse, tmp_path_factory) -> Path:
    """A folder with the explore notebook and the sample, where settings can be saved: `notebooks/` and `data/`."""
    folder = tmp_path_factory.mktemp("workspace")
    for name in ("notebooks/explore.ipynb", "data/stores.toml"):
        (folder / name).parent.mkdir()
        shutil.copy(ROOT / name, folder / name)
    (folder / "data" / "warehouse").symlink_to(sample_warehouse)
    return folder
