"""Keyword decisions: definitions by hand, the edge cases of sparse data, and decisions on data that were not seen."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from opsbook.analysis import keywords, rates, rules
from opsbook.analysis.brief import ACTION_COLUMNS
from opsbook.report.messages.keywords import MESSAGES

WEEK = date(2026, 9, 19)
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 10_000)),
        st.one_of(st.none(), st.integers(0, 300)),
        st.one_of(st.none(), st.floats(0, 5000)),
        st.one_of(st.none(), st.integers(0, 30)),
        st.sampled_from(["a", "b", None]),
    ),
    max_size=12,
)


def table(rows, **columns) -> pd.DataFrame:
    names = ["keyword", "impressions", "clicks", "spend", "inquiries"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


WORDS = table(
    [
        ("steel pipe", 900, 60, 120.0, 6),
        ("pipe", 8000, 400, 2000.0, 1),
        ("seamless steel pipe", 300, 20, 40.0, 0),
        ("black steel tube fitting", 50, 4, 8.0, 0),
    ]
)


def market(seed: int, rows: int = 1500) -> pd.DataFrame:
    """Keywords with log-normal rates in groups of very different sizes; the same words later on, not seen."""
    rng = np.random.default_rng(seed)
    share = rng.pareto(1, 8) + 0.2
    group = rng.choice(8, rows, p=share / share.sum())
    rate = np.minimum(0.03 * np.exp(rng.normal(0, 0.5, 8)[group] + rng.normal(0, 0.8, rows)), 0.9)
    clicks, cpc = np.ceil(rng.lognormal(2, 1.7, rows)).astype(int), np.exp(rng.normal(0, 0.4, rows))
    later = rng.poisson(clicks)
    return pd.DataFrame(
        {
            "keyword": [f"word {number}" for number in range(rows)],
            "group": group,
            "impressions": clicks * 30,
            "clicks": clicks,
            "spend": clicks * cpc,
            "inquiries": rng.binomial(clicks, rate),
            "later_inquiries": rng.binomial(later, rate),
            "later_spend": later * cpc,
            "rate": rate,
        }
    )


def test_economics_of_a_word_by_hand():
    word = keywords.decide(WORDS, 100).iloc[0]
    assert word[["ctr", "cpc", "cost_per_inquiry", "break_even"]].tolist() == [60 / 900, 2.0, 20.0, 0.02]
    posterior = rates.shrink(WORDS["inquiries"], WORDS["clicks"]).iloc[0]
    law = gamma(posterior["alpha"], scale=1 / posterior["beta"])
    assert word["prob_loss"] == pytest.approx(law.cdf(0.02))
    assert word["prob_gain"] == pytest.approx(law.sf(0.02 * 1.2))
    assert word["rate"] == pytest.approx(law.mean())
    assert word["expected_profit"] == pytest.approx(100 * law.mean() * 60 - 120)
    assert word["inquiries_lower"] == pytest.approx(60 * law.ppf(0.05))
    assert word["inquiries_upper"] == pytest.approx(60 * law.ppf(0.95))


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([np.nan, 1.0, 60.0]))
def test_one_row_in_one_row_out_and_pause_exactly_above_the_confidence(rows, confidence, value):
    words = pd.DataFrame(rows, columns=["impressions", "clicks", "spend", "inquiries", "group"], dtype=object)
    words = words.convert_dtypes().assign(keyword="same word")
    words.index = ["x"] * len(words)
    decided = keywords.decide(words, value, confidence)
    assert decided.index.equals(words.index)
    assert decided["decision"].isin(keywords.DECISIONS).all()
    assert ((decided["decision"] == "pause") == (decided["prob_loss"] > confidence)).all()
    assert decided["prob_loss"].dropna().between(0, 1).all()
    unknown = words[["clicks", "spend", "inquiries"]].isna().any(axis=1) | (words["clicks"].fillna(0) == 0)
    assert (decided["decision"][unknown.to_numpy()] == "collect").all()
    for column in ("evidence", "reading"):
        for message in decided[column]:
            assert MESSAGES[message["id"]].format(**json.loads(json.dumps(message)))


def test_the_confidence_itself_is_not_yet_a_pause():
    for chance in keywords.decide(WORDS, 100)["prob_loss"]:
        same = keywords.decide(WORDS, 100, confidence=chance)
        below = keywords.decide(WORDS, 100, confidence=chance * 0.999)
        at = (same["prob_loss"] - chance).abs().idxmin()
        assert same.loc[at, "decision"] != "pause" == below.loc[at, "decision"]


def test_a_bid_is_lowered_where_a_loss_is_more_likely_than_not():
    rows = [("word", 9, 400, 100.0 + 5 * step, inquiries) for step in range(100) for inquiries in (3, 20, 50)]
    decided = keywords.decide(table(rows), 20, 0.99)
    open_cases = decided[decided["decision"].isin(("lower", "keep"))]
    assert open_cases["prob_loss"].between(0.45, 0.5).any() and open_cases["prob_loss"].between(0.5, 0.55).any()
    assert ((open_cases["decision"] == "lower") == (open_cases["prob_loss"] > 0.5)).all()


def test_every_decision_has_its_case():
    words = table(
        [
            ("sure loss", 100, 200, 1000.0, 0),
            ("sure gain", 100, 200, 200.0, 30),
            ("leaning to a loss", 100, 200, 750.0, 9),
            ("about right", 100, 200, 600.0, 10),
            ("hardly any click", 100, 1, 4.0, 0),
        ]
    )
    words = pd.concat([words] + [table([("peer", 100, 200, 600.0, count)]) for count in (9, 10, 11, 12)] * 5)
    few_clicks, little_spend = table([("few", 9, 50, 150.0, 2)]), table([("cheap", 9, 200, 69.99, 1)])
    words = pd.concat([words, few_clicks, little_spend, little_spend.assign(spend=70.0)])
    decided = keywords.decide(words, 70, 0.99)
    assert decided["decision"].iloc[-3:].tolist() == ["collect", "collect", "keep"]
    decided = keywords.decide(words, 70)
    assert decided["decision"].iloc[:5].tolist() == ["pause", "raise", "lower", "keep", "collect"]


def test_clicks_needed_are_the_least_after_which_the_word_would_be_paused():
    decided = keywords.decide(WORDS, 100)
    posterior = rates.shrink(WORDS["inquiries"], WORDS["clicks"])
    for row in decided.index[decided["decision"] != "pause"]:
        alpha, beta = posterior.loc[row, ["alpha", "beta"]]
        needed, limit = decided.loc[row, ["clicks_needed", "break_even"]]
        assert rates.prob_below((alpha, beta + needed), limit) > 0.8
        assert rates.prob_below((alpha, beta + needed - 1), limit) <= 0.8
    assert (decided["clicks_needed"][decided["decision"] == "pause"] == 0).all()


def test_words_without_clicks_have_no_price_and_collect():
    decided = keywords.decide(pd.concat([WORDS, table([("new", 10, 0, 0.0, 0), ("billed late", 10, 0, 5.0, 0)])]), 100)
    assert decided["decision"].iloc[4:].tolist() == ["collect", "collect"]
    assert decided[["cpc", "break_even", "prob_loss"]].iloc[4:].isna().all(axis=None)
    assert [message["id"] for message in decided["evidence"].iloc[4:]] == ["keywords.no_clicks"] * 2
    assert [message["cpc"] for message in decided["evidence"].iloc[3:]] == [2.0, None, None]


def test_no_inquiry_at_all_still_pauses_what_has_many_clicks():
    decided = keywords.decide(table([("much clicked", 900, 3000, 3000.0, 0), ("hardly", 10, 2, 20.0, 0)]), 100)
    assert decided["decision"].iloc[0] == "pause"
    assert decided["rate"].iloc[0] > 0


def test_inquiries_may_exceed_clicks():
    decided = keywords.decide(table([("late inquiries", 10, 2, 4.0, 5), *WORDS.itertuples(index=False)]), 100)
    assert decided["decision"].iloc[0] == "raise"
    assert decided["rate"].iloc[0] > 1


def test_spend_without_impressions_is_kept_and_has_no_ctr():
    decided = keywords.decide(pd.concat([WORDS, table([("odd", 0, 50, 500.0, 0)])], ignore_index=True), 100)
    assert np.isnan(decided["ctr"].iloc[4])
    assert decided["decision"].iloc[4] == "pause"


def test_free_clicks_cannot_lose_and_no_bid_is_raised_for_them():
    free = table([("free", 10, 50, 0.0, 5), ("free, hardly clicked", 10, 0.1, 0.0, 0)])
    decided = keywords.decide(pd.concat([WORDS, free], ignore_index=True), 100)
    assert decided[["prob_loss", "decision"]].iloc[4].tolist() == [0, "keep"]
    assert decided["decision"].iloc[5] == "keep"
    assert decided["evidence"].iloc[4]["id"] == "keywords.free"


@pytest.mark.parametrize("unknown", [pd.NA, np.inf])
@pytest.mark.parametrize("column", ["clicks", "spend", "inquiries"])
def test_a_missing_count_is_unknown_and_changes_no_other_word(column, unknown):
    words = WORDS.astype({column: "Float64"})
    words.loc[2, column] = unknown
    decided = keywords.decide(words, 100)
    assert decided.loc[2, ["decision", "evidence"]].tolist()[0] == "collect"
    assert decided.loc[2, "evidence"]["id"] == "keywords.unknown_counts"
    if column != "spend":
        pd.testing.assert_series_equal(
            decided["prob_loss"].drop(2), keywords.decide(WORDS.drop(2), 100)["prob_loss"]
        )


def test_a_word_in_several_rows_is_never_merged():
    words = pd.concat([WORDS, WORDS]).assign(campaign=["A"] * 4 + ["B"] * 4, attribution="allocated")
    decided = keywords.decide(words, 100)
    assert decided["attribution"].tolist() == ["allocated"] * 8
    assert decided.index.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    objects = keywords.actions(decided, week=WEEK)["object"]
    assert {"pipe | A", "pipe | B"} <= set(objects)


def test_mature_clicks_take_the_place_of_clicks_that_are_too_fresh():
    fresh = WORDS.assign(mature_clicks=[30.0, 200, 0, 2])
    decided = keywords.decide(fresh, 100)
    expected = rates.shrink(WORDS["inquiries"], fresh["mature_clicks"])
    np.testing.assert_allclose(decided["rate"], expected["mean"])
    assert decided["cpc"].tolist() == keywords.decide(WORDS, 100)["cpc"].tolist()


def test_all_clicks_too_fresh_is_unknown():
    decided = keywords.decide(WORDS.assign(mature_clicks=0.0), 100)
    assert (decided["decision"] == "collect").all()
    assert {message["id"] for message in decided["evidence"]} == {"keywords.no_mature_clicks"}


def test_an_unknown_value_of_an_inquiry_decides_nothing():
    for value in (None, np.nan, [np.nan, np.nan]):
        decided = keywords.decide(WORDS, value)
        assert (decided["decision"] == "collect").all()
        assert {message["id"] for message in decided["evidence"]} == {"keywords.no_value"}
        assert decided["cost_per_inquiry"].iloc[0] == 20


def test_an_uncertain_value_is_averaged_over():
    sure, unsure = keywords.decide(WORDS, 40.0), keywords.decide(WORDS, np.geomspace(10, 160, 401))
    assert unsure["break_even"].tolist() == pytest.approx(sure["break_even"].tolist())
    draws = np.quantile(np.geomspace(10, 160, 401), (np.arange(25) + 0.5) / 25)
    chances = [keywords.decide(WORDS, value)["prob_loss"] for value in draws]
    np.testing.assert_allclose(unsure["prob_loss"], np.mean(chances, axis=0))


def test_a_value_per_row():
    value = pd.Series([100.0, 1e6, 100.0, np.nan])
    decided = keywords.decide(WORDS, value)
    assert decided["decision"].tolist()[1] == "raise"
    assert decided["evidence"].iloc[3]["id"] == "keywords.no_value"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keywords": WORDS.drop(columns="spend")}, "missing: spend"),
        ({"keywords": WORDS.assign(spend=-1.0)}, "below 0 in spend"),
        ({"value_per_inquiry": 0}, "above 0"),
        ({"value_per_inquiry": pd.Series([1.0, 2.0])}, "labels of `keywords`"),
        ({"confidence": 1.0}, "`confidence`"),
        ({"confidence": 0.0}, "`confidence`"),
    ],
)
def test_wrong_calls_are_one_clear_line(change, message):
    with pytest.raises(ValueError, match=message) as error:
        keywords.decide(**{"keywords": WORDS, "value_per_inquiry": 100} | change)
    assert "\n" not in str(error.value)


def test_an_empty_table_gives_an_empty_table():
    decided = keywords.decide(WORDS.iloc[:0], 100)
    assert decided.empty and {"decision", "evidence", "reading"} <= set(decided.columns)
    assert keywords.wrong_pauses(decided)["id"] == "keywords.no_pauses"
    assert keywords.actions(decided, week=WEEK).columns.tolist() == list(ACTION_COLUMNS)


def test_the_input_is_not_changed():
    before = WORDS.copy(deep=True)
    keywords.decide(WORDS, 100)
    pd.testing.assert_frame_equal(WORDS, before)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("pipe", "head"), ("steel pipe", "head"), ("black steel pipe", "long_tail"), ("  steel   pipe ", "head")]
    + [("钢管", "head"), ("不锈钢管", "head"), ("不锈钢管件", "long_tail"), ("hogan 鞋子 定制", "long_tail")],
)
def test_head_words_have_at_most_two_words(word, kind):
    assert keywords.role(pd.Series([word])).tolist() == [kind]


def test_a_missing_word_has_no_role():
    assert keywords.role(pd.Series(["pipe", None])).isna().tolist() == [False, True]


def test_the_reading_of_a_head_word_never_changes_the_decision():
    heads = keywords.decide(WORDS, 100, head_words=9)
    tails = keywords.decide(WORDS, 100, head_words=0)
    assert set(heads["role"]) == {"head"} and set(tails["role"]) == {"long_tail"}
    assert heads["decision"].tolist() == tails["decision"].tolist()


def test_head_words_are_read_against_each_other_and_tail_words_by_their_inquiries():
    decided = keywords.decide(WORDS.assign(top10_impressions=[1800, 0, 10, 10]), 100)
    first, second, third, _ = decided["reading"]
    assert (first["id"], first["first_page"]) == ("keywords.head_first_page", 0.5)
    assert (second["id"], second["peer_ctr"]) == ("keywords.head", 460 / 8900)
    assert (third["id"], third["spend"]) == ("keywords.tail_silent", 40)


def test_pauses_are_listed_by_expected_loss_with_the_wrong_ones_to_expect():
    words = table([(name, 10, clicks, 3.0 * clicks, 0) for name, clicks in (("a", 200), ("b", 900), ("c", 300))])
    words = pd.concat([words, table([("good", 10, 900, 900.0, 60)])], ignore_index=True)
    decided = keywords.decide(words, 100)
    listed = keywords.pause_list(decided)
    assert listed["keyword"].tolist() == ["b", "c", "a"]
    assert listed["expected_profit"].is_monotonic_increasing
    wrong = (1 - listed["prob_loss"]).tolist()
    assert listed["wrong_pauses"].tolist() == pytest.approx([wrong[0], wrong[0] + wrong[1], sum(wrong)])
    message = keywords.wrong_pauses(decided)
    assert (message["words"], message["spend"]) == (3, 4200.0)
    assert message["wrong"] == round(sum(wrong), 2)
    assert message["inquiries"] == pytest.approx((listed["rate"] * listed["clicks"]).sum(), abs=0.005)


def test_wrong_pauses_come_as_often_as_stated():
    """Many words are tested at once, so some pauses are wrong: about as many as the list says."""
    stated = wrong = 0
    for seed in range(6):
        words = market(seed)
        value = 1.5 * words["spend"].sum() / words["inquiries"].sum()
        decided = keywords.decide(words, value)
        paused = decided["decision"] == "pause"
        wrong += (words["rate"] > decided["break_even"])[paused].sum()
        stated += keywords.wrong_pauses(decided)["wrong"]
    assert stated == pytest.approx(wrong, rel=0.25)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_decisions_on_unseen_data_beat_raw_rates_and_the_rule_of_thumb(seed):
    words = market(seed)
    usual = words["clicks"].sum() / words["inquiries"].sum()
    typical = words["spend"].sum() / words["inquiries"].sum()
    decided = keywords.decide(words, typical)
    gain = typical * words["later_inquiries"] - words["later_spend"]
    silent = words["inquiries"] == 0
    raw = words["inquiries"] / words["clicks"] < decided["break_even"]
    thumb = (words["spend"] / words["inquiries"] > 1.5 * typical).mask(silent, words["clicks"] > 1.5 * usual)
    careful, neutral = decided["prob_loss"] > 0.8, decided["prob_loss"] > 0.5

    def lost(paused):
        return words["later_inquiries"][paused].sum()

    def net(paused):
        return gain[~paused].sum()

    assert lost(careful) < lost(raw)
    assert net(careful) >= net(thumb)
    assert net(neutral) > max(net(raw), net(thumb))


def test_the_best_raw_rates_fall_back_to_what_was_predicted():
    """Regression to the mean: winners are chosen by luck too, and the shrunken rate already knows."""
    words = market(21, rows=4000)
    decided = keywords.decide(words, 40)
    best = (words["inquiries"] / words["clicks"]).nlargest(400).index
    true = words["rate"][best].mean()
    assert decided["rate"][best].mean() == pytest.approx(true, rel=0.25)
    assert (words["inquiries"] / words["clicks"])[best].mean() > 2 * true


def test_looking_again_after_every_click_does_not_bend_the_probabilities():
    """Optional stopping: words are looked at until their first inquiry; prob_loss still means what it says."""
    rng = np.random.default_rng(3)
    rate = rng.gamma(2, 0.02, 4000)
    clicks = np.minimum(np.ceil(rng.exponential(1 / rate)), 120)
    inquiries = (clicks < 120).astype(int)
    posterior = pd.DataFrame({"alpha": 2 + inquiries, "beta": 50 + clicks})
    chance = rates.prob_below(posterior, 0.03)
    for low in (0.1, 0.3, 0.5, 0.7):
        band = chance.between(low, low + 0.2)
        if band.sum() > 200:
            assert (rate < 0.03)[band].mean() == pytest.approx(chance[band].mean(), abs=0.06)


def test_simpsons_reversal_is_not_fallen_for():
    """Word a is better in both countries, and looks worse in total because it lives off the country that asks less."""
    cells = pd.DataFrame(
        {
            "keyword": ["a", "a", "b", "b"],
            "group": ["US", "IN", "US", "IN"],
            "clicks": [400, 3600, 3600, 400],
            "inquiries": [60, 144, 432, 8],
        }
    )
    totals = cells.groupby("keyword")[["inquiries", "clicks"]].sum()
    assert (totals["inquiries"] / totals["clicks"]).idxmax() == "b"
    fair = keywords.standardised(cells).set_index("keyword")
    assert fair["rate"].idxmax() == "a"
    assert fair["rate"].to_dict() == pytest.approx({"a": 0.095, "b": 0.07}, rel=0.05)
    posterior = rates.shrink(cells["inquiries"], cells["clicks"], cells["group"])
    draws = gamma.rvs(posterior["alpha"], scale=1 / posterior["beta"], size=(20_000, 4), random_state=1) / 2
    bounds = np.quantile(draws.reshape(-1, 2, 2).sum(axis=2), [0.05, 0.95], axis=0)
    np.testing.assert_allclose(fair[["rate_lower", "rate_upper"]].T, bounds, rtol=0.01)
    words = cells.assign(impressions=cells["clicks"] * 10, spend=cells["clicks"] * 1.0)
    decided = keywords.decide(words, 50).set_index(["keyword", "group"])["rate"]
    assert (decided["a"] > decided["b"]).all()


def test_a_group_where_a_word_has_no_clicks_counts_with_the_rate_of_the_group():
    cells = pd.DataFrame({"keyword": list("abb"), "group": ["US", "US", "IN"], "clicks": 100, "inquiries": [10, 10, 1]})
    fair = keywords.standardised(cells).set_index("keyword")
    assert fair.loc["a", "clicks"] == 100
    assert fair.loc["a", "rate"] < 0.1
    known = keywords.standardised(cells.assign(inquiries=[10, 10, np.nan])).set_index("keyword")
    assert known.loc["b", "clicks"] == 100


def test_summary_says_where_the_money_went():
    decided = keywords.decide(WORDS, 100)
    spent, silent, pauses = keywords.summary(decided)
    assert (spent["spend"], spent["clicks"], spent["inquiries"]) == (2168.0, 484, 7.0)
    assert spent["cost_low"] == round(2168 / gamma.ppf(0.9, 7.5), 2)
    assert spent["cost_high"] == round(2168 / gamma.ppf(0.1, 7.5), 2)
    assert (silent["words"], silent["spend"], silent["waiting"]) == (2, 48.0, 2)
    certain = keywords.decide(pd.concat([WORDS, table([("waste", 9, 900, 900.0, 0)])]), 100)
    assert certain["decision"].tolist()[2:] == ["pause", "collect", "pause"]
    silent = keywords.summary(certain)[1]
    assert (silent["words"], silent["waiting"], silent["waiting_spend"]) == (3, 1, 8.0)
    assert pauses["id"] == "keywords.wrong_pauses"
    for message in (spent, silent, pauses):
        assert MESSAGES[message["id"]].format(**message)


def test_summary_without_inquiries_or_spend():
    (only,) = keywords.summary(keywords.decide(WORDS.assign(inquiries=np.nan), 100))
    assert MESSAGES[only["id"]].format(**only).startswith("2,168.00 CNY was spent on 4 words")
    free = keywords.summary(keywords.decide(WORDS.assign(spend=0.0), 100))[0]
    assert MESSAGES[free["id"]].format(**free) == "Nothing was spent: 484 clicks and 7 inquiries."


def test_actions_have_the_one_shape_of_proposals():
    added = pd.DataFrame({"keyword": ["tube"], "decision": ["add"], "evidence": [{"id": "keywords.add.opportunity"}]})
    decided = keywords.decide(WORDS, 100)
    proposed = keywords.actions(decided, added, week=WEEK)
    assert proposed.columns.tolist() == list(ACTION_COLUMNS)
    assert proposed["object"].tolist()[0] == "pipe" and proposed["object"].tolist()[-1] == "tube"
    assert set(proposed["object_type"]) == {"keyword"}
    pause = proposed.iloc[0]
    word = decided.iloc[1]
    assert pause["action"] == {"id": "keywords.do.pause", "verb": "pause", "keyword": "pipe"}
    assert pause["effect"]["low"] == round(2000 - 100 * word["inquiries_upper"], 2)
    assert pause["effect"]["high"] == round(2000 - 100 * word["inquiries_lower"], 2)
    assert (pause["due"], pause["review_on"]) == (WEEK + timedelta(days=4), WEEK + timedelta(days=14))
    gain = proposed[proposed["object"] == "steel pipe"].iloc[0]
    assert gain["action"]["cap"] == round(100 * decided["rate"].iloc[0], 2) and gain["effect"] is None
    for message in [*proposed["action"], pause["effect"]]:
        assert MESSAGES[message["id"]].format(**message)


@pytest.mark.parametrize(("spend", "inquiries", "priority"), [(501.0, 0, "P0"), (500.0, 0, "P1"), (5000.0, 1, "P1")])
def test_much_spend_without_an_inquiry_is_urgent(spend, inquiries, priority):
    words = pd.concat([WORDS, table([("waste", 10, 900, spend, inquiries)])], ignore_index=True)
    proposed = keywords.actions(keywords.decide(words, 10), week=WEEK)
    assert proposed.set_index("object").loc["waste", "priority"] == priority


def test_actions_take_the_largest_effects_first():
    decided = keywords.decide(WORDS, 100)
    changed = decided[decided["decision"].isin(keywords.CHANGES)]
    largest = changed.loc[changed["expected_profit"].abs().idxmax(), "keyword"]
    assert keywords.actions(decided, week=WEEK, top=1)["object"].tolist() == [largest]


def test_defaults_are_those_of_the_rule_file():
    in_force = rules.load(WEEK)
    defaults = keywords.decide.__defaults__ + tuple(keywords.decide.__kwdefaults__.values())
    named = ("keywords.confidence", "keywords.gain_margin", "keywords.head_words")
    assert defaults == tuple(in_force[name].value for name in named)
    assert keywords.actions.__kwdefaults__["urgent_spend"] == in_force["keywords.urgent_spend"].value


def test_effects_are_those_of_a_week_and_so_is_what_is_urgent():
    words = pd.concat([WORDS, table([("waste", 10, 900, 1001.0, 0)])], ignore_index=True)
    decided = keywords.decide(words, 10)
    one, two = (keywords.actions(decided, week=WEEK, weeks=weeks).set_index("object") for weeks in (1, 2))
    assert two.loc["waste", "effect"]["high"] == pytest.approx(one.loc["waste", "effect"]["high"] / 2, abs=0.01)
    assert two.loc["waste", "priority"] == "P0"  # 500.50 a week
    assert keywords.actions(decided, week=WEEK, weeks=2.01).set_index("object").loc["waste", "priority"] == "P1"


def test_the_summary_of_unknown_spend_or_of_nothing_claims_nothing():
    unknown = keywords.decide(WORDS.assign(spend=np.nan), 100)
    (message,) = keywords.summary(unknown)
    assert message == {"id": "keywords.spend_unknown", "words": len(WORDS)} and MESSAGES[message["id"]]
    assert keywords.summary(unknown.head(0)) == []


def test_the_summary_says_over_which_weeks_and_at_what_cost():
    message = keywords.summary(keywords.decide(WORDS, 100), weeks=7.57)[0]
    assert (message["id"], message["weeks"]) == ("keywords.spent_in_weeks", 7.6)
    assert message["cost"] == pytest.approx(WORDS["spend"].sum() / WORDS["inquiries"].sum())
    assert message["cost_low"] < message["cost"] < message["cost_high"]
    silent = keywords.summary(keywords.decide(WORDS.assign(inquiries=0), 100), weeks=1)[0]
    assert silent["cost"] is None and silent["cost_high"] > silent["cost_low"]
