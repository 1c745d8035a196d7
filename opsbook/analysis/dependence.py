"""How much of the business hangs on one platform, channel, country, customer or product; and where its main pool
lies."""

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from opsbook.analysis.audience import mask_id
from opsbook.analysis.proportions import wilson

#: 1 platform store, 2 social account, 3 own social shop, 4 own site or app
STAGES = (1, 2, 3, 4)
MEASURES = ("active", "sales_usd", "visitors")


def shares(amount: pd.Series, by: pd.Series) -> pd.DataFrame:
    """Share of each platform (channel, country, customer, product) in a total, the largest first.

    share = amount of the group / amount of all groups that are known. Columns `name`, `amount`, `share`; amounts of an
    unknown group are in the row without a name, with no share. A group whose refunds exceed its sales counts as 0 in
    the shares.
    """
    total = amount.groupby(by.to_numpy(), dropna=False).sum(min_count=1).rename_axis("name").rename("amount")
    known = total[total.index.notna()].clip(lower=0)
    whole = known.sum()
    share = (known / whole if whole > 0 else known * np.nan).reindex(total.index)
    table = pd.DataFrame({"name": total.index, "amount": total.to_numpy(), "share": share.to_numpy()})
    return table.sort_values(["share", "amount"], ascending=False, kind="stable", na_position="last", ignore_index=True)


def concentration(table: pd.DataFrame) -> dict:
    """Concentration of shares: Herfindahl index, effective number, largest share.

    HHI = 10 000 x Σ share² (10 000: all in one); effective number = 1 / Σ share²: so many equal parts would be as
    concentrated. `table` comes from `shares`. NaN without any known share; `unknown_amount` is of unknown origin.
    """
    known = table[table["share"].notna()]
    square = float((known["share"] ** 2).sum()) if len(known) else float("nan")
    top = known.iloc[0] if len(known) else None
    return {
        "hhi": 10_000 * square,
        "effective": 1 / square if square > 0 else float("nan"),
        "largest": None if top is None else str(top["name"]),
        "largest_share": float("nan") if top is None else float(top["share"]),
        "groups": int((known["share"] > 0).sum()),
        "unknown_amount": float(table.loc[table["name"].isna(), "amount"].sum()),
    }


def band(hhi: float, ruleset) -> str:
    """`concentrated` above the upper line of the Herfindahl index, `moderate` from the lower line on, else
    `dispersed`; `unknown` for NaN."""
    if pd.isna(hhi):
        return "unknown"
    low, high = ruleset["dependence.hhi_medium"].value, ruleset["dependence.hhi_high"].value
    return "concentrated" if hhi > high else "moderate" if hhi >= low else "dispersed"


def warnings(orders: pd.DataFrame, ruleset) -> list[dict]:
    """Messages on what the business hangs on: the largest platform above its line, each customer (masked) from her line
    on."""
    found = []
    lines = {"platform": "dependence.platform_share", "customer_id": "dependence.customer_share"}
    for column, rule in lines.items():
        if column not in orders:
            continue
        table, line = shares(orders["amount"], orders[column]), ruleset[rule].value
        heavy = table["share"] > line if column == "platform" else table["share"] >= line
        shown = str if column == "platform" else mask_id
        found += [
            {
                "id": f"dependence.{column.removesuffix('_id')}_share",
                "name": shown(name),
                "share": float(share),
                "line": line,
            }
            for name, share in table.loc[heavy, ["name", "share"]].itertuples(index=False)
        ]
    return found


def reachable_without(orders: pd.DataFrame, contacts: pd.DataFrame, platform: str) -> dict:
    """Sales to customers who could still be reached if a platform closed tomorrow.

    share = sales to customers with a way to reach them outside the platform / all sales. `contacts[customer_id,
    platform, reachable]`: one row per customer and way; a way whose `reachable` is missing is unknown. The bounds
    `low` (unknown ways are closed) and `high` (they are open) hold the share. Sales of unknown customers cannot be
    reached.
    """
    ways = contacts[contacts["platform"].notna() & (contacts["platform"] != platform)]
    state = ways["reachable"].astype("boolean")
    sure = orders["customer_id"].isin(ways.loc[state.fillna(False).astype(bool), "customer_id"].dropna())
    maybe = sure | orders["customer_id"].isin(ways.loc[state.fillna(True).astype(bool), "customer_id"].dropna())
    sales = orders["amount"].sum()
    low, high = (
        float(orders.loc[mask, "amount"].sum() / sales) if sales > 0 else float("nan") for mask in (sure, maybe)
    )
    customers = int(orders.loc[sure, "customer_id"].nunique())
    of = int(orders["customer_id"].nunique())
    return {"platform": platform, "low": low, "high": high, "customers": customers, "of": of, "sales": float(sales)}


