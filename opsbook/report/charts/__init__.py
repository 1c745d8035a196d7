"""Pictures: one module per topic, `charts.<topic>.<name>(table, ax=None) -> Axes`; `use_style()` once per notebook."""

from importlib import import_module
from types import ModuleType

from opsbook.report.charts.style import describe, use_style

__all__ = ["describe", "use_style"]

TOPICS = (
    "auction",
    "bidding",
    "boards",
    "brief",
    "customers",
    "diagnosis",
    "funnel",
    "keywords",
    "products",
    "promotion",
    "quadrants",
    "traffic",
)


def __getattr__(name: str) -> ModuleType:
    """A topic is imported when a notebook first draws from it."""
    if name not in TOPICS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
