from datetime import date
from statistics import mean, median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from opsbook.analysis import quadrants, rates, rules
from opsbook.analysis.brief import ACTION_COLUMNS, VERBS
from opsbook.report.messages import MESSAGES

WEEK = date(2026, 9, 19)
RULES = rules.load(WEEK)


def products(**columns) -> pd.DataFrame:
    ids = [chr(ord("a") + position) for position in range(len(next(iter(columns.values()))))]
    return pd.DataFrame({"product_id": ids, "title": ids} | columns)


STORE = products(
    visitors=[1000, 900, 20, 30, 2, 0],
    inquirers=[60, 3, 4, 0, 1, 0],
    tm=[40, 2, 3, 0, 0, 0],
    inquiries=[70, 3, 5, 0, 1, 0],
)


def test_names_the_four_quadrants_and_abstains_on_two_visitors():
    found = quadrants.classify(STORE, split="mean")
    assert found["quadrant"].tolist() == ["high/high", "high/low", "low/high", "low/low"] + 2 * ["not enough data"]
    assert found["events"].tolist() == [100, 5, 7, 0, 1, 0]
    assert found["events_min"].tolist() == [60, 3, 4, 0, 1, 0]
    assert found.loc[0, ["traffic_split", "conversion_split"]].tolist() == [1952 / 6, 113 / 1952]
    assert np.isnan(found.loc[5, "observed_rate"]) and found.loc[4, "observed_rate"] == 0.5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=12),
    st.sampled_from(["median", "mean"]),
)
def test_agrees_with_a_naive_reading(rows, split):
    visitors, inquirers, tm = (list(column) for column in zip(*rows, strict=True))
    found = quadrants.classify(products(visitors=visitors, inquirers=inquirers, tm=tm), split=split)
    events = [one + other for one, other in zip(inquirers, tm, strict=True)]
    posterior = rates.shrink(events, visitors)
    seen = [row for row in range(len(rows)) if visitors[row] > 0]
    drawn = len(seen) >= 2 and sum(events[row] for row in seen) > 0
    for row in range(len(rows)):
        if not drawn:
            assert found.loc[row, "quadrant"] == "not enough data"
            continue
        average = median if split == "median" else mean
        line = sum(events[i] for i in seen) / sum(visitors[i] for i in seen)
        if split == "median":
            line = median(posterior.loc[seen, "mean"])
        high = visitors[row] >= average(visitors) and visitors[row] > 0
        below = gamma.cdf(line, posterior.loc[row, "alpha"], scale=1 / posterior.loc[row, "beta"])
        assert found.loc[row, "probability"] == pytest.approx(max(below, 1 - below), abs=1e-9)
        if abs(max(below, 1 - below) - 0.8) < 1e-9 or abs(below - 0.5) < 1e-9:
            continue
        named = f"{'high' if high else 'low'}/{'low' if below > 0.5 else 'high'}"
        sure = visitors[row] >= 10 and max(below, 1 - below) >= 0.8
        assert found.loc[row, "quadrant"] == (named if sure else "not enough data")


def test_traffic_on_the_line_is_high_and_below_it_low_and_none_is_never_high():
    frame = products(visitors=[100, 99, 0], inquirers=[50, 50, 0], tm=[0, 0, 0])
    found = quadrants.classify(frame, split="peer", peer={"visitors": 100, "opportunity_rate": 0.1})
    assert found["nearest"].tolist()[:2] == ["high/high", "low/high"]
    none = quadrants.classify(frame, split="peer", peer={"visitors": 0, "opportunity_rate": 0.1})
    assert none["nearest"].str.startswith("low").tolist() == [False, False, True]


def test_a_quadrant_needs_the_stated_confidence_and_exposure():
    probability = quadrants.classify(STORE, split="mean").loc[3, "probability"]
    at, above = (
        quadrants.classify(STORE, split="mean", confidence=limit).loc[3, "quadrant"]
        for limit in (probability, probability + 1e-9)
    )
    assert (at, above) == ("low/low", "not enough data")
    exposed, short = (quadrants.classify(STORE, split="mean", min_exposure=n) for n in (20, 21))
    assert exposed.loc[2, "quadrant"] == "low/high" and short.loc[2, "quadrant"] == "not enough data"
    assert short.loc[2, "evidence"]["id"] == "quadrants.too_few"
    anything_goes = quadrants.classify(STORE, split="mean", min_exposure=0, confidence=0.5)
    assert (anything_goes["quadrant"] == "not enough data").tolist() == 5 * [False] + [True]


