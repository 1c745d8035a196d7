import numpy as np
import pandas as pd
import pytest
from scipy import stats

from opsbook.analysis import segments


def table(**rows):
    frame = pd.DataFrame(
        [(name, *counts) for name, counts in rows.items()], columns=["country", "visitors", "opportunities"]
    )
    return segments.fruitless(frame, "country").set_index("segment")


def verdicts(**rows):
    return {name: verdict["id"].removeprefix("traffic.segment_") for name, verdict in table(**rows)["verdict"].items()}


def test_chance_of_none_is_beta_binomial():
    found = table(US=(500, 25), IN=(200, 0)).loc["IN"]
    assert found["p_none"] == pytest.approx(stats.betabinom.pmf(0, 200, 25.5, 475.5))
    assert found["expected_opportunities"] == pytest.approx(200 * 25.5 / 501)


def test_needed_visits_lie_on_the_limit():
    found = table(US=(500, 25), IN=(40, 0)).loc["IN"]
    needed = int(found["needed"])
    assert stats.betabinom.pmf(0, needed, 25.5, 475.5) <= 0.025 < stats.betabinom.pmf(0, needed - 1, 25.5, 475.5)
    assert found["verdict"]["id"] == "traffic.segment_too_early" and found["verdict"]["more"] == needed - 40
    assert verdicts(US=(500, 25), IN=(needed, 0))["IN"] == "fruitless"
    assert verdicts(US=(500, 25), IN=(needed - 1, 0))["IN"] == "too_early"


def test_one_opportunity_is_enough_not_to_be_fruitless():
    assert verdicts(US=(500, 25), IN=(900, 1)) == {"US": "bears", "IN": "bears"}


def test_more_segments_without_opportunity_ask_for_more_evidence():
    one = table(US=(500, 25), A=(60, 0)).loc["A", "needed"]
    many = table(US=(500, 25), A=(60, 0), B=(1, 0), C=(1, 0), D=(1, 0)).loc["A", "needed"]
    assert many > one * 1.2


def test_unknown_is_neither_zero_nor_fruitless():
    found = table(US=(500, 25), A=(None, 0), B=(90, None))
    assert found.loc[["A", "B"], "p_none"].isna().all()
    assert verdicts(US=(500, 25), A=(None, 0))["A"] == "unknown"
    assert verdicts(A=(90, 0))["A"] == "unknown"  # nothing to compare with


def test_without_any_opportunity_there_is_no_rate():
    assert verdicts(A=(900, 0), B=(500, 0)) == {"A": "no_rate", "B": "no_rate"}
    assert table(A=(900, 0), B=(500, 0))["needed"].isna().all()


def test_zero_visitors_and_empty_tables():
    assert verdicts(US=(500, 25), A=(0, 0))["A"] == "too_early"
    assert table().empty


def test_china_is_left_out_of_rows_and_comparison_on_request():
    rows = {
        "country": ["US", "China (Mainland)", " cn", None],
        "visitors": [100, 900, 5, 7],
        "opportunities": [5, 0, 0, 0],
    }
    frame = pd.DataFrame(rows)
    assert len(segments.fruitless(frame, "country")) == 3
    without = segments.fruitless(frame, "country", exclude_cn=True)
    assert without["segment"].tolist() == ["US"] and np.isnan(without["p_none"].iloc[0])


def test_rows_of_one_segment_are_added():
    frame = pd.DataFrame({"channel": ["a", "a", "b"], "visitors": [30, 20, 9], "opportunities": [1, 2, 0]})
    assert segments.fruitless(frame).set_index("segment").loc["a", ["visitors", "opportunities"]].tolist() == [50, 3]


def test_good_segments_are_seldom_called_fruitless():
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(100):
        visitors = rng.integers(5, 200, 10)
        frame = pd.DataFrame(
            {"country": list("abcdefghij"), "visitors": visitors, "opportunities": rng.binomial(visitors, 0.05)}
        )
        verdict = segments.fruitless(frame, "country")["verdict"]
        wrong += any(message["id"] == "traffic.segment_fruitless" for message in verdict)
    assert wrong <= 5


def visits(*rows):
    return pd.DataFrame(rows, columns=["on", "visitor_id", "country", "inquired", "tm"])


def test_visits_become_persons_and_those_who_asked():
    log = visits(
        ("2026-09-19", "a", "US", False, False),
        ("2026-09-01", "a", "US", True, False),
        ("2026-08-23", "b", "US", False, False),
        ("2026-08-22", "c", "US", True, True),
        ("2026-09-20", "d", "US", True, True),
        ("2026-09-10", "e", None, True, True),
        ("2026-09-10", "f", "DE", None, True),
    )
    assert segments.from_visits(log, "2026-09-19").to_numpy().tolist() == [["DE", 1, 1], ["US", 2, 1]]


def test_a_person_who_may_have_asked_leaves_the_number_unknown():
    log = visits(("2026-09-19", "a", "US", None, False), ("2026-09-19", "b", "US", True, None))
    found = segments.from_visits(log, "2026-09-19")
    assert found["visitors"].tolist() == [2] and found["opportunities"].isna().all()
    assert segments.from_visits(log.head(0), "2026-09-19").empty


def test_named_and_silent_segments():
    table = segments.fruitless(
        pd.DataFrame({"channel": ["a", "b", "c"], "visitors": [10_000, 3_000, 20], "opportunities": [600, 0, 0]})
    )
    assert [verdict["segment"] for verdict in segments.named(table)] == ["b"]
    assert segments.silent(table)["segment"].tolist() == ["b", "c"]


def test_rates_of_segments_with_their_interval():
    table = segments.with_rate(pd.DataFrame({"level": ["L1", "L2"], "visitors": [10, 0], "opportunities": [5, 0]}))
    assert table["opportunity_rate"].iloc[0] == 0.5 and table["opportunity_rate"].isna().iloc[1]
    assert table[["lower", "upper"]].iloc[0].tolist() == pytest.approx([0.2366, 0.7634], abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_persons_of_a_country_one_by_one(seed):
    rng, week = np.random.default_rng(seed), pd.Timestamp("2026-09-19")
    visits = pd.DataFrame(
        {
            "on": week - pd.to_timedelta(rng.integers(-3, 40, 80), "D"),
            "country": rng.choice(["US", "DE"], 80),
            "visitor_id": rng.choice(list("abcdefghijklmnop"), 80),
            "inquired": pd.array(rng.choice([True, False, None], 80, p=[0.1, 0.87, 0.03]), dtype="boolean"),
            "tm": pd.array(rng.random(80) < 0.1, dtype="boolean"),
        }
    )
    found = segments.from_visits(visits, week).set_index("country")
    for country in ("US", "DE"):
        recent = (visits["country"] == country) & (visits["on"] <= week) & (visits["on"] > week - pd.Timedelta("28D"))
        persons = [own for _, own in visits[recent].groupby("visitor_id")]
        asked = [bool((own["inquired"].fillna(False) | own["tm"]).any()) for own in persons]
        told = [one or bool(own["inquired"].notna().all()) for one, own in zip(asked, persons, strict=True)]
        assert found.loc[country, "visitors"] == len(persons)
        assert (
            pd.isna(found.loc[country, "opportunities"])
            if not all(told)
            else (found.loc[country, "opportunities"] == sum(asked))
        )
