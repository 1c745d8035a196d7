"""Widgets of `explore.ipynb`: the functions of the report with their knobs outside."""

from opsbook.explore.keywords import keyword_panel

__all__ = ["keyword_panel"]
