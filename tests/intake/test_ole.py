"""Sector chains of an .xls: those of a sound file end, those of a file with holes do not."""

from pathlib import Path

import pytest

from opsbook.intake import exports, ole

SOUND = (Path(__file__).parents[1] / "exports" / "biff8.xls").read_bytes()


def test_a_sound_workbook_and_a_short_one_end():
    assert not ole.is_endless(SOUND)
    assert not any(ole.is_endless(SOUND[:size]) for size in range(0, len(SOUND), 101))


@pytest.mark.parametrize("held", [600, 1000, len(SOUND) // 2])
def test_a_download_whose_rest_was_filled_with_zeros_is_rejected(held):
    holes = SOUND[:held] + bytes(len(SOUND) - held)
    assert ole.is_endless(holes)
    with pytest.raises(exports.ExportError, match="damaged or cut short"):
        exports.read_sheets(holes)


def test_a_stream_that_leads_back_to_its_beginning_is_endless():
    """The allocation table of so small a file is one sector: its second entry leads back to sector 0."""
    table = (int.from_bytes(SOUND[76:80], "little") + 1) * 512
    back = bytearray(SOUND)
    back[table + 4 : table + 8] = bytes(4)
    assert ole.is_endless(bytes(back))
