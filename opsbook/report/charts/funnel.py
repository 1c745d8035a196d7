"""Pictures of funnels and pools."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import cells
from opsbook.report.charts.style import ACCENT, BAD, GOOD, NEUTRAL, bare, bounded, label_axes, needs_rows, say, tall
from opsbook.report.language import translate


def _names(values: pd.Series) -> list[str]:
    """The words for the values of a column, as its table shows them."""
    return [_word(str(values.name), name) for name in bounded(values)]


def _word(column: str, value: str) -> str:
    known = [name for name in (f"{column}.{value}", value) if cells.is_column(name)]
    return cells.label(known[0]) if known else translate(value)


def _whiskers(rate: pd.Series, lower: pd.Series, upper: pd.Series) -> np.ndarray:
    """Lengths of the error bars below and above a rate; none where the interval is unknown."""
    return np.nan_to_num(np.maximum(np.vstack([rate - lower, upper - rate]).astype(float), 0))


@needs_rows
def steps(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share of the first step that reached each step (`funnel.funnel`), with the persons, the rate of the step before
    and its interval beside the bar."""
    tall(ax, len(table) + 1, each=0.42)
    names = _names(table["step"])
    ax.barh(names, table["overall_rate"].fillna(0), color=ACCENT, height=0.6)
    for place, row in enumerate(table.itertuples()):
        rate = "" if place == 0 else f"   {_percent(row.step_rate)} ({_percent(row.lower)}–{_percent(row.upper)})"
        share = row.overall_rate if pd.notna(row.overall_rate) else 0
        ax.text(share + 0.01, place, f"{row.people:,}{rate}", va="center")
    ax.set_xlim(0, 1.45)
    ax.invert_yaxis()
    bare(ax)
    first, last = table.iloc[0], table.iloc[-1]
    if not first["people"]:
        return say(ax, "funnel.chart_nobody", first_step=names[0])
    numbers = {"first": first["people"], "last": last["people"], "rate": last["overall_rate"]}
    return say(ax, "funnel.chart_steps", first_step=names[0], last_step=names[-1], **numbers)


def _percent(share: float) -> str:
    return cells.plain(share, "percent")


@needs_rows
def business(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Counts above, persons below, and a visible break between them (`stages.business`); the scale is logarithmic."""
    persons = (table["counted"] == "persons").to_numpy()
    tall(ax, len(table) + 2, each=0.36)
    place = np.arange(len(table)) + persons * 0.8
    number = table["number"].fillna(0)
    ax.barh(place, number.clip(lower=0.5), color=np.where(persons, ACCENT, NEUTRAL), height=0.6)
    for at, row in zip(place, table.itertuples(), strict=True):
        rate = f"   {_percent(row.share)}" if pd.notna(row.share) else ""
        ax.text(
            max(row.number if pd.notna(row.number) else 0, 0.5) * 1.15,
            at,
            f"{cells.plain(row.number, 'count')}{rate}",
            va="center",
        )
    if persons.any() and not persons.all():
        ax.axhline(place[persons][0] - 0.9, color=NEUTRAL, linestyle=(0, (4, 3)))
    ax.set_xscale("log")
    ax.set_xlim(0.5, max(number.max(), 1) * 30)
    ax.set_yticks(place, _names(table["step"]))
    ax.invert_yaxis()
    bare(ax)
    return say(
        ax,
        "funnel.chart_business",
        counts=int((~persons).sum()),
        persons=int(persons.sum()),
        last=table["number"].iloc[-1],
    )


@needs_rows
def cohorts(table: pd.DataFrame, step: str, ax: Axes | None = None) -> Axes | None:
    """Share of each entry cohort that reached a step (`funnel.entry_cohorts`), with its interval; cohorts whose window
    has not ended are hatched."""
    rows = table[table["step"] == step].reset_index(drop=True)
    mature = rows["state"] == "mature"
    bars = ax.bar(rows.index, rows["step_rate"].fillna(0), color=np.where(mature, ACCENT, NEUTRAL))
    for bar, done in zip(bars, mature, strict=True):
        bar.set_hatch("" if done else "///")
    whiskers = _whiskers(rows["step_rate"], rows["lower"], rows["upper"])
    ax.errorbar(rows.index, rows["step_rate"].fillna(0), yerr=whiskers, fmt="none", ecolor=NEUTRAL, capsize=3)
    names = rows["cohort"].map(lambda cohort: str(cohort.end_time.date()))
    ax.set_xticks(rows.index, names, rotation=30, ha="right")
    ax.grid(axis="x", visible=False)
    label_axes(ax, y="step_rate")
    return say(ax, "funnel.chart_cohorts", step=_word("step", step), cohorts=len(rows), mature=int(mature.sum()))


@needs_rows
def conversion_curve(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share converted by days since the entry (`funnel.conversion_curve`)."""
    days = np.append(0, table["days"])
    ax.step(days, np.append(0, table["share"]), where="post", color=ACCENT)
    ax.set_ylim(bottom=0)
    label_axes(ax, x="days", y="share")
    last = table.iloc[-1]
    return say(ax, "funnel.chart_curve", rate=last["share"], days=last["days"])


@needs_rows
def sensitivity(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """End result if one stage's rate rose by one percentage point (`stages.calculator`); the line is today's."""
    rows = table[table["share"].notna()]
    now = table["number"].iloc[-1]
    tall(ax, len(rows) + 1, each=0.42)
    ax.barh(_names(rows["step"]), rows["plus_point"], color=GOOD, height=0.6)
    ax.axvline(now, color=BAD)
    texts = (cells.plain(most, "decimal") for most in rows["plus_point"])
    for place, (most, text) in enumerate(zip(rows["plus_point"], texts, strict=True)):
        ax.annotate(text, (np.nan_to_num(most), place), (5, 0), textcoords="offset points", va="center")
    ax.margins(x=0.1)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    label_axes(ax, x="plus_point")
    if rows["plus_point"].isna().all():
        return ax
    best = rows.loc[rows["plus_point"].idxmax()]
    return say(ax, "funnel.chart_sensitivity", stage=_word("step", str(best["step"])), most=best["plus_point"], now=now)


@needs_rows
def pool(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The user pool and what is left of it (`pools.pool`)."""
    rows = table[table["indicator"].isin(["registered", "reachable", "active", "zombie"])]
    tall(ax, len(rows) + 1, each=0.42)
    colours = [ACCENT if name == "active" else NEUTRAL for name in rows["indicator"]]
    ax.barh(_names(rows["indicator"]), rows["people"].fillna(0), color=colours, height=0.6)
    for place, row in enumerate(rows.itertuples()):
        share = f"   {_percent(row.share)}" if pd.notna(row.share) else ""
        people = row.people if pd.notna(row.people) else 0
        ax.annotate(
            f"{cells.plain(row.people, 'count')}{share}",
            (people, place),
            (4, 0),
            textcoords="offset points",
            va="center",
        )
    ax.margins(x=0.2)
    ax.invert_yaxis()
    bare(ax)
    people = rows.set_index("indicator")["people"]
    return say(ax, "funnel.chart_pool", registered=people["registered"], active=people["active"])


@needs_rows
def days_active(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Persons by the number of days on which they did something (`pools.days_active`)."""
    ax.bar(table["days_active"], table["people"], color=ACCENT)
    ax.grid(axis="x", visible=False)
    label_axes(ax, x="days_active", y="people")
    once = int(table.loc[table["days_active"] == 1, "people"].sum())
    return say(ax, "funnel.chart_days", people=int(table["people"].sum()), once=once)
