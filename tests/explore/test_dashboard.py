"""The dashboard before it is started; `tests/browser/test_dashboard.py` asks the running one."""

import socket
from pathlib import Path

import nbformat
import pytest

from opsbook.explore import dashboard

NOTEBOOK = Path("notebooks") / "explore.ipynb"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_only_this_machine_reaches_the_loopback(host):
    assert dashboard.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "128.0.0.1", "localhost.example", ""])
def test_every_other_address_can_be_reached_from_outside(host):
    assert not dashboard.is_loopback(host)


def test_a_free_port_is_none_of_our_business_and_a_taken_one_is():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert dashboard.check_free("127.0.0.1", port) is None
    with socket.socket() as busy, pytest.raises(ValueError, match=f"port {port}: address already in use; try another"):
        busy.bind(("127.0.0.1", port))
        busy.listen()
        dashboard.check_free("127.0.0.1", port)


def test_places_are_as_the_notebook_sees_them():
    values = dashboard.parameters(NOTEBOOK, warehouse="data/warehouse", data=Path("data"), lang="")
    assert values == {"warehouse": "../data/warehouse", "data": "../data"}
    values = dashboard.parameters(NOTEBOOK, warehouse="s3://book/warehouse", data=Path("/srv/book"), lang="zh")
    assert values["warehouse"] == "s3://book/warehouse" and values["lang"] == "zh"
    assert (NOTEBOOK.parent / values["data"]).resolve() == Path("/srv/book")


def test_values_follow_the_parameters_and_prose_its_language():
    cells = [nbformat.v4.new_markdown_cell("## Findings"), nbformat.v4.new_code_cell("lang = 'en'")]
    cells[1].metadata["tags"] = ["parameters"]
    book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("lang")])
    changed = dashboard.with_parameters({"lang": "zh", "data": "a'b"}, None, book, cwd="")
    assert [cell.source for cell in changed.cells] == ["## 结论", "lang = 'en'", "lang = 'zh'\ndata = \"a'b\"", "lang"]
