import tomllib
from datetime import date
from importlib.resources import files

import pandas as pd
import pytest

from opsbook.analysis import rules

DAY = date(2026, 9, 19)
HEAD = '[[rule]]\nid = "t.x"\ntitle.en = "X"\ntitle.zh = "某"\nsource = "our default"\nconfidence = "low"\n'


def user_file(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def shipped(monkeypatch):
    """Replace our own rules by those of a text."""

    def use(text):
        monkeypatch.setattr(rules, "_shipped", lambda: tuple(rules.read(text, "t.toml")))

    return use


def test_every_shipped_rule_is_valid_and_stands_in_the_file_of_its_topic():
    found = rules.load(DAY)
    for entry in files("opsbook.analysis").joinpath("rules").iterdir():
        if entry.name.endswith(".toml"):
            topic = entry.name.removesuffix(".toml")
            assert {rule.id.split(".")[0] for rule in rules.read(entry.read_text("utf-8"), entry.name)} <= {topic}
    assert found["boards.new_arrival.impressions"].value == 20
    assert found["boards.gold_veto_scope"].value == "apply"


def test_a_record_is_a_parameter_a_condition_or_a_group():
    text = HEAD + "value = 3\n" + HEAD.replace("t.x", "t.y") + 'field = "f"\noperator = ">"\nvalue = 1\n'
    text += HEAD.replace("t.x", "t.z") + 'logic = "any"\nof = ["t.y"]\n'
    assert [rule.kind for rule in rules.read(text, "t.toml")] == ["parameter", "condition", "group"]


@pytest.mark.parametrize("value", ["3", "0.5", "true", '"median"', "[1, 2.5]", "{low = 60, high = 80}"])
def test_a_value_keeps_its_type(value):
    (rule,) = rules.read(HEAD + f"value = {value}", "t.toml")
    assert type(rule.value) is type(tomllib.loads(f"value = {value}")["value"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "t.toml: not readable as TOML: Invalid value (at end of document)"),
        ("x = 1", "t.toml: key 'x' is not part of the format: every rule begins with [[rule]]"),
        ("rule = 1", "t.toml: key 'rule' is not part of the format: every rule begins with [[rule]]"),
        (HEAD + "valeu = 1", "t.toml: rule 't.x', key 'valeu': is unknown; did you mean 'value'?"),
        (HEAD, "t.toml: rule 't.x': `value` is missing: a parameter needs it"),
        (HEAD + 'field = "f"\nvalue = 1', "t.toml: rule 't.x': `operator` is missing: a condition needs it"),
        (HEAD + 'of = ["t.y"]', "t.toml: rule 't.x': `logic` is missing: a group needs it"),
        (HEAD + 'logic = "all"', "t.toml: rule 't.x': `of` is missing: a group needs it"),
        (HEAD + 'logic = "all"\nof = ["t.y"]\nvalue = 1', "t.toml: rule 't.x': `value` does not belong to a group"),
        (HEAD + 'value = 1\nbase = "b"', "t.toml: rule 't.x': `base` does not belong to a parameter"),
        (
            HEAD + 'field = "f"\noperator = ">"\nvalue = "many"',
            "t.toml: rule 't.x': `value` cannot be compared with >; found 'many'",
        ),
        (
            HEAD + 'field = "f"\noperator = ">"\nvalue = true',
            "t.toml: rule 't.x': `value` cannot be compared with >; found True",
        ),
        (HEAD + "value = nan", "t.toml: rule 't.x', key 'value': must be a finite number; found nan"),
        (
            HEAD + "value = 2025-01-01",
            "t.toml: rule 't.x', key 'value': must be a number, text, true or false, or a list or table of these; "
            "found datetime.date(2025, 1, 1)",
        ),
        (
            HEAD + "value = 1\nwindow_days = 0",
            "t.toml: rule 't.x', key 'window_days': Input should be greater than 0; found 0",
        ),
        (
            HEAD + 'value = 1\neffective_from = "2025"',
            "t.toml: rule 't.x', key 'effective_from': Input should be a valid date; found '2025'",
        ),
        (
            HEAD + "value = 1\neffective_from = 2025-01-02\neffective_to = 2025-01-01",
            "t.toml: rule 't.x': `effective_to` lies before `effective_from`",
        ),
        (
            HEAD.replace('"low"', '"sure"') + "value = 1",
            "t.toml: rule 't.x', key 'confidence': Input should be 'high', 'medium' or 'low'; found 'sure'",
        ),
        (HEAD.replace('title.zh = "某"\n', "") + "value = 1", "t.toml: rule 't.x', key 'title.zh': is missing"),
        (
            HEAD + "value = 1\nalternatives = [{value = 2}]",
            "t.toml: rule 't.x', key 'alternatives.note': is missing",
        ),
        ('[[rule]]\ntitle.en = "X"', "t.toml: rule 'number 1', key 'id': is missing (and 3 more)"),
        (
            HEAD + "value = 1\n" + HEAD + "value = 2",
            "t.toml: rule 't.x', key 'effective_from': two versions hold on the same day",
        ),
    ],
)
def test_an_invalid_file_is_one_line_that_names_file_rule_and_key(text, message):
    with pytest.raises(ValueError) as error:
        rules.read(text, "t.toml")
    assert str(error.value) == message