def test_exposure_needed_is_what_would_make_the_conversion_low():
    found = quadrants.classify(STORE, split="mean")
    needed, line = found.loc[4, "exposure_needed"], found.loc[4, "conversion_split"]
    alpha, beta = rates.shrink(found["events"], found["exposure"]).loc[4, ["alpha", "beta"]]
    after, before = (gamma.cdf(line, alpha, scale=1 / (beta + more)) for more in (needed, needed - 1))
    assert after >= 0.8 > before
    unsold = products(visitors=[2, 500], inquirers=[0, 5], tm=[0, 0])
    high_line = quadrants.classify(unsold, split="peer", peer={"visitors": 1, "opportunity_rate": 0.9})
    assert high_line.loc[0, "exposure_needed"] == 8  # sure at once, but two visitors are too few to say so
    assert found.loc[:3, "exposure_needed"].isna().all()


def test_lines_of_median_and_upper_quartile():
    frame = products(visitors=[10, 20, 30, 40, 50], inquirers=[1, 2, 9, 4, 5], tm=[0] * 5)
    shrunken = rates.shrink(frame["inquirers"], frame["visitors"])["mean"].sort_values().tolist()
    middle, upper = (quadrants.classify(frame, split=split) for split in ("median", "p75"))
    assert middle.loc[0, ["traffic_split", "conversion_split"]].tolist() == [30, shrunken[2]]
    assert upper.loc[0, ["traffic_split", "conversion_split"]].tolist() == [40, shrunken[3]]


def test_peer_lines_come_from_the_argument_or_the_columns_and_are_never_made_up():
    given_lines = {"visitors": 500, "opportunity_rate": 0.05}
    argument = quadrants.classify(STORE, split="peer", peer=given_lines)
    columns = quadrants.classify(STORE.assign(visitors_peer_avg=500, opportunity_rate_peer_avg=0.05), split="peer")
    pd.testing.assert_frame_equal(argument, columns)
    assert argument["quadrant"].tolist()[:2] == ["high/high", "high/low"]
    for unknown in (None, {}, {"visitors": 500}, {"visitors": None, "opportunity_rate": 0.05}):
        found = quadrants.classify(STORE, split="peer", peer=unknown)
        assert (found["quadrant"] == "not enough data").all()
        assert found.loc[0, "evidence"] == {"id": "quadrants.no_line"} | found.loc[0, "evidence"]


@pytest.mark.parametrize(
    "frame",
    [STORE.head(1), STORE.head(0), products(visitors=[50] * 4, inquirers=[0] * 4, tm=[0] * 4)],
    ids=["one product", "none", "nobody converts"],
)
def test_a_store_without_a_line_names_nothing(frame):
    for split in ("median", "mean", "p75", "peer"):
        found = quadrants.classify(frame, split=split)
        assert len(found) == len(frame) and (found["quadrant"] == "not enough data").all()


def test_one_product_with_traffic_is_no_line_for_the_others():
    frame = STORE.assign(search_impressions=[50] + 5 * [None])
    assert (quadrants.classify(frame, "search_impressions", split="mean")["quadrant"] == "not enough data").all()


def test_equal_products_cannot_be_told_apart():
    found = quadrants.classify(products(visitors=[50] * 4, inquirers=[5] * 4, tm=[0] * 4))
    assert (found["quadrant"] == "not enough data").all() and found["nearest"].str.startswith("high").all()
    assert found.loc[0, "evidence"]["id"] == "quadrants.unsure"


def test_missing_numbers_are_unknown_and_not_zero():
    frame = products(
        visitors=pd.array([1000, None, 500], "Int64"), inquirers=[100, 1, 5], tm=pd.array([0, 0, None], "Int64")
    )
    found = quadrants.classify(frame, split="peer", peer={"visitors": 100, "opportunity_rate": 0.05})
    assert found["quadrant"].tolist() == ["high/high", "not enough data", "not enough data"]
    assert found["evidence"].map(lambda message: message["id"]).tolist()[1:] == ["quadrants.unknown"] * 2
    assert found.loc[1:, ["mean", "probability"]].isna().all(axis=None)


@pytest.mark.parametrize("missing", [None, pd.NA, np.nan])
def test_missing_among_objects_is_unknown_too(missing):
    frame = products(visitors=[1000, missing, 500], inquirers=[100, 1, 5], tm=[0, 0, missing]).astype("object")
    found = quadrants.classify(frame, split="peer", peer={"visitors": 100, "opportunity_rate": 0.05})
    assert found["quadrant"].tolist() == ["high/high", "not enough data", "not enough data"]


