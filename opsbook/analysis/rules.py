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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from opsbook.analysis.rulefile import Rule, did_you_mean, entries, read, record

OUR_DEFAULT = "our default"


@dataclass(frozen=True)
class RuleSet(Mapping[str, Rule]):
    """The rules in force on one day, by id, with the ids that the user's own file changed."""

    as_of: date
    rules: dict[str, Rule]
    overridden: tuple[str, ...] = ()

    def __getitem__(self, rule_id: str) -> Rule:
        if rule_id not in self.rules:
            raise KeyError(f"no rule {rule_id!r} in force on {self.as_of}{did_you_mean(rule_id, self.rules)}")
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
        rule.model_dump() | {"rule_kind": rule.kind, "rule_title_en": rule.title.en, "rule_title_zh": rule.title.zh}
        for rule in rules.values()
    ]
    others = [key for key in Rule.model_fields if key not in ("id", "title")]
    columns = ["id", "rule_kind", "rule_title_en", "rule_title_zh", *others]
    return (
        pd.DataFrame(records, columns=columns)
        .rename(columns={"id": "rule", "of": "members", "value": "threshold", "base": "relative_to"})
        .assign(
            overridden=[rule_id in rules.overridden for rule_id in rules],
            our_default=[rule.source == OUR_DEFAULT for rule in rules.values()],
        )
    )


def lines(rules: RuleSet) -> list[str]:
    """The rules for a terminal, one line each: id, what it asks, titles, source with its confidence, who changed it."""
    return [_line(row) for row in table(rules).to_dict("records")]


def _line(row: dict[str, Any]) -> str:
    asks = row["members"] and f"{row['logic']} of {len(row['members'])}"
    asks = (
        asks or f"{'' if pd.isna(row['operator']) else row['operator']} {row['threshold']} {row['unit'] or ''}".strip()
    )
    changed = "; changed by you" if row["overridden"] else ""
    titles = f"{row['rule_title_zh']} / {row['rule_title_en']}"
    return f"{row['rule']}\t{asks}\t{titles}\t{row['source']} ({row['confidence']} confidence{changed})"


def about(rules: RuleSet) -> list[dict]:
    """What a report says about the rules that it used: their day and version, and which of them the user changed."""
    said = [{"id": "rules.version", "as_of": f"{rules.as_of}", "version": rules.version, "rules": len(rules)}]
    if rules.overridden:
        ids = ", ".join(rules.overridden)
        said.append({"id": "rules.overridden", "rules": len(rules.overridden), "ids": ids})
    return said


def titled(ids: pd.Series, rules: RuleSet, lang: str) -> pd.Series:
    """Lists of rule ids as lists of the rules' titles, for a reader of `en` or `zh`."""
    titles = {rule.id: getattr(rule.title, lang) for rule in rules.values()}
    return ids.map(lambda some: [titles[rule_id] for rule_id in some])


@cache
def _shipped() -> tuple[Rule, ...]:
    folder = files("opsbook.analysis").joinpath("rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(rule for name in names for rule in read(folder.joinpath(name).read_text("utf-8"), name))


def _overridden(path: Path, own: dict[str, Rule], day: date) -> dict[str, Rule]:
    """The user's rules that hold on the day; an entry about a rule that we know of another time is passed over."""
    elsewhere = {rule.id for rule in _shipped()} - own.keys()
    changed: dict[str, Rule] = {}
    for position, entry in enumerate(entries(_text(path), path.name), start=1):
        if str(entry.get("id")) in elsewhere:
            continue
        base = own.get(str(entry.get("id")))
        rule = record(_merge(base, entry, path.name) if base else entry, path.name, position)
        if not rule.in_force(day):
            continue
        if rule.id in changed:
            raise ValueError(f"{path.name}: rule {rule.id!r}, key 'id': stands twice for {day}")
        changed[rule.id] = rule
    for rule_id in changed.keys() - own.keys():
        if not any(rule_id in rule.of for rule in (own | changed).values()):
            hint = did_you_mean(rule_id, own)
            raise ValueError(f"{path.name}: rule {rule_id!r}, key 'id': is unknown and listed by no group{hint}")
    return changed


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None


def _merge(base: Rule, entry: dict[str, Any], name: str) -> dict[str, Any]:
    """Our record with the user's keys; a user who takes the other reading leaves ours as the alternative."""
    ours = base.model_dump(exclude_unset=True, exclude={"effective_from", "effective_to", "seen_on"})
    merged = ours | {"source": f"{name} (the user)"} | entry
    if "value" not in entry or base.value is None:
        return merged
    _check_value(base, entry["value"], name)
    if any(other.value == entry["value"] for other in base.alternatives):
        kept = [other for other in ours["alternatives"] if other["value"] != entry["value"]]
        merged["alternatives"] = [*kept, {"value": base.value, "note": f"as shipped ({base.source})"}]
    return merged


def _check_value(base: Rule, value: Any, name: str) -> None:
    """A user's value is of the kind of ours; where ours is a word with alternatives, it is one of these words."""
    words = [base.value, *(other.value for other in base.alternatives)]
    if _type(value) is not _type(base.value):
        problem = f"must be like {base.value!r}"
    elif isinstance(value, str) and len(words) > 1 and value not in words:
        problem = f"must be one of {', '.join(map(repr, words))}"
    else:
        return
    raise ValueError(f"{name}: rule {base.id!r}, key 'value': {problem}; found {value!r}")


def _check_members(rule: Rule, rules: dict[str, Rule], name: str) -> None:
    for member in rule.of:
        if member not in rules:
            raise ValueError(f"{name}: rule {rule.id!r}, key 'of': no rule {member!r}{did_you_mean(member, rules)}")
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


def _type(value: Any) -> type:
    """Whole numbers and decimals are one kind; true and false are not numbers."""
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)