def reachable_message(orders: pd.DataFrame, contacts: pd.DataFrame) -> dict:
    """What would still be reachable if the largest platform closed (`reachable_without`), as a message."""
    platform = concentration(shares(orders["amount"], orders["platform"]))["largest"]
    found = reachable_without(orders, contacts, platform)
    known = platform is not None and not np.isnan(found["low"])
    if not known:
        return {"id": "dependence.reachable_unknown"}
    sure = round(found["low"], 2) == round(found["high"], 2)
    return {"id": "dependence.reachable_sure" if sure else "dependence.reachable", **found}


def overview(orders: pd.DataFrame, dimensions: list[str], ruleset) -> pd.DataFrame:
    """Concentration of sales by several dimensions (platform, channel, country, customer, product), one row each.

    Columns `dimension`, those of `concentration`, and `band`. A dimension that the orders do not have is unknown;
    customers are masked.
    """
    unknown = pd.Series(pd.NA, index=orders.index)
    rows = [concentration(shares(orders["amount"], orders.get(name, unknown))) for name in dimensions]
    table = pd.DataFrame(rows, columns=["hhi", "effective", "largest", "largest_share", "groups", "unknown_amount"])
    table.insert(0, "dimension", [f"by {name}" for name in dimensions])
    table["largest"] = table["largest"].where(table["dimension"] != "by customer_id", table["largest"].map(mask_id))
    return table.assign(band=[band(hhi, ruleset) for hhi in table["hhi"]])


def distribution(pools: pd.DataFrame) -> pd.DataFrame:
    """Shares of each pool in active customers, sales and traffic: the whole distribution behind the stage.

    `pools[pool, stage, active, sales_usd, visitors]`, one row per pool and period (`period_end`). Sales add up over the
    periods; persons are those of a pool's last period, because the persons of two periods overlap. Columns `pool`,
    `stage`, and per measure the number and `<measure>_share`; a number that is unknown for one pool leaves all shares
    of that measure unknown.
    """
    ordered = pools.sort_values("period_end", kind="stable") if "period_end" in pools else pools
    table = ordered.groupby("pool", sort=False).agg(
        stage=("stage", "last"),
        active=("active", lambda each: each.iloc[-1]),
        sales_usd=("sales_usd", lambda each: each.sum(skipna=False)),
        visitors=("visitors", lambda each: each.iloc[-1]),
    )
    for measure in MEASURES:
        whole = table[measure].astype(float).sum(skipna=False)
        table[f"{measure}_share"] = table[measure].astype(float) / (whole if whole > 0 else np.nan)
    return table.reset_index().sort_values(["stage", "pool"], kind="stable", ignore_index=True)


def main_pool(table: pd.DataFrame, ruleset) -> dict:
    """The main pool and the stage of the business: a description, never a score, and there may be none.

    `table` comes from `distribution`. A stage is reached when its pools together hold at least
    `dependence.stage_share` of the active customers; stage 3 also needs at least the traffic and the sales of the
    platform stores, stage 4 more than `dependence.own_site_share` of both. The highest reached counts; stages may be
    skipped. The main pool holds the most active customers. `blocks` lists what the next stage is short of (`measure`,
    `share`, `needed`; None is unknown).
    """
    if table["active_share"].isna().all():
        return {"id": "dependence.stage_unknown"}
    known = {measure: bool(table[f"{measure}_share"].notna().any()) for measure in MEASURES}
    held = table.groupby("stage")[[f"{measure}_share" for measure in MEASURES]].sum().reindex(list(STAGES)).fillna(0.0)
    held = held.set_axis(list(MEASURES), axis=1).to_dict("index")
    blocks = {stage: _blocks(held[stage], _needs(stage, held, ruleset), known) for stage in STAGES}
    stage = max((each for each in STAGES if not blocks[each]), default=None)
    following = min((each for each in STAGES if each > (stage or 0)), default=None)
    leading = table.loc[table["active_share"].idxmax()]
    return {
        "id": "dependence.no_main_pool" if stage is None else f"dependence.stage_{stage}",
        "stage": stage,
        "main": str(leading["pool"]),
        "share": float(leading["active_share"]),
        "next": following,
        "blocks": blocks.get(following, []),
    }


