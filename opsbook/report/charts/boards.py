"""Pictures of the home-page boards."""

import pandas as pd
from matplotlib.axes import Axes

from opsbook.report.charts.style import COLOURS, GOOD, WARN, label, needs_rows, say, tall, value_labels

PARTS = {"passed": GOOD, "unclear": WARN, "failed": COLOURS["grey"]}


@needs_rows
def verdicts(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How many products may enter on each path, may not, or cannot be judged (`boards.suitable`)."""
    rows = table.iloc[::-1]
    tall(ax, len(rows) + 1, each=0.36)
    names = [label(f"path.{path}") for path in rows["path"]]
    left = 0
    for part, colour in PARTS.items():
        name = label(part) if rows[part].any() else None
        ax.barh(names, rows[part], left=left, color=colour, alpha=0.45 if part == "failed" else 1, label=name)
        left = left + rows[part]
    whole = rows[list(PARTS)].sum(axis=1)
    texts = (f"{passed:,} / {products:,}" for passed, products in zip(rows["passed"], whole, strict=True))
    value_labels(ax, whole, range(len(rows)), texts)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3)
    best = table.loc[table["passed"].idxmax()]
    numbers = {"path": label(f"path.{best['path']}"), "passed": int(best["passed"])}
    unclear = int((table["unclear"] > 0).sum())
    return say(ax, "boards.chart", paths=len(table), unclear=unclear, **numbers)
