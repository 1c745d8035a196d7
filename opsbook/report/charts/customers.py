"""Pictures of customers: cohorts, value, rhythm, and what the business hangs on."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import cells
from opsbook.report.charts.style import (
    ACCENT,
    BAD,
    COLOURS,
    GOOD,
    NEUTRAL,
    SHADES,
    bounded,
    label,
    label_axes,
    needs_rows,
    say,
    tall,
    value_labels,
)
from opsbook.report.language import translate

SIDES = {"private": GOOD, "public": COLOURS["orange"], "unknown": NEUTRAL}


@needs_rows
def retention(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Heat map of the share that ordered again, by cohort and periods since the first order (`customers.retention`):
    the future is blank, a period that has not ended has a star, a share of too few persons to be shown is `<5`."""
    later = table[table["lived"] > 0]
    shaded = table.assign(share=table["share"].fillna(0))  # lived and not shown: light; the future stays blank
    wide = shaded.pivot(index="cohort", columns="lived", values="share").iloc[:, 1:]
    if wide.shape[1] == 0:
        ax.set_axis_off()
        return say(ax, "customers.chart_retention_young", cohorts=len(wide))
    ax.imshow(
        wide.to_numpy(float), aspect="auto", cmap=SHADES, vmin=0, vmax=max(later["share"].fillna(0).max() * 2, 0.01)
    )
    place = {cohort: row for row, cohort in enumerate(wide.index)}
    for each in later.itertuples() if wide.size <= 400 else ():
        share = "<5" if pd.isna(each.share) else f"{each.share:.0%}"
        star = "" if each.complete else "*"
        ax.text(
            each.lived - 1,
            place[each.cohort],
            f"{share}{star}",
            ha="center",
            va="center",
            fontsize="x-small",
        )
    sizes = ["<5" if pd.isna(size) else f"{size:,.0f}" for size in table.loc[table["lived"] == 0, "active"]]
    ax.set_yticks(range(len(wide)), [f"{cohort} ({size})" for cohort, size in zip(wide.index, sizes, strict=True)])
    ax.set_xticks(range(wide.shape[1]), wide.columns)
    ax.grid(visible=False)
    ax.set_xlabel(label("lived"))
    ended = later[(later["lived"] == 1) & later["complete"]]
    if ended.empty:
        return say(ax, "customers.chart_retention_young", cohorts=len(wide))
    if ended["active"].isna().any():
        return say(ax, "customers.chart_retention_cut", cohorts=len(wide))
    rate = ended["active"].sum() / ended["customers"].sum()
    return say(ax, "customers.chart_retention", cohorts=len(wide), rate=rate)


@needs_rows
def cohort_value(table: pd.DataFrame, cost: float | None = None, ax: Axes | None = None) -> Axes:
    """Cumulated margin per customer of each cohort (`customers.cohort_value`), the newest in colour, against what a
    customer costs."""
    groups = list(table.groupby("cohort"))
    for place, (cohort, rows) in enumerate(groups, 1):
        colour, width = (ACCENT, 2.2) if place == len(groups) else (NEUTRAL, 1.2)
        ax.plot(rows["lived"], rows["margin_per_customer"], color=colour, linewidth=width, marker="o", markersize=2.5)
        if place in (1, len(groups)):
            last = rows.iloc[-1]
            ax.annotate(str(cohort), (last["lived"], last["margin_per_customer"]), (4, 0), textcoords="offset points")
    if cost is not None and not pd.isna(cost):
        ax.axhline(cost, color=BAD, linestyle="--")
        end = (table["lived"].max(), cost)
        ax.annotate(label("per_customer"), end, (0, -4), textcoords="offset points", color=BAD, ha="right", va="top")
    ax.set_ylim(bottom=min(0, table["margin_per_customer"].min()))
    label_axes(ax, x="lived", y="margin_per_customer")
    return say(ax, "customers.chart_cohort_value", cohorts=len(groups), most=table["margin_per_customer"].max())


