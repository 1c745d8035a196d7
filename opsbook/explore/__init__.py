"""Widgets of `explore.ipynb`: the functions of the report with their knobs outside."""

from opsbook.explore.choice import choose
from opsbook.explore.keywords import keyword_panel
from opsbook.explore.slices import slice_of

__all__ = ["choose", "keyword_panel", "slice_of"]