def test_a_set_holds_the_version_in_force_on_the_day(shipped):
    new = "effective_from = 2025-07-01\neffective_to = 2025-12-31\nvalue = 75\n"
    shipped(HEAD + "effective_to = 2025-06-30\nvalue = 60\n" + HEAD + new)
    assert rules.load(date(2020, 1, 1))["t.x"].value == 60
    assert rules.load(date(2025, 6, 30))["t.x"].value == 60
    assert rules.load(date(2025, 7, 1))["t.x"].value == 75
    assert rules.load(date(2025, 12, 31))["t.x"].value == 75
    assert "t.x" not in rules.load(date(2026, 1, 1))


def test_an_unknown_rule_says_which_one_may_be_meant():
    with pytest.raises(KeyError, match="no rule 'boards.topp' in force on 2026-09-19; did you mean 'boards.top'"):
        rules.load(DAY)["boards.topp"]


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("t.gg", "t.toml: rule 't.g', key 'of': no rule 't.gg'; did you mean 't.g'?"),
        ("t.g", "t.toml: rule 't.g', key 'of': 't.g' leads back to the rule itself"),
        ("t.x", "t.toml: rule 't.g', key 'of': 't.x' is a parameter and cannot be tested"),
    ],
)
def test_a_group_lists_rules_that_can_be_tested(shipped, member, message):
    shipped(HEAD + "value = 1\n" + HEAD.replace("t.x", "t.g") + f'logic = "all"\nof = ["{member}"]')
    with pytest.raises(ValueError) as error:
        rules.load(DAY)
    assert str(error.value) == message


def test_a_circle_of_groups_is_found(shipped):
    one = HEAD.replace("t.x", "t.a") + 'logic = "all"\nof = ["t.b"]\n'
    shipped(one + HEAD.replace("t.x", "t.b") + 'logic = "all"\nof = ["t.a"]\n')
    with pytest.raises(ValueError, match="'t.b' leads back to the rule itself"):
        rules.load(DAY)


def test_a_user_changes_what_differs_and_the_set_says_so(tmp_path):
    ours = rules.load(DAY)
    path = user_file(tmp_path, '[[rule]]\nid = "boards.new_arrival.impressions"\nvalue = 30\n')
    found = rules.load(DAY, path)
    rule = found["boards.new_arrival.impressions"]
    assert (rule.value, rule.operator, rule.source) == (30, ">", "rules.toml (the user)")
    assert found.overridden == ("boards.new_arrival.impressions",)
    assert found.version != ours.version == rules.load(DAY).version
    assert rules.load(DAY, str(path))["boards.new_arrival.impressions"].value == 30
    table = rules.table(found).set_index("rule")
    assert table["overridden"].sum() == 1 and table.loc["boards.new_arrival.impressions", "overridden"]
    assert ours.overridden == () and ours["boards.new_arrival.impressions"].value == 20


def test_a_users_dates_say_when_his_word_counts(tmp_path):
    path = user_file(tmp_path, '[[rule]]\nid = "boards.top"\nvalue = 10\neffective_from = 2026-09-20\n')
    assert rules.load(DAY, path)["boards.top"].value == 20
    assert rules.load(date(2026, 9, 20), path)["boards.top"].value == 10


def test_a_user_who_takes_the_other_reading_keeps_ours_as_the_alternative(tmp_path):
    path = user_file(tmp_path, '[[rule]]\nid = "boards.best_review.reading"\nvalue = "average"\n')
    rule = rules.load(DAY, path)["boards.best_review.reading"]
    assert rule.value == "average"
    assert [other.value for other in rule.alternatives] == ["each"]


