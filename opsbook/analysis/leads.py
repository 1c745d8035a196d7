"""Leads on two axes that are never added up: do they fit us, and are they engaged."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from opsbook.analysis.lifetime import auc


def fit_points(customers: pd.DataFrame, points: Mapping[str, Mapping[str, float]]) -> pd.Series:
    """How well a lead fits, from what does not change: points for its country, type of company, volume and role.

    `points` maps columns to {value: points}, text compared without regard to case. The score is the share of the
    points that could be reached over the columns that are known; NaN where none is known: an empty profile is no bad
    fit.
    """
    total = pd.Series(0.0, index=customers.index)
    reachable = pd.Series(0.0, index=customers.index)
    for column, values in points.items():
        if column not in customers:
            continue
        text = customers[column].astype("string").str.strip().str.casefold()
        total += text.map({key.casefold(): value for key, value in values.items()}).astype(float).fillna(0)
        reachable += text.notna() * max(values.values())
    return (total / reachable.where(reachable > 0)).rename("fit")


def fit_rules(levels: Mapping[str, float], countries: list[str] | None) -> dict[str, dict[str, float]]:
    """Points of a good fit: those of the buyer level, and as many as its best for a target country of the store."""
    best = max(levels.values())
    return {"level": dict(levels)} | ({"country": dict.fromkeys(countries, best)} if countries else {})


def grades(grid: pd.DataFrame) -> pd.DataFrame:
    """Leads in each field of the grid of fit and engagement: `grade`, `open_leads`, `share`."""
    count = grid["grade"].value_counts().sort_index()
    return pd.DataFrame({"grade": count.index, "open_leads": count.to_numpy(), "share": (count / len(grid)).to_numpy()})


def engagement(touches: pd.DataFrame, points: Mapping[str, float], as_of, half_life: float = 30) -> pd.Series:
    """How engaged a customer is: the sum of points of own actions, each halved every `half_life` days.

    `points` maps kinds of touches to points. Our own mails give none. Indexed by `customer_id`; without an action
    there is no row.
    """
    at = pd.to_datetime(touches["at"]).dt.tz_localize(None)
    age = (pd.Timestamp(as_of) - at) / pd.Timedelta("1D")
    own = (touches["direction"] == "in").fillna(False).astype(bool) & (age > -1)
    worth = touches["kind"].map(points).astype(float).fillna(0) * 0.5 ** (age.clip(lower=0) / half_life)
    return worth[own].groupby(touches["customer_id"][own]).sum().rename("engagement")


def grid(
    customers: pd.DataFrame, fit: pd.Series, engaged: pd.Series, fit_cuts=(2 / 3, 1 / 3), engaged_cuts=(20.0, 5.0)
) -> pd.DataFrame:
    """Place of each lead in the grid of fit (A best, to C) and engagement (1 most, to 3), such as `A1`.

    The cuts belong to the better class. They are our default until there are outcomes. An unknown fit is `?`: such a
    lead may be anybody. Columns `customer_id`, `fit`, `engagement`, `grade`.
    """
    points = customers["customer_id"].map(engaged).astype(float).fillna(0.0)
    letter = np.select([fit.isna(), fit >= fit_cuts[0], fit >= fit_cuts[1]], ["?", "A", "B"], "C")
    digit = np.select([points >= engaged_cuts[0], points >= engaged_cuts[1]], ["1", "2"], "3")
    grade = pd.Series(letter, index=customers.index).str.cat(pd.Series(digit, index=customers.index))
    return pd.DataFrame({"customer_id": customers["customer_id"], "fit": fit, "engagement": points, "grade": grade})


def readiness(persons: pd.DataFrame, ruleset) -> dict:
    """Message on whether a model may replace the points; closed leads are the persons of a funnel (`funnel.funnel`)
    whose window has ended, the won ones those at its last step."""
    closed, won = persons["people"].iloc[[0, -1]]
    return ready_for_model(int(closed), int(won), ruleset)


def ready_for_model(closed: int, won: int, ruleset) -> dict:
    """Message on whether there are enough closed leads for a model to replace the points, or how many more it takes."""
    outcomes, wins = ruleset["customers.lead_outcomes"].value, ruleset["customers.lead_wins"].value
    ready = closed >= outcomes and won >= wins
    return {
        "id": "customers.leads_ready" if ready else "customers.leads_points_only",
        "closed": closed,
        "won": won,
        "more_closed": max(outcomes - closed, 0),
        "more_won": max(wins - won, 0),
    }


def outcome_model(
    features: pd.DataFrame, won: pd.Series, folds: int = 5, penalty: float = 1.0, seed: int = 0
) -> pd.DataFrame:
    """Chance that each closed lead was won, by a logistic model that has not seen it (cross-validated).

    Features are numbers, standardised here; missing ones take the mean. Columns `won`, `probability`; judge them with
    `auc` and `calibration` before anybody sorts leads by them.
    """
    x = features.astype(float)
    x = ((x - x.mean()) / x.std(ddof=0).replace(0, 1)).fillna(0).to_numpy()
    y = won.to_numpy(dtype=float)
    fold = np.random.default_rng(seed).permutation(len(y)) % folds
    probability = np.empty(len(y))
    for k in range(folds):
        weights = _logistic(x[fold != k], y[fold != k], penalty)
        probability[fold == k] = 1 / (1 + np.exp(-(weights[0] + x[fold == k] @ weights[1:])))
    return pd.DataFrame({"won": won, "probability": probability})


def _logistic(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Ridge-penalised logistic regression: intercept (free) and weights."""
    design = np.column_stack([np.ones(len(x)), x])

    def loss(weights):
        score = design @ weights
        gradient = design.T @ (1 / (1 + np.exp(-score)) - y) + penalty * np.append(0, weights[1:])
        return np.logaddexp(0, score).sum() - y @ score + penalty / 2 * (weights[1:] ** 2).sum(), gradient

    return minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x


