"""Pictures of promotion plans."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report import findings
from opsbook.report.charts.style import (
    ACCENT,
    BAD,
    GOOD,
    NEUTRAL,
    WARN,
    bounded,
    label,
    label_axes,
    needs_rows,
    say,
    tall,
)
from opsbook.report.language import translate

_WIDEST = 400  # an interval wider than this says nothing and would squeeze the others
VERDICT_COLOURS = {"pays": GOOD, "loses": BAD, "not enough data": WARN, "unknown": NEUTRAL}


@needs_rows
def spend_result(table: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """What each plan spent and what came back (`promotion.plans`), with the interval that few orders leave; plans
    below the dashed line do not earn back their spend."""
    rows = table.dropna(subset=["spend", "result"])
    for verdict, colour in VERDICT_COLOURS.items():
        group = rows[rows["verdict"] == verdict]
        if len(group):
            spend = group["spend"]
            ax.vlines(
                spend, group["roi_lower"] * spend, group["roi_upper"] * spend, color=colour, linewidth=1.5, alpha=0.6
            )
            ax.scatter(
                spend, group["result"], s=28, color=colour, zorder=3, label=f"{translate(verdict)} ({len(group)})"
            )
    for name, row in zip(bounded(rows["campaign"], 20), rows.to_dict("records"), strict=True):
        ax.annotate(
            name, (row["spend"], row["result"]), (6, 0), textcoords="offset points", fontsize="x-small", va="center"
        )
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    _break_even(ax, rows)
    label_axes(ax, x="spend", y="result")
    if len(rows):
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    counts = table["verdict"].value_counts()
    numbers = {name.replace(" ", "_"): int(counts.get(name, 0)) for name in VERDICT_COLOURS}
    sums = {"spend": rows["spend"].sum(), "result": rows["result"].sum()}
    return say(ax, "promotion.chart", plans=len(table), **sums, **numbers)


def _break_even(ax: Axes, rows: pd.DataFrame) -> None:
    """The line of spend x break-even ROI, where all plans share it."""
    ratios = rows["break_even_roi"].dropna().unique()
    if len(ratios) == 1:
        ax.axline((0, 0), slope=ratios[0], color=NEUTRAL, linewidth=1, linestyle="--", label=label("break_even_roi"))


@needs_rows
def growth(effects: pd.DataFrame, placebos: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """The growth of promoted products against similar ones (`uplift.effect`), below it the earlier weeks as if they
    had been the start (`uplift.placebo`); 1 is no difference."""
    real = effects.assign(name=effects["metric"].map(label), colour=ACCENT)
    days = pd.to_datetime(placebos["started"]).dt.strftime("%m-%d")
    pairs = zip(placebos["metric"], days, strict=True)
    as_if = [findings.word({"id": "promotion.as_if", "metric": metric, "day": day}) for metric, day in pairs]
    false = placebos.assign(name=as_if, colour=NEUTRAL)
    rows = pd.concat([real, false.astype({"growth_ratio": float})]).dropna(subset=["growth_ratio"])
    shown = rows[rows["growth_upper"] / rows["growth_lower"] < _WIDEST].reset_index(drop=True)
    if shown.empty:
        return None
    ax.hlines(shown.index, shown["growth_lower"], shown["growth_upper"], color=shown["colour"], linewidth=2)
    ax.scatter(shown["growth_ratio"], shown.index, color=shown["colour"], s=28, zorder=3)
    ax.axvline(1, color=NEUTRAL, linewidth=1, linestyle="--")
    ax.set_xscale("log", base=2)
    ax.set_yticks(shown.index, shown["name"])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    label_axes(tall(ax, len(shown)), x="growth_ratio")
    first = shown.iloc[0].to_dict()
    apart = int(((false["growth_lower"] > 1) | (false["growth_upper"] < 1)).sum())
    names = ("growth_ratio", "growth_lower", "growth_upper")
    numbers = {name: first[name] for name in names} | {"placebos": int(false["growth_ratio"].notna().sum())}
    return say(ax, "promotion.chart_growth", metric=first["metric"], apart=apart, **numbers)


@needs_rows
def guarantee(compared: pd.DataFrame, ax: Axes | None = None) -> Axes | None:
    """Inquiries for the price of an offer, by own bids and by the guarantee (`guarantees.compare`): median, and the
    range from the tenth to the ninetieth percentile."""
    known = compared.dropna(subset=["inquiries_p50"])
    rows = known[known["counted"] == known["counted"].max()].reset_index(drop=True)  # the qualified ones where known
    if rows.empty:
        return None
    colours = rows["bought"].map({"own": ACCENT}).fillna(NEUTRAL)
    ax.hlines(rows.index, rows["inquiries_p10"], rows["inquiries_p90"], color=colours, linewidth=3)
    ax.scatter(rows["inquiries_p50"], rows.index, color=colours, s=34, zorder=3)
    names = rows["bought"].map(lambda name: label(f"bought.{name}"))
    several = rows["offer"].nunique() > 1
    ax.set_yticks(rows.index, bounded(rows["offer"], 20) + ": " + names if several else names)
    ax.set_xlim(left=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    label_axes(tall(ax, len(rows)), x="inquiries_p50")
    ax.xaxis.set_label_text(label(rows["counted"].iloc[0]))
    first = rows[rows["offer"] == rows["offer"].iloc[0]].set_index("bought")
    numbers = {
        f"{bought}_{end}": float(first[f"inquiries_{end}"].get(bought, float("nan")))
        for bought in ("own", "kept")
        for end in ("p10", "p90")
    }
    return say(ax, "promotion.chart_guarantee", metric=rows["counted"].iloc[0], offer=first["offer"].iloc[0], **numbers)
