"""Rule editor: another value for a rule of the home-page boards, and who would enter or leave because of it."""

from functools import lru_cache
from html import escape

import ipywidgets as widgets
import pandas as pd

from opsbook.analysis import assistant, board_changes, boards
from opsbook.analysis.rules import OUR_DEFAULT, Rule, RuleSet
from opsbook.explore.choice import LAYOUT, STYLE, Choice
from opsbook.explore.panel import Shown, call, panel
from opsbook.explore.saver import Saver
from opsbook.explore.saving import Value, rule_value, rulebook
from opsbook.explore.slices import Slice
from opsbook.report import cells, findings, language
from opsbook.report.language import N_, translate

COLUMNS = ["move", "path", "product_id", "title", "before", "now"]
STARS = "boards.best_review.stars"  # what a good review is: read by the conditions that count them

_RULE, _NUMBER, _WORD = N_("Rule"), N_("Value to try"), N_("Reading to try")
_SUM = N_("With {now} instead of {before}: {entered} entries would be gained, {left} lost, {unclear} left open.")
_SAME = N_("This is the value in force: nothing moves.")
_ELIGIBLE = N_("An entry is one product on one path: {before} are eligible now, {now} would be.")
_FACTS = {
    "value": N_("In force"),
    "source": N_("Source"),
    "confidence": N_("Confidence"),
    "seen_on": N_("Seen on"),
    "note": N_("Note"),
    "alternatives": N_("Other readings"),
}
_WORDS = {
    True: N_("yes"),
    False: N_("no"),
    "each": N_("each review by itself"),
    "average": N_("the average of all reviews"),
    "apply": N_("entered items only"),
    "both": N_("entered and picked items"),
}
_MINE, _OURS = N_("your rules.toml"), N_("our default: no source says it")
_CONFIDENCE = {"high": N_("high"), "medium": N_("medium"), "low": N_("low")}


def board_moves(here: Slice, rule: str, value: Value) -> pd.DataFrame:
    """Products that would enter or leave a home-page board if one rule had another value.

    Both sides are `boards.evaluate`, once under the rules in force and once with the value in `rules.toml`; `before` is
    the verdict in force, `now` the other one. Columns as `board_changes.changes`, and `title`.
    """
    tried = rulebook(rule_value(here, rule, value), here.week)
    listed = _inputs(here)[0]
    moves = board_changes.changes(_judged(here, tried), in_force(here))
    return moves.merge(listed[["product_id", "title"]], on="product_id", how="left")


def editable(book: RuleSet) -> list[Rule]:
    """The rules in force that decide about an entry: the conditions of every path under every reading, the readings
    themselves, and what a good review is."""
    roots = [root for path in boards.PATHS for root in boards.roots(path, book)]
    leaves = dict.fromkeys(leaf for root in roots for leaf in _leaves(root, book))
    return [rule for name, rule in book.items() if name in {*leaves, *boards.READINGS.values(), STARS}]


@lru_cache(8)
def in_force(here: Slice) -> pd.DataFrame:
    """The verdicts of `boards.evaluate` under the rules in force."""
    return _judged(here, here.book)


def rule_panel(choice: Choice) -> widgets.VBox:
    """The widget: a rule with its source, another value, who would enter or leave, and the way to keep it."""
    rule = widgets.Dropdown(description=translate(_RULE))
    number, word = widgets.FloatText(description=translate(_NUMBER)), widgets.Dropdown(description=translate(_WORD))
    for control in (rule, number, word):
        control.style, control.layout = STYLE, LAYOUT

    def offer(change=None) -> None:
        kept = rule.value
        options = _options(choice.slice.book) if choice.slice else []
        rule.options = options
        rule.value = kept if kept in dict(map(reversed, options)) else next(iter(dict(options).values()), None)

    def start(change=None) -> None:
        if choice.slice and rule.value:
            _fit(choice.slice.book[rule.value], number, word)

    def tried() -> Value:
        whole = number.value.is_integer()
        return word.value if word.options else int(number.value) if whole else number.value

    def show(here: Slice, rule: str | None, number: float, word: Value) -> Shown:
        return _shown(here, rule, tried()) if rule else Shown("")

    offer()
    start()
    choice.observe(offer, "slice")
    rule.observe(start, "value")
    choice.observe(start, "slice")
    saver = Saver(choice, lambda here: rule_value(here, rule.value, tried()), rule, number, word)
    return widgets.VBox([panel(choice, {"rule": rule, "number": number, "word": word}, show), saver])


