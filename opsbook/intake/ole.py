"""The container of an .xls: whether its chains of sectors end, before a reader follows them for ever."""

import numpy as np

_FILE_HEADER = 512
_END = 0xFFFFFFFA  # this and above are marks, no sectors
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_SMALL = 4096  # shorter streams lie in the small sectors of the root's stream


def is_endless(data: bytes) -> bool:
    """Whether a chain of sectors runs in a circle, as in a download whose missing parts were filled with zeros."""
    if len(data) < _FILE_HEADER:
        return False
    head = _numbers(data[:_FILE_HEADER])
    size = 1 << min(int.from_bytes(data[30:32], "little"), 12)
    sectors = head[19 : 19 + min(int(head[11]), 109)]  # a file above 7 MB has more; chains that leave these end here
    fat = _numbers(b"".join(_sector(data, int(sector), size) for sector in sectors))
    tables = {False: fat, True: _numbers(_content(data, fat, int(head[15]), size))}
    directory = _content(data, fat, int(head[12]), size)
    starts = [(False, int(head[12])), (False, int(head[15])), *_streams(directory)]
    return any(len(_chain(tables[small], start)) > len(tables[small]) for small, start in starts)


def _streams(directory: bytes) -> list[tuple[bool, int]]:
    """(whether it is a small one, its first sector) of every stream that the directory lists."""
    entries = [directory[place : place + _ENTRY] for place in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    return [
        (entry[66] == _STREAM and _number(entry, 120) < _SMALL, _number(entry, 116))
        for entry in entries
        if entry[66] in (_STREAM, _ROOT)
    ]


def _chain(table: np.ndarray, sector: int) -> list[int]:
    """The sectors that follow one another from the first; more than the table has where they never end."""
    chain = []
    while sector < len(table) and len(chain) <= len(table):
        chain.append(sector)
        sector = int(table[sector])
    return chain


def _content(data: bytes, fat: np.ndarray, first: int, size: int) -> bytes:
    return b"".join(_sector(data, sector, size) for sector in _chain(fat, first)[: len(fat)])


def _sector(data: bytes, sector: int, size: int) -> bytes:
    return data[(sector + 1) * size : (sector + 2) * size] if sector < _END else b""


def _numbers(data: bytes) -> np.ndarray:
    return np.frombuffer(data[: len(data) // 4 * 4], "<u4")


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")