@needs_rows
def gaps(table: pd.DataFrame, quantiles: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share of gaps between orders (`customers.gaps`) that are at most so long; lines at `customers.gap_quantiles`."""
    ax.ecdf(table["gap"], color=ACCENT)
    row = quantiles.iloc[0]
    for name, text in (("median", "50 %"), ("p90", "90 %")):
        ax.axvline(row[name], color=NEUTRAL, linestyle="--")
        ax.annotate(f"{text}: {row[name]:,.0f}", (row[name], 0.02), (3, 0), textcoords="offset points")
    label_axes(ax, x="days_between", y="share")
    return say(ax, "customers.chart_gaps", gaps=int(row["gaps"]), median=row["median"], p90=row["p90"])


@needs_rows
def rfm(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Customers by recency and frequency score (`customers.rfm_grid`): size by number, colour by rank of mean sales."""
    table = table[table["customers"].notna()]
    size = 60 + 1500 * table["customers"] / table["customers"].max()
    rank = table["monetary"].rank(pct=True).fillna(0)
    ax.scatter(table["r"], table["f"], s=size, c=rank, cmap=SHADES, vmin=0, vmax=1.6, edgecolor=NEUTRAL)
    for each in table.itertuples():
        ax.annotate(f"{each.customers:,.0f}", (each.r, each.f), ha="center", va="center")
    top = int(max(table["r"].max(), table["f"].max())) if len(table) else 3
    ax.set(xticks=range(1, top + 1), yticks=range(1, top + 1), xlim=(0.4, top + 0.6), ylim=(0.4, top + 0.6))
    label_axes(ax, x="r", y="f")
    most = int(table["customers"].max()) if len(table) else 0
    return say(ax, "customers.chart_rfm", most=most, customers=int(table["customers"].sum()))


@needs_rows
def backtest(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Repeat orders foretold for the part of the history kept back (`lifetime.backtest`); the line is what came."""
    rows = table[table["predicted"].notna()]
    actual = table["actual"].iloc[0]
    ax.barh([translate(name) for name in rows["method"]], rows["predicted"], color=ACCENT, height=0.5)
    ax.axvline(actual, color=BAD)
    ax.grid(axis="y", visible=False)
    label_axes(ax, x="predicted")
    predicted = rows.loc[rows["method"] == "model", "predicted"]
    number = predicted.iloc[0] if len(predicted) else float("nan")
    return say(ax, "customers.chart_backtest", actual=actual, predicted=number)


@needs_rows
def value_at_age(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """Margin per customer by age, public and private side by side with intervals (`acquisition.value_at_age`)."""
    known = table.dropna(subset="margin_per_customer")
    if known.empty:
        ax.figure.clear()
        return None
    groups = list(known.groupby("side", sort=False))
    for shift, (side, rows) in enumerate(groups):
        place = rows["age_days"] + 2 * (shift - (len(groups) - 1) / 2)
        ends = np.vstack(
            [rows["margin_per_customer"] - rows["margin_lower"], rows["margin_upper"] - rows["margin_per_customer"]]
        )
        ax.errorbar(
            place,
            rows["margin_per_customer"],
            np.nan_to_num(ends),
            fmt="o",
            capsize=3,
            color=SIDES.get(side, NEUTRAL),
            label=translate(side),
        )
    ax.legend()
    ax.set_xticks(known["age_days"].unique())
    label_axes(ax, x="age_days", y="margin_per_customer")
    oldest = known[known["age_days"] == known["age_days"].max()]
    sides = ", ".join(f"{translate(row.side)} {row.margin_per_customer:,.0f}" for row in oldest.itertuples())
    return say(ax, "customers.chart_sides", sides=sides)


@needs_rows
def shares(table: pd.DataFrame, most: int = 10, ax: Axes | None = None) -> Axes | None:
    """Largest shares of sales (`dependence.shares`)."""
    rows = table[table["share"].notna()].head(most).reset_index(drop=True)
    if rows.empty:
        ax.figure.clear()
        return None
    tall(ax, len(rows), each=0.36)
    ax.barh(rows.index, rows["share"], color=[ACCENT, *[NEUTRAL] * (len(rows) - 1)], height=0.66)
    ax.set_yticks(rows.index, bounded(rows["name"]))
    ax.invert_yaxis()
    value_labels(ax, rows["share"], rows.index, (cells.plain(share, "percent") for share in rows["share"]))
    first = rows.iloc[0]
    return say(ax, "customers.chart_shares", name=cells.short(str(first["name"])), share=first["share"])


@needs_rows
def pools(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Shares of the pools in active customers, sales and traffic (`dependence.distribution`); an unknown one has no
    bar."""
    measures = ["active_share", "sales_usd_share", "visitors_share"]
    place = np.arange(len(measures))
    start = np.zeros(len(measures))
    for colour, row in zip([*COLOURS.values()] * len(table), table.to_dict("records"), strict=False):
        width = np.array([row[measure] for measure in measures], dtype=float)
        ax.barh(
            place, np.nan_to_num(width), left=start, color=colour, label=cells.short(str(row["pool"]), 24), height=0.6
        )
        start = start + np.nan_to_num(width)
    ax.set_yticks(place, [label(measure) for measure in measures])
    ax.set_xlim(0, 1)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    label_axes(ax, x="share")
    ax.set_yticks(place, [label(measure) for measure in measures])
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    if table["active_share"].isna().all():
        return say(ax, "customers.chart_pools_unknown", pools=len(table))
    first = table.loc[table["active_share"].idxmax()]
    return say(
        ax, "customers.chart_pools", pools=len(table), name=cells.short(str(first["pool"])), share=first["active_share"]
    )


@needs_rows
def timeline(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """One customer's events over time, a lane per channel (`timeline.timeline`); own actions are filled, ours
    hollow."""
    rows = table[table["at"].notna()].assign(
        channel=lambda each: each["channel"].astype("string").fillna(cells.MISSING)
    )
    lanes = {name: place for place, name in enumerate(rows["channel"].drop_duplicates())}
    own = (rows["direction"] == "in").fillna(False).to_numpy(dtype=bool)
    for mask, face in ((own, ACCENT), (~own, "none")):
        ax.scatter(rows["at"][mask], rows["channel"][mask].map(lanes), s=45, facecolor=face, edgecolor=ACCENT)
    ax.set_yticks(range(len(lanes)), bounded(pd.Series(list(lanes), dtype="string")))
    ax.tick_params(axis="x", rotation=30)
    return say(ax, "customers.chart_timeline", events=len(table), channels=len(lanes))


@needs_rows
def leads(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Leads by fit and engagement (`leads.grid`); a lead without a known fit stands at the left edge."""
    known = table["fit"].notna()
    ax.scatter(table["fit"].fillna(-0.05), table["engagement"], color=np.where(known, ACCENT, NEUTRAL), alpha=0.6)
    ax.set_xlim(-0.1, 1.05)
    label_axes(ax, x="fit", y="engagement")
    return say(ax, "customers.chart_leads", best=int((table["grade"] == "A1").sum()), leads=len(table))
