"""A real browser (Chromium without a window), the sample's pages in both languages, and servers that end."""

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
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
    PICTURES.mkdir(parents=True)
    return PICTURES


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of a request; redirects are followed."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=START_SECONDS) as response:
            return response.status, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


@contextlib.contextmanager
def serving(command: list, port: int, log: Path, **options) -> Iterator[subprocess.Popen]:
    """A server that listens on the port for as long as the block runs, and no longer."""
    with log.open("wb") as output:
        server = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output, cwd=ROOT, **options)
        try:
            _wait(server, port, log)
            yield server
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    pytest.fail(f"nothing listens on port {port}:\n{log.read_text('utf-8', 'replace')[-2000:]}", pytrace=False)
