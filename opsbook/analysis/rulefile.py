"""One rule file: its records, and what is wrong with it in one line. `rules.py` describes the format."""

import math
import tomllib
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")]
Scalar = bool | int | float | str
Value = Scalar | list[Scalar] | dict[str, Scalar]

#: the keys that a kind of record must have, and those that it cannot have
NEEDED = {"group": {"logic", "of"}, "condition": {"field", "operator", "value"}, "parameter": {"value"}}
BARRED = {
    "group": {"field", "operator", "value", "base"},
    "condition": {"logic", "of"},
    "parameter": {"operator", "base"},
}


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Title(Record):
    en: Text
    zh: Text


class Alternative(Record):
    value: Value
    note: Text


class Rule(Record):
    """One rule in one version; the module's docstring shows the three kinds."""

    id: Id
    title: Title
    logic: Literal["all", "any", "veto"] | None = None
    of: list[Id] = []
    field: Text | None = None
    operator: Literal["<", "<=", "==", ">=", ">"] | None = None
    value: Value | None = None
    base: Text | None = None
    unit: str = ""
    window_days: Annotated[int, Field(gt=0)] | None = None
    inclusive: bool = True
    effective_from: date | None = None
    effective_to: date | None = None
    seen_on: date | None = None
    source: Text
    confidence: Literal["high", "medium", "low"]
    note: str = ""
    alternatives: list[Alternative] = []

    @field_validator("value")
    @classmethod
    def finite(cls, value):
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("must be a finite number")
        return value

    @model_validator(mode="after")
    def complete(self):
        """A record is one of the three kinds, whole and without keys of another."""
        given = {key for key in self.model_fields_set if getattr(self, key) not in (None, [])}
        for key in sorted(NEEDED[self.kind] - given):
            raise ValueError(f"`{key}` is missing: a {self.kind} needs it")
        for key in sorted(BARRED[self.kind] & given):
            raise ValueError(f"`{key}` does not belong to a {self.kind}")
        if self.kind == "condition":
            self._comparable()
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("`effective_to` lies before `effective_from`")
        return self

    def _comparable(self) -> None:
        if isinstance(self.value, (str, list, dict)) or (isinstance(self.value, bool) and self.operator != "=="):
            raise ValueError(f"`value` cannot be compared with {self.operator}; found {self.value!r}")

    @property
    def kind(self) -> str:
        """`group`, `condition` or `parameter`."""
        if self.logic or self.of:
            return "group"
        return "condition" if self.field or self.operator else "parameter"

    def in_force(self, day: date) -> bool:
        """Whether the rule holds on this day; the first and the last day count."""
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)


def read(text: str, name: str) -> list[Rule]:
    """The records of one rule file; `name` stands in its error messages."""
    rules = [record(entry, name, position) for position, entry in enumerate(entries(text, name), start=1)]
    for rule, other in combinations(rules, 2):
        if rule.id == other.id and _overlap(rule, other):
            raise ValueError(f"{name}: rule {rule.id!r}, key 'effective_from': two versions hold on the same day")
    return rules


def entries(text: str, name: str) -> list[dict]:
    """The tables `[[rule]]` of one rule file, not checked yet."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: not readable as TOML: {error}") from None
    entries = content.pop("rule", [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        key = next(iter(content), "rule")
        raise ValueError(f"{name}: key {key!r} is not part of the format: every rule begins with [[rule]]")
    return entries


def record(entry: dict[str, Any], name: str, position: int) -> Rule:
    """One entry as a rule; what is wrong with it is one line with file, rule and key."""
    try:
        return Rule(**entry)
    except ValidationError as error:
        raise ValueError(f"{name}: rule {entry.get('id', f'number {position}')!r}{_problem(error)}") from None


def _problem(error: ValidationError) -> str:
    first, *others = error.errors()
    key = ".".join(str(part) for part in first["loc"] if part in Rule.model_fields or part in ("en", "zh", "note"))
    if first["type"] == "extra_forbidden":
        key = ".".join(map(str, first["loc"]))
        text = f"is unknown{did_you_mean(key, Rule.model_fields)}"
    elif first["type"] == "missing":
        text = "is missing"
    elif first["loc"][:1] == ("value",) and first["type"] != "value_error":
        text = f"must be a number, text, true or false, or a list or table of these; found {first['input']!r}"
    else:
        text = first["msg"].removeprefix("Value error, ") + (f"; found {first['input']!r}" if key else "")
    place = f", key {key!r}: " if key else ": "
    others = {error["loc"][:1] for error in others} - {first["loc"][:1]}
    return place + " ".join(text.split()) + (f" (and {len(others)} more)" if others else "")


def _overlap(one: Rule, other: Rule) -> bool:
    begins = max(one.effective_from or date.min, other.effective_from or date.min)
    return begins <= min(one.effective_to or date.max, other.effective_to or date.max)


def did_you_mean(word: str, known) -> str:
    """The end of an error message that names the known word most like a wrong one; empty where none is close."""
    close = get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