def test_says_what_it_counted():
    assert (quadrants.classify(STORE)["basis"] == "inquirers + tm").all()
    older = quadrants.classify(STORE.drop(columns="inquirers"))
    assert (older["basis"] == "inquiries + tm").all() and older.loc[0, "events"] == 110
    bare = quadrants.classify(STORE.drop(columns=["inquirers", "inquiries"]))
    assert (bare["basis"] == "tm").all() and bare.loc[0, "events"] == 40
    empty = quadrants.classify(STORE[["product_id", "visitors"]])
    assert (empty["quadrant"] == "not enough data").all()


@pytest.mark.parametrize(
    ("left_out", "basis", "events"), [("inquirers", "inquiries + tm", 110), ("tm", "inquirers", 60)]
)
def test_pooling_keeps_what_the_export_counts(left_out, basis, events):
    week = STORE.assign(period_end=pd.Timestamp(WEEK))
    for export in (week.drop(columns=left_out), week.assign(**{left_out: np.nan})):
        found = quadrants.classify(quadrants.pooled(export))
        assert (found.loc[0, "basis"], found.loc[0, "events"]) == (basis, events)


def test_other_conversions_and_traffic():
    frame = STORE.assign(search_impressions=[9000, 9000, 10, 10, 0, 5], search_clicks=[900, 10, 1, 0, 0, 0])
    found = quadrants.classify(frame, "search_impressions", "ctr", "mean")
    assert found["quadrant"].tolist()[:2] == ["high/high", "high/low"]
    assert found["events"].tolist() == frame["search_clicks"].tolist()
    assert quadrants.classify(STORE, conversion="inquiry_rate").loc[0, "observed_rate"] == 0.07


def test_events_may_exceed_exposure():
    frame = products(visitors=[10, 400], inquirers=[15, 4], tm=[0, 0])
    assert quadrants.classify(frame, split="mean")["quadrant"].tolist() == ["low/high", "high/low"]


def test_index_is_kept_and_the_input_unchanged():
    frame = STORE.set_axis([7, 7, 3, "x", 0, 1])
    before = frame.copy()
    found = quadrants.classify(frame, split="mean")
    pd.testing.assert_frame_equal(frame, before)
    assert found.index.tolist() == [7, 7, 3, "x", 0, 1]
    assert found["quadrant"].tolist() == quadrants.classify(STORE, split="mean")["quadrant"].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "p80"}, "`split` must be one of 'median', 'mean', 'p75', 'peer'; found 'p80'"),
        ({"traffic": "visits"}, "`traffic` must be a column of `products`; found 'visits'"),
        ({"conversion": "sales"}, "`conversion` must be one of 'opportunity_rate', 'inquiry_rate', "),
    ],
)
def test_wrong_calls_are_one_line(arguments, message):
    with pytest.raises(ValueError) as error:
        quadrants.classify(STORE, **arguments)
    assert str(error.value).startswith(message) and "\n" not in str(error.value)


def test_every_evidence_can_be_worded():
    frame = STORE.assign(visitors=[1000.0, 900, 20, 30, np.nan, 0])
    found = pd.concat([quadrants.classify(frame, split=split) for split in ("median", "mean", "p75", "peer")])
    told = {message["id"]: MESSAGES[message["id"]].format(**message) for message in found["evidence"]}
    assert {"quadrants.unknown", "quadrants.no_line", "quadrants.no_exposure", "quadrants.high_high"} <= told.keys()
    assert all(isinstance(value, (str, float)) for message in found["evidence"] for value in message.values())
    assert told["quadrants.high_high"].startswith("High traffic, high conversion: rate 1")


def test_summary_counts_and_pools():
    table = quadrants.summary(quadrants.classify(STORE, split="mean")).set_index("quadrant")
    assert table["products"].tolist() == [1, 1, 1, 1, 2]
    assert table.loc["not enough data", ["traffic", "events", "exposure", "observed_rate"]].tolist() == [2, 1, 2, 0.5]
    assert np.isnan(quadrants.summary(quadrants.classify(STORE.head(0))).loc[0, "observed_rate"])


