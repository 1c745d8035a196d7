"""Everything a reader sees has its Chinese: nothing missing, fuzzy, empty, contradictory or left over."""

import ast
import json
import re
import string
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from opsbook.report import cells, findings, language, messages

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CATALOGS = sorted((ROOT / "opsbook" / "report" / "locale" / "zh").glob("*.po"))


def entries():
    """(catalog, entry) of every entry in every Chinese catalog."""
    for path in CATALOGS:
        with path.open("rb") as po:
            yield from ((path.name, entry) for entry in read_po(po, locale="zh") if entry.id)


def marked():
    """Every literal text in the package that `N_` marks."""
    for path in sorted((ROOT / "opsbook").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield ast.literal_eval(node.args[0])


def notebook_cells(kind):
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == kind:
                yield path, "".join(cell["source"])


def defined():
    """The first sentence of every function that a notebook shows the definition of."""
    for path in NOTEBOOKS:
        trees = [ast.parse(source) for other, source in notebook_cells("code") if other == path]
        nodes = [node for tree in trees for node in ast.walk(tree)]
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for call in nodes:
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "definition":
                function = call.args[0]
                module = import_module(imported[function.value.id])
                yield findings.first_sentence(getattr(module, function.attr))


@cache
def wanted():
    """Everything that needs a translation."""
    headers = {header for header, _ in messages.LABELS.values()}
    codes = {code for topic in messages._TOPICS for code in getattr(topic, "CODES", ())}
    prose = {text for _, text in notebook_cells("markdown")}
    return {*messages.MESSAGES.values(), *headers, *codes, *marked(), *prose, *defined()}


def po(texts):
    """The texts as entries to be pasted into a catalog."""
    return "\n\n".join(f'msgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""' for text in sorted(texts))


def fields(text):
    """The fields of a template with their formats; prose with other braces has none."""
    try:
        return {(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def test_everything_has_its_chinese():
    missing = wanted() - language.catalog("zh").keys()
    assert not missing, f"{len(missing)} texts have no translation:\n\n{po(missing)}"


def test_no_entry_is_left_over():
    assert {entry.id: name for name, entry in entries() if entry.id not in wanted()} == {}


def test_no_entry_is_fuzzy_or_empty():
    assert [(name, entry.id) for name, entry in entries() if entry.fuzzy or not entry.string.strip()] == []


def test_one_text_has_one_translation():
    seen = {}
    for name, entry in entries():
        seen.setdefault(entry.id, {}).setdefault(entry.string, []).append(name)
    assert {text: found for text, found in seen.items() if len(found) > 1} == {}


def test_translations_keep_the_numbers():
    assert [(name, entry.id) for name, entry in entries() if fields(entry.id) != fields(entry.string)] == []


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.name)
def test_catalogs_say_what_they_are(path):
    head = path.read_text("utf-8").split("\n\n")[0]
    assert '"Language: zh\\n"' in head and "charset=utf-8" in head.lower()


def test_messages_have_their_topic_and_a_form_that_can_be_filled():
    for key, text in messages.MESSAGES.items():
        assert "." in key and text.strip() == text and fields(text) is not None
        assert all(name.isidentifier() for name, _ in fields(text)), key


def test_labels_have_a_known_format():
    known = {*cells.NUMERIC, "text", "id", "date", "message", "code", "series"}
    assert {column: form for column, (_, form) in messages.LABELS.items() if form not in known} == {}


@pytest.mark.parametrize("kind", ["MESSAGES", "LABELS"])
def test_topics_do_not_take_each_others_words(kind):
    given = {}
    for topic in messages._TOPICS:
        for key, value in getattr(topic, kind).items():
            given.setdefault(key, {}).setdefault(value, []).append(topic.__name__.rpartition(".")[2])
    assert {key: found for key, found in given.items() if len(found) > 1} == {}


def test_templates_hold_no_words_of_their_own():
    markup = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>|@@\w+@@", re.DOTALL)
    for template in sorted((ROOT / "opsbook" / "report" / "template").rglob("*.j2")):
        assert not re.findall(r"[A-Za-z]{2,}", markup.sub("", template.read_text("utf-8"))), template.name


def test_an_unknown_language_is_one_line():
    with pytest.raises(ValueError, match="`lang` must be one of zh, en; found 'de'"):
        language.use("de")


def test_a_text_without_translation_stays_as_it_is():
    assert language.translate("no catalog holds this", "zh") == "no catalog holds this"
    assert language.translate(next(iter(messages.MESSAGES.values())), "en") in messages.MESSAGES.values()