def test_a_file_that_does_not_exist_overrides_nothing(tmp_path):
    assert rules.load(DAY, tmp_path / "none.toml").overridden == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('id = "boards.top"\nvalue = "all"', "rule 'boards.top', key 'value': must be like 20; found 'all'"),
        ('id = "boards.top"\nvalue = true', "rule 'boards.top', key 'value': must be like 20; found True"),
        ('id = "boards.top"\nvalues = 3', "rule 'boards.top', key 'values': is unknown; did you mean 'value'?"),
        (
            'id = "boards.gold_veto_scope"\nvalue = "botth"',
            "rule 'boards.gold_veto_scope', key 'value': must be one of 'apply', 'both'; found 'botth'",
        ),
        (
            'id = "boards.topp"\ntitle = {en = "T", zh = "T"}\nvalue = 1\nsource = "me"\nconfidence = "high"',
            "rule 'boards.topp', key 'id': is unknown and listed by no group; did you mean 'boards.top'?",
        ),
        ('id = "boards.rts"\nlogic = "all"', "rule 'boards.rts': `of` is missing: a group needs it"),
        ('id = "boards.pick.apply"\nof = ["boards.rs"]', "rule 'boards.pick.apply', key 'of': no rule 'boards.rs'"),
    ],
)
def test_an_invalid_override_is_one_line(tmp_path, text, message):
    with pytest.raises(ValueError) as error:
        rules.load(DAY, user_file(tmp_path, f"[[rule]]\n{text}\n"))
    assert str(error.value).startswith(f"rules.toml: {message}")
    assert "\n" not in str(error.value)


def test_a_rule_overridden_twice_is_refused(tmp_path):
    text = '[[rule]]\nid = "boards.top"\nvalue = 10\n' * 2
    with pytest.raises(ValueError, match="rule 'boards.top', key 'id': stands twice for 2026-09-19"):
        rules.load(DAY, user_file(tmp_path, text))


def test_a_user_may_add_a_condition_to_a_group(tmp_path):
    text = '[[rule]]\nid = "boards.most_popular"\nof = ["boards.most_popular.inquiries", "boards.most_popular.score"]\n'
    text += HEAD.replace("t.x", "boards.most_popular.score") + 'field = "growth_score"\noperator = ">="\nvalue = 50\n'
    found = rules.load(DAY, user_file(tmp_path, text))
    assert set(found.overridden) == {"boards.most_popular", "boards.most_popular.score"}


def test_the_table_has_one_row_per_rule_and_marks_our_defaults():
    found = rules.load(DAY)
    table = rules.table(found).set_index("rule")
    assert table.index.tolist() == list(found)
    assert not table.loc["boards.top", "our_default"] and table.loc["boards.near_miss.effort", "our_default"]
    assert table.loc["boards.top", "rule_title_zh"] == "榜单名额"


def test_a_users_entry_about_a_rule_of_another_time_is_passed_over(shipped, tmp_path):
    shipped(HEAD + "effective_to = 2025-06-30\nvalue = 60\n")
    path = user_file(tmp_path, '[[rule]]\nid = "t.x"\nvalue = 10\n')
    assert rules.load(date(2025, 6, 30), path)["t.x"].value == 10
    assert rules.load(DAY, path).overridden == ()


def test_a_report_names_the_version_and_what_the_user_changed(tmp_path):
    ours = rules.load(DAY)
    assert rules.about(ours) == [
        {"id": "rules.version", "as_of": "2026-09-19", "version": ours.version, "rules": len(ours)}
    ]
    found = rules.load(DAY, user_file(tmp_path, '[[rule]]\nid = "boards.top"\nvalue = 10\n'))
    assert rules.about(found)[1] == {"id": "rules.overridden", "rules": 1, "ids": "boards.top"}


def test_a_file_in_another_encoding_is_one_line_that_names_it(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_bytes("# 规则\n".encode("gb18030"))
    with pytest.raises(ValueError, match=r"^rules.toml: is not UTF-8 text \(byte 3\); save it as UTF-8$"):
        rules.load(DAY, path)


def test_rule_ids_are_told_by_their_titles():
    ids = pd.Series([["boards.rts", "boards.gold"], []], index=[7, 9])
    book = rules.load(DAY)
    assert rules.titled(ids, book, "en").to_dict() == {7: ["Ready-to-ship product", "Gold supplier"], 9: []}
    assert rules.titled(ids, book, "zh")[7] == ["RTS品", "金品商家"]


def test_a_line_tells_what_a_rule_asks_and_who_says_so(tmp_path):
    override = tmp_path / "rules.toml"
    override.write_text('[[rule]]\nid = "boards.best_review.stars"\nvalue = 5\n', "utf-8")
    found = {line.split("\t")[0]: line for line in rules.lines(rules.load(date(2026, 9, 19), override))}
    assert found["boards.best_review.stars"].split("\t")[1] == "5 stars"
    assert found["boards.best_review.stars"].endswith("changed by you)")
    assert found["boards.new_arrival.duplicate"].split("\t")[1].startswith("== ")
    assert not [line for line in found.values() if "nan" in line.lower()]
