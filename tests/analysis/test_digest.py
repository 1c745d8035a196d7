import json

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import actions, alarms, brief, digest, followup, logbook, next_count, rules, traffic

WEEK = pd.Timestamp("2026-06-20")
ENDS = pd.date_range(end=WEEK, periods=9, freq="7D")
RULES = rules.load(WEEK.date())
NO_LOG = pd.DataFrame(columns=logbook.LOG_COLUMNS)


def kpis(**columns):
    return pd.DataFrame({"period_end": ENDS} | {name: pd.array(values, "Float64") for name, values in columns.items()})


def channels(**visitors):
    rows = [(end, name, count) for name, counts in visitors.items() for end, count in zip(ENDS, counts, strict=True)]
    table = pd.DataFrame(rows, columns=["period_end", "channel", "visitors"])
    return table.assign(opportunities=table["visitors"] // 10)


def judged(channel_traffic):
    return traffic.weekly_change(channel_traffic, WEEK), alarms.alarms(
        alarms.series(channel_traffic, None, WEEK), WEEK, RULES
    )


def week_of_actions(changes):
    ranked = actions.rank([traffic.propose(changes, None, WEEK)])
    named = followup.identify(NO_LOG, ranked, "acme", WEEK.date(), pd.DataFrame(columns=followup.HISTORY_COLUMNS))
    return digest.name_objects(named, *[pd.DataFrame(columns=["product_id", "title"])] * 2)


# ---- largest changes --------------------------------------------------------------------------------------------


def test_largest_changes_by_ratio_either_way():
    table = digest.largest_changes(
        kpis(visitors=[100] * 8 + [110], opportunities=[10] * 8 + [5], orders=[2] * 8 + [0], tm=[4] * 9), WEEK
    )
    assert table["metric"].tolist() == ["opportunity_rate", "opportunities", "visitors", "orders"]
    assert table["wow"].tolist() == pytest.approx([5 / 110 / 0.1 - 1, -0.5, 0.1, -1])
    assert len(digest.largest_changes(kpis(visitors=[100] * 8 + [110], tm=[4] * 8 + [5]), WEEK, most=1)) == 1


def test_chance_is_told_for_counts_with_four_past_weeks_only():
    table = digest.largest_changes(kpis(visitors=[100] * 8 + [10], opportunity_rate=[0.1] * 8 + [0.2]), WEEK)
    found = table.set_index("metric")["p_usual"]
    assert found["visitors"] == pytest.approx(next_count.tail_probability(np.full(8, 100.0), 10))
    assert found["visitors"] < 0.01
    assert np.isnan(found["opportunity_rate"])
    for past, unknown in (([100, None, 100, 100], True), ([100, 100, 100, 100], False)):
        few = digest.largest_changes(kpis(visitors=[*[None] * 4, *past, 10]), WEEK)
        assert few["p_usual"].isna().tolist() == [unknown]


@pytest.mark.parametrize(
    ("p_usual", "said"), [(0.05, ["brief.usual"]), (0.049, ["brief.not_usual"]), (float("nan"), [])]
)
def test_the_change_of_the_light_is_held_against_chance(p_usual, said):
    row = {"metric": "visitors", "before": 9.0, "value": 5.0, "wow": -4 / 9, "p_usual": p_usual}
    messages = digest.usual({"metric": "visitors"}, pd.DataFrame([row | {"metric": "orders", "p_usual": 0.5}, row]))
    assert [message["id"] for message in messages] == said
    assert all(message["before"] == 9 and message["p_usual"] == p_usual for message in messages)


def test_without_a_figure_under_the_light_nothing_is_said_about_chance():
    assert digest.usual({"id": "brief.verdict_no_week"}, digest.largest_changes(kpis(tm=[4] * 8 + [5]), WEEK)) == []


def test_an_unknown_week_and_a_rolling_figure_are_no_change():
    assert digest.largest_changes(kpis(visitors=[100] * 7 + [None, 50], reply_hours=[5] * 8 + [9]), WEEK).empty


# ---- products, boards, names ------------------------------------------------------------------------------------


def test_most_shown_marks_products_without_contact():
    rows = pd.DataFrame(
        {
            "period_end": WEEK,
            "product_id": list("abcd"),
            "title": "t",
            "all_impressions": [5, 9, 7, 1],
            "visitors": 3,
            "inquiries": pd.array([1, 0, 0, None], "Int64"),
            "tm": pd.array([None, 0, 2, 0], "Int64"),
        }
    )
    table = digest.most_shown(rows, WEEK, most=3)
    assert table["product_id"].tolist() == ["b", "c", "a"]
    assert table["without_inquiry"].tolist() == [True, False, False]
    assert digest.most_shown(rows, WEEK)["without_inquiry"].isna().tolist() == [False, False, False, True]
    assert digest.most_shown(rows, WEEK - pd.Timedelta(weeks=1)).empty


def test_board_counts_take_the_best_path_of_a_product():
    evaluated = pd.DataFrame(
        [
            ("a", "top", "fail"),
            ("a", "top", "pass"),
            ("b", "top", "unknown"),
            ("b", "top", "fail"),
            ("a", "new", "fail"),
        ],
        columns=["product_id", "board", "verdict"],
    )
    assert digest.board_counts(evaluated).to_numpy().tolist() == [["top", 1, 1, 2], ["new", 0, 0, 1]]
    assert digest.board_counts(evaluated.head(0)).empty


def test_delivered_tells_rows_and_days():
    tables = {
        "weeks": pd.DataFrame({"period_start": pd.to_datetime(["2026-06-14"]), "period_end": WEEK}),
        "events": pd.DataFrame({"ordered_at": pd.to_datetime(["2026-06-03 10:00", "2026-06-01 23:59"])}),
        "timeless": pd.DataFrame({"x": [1]}),
        "empty": pd.DataFrame({"on": []}),
    }
    table = digest.delivered(tables)
    assert table["delivered"].tolist() == ["weeks", "events", "timeless"] and table["row_count"].tolist() == [1, 2, 1]
    assert table.loc[0, ["first_day", "last_day_held"]].tolist() == [pd.Timestamp("2026-06-14"), WEEK]
    assert table.loc[1, ["first_day", "last_day_held"]].tolist() == [pd.Timestamp(f"2026-06-0{d}") for d in (1, 3)]
    assert table.loc[2, ["first_day", "last_day_held"]].isna().all()


def test_products_go_by_their_newest_title():
    rows = pd.DataFrame(
        {"object_type": ["product", "product", "keyword"], "object": ["1", "2", "1"], "action": [{"id": "x"}] * 3}
    )
    exported = pd.DataFrame({"product_id": ["1", "1"], "title": ["old", "new"]})
    table = digest.name_objects(rows, exported, pd.DataFrame({"product_id": ["1"], "title": ["profile"]}))
    assert table["object_name"].tolist() == ["new", "2", "1"]
    assert table["todo"].iloc[0] == {"id": "brief.todo", "object": "new", "details": [{"id": "x"}]}
    assert digest.todo({"object_type": "store", "action": {"id": "y"}}) == {"id": "y"}


# ---- what changed, summary, metrics -----------------------------------------------------------------------------


def test_an_alarm_stands_for_a_channel_whose_visitors_alone_changed():
    changes, watched = judged(channels(a=[200] * 8 + [20], b=[300] * 9))
    assert changes["cause"].tolist() == ["traffic", "chance"]
    assert [message["id"] for message in digest.what_changed(changes, watched)] == ["traffic.alarm_fall"]


def test_a_change_of_the_rate_stands_before_alarms_of_the_same_channel():
    moved = channels(a=[200] * 8 + [500], b=[300] * 9)
    now = moved["period_end"] == WEEK
    moved.loc[now & (moved["channel"] == "a"), "opportunities"] = 5
    changes, watched = judged(moved)
    assert watched["alarm"].any()
    assert [message["id"] for message in digest.what_changed(changes, watched)] == ["traffic.change_opposed"]


def test_at_most_so_many_changes_are_told():
    changes, watched = judged(channels(**{name: [200] * 8 + [10] for name in "abcdefg"}))
    assert len(digest.what_changed(changes, watched)) == 5


def test_a_week_that_differs_by_chance_is_calm():
    rng, stores, told = np.random.default_rng(3), 30, 0
    for _ in range(stores):
        mean = rng.lognormal(3.5, 1.2, 10)
        counts = {f"c{i}": rng.poisson(m * rng.gamma(25, 1 / 25, 9)) for i, m in enumerate(mean)}
        rows = channels(**counts)
        found = digest.what_changed(*judged(rows.assign(opportunities=rng.binomial(rows["visitors"], 0.06))))
        told += [message["id"] for message in found] != ["traffic.nothing_changed"]
    assert told <= 2


def test_nothing_to_compare_is_said():
    changes, watched = judged(channels(a=[10] * 9).query("period_end == @WEEK"))
    assert [message["id"] for message in digest.what_changed(changes, watched)] == ["traffic.not_compared"]


def test_summary_leads_with_the_verdict():
    changes, watched = judged(channels(a=[200] * 8 + [20]))
    verdict = brief.verdict(kpis(visitors=[None] * 8 + [50]), WEEK, RULES)
    todo = week_of_actions(changes)
    told = digest.summary(verdict, digest.what_changed(changes, watched), todo)
    assert [message["id"] for message in told] == ["brief.verdict_unknown", "traffic.alarm_fall", "brief.todo"]
    assert [m["id"] for m in digest.summary(verdict, [], todo.head(0))] == ["brief.verdict_unknown", "brief.no_actions"]
    assert len(digest.summary(verdict, [{"id": "x"}] * 9, todo, most=2)) == 4


def test_metrics_are_plain_data_and_unknown_is_null():
    changes, _ = judged(channels(a=[200] * 8 + [20]))
    kpi = kpis(visitors=[None] * 8 + [50], orders=[None] * 9)
    verdict = brief.verdict(kpi, WEEK, RULES)
    content = digest.metrics(verdict, brief.key_figures(kpi, WEEK), np.float64(12.5), changes, week_of_actions(changes))
    read = json.loads(json.dumps(content, allow_nan=False))
    assert (read["schema"], read["light"], read["visitors"], read["orders"]) == (1, "unknown", 50, None)
    assert read["spend"] == 12.5 and read["figures"]["visitors"]["wow"] is None
    assert read["changes"][0] == {
        "channel": "a", "traffic_effect": -18, "conversion_effect": 0, "total": -18, "cause": "traffic",
    }  # fmt: skip
    action = read["actions"][0]
    assert (action["due"], action["created_week"], action["object_name"]) == ("2026-06-27", "2026-06-20", "a")
    assert action["action_id"] == brief.action_id("acme", WEEK.date(), "channel", "a", {"id": "traffic.check_channel"})


def test_metrics_without_any_data():
    empty = pd.DataFrame(columns=["period_end", "visitors"])
    nothing = channels(a=[1] * 9).head(0)
    key, changes = brief.key_figures(empty, WEEK), traffic.weekly_change(nothing, WEEK)
    content = digest.metrics(brief.verdict(empty, WEEK, RULES), key, None, changes, week_of_actions(changes))
    assert content["changes"] == content["actions"] == [] and content["spend"] is None
    assert digest.plain(np.int64(3)) == 3 and digest.plain([float("nan")]) == [None]


@pytest.mark.parametrize(
    ("p_usual", "message"), [(0.049, "brief.not_usual"), (0.05, "brief.usual"), (1.0, "brief.usual")]
)
def test_the_light_s_figure_is_usual_or_not(p_usual, message):
    largest = pd.DataFrame(
        {"metric": ["visitors", "spend"], "before": [5.0, 1.0], "value": [9.0, 2.0], "p_usual": [p_usual, 0.001]}
    )
    numbers = {"metric": "visitors", "before": 5.0, "value": 9.0, "p_usual": p_usual}
    assert digest.usual({"metric": "visitors"}, largest) == [{"id": message} | numbers]


def test_what_is_usual_is_not_known():
    largest = pd.DataFrame({"metric": ["visitors"], "before": [5.0], "value": [9.0], "p_usual": [float("nan")]})
    assert digest.usual({"metric": "visitors"}, largest) == []
    assert digest.usual({"metric": "opportunities"}, largest.assign(p_usual=0.1)) == []
