"""Pictures of the home-page boards."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import COLOURS, GOOD, WARN, describe, label, label_axes, needs_rows
from opsbook.report.language import translate
from opsbook.report.messages import MESSAGES

PARTS = {"passed": GOOD, "unclear": WARN, "failed": COLOURS["grey"]}


@needs_rows
def verdicts(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How many products may enter on each path, may not, or cannot be judged (`boards.suitable`)."""
    rows = table.iloc[::-1]
    names = [label(f"path.{path}") for path in rows["path"]]
    left = 0
    for part, colour in PARTS.items():
        ax.barh(names, rows[part], left=left, color=colour, alpha=0.45 if part == "failed" else 1, label=label(part))
        left = left + rows[part]
    for place, count in enumerate(rows["passed"]):
        ax.annotate(f"{count:,}", (count, place), (4, 0), textcoords="offset points", va="center", fontsize="small")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    label_axes(ax, x="products")
    best = table.loc[table["passed"].idxmax()]
    numbers = {"path": label(f"path.{best['path']}"), "passed": int(best["passed"])}
    unclear = int((table["unclear"] > 0).sum())
    return describe(ax, translate(MESSAGES["boards.chart"]).format(paths=len(table), unclear=unclear, **numbers))
