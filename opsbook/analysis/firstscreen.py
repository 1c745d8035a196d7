"""What a buyer sees first of a product: the checklist behind "look at the page"."""

from datetime import date

import pandas as pd

from opsbook.analysis import history, wordmatch
from opsbook.analysis import rules as rulebook

COLUMNS = ["product_id", "item", "verdict", "found", "wanted"]


def checklist(products: list[str], profile: pd.DataFrame | None, *, as_of: date, rules=None) -> pd.DataFrame:
    """The first screen of each product, item by item: `pass`, `fail`, or `unknown` where the profile does not say.

    Items: pictures and their size, video, title that names its keywords, price, minimum order, logistics, attributes,
    category. One row per product and item with `item` (message), `found` (missing where unknown) and `wanted`.
    Whether price and minimum order are good beside competitors cannot be known from the seller's own data: they only
    have to be shown.
    """
    ruleset = rules or rulebook.load(as_of)
    rows = _profiles(products, profile)
    items = {
        "pictures": _at_least(rows["images"], ruleset["diagnosis.pictures"].value),
        "picture_side": _at_least(rows["image_side"], ruleset["diagnosis.picture_side"].value),
        "video": _flag(rows["has_video"]),
        "title_keywords": _at_least(_named(rows, ruleset), 1.0),
        "price": _at_least(rows["price_min"], 0.01),
        "moq": _at_least(rows["moq"], 1),
        "logistics": _flag(rows["has_logistics"]),
        "attributes": _at_least(rows["attributes_filled"], ruleset["diagnosis.attributes"].value),
        "category": _flag(rows["category_filled"]),
    }
    tables = [table.assign(item=[{"id": f"diagnosis.item.{name}"}] * len(table)) for name, table in items.items()]
    return pd.concat(tables).rename_axis("product_id").reset_index()[COLUMNS]


def _profiles(products: list[str], profile: pd.DataFrame | None) -> pd.DataFrame:
    """One profile per product asked for, empty where there is none."""
    known = pd.DataFrame() if profile is None or "product_id" not in profile else profile.set_axis(history.ids(profile))
    columns = ["title", "keywords", "images", "image_side", "has_video", "price_min", "moq", "has_logistics"]
    columns += ["attributes_filled", "category_filled"]
    return known[~known.index.duplicated(keep="last")].reindex(index=pd.Index(products, dtype="str"), columns=columns)


def _at_least(values: pd.Series, wanted: float) -> pd.DataFrame:
    found = pd.to_numeric(values, errors="coerce").astype(float)
    verdict = (found >= wanted).map({True: "pass", False: "fail"}).where(found.notna(), "unknown")
    return pd.DataFrame({"verdict": verdict, "found": found, "wanted": float(wanted)})


def _flag(values: pd.Series) -> pd.DataFrame:
    return _at_least(values.astype("boolean").astype("Float64").astype(float), 1.0)


def _named(rows: pd.DataFrame, ruleset) -> pd.Series:
    """How much of its closest keyword each title contains; missing without title or keywords."""
    ignored = ruleset["diagnosis.general_words"].value
    words = rows["keywords"].astype("object").where(rows["keywords"].notna())
    return wordmatch.match_score(words, rows.index.to_series(), rows["title"].dropna().astype(str), ignored)
