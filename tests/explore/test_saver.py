"""Saving with a look first: what is written is what was shown."""

import html
import re
from types import SimpleNamespace

import ipywidgets as widgets
import pytest

from opsbook import explore
from opsbook.explore import saver
from opsbook.explore.saving import store_setting

TEXT = "# mine\n[stores.home]\nname = 'H' # home\ntarget_roi = 4\n"


@pytest.fixture
def panel(sample_warehouse, tmp_path):
    (tmp_path / "stores.toml").write_text(TEXT, "utf-8")
    choice = explore.choose(sample_warehouse, str(tmp_path))
    choice.store.value = "home"
    view, keep = saver.settings_panel(choice).children
    setting, value, *_, code = view.children
    return SimpleNamespace(choice=choice, setting=setting, value=value, code=code, saver=keep, path=tmp_path)


def test_it_starts_at_what_is_in_force(panel):
    panel.setting.value = "target_roi"
    assert panel.value.value == 4
    panel.setting.value = "value_per_inquiry_cny"
    assert panel.value.value == 0
    panel.setting.value = saver.CONFIDENCE
    assert panel.value.value == panel.choice.slice.book[saver.CONFIDENCE].value


def test_a_setting_is_kept_and_all_views_have_it(panel):
    panel.setting.value = "target_roi"
    panel.value.value = 5.5
    panel.saver.preview.click()
    assert "-target_roi = 4\n+target_roi = 5.5" in panel.saver.result.value
    assert (panel.path / "stores.toml").read_text("utf-8") == TEXT
    panel.saver.write.click()
    assert (panel.path / "stores.toml").read_text("utf-8") == TEXT.replace("target_roi = 4", "target_roi = 5.5")
    assert panel.choice.slice.settings.target_roi == 5.5 and "Saved in stores.toml" in panel.saver.result.value


def test_the_confidence_is_a_rule(panel):
    panel.setting.value = saver.CONFIDENCE
    panel.value.value = 0.9
    panel.saver.preview.click()
    panel.saver.write.click()
    assert panel.choice.slice.book[saver.CONFIDENCE].value == 0.9
    assert "value = 0.9" in (panel.path / "rules.toml").read_text("utf-8")


@pytest.mark.parametrize("name", ["value_per_inquiry_cny", saver.CONFIDENCE])
def test_the_line_of_code_makes_the_same_proposal(panel, name):
    panel.setting.value = name
    panel.value.value = 0.75
    panel.saver.preview.click()
    code = html.unescape(re.search(r'value="([^"]*)"', panel.code.value)[1])
    proposal = eval(code, {"explore": explore})
    assert html.escape(proposal.difference) in panel.saver.result.value
    assert proposal._repr_mimebundle_() == {"text/plain": proposal.difference}


@pytest.mark.parametrize("move", ["value", "setting", "week"])
def test_a_move_after_the_look_withdraws_it(panel, move):
    panel.setting.value = "target_roi"
    panel.value.value = 5.5
    panel.saver.preview.click()
    assert not panel.saver.write.disabled
    if move == "value":
        panel.value.value = 6
    elif move == "setting":
        panel.setting.value = "gross_margin"
    else:
        panel.choice.week.index = 1
    assert panel.saver.write.disabled and panel.saver.result.value == ""


def test_nothing_to_save_cannot_be_saved(panel):
    panel.setting.value = "target_roi"
    panel.saver.preview.click()
    assert "there is nothing to save" in panel.saver.result.value and panel.saver.write.disabled


def test_a_value_that_cannot_be_is_said_in_place(panel):
    panel.setting.value = "gross_margin"
    panel.value.value = 2
    panel.saver.preview.click()
    assert 'role="alert"' in panel.saver.result.value and "gross_margin: found 2" in panel.saver.result.value
    assert panel.saver.write.disabled


def test_a_file_that_changed_meanwhile_is_said_in_place(panel):
    panel.setting.value = "target_roi"
    panel.value.value = 5.5
    panel.saver.preview.click()
    (panel.path / "stores.toml").write_text(f"{TEXT}# more\n", "utf-8")
    panel.saver.write.click()
    assert "stores.toml has changed since" in panel.saver.result.value and panel.saver.write.disabled
    assert (panel.path / "stores.toml").read_text("utf-8") == f"{TEXT}# more\n"


def test_a_name_from_the_file_is_escaped(sample_warehouse, tmp_path):
    (tmp_path / "stores.toml").write_text("[stores.home]\nname = '<script>alert(1)</script>'\n", "utf-8")
    here = explore.slice_of("home", "2026-09-19", sample_warehouse, str(tmp_path))
    shown = saver.difference(store_setting(here, target_roi=4))
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_while_there_is_no_store_nothing_can_be_saved(tmp_path):
    choice = explore.choose(str(tmp_path), str(tmp_path))
    keep = saver.Saver(choice, lambda here: 1 / 0, widgets.FloatText())
    assert keep.preview.disabled and keep.write.disabled