def learned(customers: pd.DataFrame, log: pd.DataFrame, ruleset) -> pd.DataFrame:
    """Chance that each closed lead was won (`outcome_model`) from what is known when it comes in: country, level and
    channel; empty until there are enough outcomes.

    `log` holds the events of leads whose window has ended (`crm.mature`), `deal` is the win.
    """
    channel = log.drop_duplicates("who").set_index("who")["channel"]
    won = channel.index.isin(log.loc[log["event"] == "deal", "who"])
    if ready_for_model(len(won), int(won.sum()), ruleset)["id"] != "customers.leads_ready":
        return pd.DataFrame(columns=["won", "probability"])
    known = customers.drop_duplicates("customer_id").set_index("customer_id").reindex(channel.index)
    features = known.reindex(columns=["country", "level"]).assign(channel=channel).astype("string")
    return outcome_model(pd.get_dummies(features).astype(float), pd.Series(won, index=channel.index))


def model_message(model: pd.DataFrame) -> dict | None:
    """Whether the model may sort leads: it ranks better than chance when even the lower bound of its AUC (95 %, Hanley
    & McNeil 1982) lies above one half. None without a model."""
    if model.empty:
        return None
    value, wins = model_auc(model), int(model["won"].sum())
    losses = len(model) - wins
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    spread = value * (1 - value) + (wins - 1) * (q1 - value**2) + (losses - 1) * (q2 - value**2)
    lower = value - 1.96 * (spread / (wins * losses)) ** 0.5
    return {"id": f"customers.model_{'ranks' if lower > 0.5 else 'guesses'}", "auc": value, "lower": lower}


def calibration(model: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Promised against actual wins, by tenths of the promised chance: `closed_leads`, `promised` and `actual`
    (shares)."""
    tenth = np.floor(model["probability"].rank(method="first", pct=True).mul(bins).sub(1e-9)).astype(int)
    groups = model.groupby(tenth)
    table = groups.agg(promised=("probability", "mean"), actual=("won", "mean"))
    table.insert(0, "closed_leads", groups.size())
    return table.rename_axis("bin").reset_index()


def model_auc(model: pd.DataFrame) -> float:
    """Chance that a won lead was promised more than a lost one."""
    return auc(model["probability"], model["won"].astype(bool))