def block_messages(found: dict) -> list[dict]:
    """What blocks the next stage, as messages; `found` comes from `main_pool`."""
    return [
        {"id": f"dependence.block_{each['measure']}_unknown", "next": found["next"]}
        if each["share"] is None
        else {"id": f"dependence.block_{each['measure']}", "next": found["next"], **each}
        for each in found.get("blocks", [])
    ]


def _needs(stage: int, held: dict, ruleset) -> dict[str, float]:
    """Share of each measure that a stage needs at least."""
    needs = {"active": ruleset["dependence.stage_share"].value}
    if stage == 3:
        needs |= {measure: held[1][measure] for measure in ("sales_usd", "visitors")}
    if stage == 4:
        # "More than half": the next number after it.
        needs |= dict.fromkeys(
            ("sales_usd", "visitors"), float(np.nextafter(ruleset["dependence.own_site_share"].value, 1))
        )
    return needs


def _blocks(held: dict, needs: dict[str, float], known: dict[str, bool]) -> list[dict]:
    return [
        {
            "measure": measure,
            "share": held[measure] if known[measure] else None,
            "needed": least if known[measure] else None,
        }
        for measure, least in needs.items()
        if not known[measure] or held[measure] < least
    ]


def platform_release(weeks: pd.DataFrame, ruleset, level: float = 0.1) -> dict:
    """The sign of stage 2: spend on the platform falls over 8 to 12 weeks, and orders do not.

    `weeks[period_end, spend, orders]`, one row a week; the last 12 with both numbers are used. Spend falls when
    Kendall's rank correlation with time is negative at `level`. Orders of the later half / of the earlier half (an odd
    week in the middle is left out) have an 80 % interval `ratio_low` to `ratio_high` (Wilson, on the later half's
    share of the orders): they held when all of it lies above 1 - `dependence.orders_margin`, they fell when all of it
    lies below 1, and else there are too few orders to tell. A trend is no proof that the one let the other go.
    """
    least, most = ruleset["dependence.sign_weeks_least"].value, ruleset["dependence.sign_weeks_most"].value
    used = weeks.dropna(subset=["spend", "orders"]).sort_values("period_end").tail(most)
    if len(used) < least:
        return {"id": "dependence.release_too_short", "weeks": len(used), "more": least - len(used)}
    half = len(used) // 2
    early, late = used[:half], used[-half:]
    first, last = int(early["orders"].sum()), int(late["orders"].sum())
    shares_late = wilson(last, first + last, 0.8)
    ratio_low, ratio_high = (np.inf if share == 1 else float(share / (1 - share)) for share in shares_late)
    numbers = {
        "weeks": len(used),
        "spend_first": float(early["spend"].mean()),
        "spend_last": float(late["spend"].mean()),
        "orders_first": first,
        "orders_last": last,
        "ratio_low": ratio_low,
        "ratio_high": ratio_high,
    }
    falls = kendalltau(range(len(used)), used["spend"], alternative="less").pvalue < level
    held = ratio_low > 1 - ruleset["dependence.orders_margin"].value
    verdict = "spend_not_falling" if not falls else "holds" if held else "orders_fell" if ratio_high < 1 else "open"
    return {"id": f"dependence.release_{verdict}", **numbers}


def weekly(campaigns: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Advertising spend on the platform and orders of the store, week by week: `period_end`, `spend`, `orders`; weeks
    without a known spend are left out."""
    spend = campaigns.groupby("period_end")["spend"].sum(min_count=1).dropna()
    at = pd.to_datetime(orders.loc[~(orders["amount"] < 0), "ordered_at"]).dropna().dt.tz_localize(None)
    count = at.dt.to_period("W-SAT").dt.end_time.dt.normalize().value_counts()
    table = pd.DataFrame({"spend": spend, "orders": count.reindex(spend.index, fill_value=0)})
    return table.rename_axis("period_end").reset_index()


def self_operated_note(ruleset) -> dict:
    """The dated note on categories in which the platform keeps stores of its own, as a message."""
    rule = ruleset["dependence.self_operated"]
    return {"id": "dependence.self_operated", "categories": len(rule.value), "seen_on": str(rule.seen_on)}


def self_operated(ruleset) -> pd.DataFrame:
    """Categories in which the platform kept stores of its own when it was last seen: `self_operated_category`,
    `seen_on`."""
    rule = ruleset["dependence.self_operated"]
    return pd.DataFrame({"self_operated_category": list(rule.value), "seen_on": str(rule.seen_on)})
