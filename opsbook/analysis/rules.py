"""Platform rules and thresholds as versioned data.

Every `*.toml` in the folder `rules/` beside this module holds records of one topic, each an entry of the array `rule`.
Three kinds share the same keys; what is filled in says which it is:

    [[rule]]                                        # a parameter: one value
    id = "keywords.min_clicks"                      # <topic>.<name>, the name in code: rules.load(day)["..."].value
    title.en = "Clicks before a word is judged"
    title.zh = "判断一个词所需的最少点击"
    value = 30                                      # a number, text, true/false, a list or a table
    unit = "clicks"
    source = "our default"                          # exactly these words where no source says it and we decided
    confidence = "low"                              # high, medium or low

    [[rule]]                                        # a condition: field, operator, value
    id = "boards.new_arrival.impressions"
    title.en = "More than 20 search impressions in 30 days"
    title.zh = "30天内搜索曝光量大于20"
    field = "search_impressions_30d"                # the column that is tested
    operator = ">"                                  # <  <=  ==  >=  >
    value = 20                                      # with `base = "list_price"`: this many times that column
    unit = "impressions"
    window_days = 30                                # and `inclusive = false` where the last day no longer counts
    source = "..."
    confidence = "low"

    [[rule]]                                        # a group: other rules, also groups
    id = "boards.new_arrival.any"
    title.en = "..."
    title.zh = "..."
    logic = "any"                                   # all, any, or veto: all, and where it fails nothing else helps
    of = ["boards.new_arrival.impressions", "..."]
    source = "..."
    confidence = "low"

Optional for all: `effective_from` and `effective_to` (dates, both count; left out = not known to begin or end),
`seen_on` (the day the source said so), `note` (ambiguities, contradictions) and
`alternatives = [{value = 10, note = "another reading"}]`. A rule that changed stands once per version, with dates that
do not overlap.

A user's own file (`data/rules.toml`) has the same form. An entry with a known id needs only the keys that differ; its
dates, if any, say when it replaces ours. A new id must be listed by some group, else no code would read it.
"""

import hashlib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

OUR_DEFAULT = "our default"

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


