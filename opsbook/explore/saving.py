"""What was tried out, written into `stores.toml` or `rules.toml`: the one value, and nothing else of the file.

A proposal is looked at before it is saved. It is made by the smallest edit of the text, and taken only if the edited
text, read again, is the old content with this one value changed; so comments, order and blanks stay as they are.
"""

import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opsbook import files
from opsbook.analysis import rules
from opsbook.analysis.rulefile import did_you_mean
from opsbook.explore.slices import Slice
from opsbook.intake import stores

Value = bool | int | float | str

_VALUE = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s,#\]}]+)"""


@dataclass(frozen=True)
class Proposal:
    """A file as it is (`before`; None: there is none) and as it would be."""

    path: Path
    before: bytes | None = field(repr=False)
    after: bytes = field(repr=False)

    @property
    def difference(self) -> str:
        """The lines that would change, as a unified diff; empty where none does."""
        old, new = ((text or b"").decode("utf-8").splitlines() for text in (self.before, self.after))
        return "\n".join(_unified(old, new, self.path.name))

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.difference}


def store_setting(here: Slice, **settings: Value) -> Proposal:
    """The proposal to set keys of the store's table in `stores.toml`, such as `value_per_inquiry_cny=150`.

    A store that the file does not name gets a table, with its id as its name. What `stores.load` would not take is its
    error.
    """
    path = Path(here.data) / "stores.toml"
    before, text = _read(path)
    if here.store not in stores.load(path):
        text = _with(text, ("stores", here.store), "name", here.store, path.name)
    for key, value in settings.items():
        text = _with(text, ("stores", here.store), key, value, path.name)
    proposal = Proposal(path, before, text.encode())
    with TemporaryDirectory() as folder:
        stores.load(_copy(proposal, folder))
    return proposal


def rule_value(here: Slice, rule: str, value: Value) -> Proposal:
    """The proposal to set the value of a rule in `rules.toml`; what `rules.load` would not take is its error."""
    path, book = Path(here.data) / "rules.toml", here.book
    if rule not in book:
        raise ValueError(f"`rule` must be a rule in force on {here.week}; found {rule!r}{did_you_mean(rule, book)}")
    before, text = _read(path)
    held = tomllib.loads(text.removeprefix("\ufeff")).get("rule", [])
    place = _entry(held, rule, here.week, path.name)
    if place == len(held):
        text = _with(text, ("rule", place), "id", rule, path.name)
    proposal = Proposal(path, before, _with(text, ("rule", place), "value", value, path.name).encode())
    rulebook(proposal, here.week)
    return proposal


def rulebook(proposal: Proposal, day: date) -> rules.RuleSet:
    """The rules in force on a day as they would be once the proposal is saved."""
    with TemporaryDirectory() as folder:
        return rules.load(day, _copy(proposal, folder))


def save(proposal: Proposal) -> Path:
    """Write the file whole, unless it is no longer what it was when the proposal was made."""
    path = proposal.path
    if (path.read_bytes() if path.exists() else None) != proposal.before:
        raise ValueError(f"{path.name} has changed since this difference was shown; look at it again, then save")
    files.write(*files.locate(path.resolve()), proposal.after)
    return path


def _unified(old: list[str], new: list[str], name: str) -> list[str]:
    """A unified diff; that of difflib sets lines aside which a long file holds often, and shows them as changed."""
    lines = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes():
        (_, i, _, j, _), (_, _, i_end, _, j_end) = group[0], group[-1]
        lines.append(f"@@ -{i + 1},{i_end - i} +{j + 1},{j_end - j} @@")
        for kind, i, i_end, j, j_end in group:
            before, after = old[i:i_end], new[j:j_end]
            lines += [f" {line}" for line in before] if kind == "equal" else [f"-{line}" for line in before]
            lines += [] if kind == "equal" else [f"+{line}" for line in after]
    return [f"--- {name}", f"+++ {name} (proposed)", *lines] if lines else []


def _read(path: Path) -> tuple[bytes | None, str]:
    """The bytes of a file (None where there is none) and their text, every blank and line end kept."""
    if not path.exists():
        return None, ""
    try:
        return (content := path.read_bytes()), content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None


def _copy(proposal: Proposal, folder: str) -> Path:
    """The proposed file under its own name, for its reader's messages."""
    path = Path(folder) / proposal.path.name
    path.write_bytes(proposal.after)
    return path