def _inputs(here: Slice) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Products, reviews and prices as the page on the boards takes them."""
    listed = boards.join(here.load("product_profile"), here.load("product_performance"))
    return listed, assistant.delivered(here.load("review")), assistant.delivered(here.load("price"))


def _judged(here: Slice, book: RuleSet) -> pd.DataFrame:
    return boards.evaluate(*_inputs(here), store=here.settings, as_of=here.week, rules=book)


def _leaves(name: str, book: RuleSet) -> list[str]:
    """The conditions below a rule."""
    return [leaf for member in book[name].of for leaf in _leaves(member, book)] if book[name].of else [name]


def _options(book: RuleSet) -> list[tuple[str, str]]:
    """The rules by their titles; where two have the same one, with their ids."""
    titles = pd.Series({rule.id: getattr(rule.title, language.current()) for rule in editable(book)})
    twice = titles.duplicated(keep=False)
    return [(f"{title} ({name})" if twice[name] else title, name) for name, title in titles.items()]


def _fit(rule: Rule, number: widgets.FloatText, word: widgets.Dropdown) -> None:
    """The control that suits the rule's value, at the value in force; the other one is out of sight."""
    words = [True, False] if isinstance(rule.value, bool) else []
    words = [rule.value, *(other.value for other in rule.alternatives)] if isinstance(rule.value, str) else words
    word.options = [(translate(_WORDS.get(each, each)), each) for each in words]
    for control, used in ((number, not words), (word, bool(words))):
        control.layout = LAYOUT | ({} if used else {"display": "none"})
    if words:
        word.value = rule.value
    else:
        number.step = 1 if isinstance(rule.value, int) else 0.01
        number.value = rule.value


def _shown(here: Slice, rule: str, value: Value) -> Shown:
    about, code = _about(here.book, rule), call(board_moves, here, rule=rule, value=value)
    if here.load("product_profile").empty and here.load("product_performance").empty:
        return Shown(about + findings.needs("product_profile", here.load("product_profile")).html, code)
    if value == here.book[rule].value:
        return Shown(f"{about}<p>{escape(translate(_SAME))}</p>", code)
    moves = board_moves(here, rule, value)
    counts = moves["move"].value_counts().reindex(["entered", "left", "unclear"], fill_value=0)
    passing = int((in_force(here)["verdict"] == "pass").sum())
    after = passing + int((moves["now"] == "pass").sum()) - int((moves["before"] == "pass").sum())
    said = translate(_SUM).format(now=_asks(here.book[rule], value), before=_asks(here.book[rule]), **counts.to_dict())
    eligible = translate(_ELIGIBLE).format(before=passing, now=after)
    table = findings.table(moves.sort_values(["move", "path"], kind="stable"), COLUMNS, rows=50).html
    return Shown(f"{about}<p><strong>{escape(said)}</strong> {escape(eligible)}</p>{table}", code)


def _about(book: RuleSet, name: str) -> str:
    """What is known of a rule: value in force, source, how sure, since when, what is unclear about it."""
    rule = book[name]
    source = translate(_OURS) if rule.source == OUR_DEFAULT else rule.source
    source = translate(_MINE) if name in book.overridden else source
    facts = {
        "value": _asks(rule),
        "source": source,
        "confidence": translate(_CONFIDENCE[rule.confidence]),
        "seen_on": f"{rule.seen_on}" if rule.seen_on else "",
        "note": rule.note,
        "alternatives": "; ".join(f"{_asks(rule, other.value)}: {other.note}" for other in rule.alternatives),
    }
    items = [(translate(_FACTS[key]), cells.short(text, 600)) for key, text in facts.items() if text]
    rows = (f'<tr><th scope="row">{escape(title)}</th><td>{escape(text)}</td></tr>' for title, text in items)
    return f'<div class="scroll"><table class="rule" style="max-width: 60em">{"".join(rows)}</table></div>'


def _asks(rule: Rule, value: Value | None = None) -> str:
    """What a rule asks for, such as `>= 2 reviews`."""
    value = rule.value if value is None else value
    text = translate(_WORDS.get(value, value)) if isinstance(value, bool | str) else f"{value:g}"
    base = f"x {findings.our_word(rule.base)}" if rule.base else ""
    unit = findings.our_word(rule.unit) if rule.unit and language.current() == "zh" else rule.unit
    return " ".join(filter(None, (rule.operator, text, unit, base)))
