"""Saving one value: the file keeps everything else to the byte, and nothing is written that was not shown."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.analysis import rules
from opsbook.explore import saving
from opsbook.explore.slices import Slice
from opsbook.intake import stores

ROOT = Path(__file__).parents[2]
DAY = date(2026, 9, 19)
RULE = "boards.new_arrival.impressions"


@pytest.fixture
def here(tmp_path) -> Slice:
    return Slice("shoes", DAY, data=str(tmp_path))


@pytest.fixture
def write(tmp_path):
    """Write a settings file; returns its path."""

    def to(name: str, text: str) -> Path:
        (tmp_path / name).write_bytes(text.encode())
        return tmp_path / name

    return to


def stored(proposal) -> str:
    return saving.save(proposal).read_bytes().decode()


# ---- the store's settings ---------------------------------------------------------------------------------------

LAYOUTS = {
    "a value": ("[stores.shoes]\nname = 'S'\ntarget_roi = 5\n", "[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n"),
    "a remark beside it": (
        "[stores.shoes]\nname = 'S'\ntarget_roi   =  5   # since May\n",
        "[stores.shoes]\nname = 'S'\ntarget_roi   =  4.5   # since May\n",
    ),
    "an integer with a separator": (
        "[stores.shoes]\nname = 'S'\ntarget_roi = 1_0.5e0\n",
        "[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n",
    ),
    "another store first": (
        "[stores.home]\nname = 'H'\ntarget_roi = 5\n[stores.shoes]\nname = 'S'\ntarget_roi = 5\n",
        "[stores.home]\nname = 'H'\ntarget_roi = 5\n[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n",
    ),
    "no such key yet": (
        "# head\n[stores.shoes]\nname = 'S'\n\n# the next one\n[stores.home]\nname = 'H'\n",
        "# head\n[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n\n# the next one\n[stores.home]\nname = 'H'\n",
    ),
    "no line end at the end": ("[stores.shoes]\nname = 'S'", "[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n"),
    "Windows line ends": (
        "[stores.shoes]\r\nname = 'S'\r\n\r\n[stores.home]\r\nname = 'H'\r\n",
        "[stores.shoes]\r\nname = 'S'\r\ntarget_roi = 4.5\r\n\r\n[stores.home]\r\nname = 'H'\r\n",
    ),
    "a quoted header with blanks": (
        '[ stores . "shoes" ]\nname = "S"\n[stores.home]\nname = "H"\n',
        '[ stores . "shoes" ]\nname = "S"\ntarget_roi = 4.5\n[stores.home]\nname = "H"\n',
    ),
    "an inline table": (
        "[stores]\nhome = {name = 'H', target_roi = 5}\nshoes = {name = 'S', target_roi = 5}\n",
        "[stores]\nhome = {name = 'H', target_roi = 5}\nshoes = {name = 'S', target_roi = 4.5}\n",
    ),
    "dotted keys": (
        "stores.shoes.name = 'S'\nstores.shoes.target_roi = 5\n",
        "stores.shoes.name = 'S'\nstores.shoes.target_roi = 4.5\n",
    ),
    "the key in a remark and in a text": (
        "# target_roi = 9\n[stores.shoes]\nname = 'target_roi = 5'\n# target_roi = 8\ntarget_roi = 5\n",
        "# target_roi = 9\n[stores.shoes]\nname = 'target_roi = 5'\n# target_roi = 8\ntarget_roi = 4.5\n",
    ),
    "the header in a remark": (
        "# [stores.shoes]\n[stores.home]\nname = 'H'\n[stores.shoes]\nname = 'S'\n",
        "# [stores.shoes]\n[stores.home]\nname = 'H'\n[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n",
    ),
    "a longer name of another store": (
        "[stores.shoes-2]\nname = 'T'\ntarget_roi = 5\n[stores.shoes]\nname = 'S'\n",
        "[stores.shoes-2]\nname = 'T'\ntarget_roi = 5\n[stores.shoes]\nname = 'S'\ntarget_roi = 4.5\n",
    ),
    "a list over several lines at the end": (
        "[stores.shoes]\nname = 'S'\ntarget_countries = [\n  'US',\n]\n",
        "[stores.shoes]\nname = 'S'\ntarget_countries = [\n  'US',\n]\ntarget_roi = 4.5\n",
    ),
    "a store that is not named": (
        "[stores.home]\nname = 'H'",
        "[stores.home]\nname = 'H'\n\n[stores.shoes]\nname = \"shoes\"\ntarget_roi = 4.5\n",
    ),
    "an empty file": ("", '[stores.shoes]\nname = "shoes"\ntarget_roi = 4.5\n'),
}


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS)
def test_one_value_changes_and_the_rest_of_the_file_stays(here, write, before, after):
    path = write("stores.toml", before)
    assert stored(saving.store_setting(here, target_roi=4.5)) == after
    assert stores.load(path)["shoes"].target_roi == 4.5


def test_without_a_file_there_is_one_afterwards(here, tmp_path):
    proposal = saving.store_setting(here, value_per_inquiry_cny=130.0)
    assert not (tmp_path / "stores.toml").exists() and proposal.before is None
    assert stored(proposal) == '[stores.shoes]\nname = "shoes"\nvalue_per_inquiry_cny = 130\n'


def test_two_settings_go_in_together(here, write):
    write("stores.toml", "[stores.shoes]\nname = 'S'\ntarget_roi = 5\n")
    text = stored(saving.store_setting(here, target_roi=3, value_per_inquiry_cny=99.5))
    assert text == "[stores.shoes]\nname = 'S'\ntarget_roi = 3\nvalue_per_inquiry_cny = 99.5\n"


@settings(max_examples=60, deadline=None)
@given(
    before=st.floats(0.01, 1e6) | st.integers(1, 10**9),
    value=st.floats(0.01, 1e9, allow_subnormal=False),
    order=st.permutations(["name = 'S # not a remark'", "cny_per_usd = 7.1 # x", "target_countries = ['US']"]),
)
def test_any_number_survives_the_way_through_the_file(tmp_path_factory, before, value, order):
    folder = tmp_path_factory.mktemp("data")
    lines = ["# a head", "[stores.a]", "name = 'A'", "", "[stores.shoes]", *order, f"target_roi = {before!r}", ""]
    (folder / "stores.toml").write_text("\n".join(lines), "utf-8")
    saving.save(saving.store_setting(Slice("shoes", DAY, data=str(folder)), target_roi=value))
    after = (folder / "stores.toml").read_text("utf-8").split("\n")
    assert after[:-2] == lines[:-2] and after[-1] == ""
    assert stores.load(folder / "stores.toml")["shoes"].target_roi == value


def test_the_sample_keeps_every_remark(here, write):
    text = (ROOT / "data" / "stores.toml").read_text("utf-8")
    write("stores.toml", text)
    proposal = saving.store_setting(here, value_per_inquiry_cny=150)
    changed = [line for line in proposal.difference.splitlines() if line[0] in "+-"]
    assert changed == [
        "--- stores.toml",
        "+++ stores.toml (proposed)",
        "-value_per_inquiry_cny = 130",
        "+value_per_inquiry_cny = 150",
    ]
    assert stored(proposal) == text.replace("value_per_inquiry_cny = 130", "value_per_inquiry_cny = 150")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"target_roi": 0.0}, "stores.toml [stores.shoes] target_roi: found 0"),
        ({"target_roi": -1}, "target_roi: found -1"),
        ({"gross_margin": 1.0}, "gross_margin: found 1"),
        ({"target_rio": 4}, "target_rio: unknown key; did you mean target_roi?"),
        ({"target_roi": float("nan")}, "`target_roi` must be a finite number; found nan"),
        ({"target_roi": float("inf")}, "`target_roi` must be a finite number; found inf"),
    ],
)
def test_what_the_reader_of_the_file_refuses_is_not_proposed(here, write, setting, says):
    path = write("stores.toml", "[stores.shoes]\nname = 'S'\n")
    with pytest.raises(ValueError) as refused:
        saving.store_setting(here, **setting)
    assert says in str(refused.value) and "\n" not in str(refused.value)
    assert path.read_text("utf-8") == "[stores.shoes]\nname = 'S'\n"


def test_a_layout_that_cannot_be_edited_safely_is_left_to_its_owner(here, write):
    write("stores.toml", "[stores]\nshoes = {name = 'S'}\n")
    with pytest.raises(ValueError, match=r"stores.toml \[stores.shoes\]: too unusual .* yourself: target_roi = 4"):
        saving.store_setting(here, target_roi=4)


def test_a_broken_file_is_named(here, write):
    write("stores.toml", "[stores.shoes\n")
    with pytest.raises(ValueError, match="stores.toml: no valid TOML"):
        saving.store_setting(here, target_roi=4)


# ---- rules ------------------------------------------------------------------------------------------------------

RULES = {
    "no file content": ("", f'[[rule]]\nid = "{RULE}"\nvalue = 30\n'),
    "other rules": (
        '# mine\n[[rule]]\nid = "boards.top"\nvalue = 10\n',
        f'# mine\n[[rule]]\nid = "boards.top"\nvalue = 10\n\n[[rule]]\nid = "{RULE}"\nvalue = 30\n',
    ),
    "the rule with a value": (
        f'[[rule]]\nid = "boards.top"\nvalue = 10\n[[rule]]\nid = "{RULE}"\nvalue = 10 # few\nconfidence = "high"\n',
        f'[[rule]]\nid = "boards.top"\nvalue = 10\n[[rule]]\nid = "{RULE}"\nvalue = 30 # few\nconfidence = "high"\n',
    ),
    "the rule without a value": (
        f'[[rule]]\nid = "{RULE}"\nconfidence = "high"\n\n[[rule]]\nid = "boards.top"\nvalue = 10\n',
        f'[[rule]]\nid = "{RULE}"\nconfidence = "high"\nvalue = 30\n\n[[rule]]\nid = "boards.top"\nvalue = 10\n',
    ),
    "two versions": (
        f'[[rule]]\nid = "{RULE}"\nvalue = 10\neffective_to = 2026-09-18\n'
        f'[[rule]]\nid = "{RULE}"\nvalue = 10\neffective_from = 2026-09-19\n',
        f'[[rule]]\nid = "{RULE}"\nvalue = 10\neffective_to = 2026-09-18\n'
        f'[[rule]]\nid = "{RULE}"\nvalue = 30\neffective_from = 2026-09-19\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), RULES.values(), ids=RULES)
def test_a_rule_is_set_where_it_stands_or_at_the_end(here, write, before, after):
    path = write("rules.toml", before)
    assert stored(saving.rule_value(here, RULE, 30)) == after
    book = rules.load(DAY, path)
    assert book[RULE].value == 30 and RULE in book.overridden


def test_without_rules_of_their_own_users_get_a_file(here, tmp_path):
    assert stored(saving.rule_value(here, RULE, 0.5)) == f'[[rule]]\nid = "{RULE}"\nvalue = 0.5\n'
    assert rules.load(DAY, tmp_path / "rules.toml")[RULE].value == 0.5


def test_a_mark_at_the_beginning_of_the_file_stays(here, write):
    write("rules.toml", f'\ufeff[[rule]]\nid = "{RULE}"\nvalue = 10\n')
    assert stored(saving.rule_value(here, RULE, 30)) == f'\ufeff[[rule]]\nid = "{RULE}"\nvalue = 30\n'


def test_words_and_flags_are_written_as_such(here, write):
    path = write("rules.toml", "")
    stored(saving.rule_value(here, "boards.best_review.reading", "average"))
    stored(saving.rule_value(here, "boards.gold", False))
    content = tomllib.loads(path.read_text("utf-8"))["rule"]
    assert [entry["value"] for entry in content] == ["average", False]


@pytest.mark.parametrize(
    ("rule", "value", "says"),
    [
        ("boards.new_arrival.impresions", 3, "did you mean 'boards.new_arrival.impressions'?"),
        ("boards.best_review.reading", "both", "must be one of 'each', 'average'; found 'both'"),
        ("boards.best_review.reading", 3, "must be like 'each'; found 3"),
        (RULE, True, "must be like 20; found True"),
    ],
)
def test_a_value_that_the_rules_refuse_is_not_proposed(here, rule, value, says, tmp_path):
    with pytest.raises(ValueError) as refused:
        saving.rule_value(here, rule, value)
    assert says in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "rules.toml").exists()


def test_a_rule_that_is_set_for_other_days_is_left_to_its_owner(here, write):
    write("rules.toml", f'[[rule]]\nid = "{RULE}"\nvalue = 10\neffective_to = 2026-09-18\n')
    with pytest.raises(ValueError, match="is set for other days than 2026-09-19"):
        saving.rule_value(here, RULE, 30)


def test_the_rules_as_they_would_be(here):
    book = saving.rulebook(saving.rule_value(here, "boards.best_review.reading", "average"), DAY)
    reading = book["boards.best_review.reading"]
    assert reading.value == "average" and [other.value for other in reading.alternatives] == ["each"]
    assert here.book["boards.best_review.reading"].value == "each"


# ---- writing ----------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_it_is_saved(here, write):
    path = write("stores.toml", "[stores.shoes]\nname = 'S'\n")
    assert "+target_roi = 4" in saving.store_setting(here, target_roi=4).difference
    assert path.read_text("utf-8") == "[stores.shoes]\nname = 'S'\n"


def test_the_same_value_is_no_difference(here, write):
    write("stores.toml", "[stores.shoes]\nname = 'S'\ntarget_roi = 4\n")
    assert saving.store_setting(here, target_roi=4.0).difference == ""


def test_the_difference_of_a_long_file_is_one_line(tmp_path, write):
    write("stores.toml", "".join(f"[stores.s{n}]\nname = 'S'\ntarget_roi = 5\ncny_per_usd = 7\n\n" for n in range(99)))
    proposal = saving.store_setting(Slice("s50", DAY, data=str(tmp_path)), target_roi=4)
    assert proposal.difference.splitlines() == [
        "--- stores.toml",
        "+++ stores.toml (proposed)",
        "@@ -250,7 +250,7 @@",
        " ",
        " [stores.s50]",
        " name = 'S'",
        "-target_roi = 5",
        "+target_roi = 4",
        " cny_per_usd = 7",
        " ",
        " [stores.s51]",
    ]


@pytest.mark.parametrize("meanwhile", ["[stores.shoes]\nname = 'T'\n", None])
def test_a_file_that_changed_meanwhile_is_not_overwritten(here, write, meanwhile):
    path = write("stores.toml", "[stores.shoes]\nname = 'S'\n")
    proposal = saving.store_setting(here, target_roi=4)
    path.unlink() if meanwhile is None else path.write_text(meanwhile, "utf-8")
    with pytest.raises(ValueError, match="stores.toml has changed since this difference was shown"):
        saving.save(proposal)
    assert (path.read_text("utf-8") if path.exists() else None) == meanwhile


def test_a_file_that_appeared_meanwhile_is_not_overwritten(here, write):
    proposal = saving.rule_value(here, RULE, 30)
    path = write("rules.toml", "# mine\n")
    with pytest.raises(ValueError, match="has changed"):
        saving.save(proposal)
    assert path.read_text("utf-8") == "# mine\n"


def test_a_link_stays_a_link(here, tmp_path):
    (tmp_path / "real.toml").write_text("[stores.shoes]\nname = 'S'\n", "utf-8")
    (tmp_path / "stores.toml").symlink_to("real.toml")
    saving.save(saving.store_setting(here, target_roi=4))
    assert (tmp_path / "stores.toml").is_symlink() and "target_roi = 4" in (tmp_path / "real.toml").read_text("utf-8")
