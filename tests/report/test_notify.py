"""Delivery, against a receiver on this machine; the address holds a planted secret that must show up nowhere."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from opsbook.report import notify

WEEK = date(2026, 9, 19)
SECRET = "hunter2planted"


@pytest.fixture
def receiver():
    """An HTTP receiver that keeps what it gets; `receiver.answer` is the status it answers with."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(server.answer)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.got = 200, got
    server.url = f"json://user:{SECRET}@127.0.0.1:{server.server_port}/{SECRET}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def reports(tmp_path):
    """Reports of two stores in the week, of a third only in the week before."""
    write(tmp_path, "shoes", metrics={"light": "green", "actions": []})
    actions = [{"object": "no. 0", "action": {"id": "batch.path", "path": f"no. {n}"}} for n in range(5)]
    write(tmp_path, "home", lang="zh", metrics={"light": "red", "actions": actions})
    write(tmp_path, "lamps", week="2026-09-12", metrics={})
    return tmp_path


def write(out, store, week="2026-09-19", lang="en", metrics=None, status="ok"):
    folder = out / week / store
    folder.mkdir(parents=True)
    about = {"store": store, "store_name": store.title(), "week": week, "lang": lang}
    manifest = about | {"notebooks": {"00_weekly_brief": {"status": status}}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "metrics.json").write_text(json.dumps(about | {"metrics": metrics or {}}))


def composed(out, **options):
    return notify.compose(str(out), WEEK, notify.expected("all", str(out), out), **options)


def test_the_message_says_what_is_missing_then_red_lights_first(reports):
    message = composed(reports, link="https://reports.example.com/")
    assert message.subject == "Weekly reports, week to 2026-09-19"
    assert (
        message.body
        == """MISSING: 1 of 3 reports of the week to 2026-09-19
lamps: no report for the week to 2026-09-19.

Home，截至2026-09-19：红灯
优先动作：
1. 报告：no. 0
2. no. 0: 报告：no. 1
3. no. 0: 报告：no. 2
报告：https://reports.example.com/2026-09-19/home/index.html

Shoes, week to 2026-09-19: Green
No action is proposed.
Report: https://reports.example.com/2026-09-19/shoes/index.html"""
    )
    assert message.missing


def test_nothing_missing_is_said_as_well(tmp_path):
    write(tmp_path, "shoes")
    message = composed(tmp_path)
    assert message.body.splitlines()[0] == "All 1 reports of the week to 2026-09-19 are there."
    assert not message.missing
    assert len(message.body.splitlines()) == 4  # no brief: nothing is known about actions
    assert f"Report: {tmp_path}/2026-09-19/shoes/index.html" in message.body


def test_a_failed_page_is_a_missing_report(tmp_path):
    write(tmp_path, "shoes", status="failed")
    lines = composed(tmp_path).body.splitlines()
    assert lines[:2] == [
        "MISSING: 1 of 1 reports of the week to 2026-09-19",
        "shoes: Weekly brief of the week to 2026-09-19 could not be made.",
    ]


def test_a_store_that_never_had_a_report_is_missing_too(reports):
    (reports / "stores.toml").write_text('[stores.new]\nname = "New"\n')
    assert "new: no report for the week to 2026-09-19." in composed(reports).body
    assert notify.expected("new", str(reports), reports) == ["new"]


def test_a_batch_that_never_ran_is_told(tmp_path):
    (tmp_path / "stores.toml").write_text('[stores.new]\nname = "New"\n')
    assert composed(tmp_path).body.splitlines()[0] == "MISSING: 1 of 1 reports of the week to 2026-09-19"


def test_many_stores_are_cut(tmp_path):
    for number in range(notify.MOST_STORES + 3):
        write(tmp_path, f"s{number:02}")
    assert composed(tmp_path).body.endswith("3 more stores are in the index.")


@pytest.mark.parametrize(
    "today, week",
    [("2026-09-21", "2026-09-12"), ("2026-09-22", "2026-09-19"), ("2026-09-28", "2026-09-19")],
)
def test_the_week_is_the_newest_that_is_published(today, week):
    assert notify.week(today=date.fromisoformat(today)) == date.fromisoformat(week)
    assert notify.week(as_of=today) == date.fromisoformat(week)


def test_a_wrong_day_is_one_line():
    with pytest.raises(ValueError, match="--as-of 'soon': expected a day as YYYY-MM-DD"):
        notify.week(as_of="soon")


def test_every_receiver_gets_the_message(reports, receiver, monkeypatch):
    monkeypatch.setenv(notify.VARIABLE, f"{receiver.url} {receiver.url}")
    message = composed(reports)
    assert notify.send(message) == "sent to 2 receivers"
    assert [(got["title"], got["message"]) for got in receiver.got] == [(message.subject, message.body)] * 2


@pytest.mark.parametrize("fault", ["refused", "not understood", "absent"])
def test_the_secret_is_in_no_error_log_or_output(reports, receiver, monkeypatch, capfd, caplog, fault):
    receiver.answer = 500
    addresses = {
        "refused": receiver.url,
        "not understood": f"nonsense://{SECRET}",
        "absent": f"json://127.0.0.1:9/{SECRET}",
    }
    monkeypatch.setenv(notify.VARIABLE, addresses[fault])
    with pytest.raises(ValueError, match="address 1 of 1") as caught:
        notify.send(composed(reports))
    out, err = capfd.readouterr()
    assert SECRET not in f"{caught.value}{out}{err}{caplog.text}"
    assert not [path for path in reports.rglob("*") if path.is_file() and SECRET in path.read_text()]


def test_without_a_receiver_the_error_says_what_to_set(reports, monkeypatch):
    monkeypatch.delenv(notify.VARIABLE, raising=False)
    with pytest.raises(ValueError, match="OPSBOOK_NOTIFY is empty"):
        notify.send(composed(reports))
