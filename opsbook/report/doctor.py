"""`opsbook doctor`: is everything there to make a report, and if not, what is missing for which section."""

import platform
import sys
from importlib import metadata
from pathlib import Path

from opsbook.intake import stores as config
from opsbook.intake import warehouse as wh
from opsbook.intake.importer import find_files
from opsbook.intake.tables import TABLES

#: Which notebook reads which tables; a missing one leaves a section that says so.
READS = {
    "00_weekly_brief": ("store_kpi", "product_performance", "ad_campaign", "action_log", "routine_log"),
    "01_traffic_sources": ("channel_traffic", "store_kpi"),
    "02_flow_assistant": ("product_performance", "product_profile", "review", "price"),
    "03_p4p_keyword_roi": ("ad_keyword", "ad_product", "own_keyword", "industry_keyword", "visitor"),
    "04_private_domain_funnel": ("store_kpi", "customer", "touch", "order", "pool", "private_cost"),
    "05_site_promotion": ("ad_campaign",),
}


def examine(data: Path, warehouse: str) -> tuple[list[str], bool]:
    """Lines for people, and whether a report can be made."""
    known = config.load(data / "stores.toml")
    checks = [_python(), _font(), _engine(), _inbox(data / "inbox")]
    lines = [f"{'ok     ' if good else 'missing'} {text}" for good, text in checks]
    for store in sorted(known.keys() | set(wh.stores(warehouse))):
        lines += _store(store, known, warehouse)
    return lines, all(good for good, _ in checks)


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} (3.11 or newer)"


def _font() -> tuple[bool, str]:
    import pylopdf_fonts_zh_cn

    font = Path(pylopdf_fonts_zh_cn.sans_path())
    return font.exists(), f"Chinese glyphs for charts ({font.name})"


def _engine() -> tuple[bool, str]:
    return True, f"engine DuckDB {metadata.version('duckdb')} through Ibis {metadata.version('ibis-framework')}"


def _inbox(inbox: Path) -> tuple[bool, str]:
    files = find_files(inbox) if inbox.exists() else []
    return bool(files), f"{len(files)} exports in {inbox}" + (
        "" if files else "; put yours into a folder with the store's id"
    )


def _store(store: str, known: dict, warehouse: str) -> list[str]:
    """What a store has, and per notebook which export is missing and where it comes from."""
    weeks = wh.weeks_held(store, warehouse)
    note = "" if store in known else "; not in stores.toml: margin, value of an inquiry, target ROI are unknown"
    lines = [f"\nstore {store}: {f'{len(weeks)} weeks, newest {weeks[-1]}' if weeks else 'no data yet'}{note}"]
    for notebook, tables in READS.items():
        missing = [name for name in tables if not wh.holds(name, store=store, warehouse=warehouse)]
        lines += [f"  {notebook}: no {name} ({TABLES[name].zh}): {TABLES[name].where_en}" for name in missing]
    return lines