def _entry(entries: list[dict], rule: str, day: date, name: str) -> int:
    """The position of the entry of a rule that holds on a day; one after the last where there is none yet."""
    own = [place for place, entry in enumerate(entries) if entry.get("id") == rule]
    begins = [entries[place].get("effective_from", date.min) for place in own]
    ends = [entries[place].get("effective_to", date.max) for place in own]
    held = [place for place, begin, end in zip(own, begins, ends, strict=True) if begin <= day <= end]
    if own and not held:
        raise ValueError(f"{name}: rule {rule!r} is set for other days than {day}; add a version for it by hand")
    return held[0] if held else len(entries)


# ---- the smallest edit ------------------------------------------------------------------------------------------


def _with(text: str, place: tuple[str, str | int], key: str, value: Value, name: str) -> str:
    """The text of a TOML file with one key of one table set, and all else the same."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    wanted = _set(tomllib.loads(body), place, key, value)
    literal = _literal(key, value)
    for edited in _edits(body, place, key, literal):
        try:
            if tomllib.loads(edited) == wanted:
                return mark + edited
        except tomllib.TOMLDecodeError:
            continue
    table = f"[{place[0]}.{place[1]}]" if isinstance(place[1], str) else f"[[{place[0]}]] number {place[1] + 1}"
    raise ValueError(f"{name} {table}: too unusual to be edited here; write it yourself: {key} = {literal}")


def _set(content: dict[str, Any], place: tuple[str, str | int], key: str, value: Value) -> dict[str, Any]:
    """The content with the key set; a table that is not there is added."""
    content = deepcopy(content)
    first, which = place
    if isinstance(which, str):
        content.setdefault(first, {}).setdefault(which, {})[key] = value
    else:
        tables = content.setdefault(first, [])
        tables.extend([{}] * (which - len(tables) + 1))
        tables[which] = tables[which] | {key: value}
    return content


def _literal(key: str, value: Value) -> str:
    """A value as TOML writes it; 130.0 is 130."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not math.isfinite(value):
        raise ValueError(f"`{key}` must be a finite number; found {value!r}")
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _edits(text: str, place: tuple[str, str | int], key: str, literal: str) -> Iterator[str]:
    """Texts that may be the wanted one, the likeliest first: the value replaced, a line added, a table added."""
    begin, end = _block(text, place)
    values = re.finditer(rf"""(?<![\w-])["']?{re.escape(key)}["']?[ \t]*=[ \t]*({_VALUE})""", text)
    for found in sorted(values, key=lambda match: not begin <= match.start() < end):
        yield text[: found.start(1)] + literal + text[found.end(1) :]
    line_end = "\r\n" if "\r\n" in text else "\n"
    for line in reversed(list(re.finditer(r"^[ \t]*[^#\s].*\n?", text[begin:end], re.M))):
        at = begin + line.end()
        yield _joined(text[:at], f"{key} = {literal}", line_end) + text[at:]
    first, which = place
    header = f"[{first}.{_bare(which)}]" if isinstance(which, str) else f"[[{first}]]"
    blank = line_end if text.strip() else ""
    yield _joined(
        _joined(text, blank + header, line_end) if blank else header + line_end, f"{key} = {literal}", line_end
    )


def _joined(text: str, line: str, line_end: str) -> str:
    """The text with one more line at its end."""
    return text + ("" if text.endswith("\n") or not text else line_end) + line + line_end


def _bare(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)


def _block(text: str, place: tuple[str, str | int]) -> tuple[int, int]:
    """Where a table begins (its header with it) and where the next one does; nothing where it has no header."""
    first, which = place
    header = rf"[ \t]*{first}[ \t]*"
    header += rf"""\.[ \t]*["']?{re.escape(which)}["']?[ \t]*""" if isinstance(which, str) else ""
    header = rf"^[ \t]*\[{header}\]" if isinstance(which, str) else rf"^[ \t]*\[\[{header}\]\]"
    found = list(re.finditer(header, text, re.M))
    number = 0 if isinstance(which, str) else which
    if number >= len(found):
        return 0, 0
    after = re.compile(r"^[ \t]*\[", re.M).search(text, found[number].end())
    return found[number].start(), after.start() if after else len(text)
