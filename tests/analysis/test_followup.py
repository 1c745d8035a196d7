from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import followup, logbook

CREATED = date(2026, 6, 13)
AFTER = date(2026, 6, 27)
NO_LOG = pd.DataFrame(columns=logbook.LOG_COLUMNS)


def proposals(*verbs, metric="opportunities", object=""):
    row = {
        "module": "traffic",
        "object_type": "store",
        "object": object,
        "evidence": {"id": "traffic.why"},
        "effect": None,
        "priority": "P1",
        "owner": "operator",
        "due": date(2026, 6, 20),
        "review_metric": metric,
        "review_on": AFTER,
    }
    return pd.DataFrame([row | {"action": {"id": f"traffic.{verb}", "verb": verb}} for verb in verbs])


def kpis(opportunities, visitors=1000):
    """Weekly figures, the last of them of the week `AFTER`."""
    ends = pd.date_range(end=AFTER, periods=len(opportunities), freq="7D")
    return pd.DataFrame(
        {"period_kind": "week", "period_end": ends, "opportunities": opportunities, "visitors": visitors}
    )


def outcome(opportunities, metric="opportunities", status="done", on=CREATED, week=AFTER, **columns):
    history = followup.store_history(kpis(opportunities, **columns))
    log = followup.record(NO_LOG, proposals("fix", metric=metric), "acme", CREATED, history)
    log = logbook.set_status(log, log["action_id"].iloc[0], status, on)
    return followup.review(log, week, history).iloc[0]


def kind(*args, **options):
    return outcome(*args, **options)["verdict"]["id"].removeprefix("brief.review_")


def test_record_keeps_the_baseline_and_the_columns():
    history = followup.store_history(kpis([30, 31, 12, 30, 30]))
    log = followup.record(NO_LOG, proposals("fix", "check", metric="opportunity_rate"), "acme", CREATED, history)
    assert log.columns.tolist() == logbook.LOG_COLUMNS
    assert log["status"].tolist() == ["open", "open"] and log["action_id"].is_unique
    assert log[["baseline_events", "baseline_exposure"]].iloc[0].tolist() == [12, 1000]
    assert log["action"].iloc[0] == '{"id": "traffic.fix", "verb": "fix"}'


def test_recording_twice_changes_nothing_and_an_open_action_stays_one():
    history = followup.store_history(kpis([30, 30]))
    log = followup.record(NO_LOG, proposals("fix"), "acme", CREATED, history)
    again = followup.record(log, proposals("fix"), "acme", CREATED, history)
    next_week = followup.record(log, proposals("fix", "check"), "acme", CREATED + timedelta(days=7), history)
    pd.testing.assert_frame_equal(again, log)
    assert next_week["action_id"].tolist()[0] == log["action_id"].iloc[0] and len(next_week) == 2
    done = logbook.set_status(log, log["action_id"].iloc[0], "done", CREATED)
    pd.testing.assert_frame_equal(followup.record(done, proposals("fix"), "acme", CREATED, history), done)
    assert len(followup.record(done, proposals("fix"), "acme", CREATED + timedelta(days=7), history)) == 2


def test_only_kept_proposals_are_recorded():
    rows = proposals("fix", "check").assign(kept=[False, True])
    log = followup.record(NO_LOG, rows, "acme", CREATED, followup.store_history(kpis([1])))
    assert log["action"].tolist() == ['{"id": "traffic.check", "verb": "check"}']


def test_set_status_by_any_case_and_only_one_row():
    log = followup.record(NO_LOG, proposals("fix", "check"), "acme", CREATED, followup.store_history(kpis([1])))
    name = log["action_id"].iloc[1]
    changed = logbook.set_status(log, name.lower(), "dropped", date(2026, 6, 18), "no budget")
    assert changed["status"].tolist() == ["open", "dropped"] and changed["note"].tolist() == ["", "no budget"]
    assert changed["status_on"].tolist() == [CREATED, date(2026, 6, 18)] and log["status"].tolist() == ["open", "open"]
    kept = logbook.set_status(changed, name, "open", CREATED)
    assert kept["note"].tolist() == ["", "no budget"]
    with pytest.raises(ValueError, match=f"did you mean '{name}'"):
        logbook.set_status(log, name[:-1] + "?", "done", CREATED)
    with pytest.raises(ValueError, match="`status` must be one of 'open', 'done', 'dropped'; found 'closed'"):
        logbook.set_status(log, name, "closed", CREATED)


STEADY = [30, 28, 33, 31, 29, 30, 34, 31]


def test_a_change_within_chance_is_said_to_be_chance():
    row = outcome([*STEADY, 25, 27, 30])
    assert row["verdict"]["id"] == "brief.review_chance"
    assert (row["before"], row["after"], row["usual"]) == (25, 30, np.mean(STEADY))


def test_a_return_to_the_usual_is_no_effect():
    assert kind([*STEADY, 8, 20, 31]) == "return"
    assert kind([*STEADY, 8, 20, 31], metric="opportunity_rate") == "return"


