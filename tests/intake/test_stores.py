"""stores.toml: every key documented, every mistake one line."""

from pathlib import Path

import pytest

from opsbook.intake import dictionary, stores

ROOT = Path(__file__).parents[2]
A = '[stores.a]\nname = "x"\n'


def test_every_key_is_documented_in_the_file_itself():
    comments = (ROOT / "data" / "stores.toml").read_text("utf-8")
    assert all(f"#   {key}" in comments for key in stores.Store.model_fields)


def test_the_dictionary_is_up_to_date():
    assert (ROOT / "data" / "README.md").read_text("utf-8") == dictionary.markdown() + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (A + "gross_margn = 0.2", "stores.toml [stores.a] gross_margn: unknown key; did you mean gross_margin?"),
        (A + "gross_margin = 1.0", "stores.toml [stores.a] gross_margin: found 1.0; expected less than 1"),
        ('[stores.a]\nnme = "x"', "stores.toml [stores.a] nme: unknown key; did you mean name?"),
        ('[stores.a]\nlanguage = "en"', "stores.toml [stores.a] name: missing; add name = ..."),
        (A + 'language = "fr"', "stores.toml [stores.a] language: found 'fr'; expected 'zh' or 'en'"),
        ('[stores."../x"]\nname = "x"', "store '../x': expected letters, digits, - and _ only, 64 at most"),
        ("[shop]\nb = 1", "stores.toml [shop]: unknown table; a store is a table [stores.<id>]"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(tmp_path, text, message):
    path = tmp_path / "stores.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError) as error:
        stores.load(path)
    assert str(error.value) == message


def test_what_is_not_stated_is_unknown(tmp_path):
    store = stores.get("new", tmp_path / "stores.toml")
    assert (store.name, store.is_gold, store.gross_margin, store.value_per_inquiry_cny) == ("new", None, None, None)


def test_gold_follows_from_the_membership(tmp_path):
    path = tmp_path / "stores.toml"
    path.write_text('[stores.a]\nname="a"\nmembership="verified"\n[stores.b]\nname="b"\nmembership="basic"\n', "utf-8")
    assert [store.is_gold for store in stores.load(path).values()] == [True, False]
