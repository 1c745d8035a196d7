"""`data/stores.toml`: what no export says about a store. A key that is missing is unknown, never a default."""

import difflib
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from opsbook.intake.warehouse import STORE_ID


class Store(BaseModel):
    """One `[stores.<id>]` table; every key is optional but the name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name shown in reports.")
    language: Literal["zh", "en"] = Field("zh", description="Language of its reports.")
    industry: str | None = Field(None, description="Main level-2 industry, for the reader.")
    business: Literal["oem", "rts", "mixed"] | None = Field(None, description="Custom goods, ready to ship, or both.")
    membership: Literal["basic", "verified"] | None = Field(None, description="basic = 出口通, verified = 金品诚企.")
    membership_fee_cny: float | None = Field(None, ge=0, description="Fee of a year, in CNY.")
    labour_cny_per_week: float | None = Field(None, ge=0, description="Labour spent on the store in a week, in CNY.")
    gross_margin: float | None = Field(None, gt=0, lt=1, description="Gross margin of sales, as a fraction: 0.25.")
    value_per_inquiry_cny: float | None = Field(
        None,
        gt=0,
        description="What an inquiry is worth to you, in CNY; without it the value is estimated from orders.",
    )
    target_roi: float | None = Field(None, gt=0, description="Order value / advertising cost to be reached.")
    cny_per_usd: float | None = Field(None, gt=0, description="Exchange rate used for the whole report.")
    target_countries: list[str] | None = Field(None, description='Two-letter codes, such as ["US", "DE"].')
    exclude_china: bool = Field(False, description="Leave visitors from mainland China out of regional tables.")
    stage: Literal["volume", "cost", "quality"] | None = Field(
        None, description="What the store aims at now: more traffic, cheaper traffic or better buyers."
    )
    brand_words: list[str] = Field([], description="Brands of other companies: never proposed as keywords.")

    @property
    def is_gold(self) -> bool | None:
        """Whether the store is a 金品 (verified) merchant; None when the membership is not stated."""
        return None if self.membership is None else self.membership == "verified"


def load(path: Path) -> dict[str, Store]:
    """The stores of a `stores.toml`; a missing file has none. A wrong key or value is one line that names it."""
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name}: no valid TOML: {error}; correct that line") from None
    for key in content.keys() - {"stores"}:
        raise ValueError(f"{path.name} [{key}]: unknown table; a store is a table [stores.<id>]")
    return {store: _store(path.name, store, values) for store, values in content.get("stores", {}).items()}


def get(store: str, path: Path) -> Store:
    """One store's entry; a store that `stores.toml` does not name has everything unknown but its id."""
    return load(path).get(store) or Store(name=store)


def check_id(store: str) -> str:
    """The id itself, if it is one: letters, digits, `-` and `_`; it becomes a folder's name."""
    if not STORE_ID.fullmatch(store):
        raise ValueError(f"store {store!r}: expected letters, digits, - and _ only, 64 at most")
    return store


def _store(file: str, store: str, values: dict) -> Store:
    check_id(store)
    if not isinstance(values, dict):
        raise ValueError(f"{file} stores.{store}: found {values!r}; expected a table [stores.{store}]")
    try:
        return Store(**values)
    except ValidationError as errors:
        # an unknown key first: a misspelt `name` is also a missing one
        error = sorted(errors.errors(), key=lambda error: error["type"] != "extra_forbidden")[0]
        key = str(error["loc"][0])
        where = f"{file} [stores.{store}] {key}"
        if error["type"] == "extra_forbidden":
            near = difflib.get_close_matches(key, Store.model_fields, 1)
            raise ValueError(
                f"{where}: unknown key; {'did you mean ' + near[0] + '?' if near else 'see data/README.md'}"
            ) from None
        if error["type"] == "missing":
            raise ValueError(f"{where}: missing; add {key} = ...") from None
        raise ValueError(f"{where}: found {error['input']!r}; {_lower(error['msg'])}") from None


def _lower(text: str) -> str:
    return text.replace("Input should be", "expected").replace("Input should", "it should")