def test_a_rise_beyond_the_usual_is_more_than_chance():
    assert kind([*STEADY, 10, 40, 75]) == "up"
    assert kind([*STEADY, 25, 40, 75], metric="opportunity_rate") == "up"
    assert kind([*STEADY, 30, 10, 2]) == "down"


def test_without_usual_weeks_a_return_cannot_be_ruled_out():
    row = outcome([30, 30, 30, 8, 20, 60])
    assert row["verdict"]["id"] == "brief.review_no_usual" and row["verdict"]["weeks"] == 3
    assert kind([30, 30, 30, 30, 8, 20, 60]) == "up"


def test_after_begins_with_the_first_full_week_after_it_was_done():
    # done on the Sunday that begins the last week: no full week since
    assert kind([*STEADY, 25, 27, 60], on=date(2026, 6, 21)) == "too_early"
    assert outcome([*STEADY, 25, 27, 60], on=date(2026, 6, 20))["after"] == 60
    assert kind([*STEADY, 25, 27, 60], week=date(2026, 6, 20)) == "chance"


def test_not_done():
    assert kind([30, 30, 30], status="dropped") == "dropped"
    assert kind([30, 30, 30], status="open") == "overdue"
    assert kind([30, 30, 30], status="open", week=date(2026, 6, 20)) == "open"
    assert outcome([30, 30, 30], status="open")["overdue"]


def test_an_action_of_this_week_is_not_reviewed_yet():
    log = followup.record(NO_LOG, proposals("fix"), "acme", AFTER, followup.store_history(kpis([1])))
    assert followup.review(log, AFTER, followup.store_history(kpis([1]))).empty
    assert followup.review(NO_LOG, AFTER, followup.store_history(kpis([1]))).empty


def test_unknown_metric_and_zero_exposure():
    assert kind([*STEADY, 25, 27, 60], metric="star") == "unknown"
    assert kind([*STEADY, 25, 27, 60], metric="opportunity_rate", visitors=0) == "unknown"


def test_the_recorded_baseline_serves_when_history_is_short():
    log = followup.record(NO_LOG, proposals("fix"), "acme", CREATED, followup.store_history(kpis([9, 30, 40])))
    log = logbook.set_status(log, log["action_id"].iloc[0], "done", CREATED)
    row = followup.review(log, AFTER, followup.store_history(kpis([40]))).iloc[0]
    assert (row["before"], row["after"]) == (9, 40)


def test_history_holds_counts_and_rates_with_counts_only():
    table = kpis([1, 2]).assign(
        order_amount_usd=5.0, reply_hours=3.0, visitors_peer_avg=7, l1_inquirer_share=0.5, star=4
    )
    history = followup.store_history(table)
    assert set(history["metric"]) == {"opportunities", "visitors", "opportunity_rate"}
    assert history.columns.tolist() == followup.HISTORY_COLUMNS


def test_actions_after_a_bad_week_are_seldom_credited_with_its_recovery():
    """The action is proposed after the worst of nine chance weeks: its recovery is no effect."""
    rng = np.random.default_rng(8)
    credited = naive = 0
    for _ in range(100):
        weeks = rng.poisson(60, 9)
        weeks[[weeks.argmin(), 8]] = weeks[[8, weeks.argmin()]]
        row = outcome([*weeks, 60, rng.poisson(60)])
        credited += row["verdict"]["id"] in ("brief.review_up", "brief.review_down")
        naive += row["p_chance"] <= 0.05
    assert credited <= 5 < naive


def test_earlier_leaves_out_what_the_week_itself_proposed():
    history = followup.store_history(kpis([30, 30]))
    log = followup.record(NO_LOG, proposals("fix"), "acme", CREATED, history)
    assert logbook.earlier(log, CREATED).empty
    assert len(logbook.earlier(log, CREATED + timedelta(days=7))) == 1


def test_identify_gives_new_actions_a_name_and_leaves_open_ones_theirs():
    history = followup.store_history(kpis([30, 31, 12, 30, 30]))
    log = followup.record(NO_LOG, proposals("fix"), "acme", CREATED, history)
    week = CREATED + timedelta(days=7)
    table = followup.identify(log, proposals("fix", "check"), "acme", week, history)
    assert table["created_week"].tolist() == [CREATED, week]
    assert table["action_id"].iloc[0] == log["action_id"].iloc[0] and table["action_id"].is_unique
    assert table["baseline_events"].tolist() == [12, 30]
    done = logbook.set_status(log, log["action_id"].iloc[0], "done", CREATED)
    again = followup.identify(done, proposals("fix"), "acme", week, history)
    assert again["action_id"].iloc[0] != log["action_id"].iloc[0] and again["created_week"].iloc[0] == week


def test_identify_keeps_only_what_is_kept():
    history = followup.store_history(kpis([30, 30]))
    ranked = proposals("fix", "check").assign(kept=[False, True])
    assert [a["id"] for a in followup.identify(NO_LOG, ranked, "acme", CREATED, history)["action"]] == ["traffic.check"]
