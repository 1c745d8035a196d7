from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import leads, rules

LEADS = pd.DataFrame(
    {"customer_id": ["a", "b", "c", "d"], "country": ["US", "us ", "FR", None], "level": ["L4", "L0", None, None]}
)
POINTS = {"country": {"US": 2}, "level": {"L0": 0, "L4": 4}, "role": {"buyer": 9}}


def test_fit_is_the_share_of_the_points_that_are_known():
    fit = leads.fit_points(LEADS, POINTS)
    assert fit.fillna(-1).tolist() == [1, 2 / 6, 0, -1]


def touches(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "at", "kind", "direction"])
    return table.assign(at=pd.to_datetime(table["at"]))


def test_engagement_halves_and_our_mail_gives_none():
    seen = touches(
        ("a", "2026-03-31", "inquiry", "in"),
        ("a", "2026-03-01", "inquiry", "in"),
        ("b", "2026-03-31", "inquiry", "out"),
        ("c", "2026-03-31", "unheard of", "in"),
        ("d", "2026-04-01", "inquiry", "in"),
    )
    assert leads.engagement(seen, {"inquiry": 10}, "2026-03-31").to_dict() == {"a": 15, "c": 0}
    assert leads.engagement(seen, {"inquiry": 10}, "2026-03-31", half_life=15)["a"] == 12.5


@pytest.mark.parametrize(
    "fit, engaged, grade",
    [(0.5, 20, "A1"), (0.499, 19.9, "B2"), (0.25, 5, "B2"), (0.249, 4.9, "C3"), (np.nan, 20, "?1"), (1, np.nan, "A3")],
)
def test_the_grid_has_two_axes(fit, engaged, grade):
    people = pd.DataFrame({"customer_id": ["a"]})
    engaged = pd.Series({"a": engaged}).dropna()
    table = leads.grid(people, pd.Series([fit]), engaged, fit_cuts=(0.5, 0.25))
    assert table["grade"].tolist() == [grade]


@pytest.mark.parametrize("closed, won, ready", [(200, 30, True), (199, 30, False), (200, 29, False)])
def test_points_until_there_are_enough_outcomes(closed, won, ready):
    message = leads.ready_for_model(closed, won, rules.load(date(2026, 9, 19)))
    assert message["id"] == ("customers.leads_ready" if ready else "customers.leads_points_only")
    assert message["more_closed"] + message["more_won"] == (0 if ready else 1)


def test_the_model_is_judged_on_leads_it_has_not_seen():
    rng = np.random.default_rng(3)
    features = pd.DataFrame({"good": rng.normal(size=400), "noise": rng.normal(size=400), "constant": 1.0})
    won = pd.Series(rng.random(400) < 1 / (1 + np.exp(1 - 1.5 * features["good"])))
    model = leads.outcome_model(features.mask(rng.random(features.shape) < 0.05), won)
    assert 0.7 < leads.model_auc(model) < 0.9
    table = leads.calibration(model)
    assert table["closed_leads"].tolist() == [40] * 10
    assert (table["promised"] - table["actual"]).abs().mean() < 0.1 and table["promised"].is_monotonic_increasing
    noise = leads.outcome_model(features[["noise"]], won)
    assert leads.model_auc(noise) == pytest.approx(0.5, abs=0.1)


def test_the_same_seed_gives_the_same_model():
    features, won = pd.DataFrame({"x": np.arange(20.0)}), pd.Series([False, True] * 10)
    pd.testing.assert_frame_equal(
        leads.outcome_model(features, won, seed=1), leads.outcome_model(features, won, seed=1)
    )


def test_rules_of_a_good_fit():
    assert leads.fit_rules({"L0": 0, "L4": 4}, ["US"]) == {"level": {"L0": 0, "L4": 4}, "country": {"US": 4}}
    assert leads.fit_rules({"L0": 0}, None) == {"level": {"L0": 0}}


def test_leads_in_each_field():
    table = leads.grades(pd.DataFrame({"grade": ["B2", "A1", "B2", "B2"]}))
    assert table.to_numpy().tolist() == [["A1", 1, 0.25], ["B2", 3, 0.75]]
    assert leads.grades(pd.DataFrame({"grade": []})).empty


@pytest.mark.parametrize(("closed", "won", "ready"), [(200, 30, True), (199, 30, False), (200, 29, False)])
def test_a_model_waits_for_outcomes(closed, won, ready):
    book = rules.load(date(2026, 9, 19))
    assert leads.readiness(pd.DataFrame({"people": [closed, 99, won]}), book)["id"].endswith("ready") == ready
    who = [f"p{i}" for i in range(closed)]
    log = pd.DataFrame(
        {"who": who, "event": "inquiry", "channel": ["mail", "ads"] * (closed // 2) + ["ads"] * (closed % 2)}
    )
    deals = pd.DataFrame({"who": who[: 2 * won : 2], "event": "deal", "channel": "mail"})
    known = pd.DataFrame({"customer_id": who, "country": "US", "level": "L1"})
    model = leads.learned(known, pd.concat([log, deals]), book)
    assert len(model) == closed * ready
    if ready:  # only those who came by mail bought: the channel tells
        assert leads.model_message(model)["id"] == "customers.model_ranks"
    else:
        assert leads.model_message(model) is None


def test_a_model_of_nothing_guesses():
    rng = np.random.default_rng(1)
    model = pd.DataFrame({"won": rng.random(300) < 0.2, "probability": rng.random(300)})
    assert leads.model_message(model)["id"] == "customers.model_guesses"