@dataclass(frozen=True)
class RuleSet(Mapping[str, Rule]):
    """The rules in force on one day, by id, with the ids that the user's own file changed."""

    as_of: date
    rules: dict[str, Rule]
    overridden: tuple[str, ...] = ()

    def __getitem__(self, rule_id: str) -> Rule:
        if rule_id not in self.rules:
            raise KeyError(f"no rule {rule_id!r} in force on {self.as_of}{_did_you_mean(rule_id, self.rules)}")
        return self.rules[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self.rules

    def __iter__(self) -> Iterator[str]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def version(self) -> str:
        """The identity of the set: the newest date in its records and a digest of their whole content."""
        dates = [day for rule in self.rules.values() for day in (rule.effective_from, rule.seen_on) if day]
        content = "\n".join(self.rules[key].model_dump_json() for key in sorted(self.rules))
        return f"{max(dates, default=date.min):%Y-%m-%d}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def load(as_of: date, overrides: Path | str | None = None) -> RuleSet:
    """The rules in force on a day: ours, with the entries of the user's own file in their place.

    A file that does not exist overrides nothing. Anything wrong is a `ValueError` of one line with file, rule and key.
    """
    day = pd.Timestamp(as_of).date()
    own = {rule.id: rule for rule in _shipped() if rule.in_force(day)}
    changed = _overridden(Path(overrides), own, day) if overrides and Path(overrides).exists() else {}
    rules = own | changed
    for rule in rules.values():
        _check_members(rule, rules, Path(overrides).name if rule.id in changed else f"{rule.id.split('.')[0]}.toml")
    return RuleSet(day, rules, tuple(changed))


def table(rules: RuleSet) -> pd.DataFrame:
    """One row per rule in force: what it says, since when, who says so, how sure, and whether the user changed it."""
    records = [
        rule.model_dump() | {"kind": rule.kind, "title_en": rule.title.en, "title_zh": rule.title.zh}
        for rule in rules.values()
    ]
    columns = ["id", "kind", "title_en", "title_zh", *[key for key in Rule.model_fields if key not in ("id", "title")]]
    return pd.DataFrame(records, columns=columns).assign(
        overridden=[rule_id in rules.overridden for rule_id in rules],
        our_default=[rule.source == OUR_DEFAULT for rule in rules.values()],
    )


@cache
def _shipped() -> tuple[Rule, ...]:
    folder = files("opsbook.analysis").joinpath("rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(rule for name in names for rule in read(folder.joinpath(name).read_text("utf-8"), name))


def read(text: str, name: str) -> list[Rule]:
    """The records of one rule file; `name` stands in its error messages."""
    rules = [_rule(entry, name, position) for position, entry in enumerate(_entries(text, name), start=1)]
    for rule, other in combinations(rules, 2):
        if rule.id == other.id and _overlap(rule, other):
            raise ValueError(f"{name}: rule {rule.id!r}, key 'effective_from': two versions hold on the same day")
    return rules


def _entries(text: str, name: str) -> list[dict]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: not readable as TOML: {error}") from None
    entries = content.pop("rule", [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        key = next(iter(content), "rule")
        raise ValueError(f"{name}: key {key!r} is not part of the format: every rule begins with [[rule]]")
    return entries


def _rule(entry: dict[str, Any], name: str, position: int) -> Rule:
    try:
        return Rule(**entry)
    except ValidationError as error:
        raise ValueError(f"{name}: rule {entry.get('id', f'number {position}')!r}{_problem(error)}") from None


def _problem(error: ValidationError) -> str:
    first, *others = error.errors()
    key = ".".join(str(part) for part in first["loc"] if part in Rule.model_fields or part in ("en", "zh", "note"))
    if first["type"] == "extra_forbidden":
        key = ".".join(map(str, first["loc"]))
        text = f"is unknown{_did_you_mean(key, Rule.model_fields)}"
    elif first["type"] == "missing":
        text = "is missing"
    elif first["loc"][:1] == ("value",) and first["type"] != "value_error":
        text = f"must be a number, text, true or false, or a list or table of these; found {first['input']!r}"
    else:
        text = first["msg"].removeprefix("Value error, ") + (f"; found {first['input']!r}" if key else "")
    place = f", key {key!r}: " if key else ": "
    others = {error["loc"][:1] for error in others} - {first["loc"][:1]}
    return place + " ".join(text.split()) + (f" (and {len(others)} more)" if others else "")


def _overridden(path: Path, own: dict[str, Rule], day: date) -> dict[str, Rule]:
    known = {rule.id for rule in _shipped()}
    changed = {}
    for position, entry in enumerate(_entries(path.read_text("utf-8-sig"), path.name), start=1):
        rule_id = entry.get("id")
        base = own.get(rule_id) if isinstance(rule_id, str) else None
        if base is None and rule_id in known:
            continue  # a rule of another time
        rule = _rule(_merge(base, entry, path.name) if base else entry, path.name, position)
        if not rule.in_force(day):
            continue
        if rule.id in changed:
            raise ValueError(f"{path.name}: rule {rule.id!r}, key 'id': stands twice for {day}")
        changed[rule.id] = rule
    for rule_id in changed.keys() - own.keys():
        if not any(rule_id in rule.of for rule in (own | changed).values()):
            hint = _did_you_mean(rule_id, own)
            raise ValueError(f"{path.name}: rule {rule_id!r}, key 'id': is unknown and listed by no group{hint}")
    return changed


def _merge(base: Rule, entry: dict[str, Any], name: str) -> dict[str, Any]:
    """Our record with the user's keys; a user who takes the other reading leaves ours as the alternative."""
    if "value" in entry and base.value is not None and _type(entry["value"]) is not _type(base.value):
        problem = f"must be like {base.value!r}; found {entry['value']!r}"
        raise ValueError(f"{name}: rule {base.id!r}, key 'value': {problem}")
    ours = base.model_dump(exclude_unset=True, exclude={"effective_from", "effective_to", "seen_on"})
    merged = ours | {"source": f"{name} (the user)"} | entry
    if "value" in entry and any(other.value == entry["value"] for other in base.alternatives):
        kept = [other for other in ours["alternatives"] if other["value"] != entry["value"]]
        merged["alternatives"] = [*kept, {"value": base.value, "note": f"as shipped ({base.source})"}]
    return merged


def _check_members(rule: Rule, rules: dict[str, Rule], name: str) -> None:
    for member in rule.of:
        if member not in rules:
            raise ValueError(f"{name}: rule {rule.id!r}, key 'of': no rule {member!r}{_did_you_mean(member, rules)}")
        if rules[member].kind == "parameter":
            raise ValueError(f"{name}: rule {rule.id!r}, key 'of': {member!r} is a parameter and cannot be tested")
        if rule.id in _descendants(member, rules, ()):
            raise ValueError(f"{name}: rule {rule.id!r}, key 'of': {member!r} leads back to the rule itself")


def _descendants(rule_id: str, rules: dict[str, Rule], path: tuple[str, ...]) -> set[str]:
    """The rule and everything below it; a circle is walked once."""
    if rule_id in path or rule_id not in rules:
        return set()
    below = (_descendants(member, rules, (*path, rule_id)) for member in rules[rule_id].of)
    return {rule_id}.union(*below)


def _overlap(one: Rule, other: Rule) -> bool:
    begins = max(one.effective_from or date.min, other.effective_from or date.min)
    return begins <= min(one.effective_to or date.max, other.effective_to or date.max)


def _type(value: Any) -> type:
    """Whole numbers and decimals are one kind; true and false are not numbers."""
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def _did_you_mean(word: str, known) -> str:
    close = get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
