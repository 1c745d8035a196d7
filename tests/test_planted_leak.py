"""The leak that the sample plants among the contacts is found, and none is invented where there is none."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from opsbook.analysis import crm, funnel, rules, stages
from opsbook.intake import importer
from opsbook.intake import warehouse as wh

INBOX = Path(__file__).parents[1] / "data" / "inbox"
LAST = date(2026, 9, 19)
BOOK = rules.load(LAST)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Events of the contacts of both sample stores."""
    warehouse = str(tmp_path_factory.mktemp("warehouse"))
    found = {}
    for store in ("shoes", "home"):
        for table in ("触达记录", "信保订单"):
            importer.import_file(INBOX / store / f"{table}-{LAST}.csv", store=store, warehouse=warehouse)
        touches, orders = (wh.load(name, store=store, week=LAST, warehouse=warehouse) for name in ("touch", "order"))
        found[store] = crm.events(touches, crm.orders_usd(orders, BOOK["customers.cancelled"].value, 7.1))
    return found


def lately(log, week=LAST):
    window = f"{BOOK['funnel.window_inquiry_quote'].value}D"
    level = BOOK["funnel.leak_level"].value
    return stages.leaks_over_time(log, ["inquiry", "quote"], window=window, as_of=week, level=level)


def test_the_planted_leak_is_found(logs):
    found = lately(logs["shoes"])
    leak = found[found["verdict"] == "leak"]
    assert leak[["period", "step"]].to_numpy().tolist() == [["recent", "quote"]]
    assert stages.leak_messages(found, "period")[0]["id"] == "funnel.leak_recent"


def test_there_was_none_before_it_began(logs):
    assert not lately(logs["shoes"], LAST - timedelta(weeks=4))["verdict"].eq("leak").any()


@pytest.mark.parametrize("back", range(8))
def test_none_is_invented(logs, back):
    found = lately(logs["home"], LAST - timedelta(weeks=back))
    assert set(found["verdict"]) == {"no leak"}


@pytest.mark.parametrize("store", ["shoes", "home"])
def test_no_channel_is_blamed(logs, store):
    settled = crm.mature(logs[store], entry="inquiry", window="30D", as_of=LAST, within=365)
    table = funnel.funnel(settled, ["inquiry", "quote", "deal"], window="30D", by="channel")
    assert not stages.leaks(table, "channel")["verdict"].eq("leak").any()