def test_summary_of_products_without_a_known_number_is_unknown_and_of_no_product_zero():
    unknown = STORE.assign(**dict.fromkeys(("visitors", "inquirers", "tm", "inquiries"), np.nan))
    table = quadrants.summary(quadrants.classify(unknown)).set_index("quadrant")
    assert table.loc["not enough data", "products"] == len(STORE)
    assert table.loc["not enough data", ["traffic", "events", "exposure", "observed_rate"]].isna().all()
    assert table.loc["high/high", ["products", "traffic", "events", "exposure"]].tolist() == [0, 0, 0, 0]


def test_moves_only_where_both_weeks_are_sure():
    now = quadrants.classify(STORE, split="mean")
    earlier = STORE.assign(visitors=[1000, 900, 800, 3, 2, 0])
    found = quadrants.moves(now, quadrants.classify(earlier, split="mean"))
    assert found[["product_id", "before", "now"]].to_numpy().tolist() == [["c", "high/low", "low/high"]]
    assert found.loc[0, ["traffic_before", "traffic"]].tolist() == [800, 20]
    before = quadrants.classify(earlier, split="mean").loc[2, "probability"]
    assert found.loc[0, "probability"] == pytest.approx(before * now.loc[2, "probability"])
    assert quadrants.moves(now, now).empty


def low_store() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = products(visitors=[1000, 1000, 100, 100, 100], inquirers=[100, 5, 0, 0, 0], tm=[0] * 5)
    frame = frame.assign(search_impressions=[1000] * 5, search_clicks=[10, 10, 10, 60, 10])
    return frame.assign(growth_score=[90, 90, 75, 74, 74]), quadrants.classify(frame, split="mean")


def test_good_ones_among_low_products_by_score_or_click_rate():
    frame, classified = low_store()
    assert classified["quadrant"].tolist()[2:] == ["low/low"] * 3
    good = quadrants.promising(classified, frame, rules=RULES)
    assert dict(zip(good["product_id"], good["good_by"], strict=True)) == {"d": ["ctr"], "c": ["growth_score"]}
    assert quadrants.promising(classified, frame[["product_id"]], rules=RULES).empty


def test_actions_follow_the_rules_and_leave_the_rest_of_low_low_alone():
    frame, classified = low_store()
    classified = pd.concat([classified, quadrants.classify(STORE, split="mean").loc[[2, 4]]], ignore_index=True)
    table = quadrants.actions(classified, quadrants.promising(classified, frame, rules=RULES), week=WEEK, rules=RULES)
    assert tuple(table.columns) == ACTION_COLUMNS
    verbs = {row["action"]["id"].split(".")[-1]: row["action"]["verb"] for row in table.to_dict("records")}
    assert verbs == {"high_low": "fix", "low_low": "test", "high_high": "keep", "low_high": "add"}
    assert set(verbs.values()) <= VERBS.keys()
    assert sorted(table["object"]) == ["a", "b", "c", "c", "d"]
    assert table.loc[table["owner"] == "designer", "object"].tolist() == ["b"]
    effect = table.loc[table["effect"].notna(), "effect"].item()
    row = classified.loc[1]
    assert effect["high"] == pytest.approx(1000 * (row["conversion_split"] - row["lower"]))
    assert effect["low"] == pytest.approx(1000 * (row["conversion_split"] - row["upper"]))
    told = [message for column in ("action", "evidence", "effect") for message in table[column].dropna()]
    assert all(MESSAGES[message["id"]].format(**message) for message in told)
    assert (table["due"] == date(2026, 9, 26)).all() and (table["review_on"] == date(2026, 10, 3)).all()
    month = quadrants.actions(classified, classified.head(0), week=WEEK, rules=RULES, weeks=4)
    assert month["effect"].dropna().item()["high"] == pytest.approx(effect["high"] / 4)
    only = quadrants.actions(classified, classified.head(0), week=WEEK, rules=RULES, top=1)
    assert sorted(only["object"]) == ["a", "b", "c"]


def test_several_weeks_of_a_product_are_pooled():
    weeks = pd.DataFrame(
        {
            "period_end": pd.to_datetime(["2026-09-19", "2026-09-12", "2026-09-12"]),
            "product_id": ["1", "1", "2"],
            "title": ["new", "old", "two"],
            "visitors": [10, 5, 7],
            "inquirers": [1, None, 2],
        }
    )
    table = quadrants.pooled(weeks).set_index("product_id")
    assert table["visitors"].to_dict() == {"1": 15, "2": 7}
    assert table["title"].to_dict() == {"1": "new", "2": "two"}
    assert pd.isna(table.loc["1", "inquirers"]) and table.loc["2", "inquirers"] == 2
    assert quadrants.pooled(weeks.head(0)).empty
