"""Widgets of `explore.ipynb`: the functions of the report with their knobs outside."""

from opsbook.explore.boards import board_moves, rule_panel
from opsbook.explore.choice import choose
from opsbook.explore.cohorts import cohort_panel, cohorts_of
from opsbook.explore.drill_tables import drill
from opsbook.explore.drill_view import drill_panel
from opsbook.explore.funnels import funnel_of, funnel_panel
from opsbook.explore.keywords import decisions, keyword_panel
from opsbook.explore.saver import settings_panel
from opsbook.explore.saving import rule_value, save, store_setting
from opsbook.explore.slices import slice_of

__all__ = [
    "board_moves",
    "choose",
    "cohort_panel",
    "cohorts_of",
    "decisions",
    "drill",
    "drill_panel",
    "funnel_of",
    "funnel_panel",
    "keyword_panel",
    "rule_panel",
    "rule_value",
    "save",
    "settings_panel",
    "slice_of",
    "store_setting",
]
