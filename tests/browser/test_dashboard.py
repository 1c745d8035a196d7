"""What the dashboard answers, and to whom: real requests to running servers on the loopback."""

import html
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

OPSBOOK = Path(sys.executable).with_name("opsbook")
#: The server as for an address that others can reach, which it is not: it stays on the loopback.
AS_OUTSIDE = """
import sys
from opsbook import cli
from opsbook.explore import dashboard
dashboard.is_loopback = lambda host: False
dashboard.secrets.token_urlsafe = lambda size: "secret"
sys.argv = ["opsbook", "dashboard", "--no-browser", *sys.argv[1:]]
cli.main()
"""


def places(workspace: Path) -> list:
    return ["--warehouse", workspace / "data" / "warehouse", "--data", workspace / "data"]


@pytest.fixture(scope="module")
def own(serve, workspace):
    """The address of a dashboard for this machine."""
    with serve(lambda port: [OPSBOOK, "dashboard", "--no-browser", "--port", port, *places(workspace)]) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def guarded(serve, workspace):
    """The address of a dashboard that asks for a token."""
    command = [sys.executable, "-c", AS_OUTSIDE, "--lang", "zh", *places(workspace)]
    with serve(lambda port: [*command, "--port", port]) as port:
        yield f"http://127.0.0.1:{port}/"


def answer(url: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=90) as response:
            return response.status, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def test_this_machine_needs_no_token(own):
    status, text = answer(own)
    assert status == 200 and "Which store, which week" in text and "explore.choose" not in text


def test_a_page_under_a_foreign_name_gets_nothing(own):
    assert answer(own, Host="attacker.example")[0] == 403


@pytest.mark.parametrize("path", ["", "?token=", "?token=wrong", "login", "api/kernels", "voila/render/explore.ipynb"])
def test_without_the_token_there_is_nothing(guarded, path):
    status, text = answer(guarded + path)
    assert status == 403 and "store" not in text.lower()


def test_without_the_token_it_says_where_to_find_it(guarded):
    assert answer(guarded)[1] == "Open the whole address that `opsbook dashboard` has printed; it ends in ?token=...\n"


def test_with_the_token_there_is_the_page_in_its_language(guarded):
    status, text = answer(f"{guarded}?token=secret")
    assert status == 200 and 'id="rendered_cells"' in text and "探索" in html.unescape(text)
    assert answer(guarded, Authorization="token secret")[0] == 200


def test_kernels_are_closed_too(guarded):
    channel = f"{guarded}api/kernels/00000000-0000-0000-0000-000000000000/channels"
    key = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": "eA=="}
    assert answer(channel, **key)[0] == 403


@pytest.mark.parametrize("path", ["voila/files/explore.ipynb", "voila/files/../data/stores.toml", "voila/files/a.png"])
def test_no_file_is_given_out(own, path):
    assert answer(own + path)[0] in (403, 404)


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "voila/files/a.png"), ("POST", "api/contents")])
def test_nothing_is_taken_in(own, method, path):
    assert answer(own + path, method)[0] in (403, 404, 405)


def test_the_browser_may_ask_nobody_else(own):
    with urllib.request.urlopen(own, timeout=90) as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self' ")
        assert "http" not in response.headers["Content-Security-Policy"]
