"""Widgets of `explore.ipynb`: the functions of the report with their knobs outside."""

from opsbook.explore.choice import choose
from opsbook.explore.drill import drill
from opsbook.explore.drill_panel import drill_panel
from opsbook.explore.keywords import decisions, keyword_panel
from opsbook.explore.slices import slice_of

__all__ = ["choose", "decisions", "drill", "drill_panel", "keyword_panel", "slice_of"]
