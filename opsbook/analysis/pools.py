"""User pool and traffic pool: who is known, who can be reached, who is really there.

`customers` has `customer_id` and `reachable`; `touches` has `customer_id`, `at`, `direction` (`in`: their own action,
`out`: ours). Our mail makes nobody active.
"""

import numpy as np
import pandas as pd

from opsbook.analysis.proportions import wilson

WINDOWS = {"DAU/MAU": (1, 30), "WAU/MAU": (7, 30), "MAU/QAU": (30, 90)}


def own_actions(touches: pd.DataFrame) -> pd.DataFrame:
    """Days on which each person did something of their own: distinct `customer_id` and `day`, touches with direction
    `in` only."""
    own = (touches["direction"] == "in").fillna(False).astype(bool) & touches["customer_id"].notna()
    day = pd.to_datetime(touches["at"]).dt.tz_localize(None).dt.normalize()
    pairs = pd.DataFrame({"customer_id": touches["customer_id"], "day": day})
    return pairs[own & day.notna()].drop_duplicates().reset_index(drop=True)


def active(touches: pd.DataFrame, as_of, days: int = 30) -> pd.Index:
    """Persons with an action of their own on the `days` days that end with `as_of`."""
    actions = own_actions(touches)
    age = (pd.Timestamp(as_of).normalize() - actions["day"]).dt.days
    return pd.Index(actions.loc[(age >= 0) & (age < days), "customer_id"].unique(), name="customer_id")


def pool(customers: pd.DataFrame, touches: pd.DataFrame, as_of, days: int = 30) -> pd.DataFrame:
    """The user pool (contacts that are saved) and what is left of it: reachable, active, and zombies.

    Rows `registered`, `reachable` (opted in, neither bounced nor blocked), `active` (an own action in `days` days: the
    traffic pool), `zombie` (registered and not active), `active_unknown` (active, and no contact is saved). Columns
    `people`, `of`, `share`, `lower`, `upper`. Whether a contact is reachable may be unknown: the share is then over
    the known ones.
    """
    known = customers.drop_duplicates("customer_id").dropna(subset="customer_id")
    moving = active(touches, as_of, days)
    told = known["reachable"].dropna() if "reachable" in known else pd.Series(dtype=bool)
    inside = int(known["customer_id"].isin(moving).sum())
    rows = [
        ("registered", len(known), np.nan),
        ("reachable", int(told.astype(bool).sum()) if len(told) else np.nan, len(told)),
        ("active", inside, len(known)),
        ("zombie", len(known) - inside, len(known)),
        ("active_unknown", len(moving) - inside, len(moving)),
    ]
    table = pd.DataFrame(rows, columns=["indicator", "people", "of"])
    table["share"] = table["people"] / table["of"].where(table["of"] > 0)
    lower, upper = wilson(table["people"], table["of"].where(table["of"] > 0))
    return table.assign(lower=lower, upper=upper)


def number(table: pd.DataFrame, indicator: str) -> float:
    """Persons of one row of `pool`."""
    return float(table.set_index("indicator").loc[indicator, "people"])


def identity(pools: pd.DataFrame) -> pd.DataFrame:
    """Checks active <= registered and reachable <= registered: a traffic pool larger than its user pool is a fault in
    the data.

    `pools[pool, registered, reachable, active]`; columns `pool`, `check`, `verdict` (`pass`, `fail`, `unknown` where a
    number is missing), `message`.
    """
    rows = []
    for each in pools.to_dict("records"):
        for part in ("active", "reachable"):
            number, whole = each.get(part), each.get("registered")
            missing = pd.isna(number) or pd.isna(whole)
            verdict = "unknown" if missing else "pass" if number <= whole else "fail"
            known = {} if missing else {"part": part, "number": float(number), "registered": float(whole)}
            message = {"id": f"funnel.pool_{verdict}", "pool": str(each.get("pool")), **known}
            rows.append((each.get("pool"), part, verdict, message))
    return pd.DataFrame(rows, columns=["pool", "check", "verdict", "message"])


def stickiness(touches: pd.DataFrame, as_of) -> pd.DataFrame:
    """How often the active come back: mean number active in the short window / number active in the long one.

    DAU/MAU: mean daily actives over the 30 calendar days up to `as_of` / distinct actives of these days. WAU/MAU:
    actives of the last 7 / of the last 30 days; MAU/QAU: of the last 30 / of the last 90 days. Columns `indicator`,
    `active`, `of`, `ratio`; NaN where the records begin later than the long window. Active means an own action;
    companies buy by the quarter, so DAU/MAU, a measure of consumer apps, is low for good sellers too: read MAU/QAU
    first.
    """
    actions = own_actions(touches)
    age = (pd.Timestamp(as_of).normalize() - actions["day"]).dt.days
    actions, age = actions[age >= 0], age[age >= 0]
    rows = []
    for measure, (short, long) in WINDOWS.items():
        of = actions.loc[age < long, "customer_id"].nunique()
        some = (age < long).sum() / long if short == 1 else actions.loc[age < short, "customer_id"].nunique()
        seen = len(age) and age.max() >= long - 1
        rows.append((measure, *((some, of, some / of) if seen and of else (np.nan, np.nan, np.nan))))
    return pd.DataFrame(rows, columns=["indicator", "active", "of", "ratio"])


def band(ratio: float, ruleset) -> str:
    """Which band a DAU/MAU lies in: `below`, `sticky` (above the first line), `super` (above the second), or `unknown`.

    The source says "above 20 %" and "above 50 %"; whether a line belongs to the band is open, we take it not to.
    """
    if pd.isna(ratio):
        return "unknown"
    good, top = ruleset["funnel.dau_mau_sticky"].value, ruleset["funnel.dau_mau_super"].value
    return "super" if ratio > top else "sticky" if ratio > good else "below"


def stickiness_message(ratios: pd.DataFrame, ruleset) -> dict:
    """The band that DAU/MAU lies in, with both lines, as a message; `ratios` comes from `stickiness`."""
    ratio = float(ratios.set_index("indicator").loc["DAU/MAU", "ratio"])
    lines = {name: ruleset[f"funnel.dau_mau_{name}"].value for name in ("sticky", "super")}
    where = band(ratio, ruleset)
    return {"id": f"funnel.stickiness_{where}", **({} if where == "unknown" else {"ratio": ratio, **lines})}


def days_active(touches: pd.DataFrame, as_of, days: int = 30) -> pd.DataFrame:
    """Histogram of the number of days, out of the last `days`, on which an active person did something: `days_active`,
    `people`.

    Every number from 1 to `days` has its row; nobody is 0. No row where no action of anybody is on record.
    """
    actions = own_actions(touches)
    age = (pd.Timestamp(as_of).normalize() - actions["day"]).dt.days
    count = actions.loc[(age >= 0) & (age < days), "customer_id"].value_counts().value_counts()
    people = count.reindex(range(1, days + 1 if len(actions) else 1), fill_value=0)
    return pd.DataFrame({"days_active": people.index, "people": people.to_numpy()})
