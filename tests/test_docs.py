"""What the documents name exists, what exists is named, and nothing points out of the project."""

import re
from pathlib import Path

import pytest

from opsbook.intake.tables import TABLES
from opsbook.report import doctor

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
#: The benchmarks name files that they make, the data dictionary names columns.
DOCS = [*READMES, *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name != "benchmarks.md")]
EVERY = [*DOCS, ROOT / "data" / "README.md", ROOT / "reports" / "README.md"]
#: Named in the documents, made or written by their reader.
MADE = re.compile(
    r"data/(warehouse|aliases\.toml|rules\.toml|inbox/)|reports/|\.venv/|inbox/|warehouse/|uv\.lock$"
    r"|(index\.html|(actions|bids)\.xlsx|summary\.txt|metrics\.json|manifest\.json)$"
    r"|(out\.ipynb|aliases\.toml|rules\.toml)$"
)
SUFFIXES = r"\w\.(py|md|toml|ipynb|po|txt|yml|json|xlsx|html|j2|css|cfg)$"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("path", EVERY, ids=relative)
def test_make_targets_exist(path):
    text = path.read_text("utf-8")
    asked = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make ([a-z]+)", text, re.M)
    assert set(asked) <= targets()


def test_every_make_target_is_explained():
    text = "".join(path.read_text("utf-8") for path in DOCS)
    assert {target for target in targets() if f"make {target}" not in text} == set()


@pytest.mark.parametrize("path", READMES, ids=relative)
def test_every_notebook_stands_in_the_table(path):
    rows = re.findall(r"^\| \[(\w+)\]\(notebooks/(\w+)\.ipynb\) \|", path.read_text("utf-8"), re.M)
    assert [link for _, link in rows] == sorted(book.stem for book in (ROOT / "notebooks").glob("*.ipynb"))
    assert all(text == link for text, link in rows)


@pytest.mark.parametrize(("path", "language", "comma"), [(READMES[0], "en", ", "), (READMES[1], "zh", "、")])
def test_the_table_says_what_a_notebook_reads(path, language, comma):
    cells = re.findall(r"^\| \[(0[1-9]\w+)\][^|]*\|[^|]*\| ([^|]*) \|", path.read_text("utf-8"), re.M)
    read = {
        name: [getattr(TABLES[table], language) for table in doctor.reads(doctor.NOTEBOOKS / f"{name}.ipynb")]
        for name, _ in cells
    }
    assert {name: text.split(comma) for name, text in cells} == read


@pytest.mark.parametrize("path", EVERY, ids=relative)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if "://" not in target and not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCS, ids=relative)
def test_files_that_are_named_exist(path):
    prose = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
    words = [word for code in re.findall(r"`([^`]+)`", prose) for word in [code.split(":")[0]] if " " not in word]
    files = [word for word in words if re.search(SUFFIXES, word) or re.fullmatch(r"(\w+/)+[\w.*<>-]*", word)]
    wanted = [file for file in files if not MADE.search(file) and "://" not in file]
    assert [file for file in wanted if not _exists(file)] == []


def _exists(name: str) -> bool:
    """A path from the top, or the end of one: `analysis/alarms.py`, `rules/*.toml`, `runner.py`."""
    pattern = re.sub(r"<[^>]*>", "*", name.rstrip("/"))
    return any(True for top in (".", "opsbook", "tests", "docs") for _ in (ROOT / top).glob(f"**/{pattern}"))


def test_both_readmes_say_the_same():
    shape = [
        {
            "headings": re.findall(r"^#+", text, re.M),
            "links": sorted(set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"}),
            "commands": sorted(code for code in re.findall(r"`((?:make|opsbook|data/|reports/)[^`\n]*)`", text)),
            "rows": len(re.findall(r"^\|", text, re.M)),
            "bullets": len(re.findall(r"^\* ", text, re.M)),
        }
        for text in (path.read_text("utf-8").replace("-zh.png)", "-en.png)") for path in READMES)
    ]
    assert shape[0] == shape[1]


def test_pictures_are_small_shown_and_taken_by_the_script():
    taken = set(re.findall(r'^    "([\w-]+)": \(', (ROOT / "docs" / "pictures.py").read_text("utf-8"), re.M))
    sizes = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert set(sizes) == taken and all(10_000 < size < 100_000 for size in sizes.values())
    text = "".join(path.read_text("utf-8") for path in DOCS)
    assert {name for name in taken if f"pictures/{name}.png)" not in text} == set()


# ---- nothing from outside ---------------------------------------------------------------------------------------

SKIPPED = {".git", ".venv", "__pycache__", "warehouse", "reports", ".hypothesis", ".ruff_cache", ".pytest_cache"}
SKIPPED |= {".import_linter_cache", ".benchmarks", ".ipynb_checkpoints", "opsbook.egg-info", "build", "dist"}
FOREIGN = {
    "a folder of one machine": re.compile(r"(?<![\w.~/<>*}-])/(?:work|root|home|Users|mnt)/\w"),
    "a package registry": re.compile(
        r"pypi[.]org|pythonhosted[.]org|conda[.]anaconda[.]org|mirrors?[.][a-z]+[.](?:com|edu|cn)"
    ),
}


def texts():
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not SKIPPED & set(path.relative_to(ROOT).parts[:-1]):
            try:
                yield relative(path), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


@pytest.mark.parametrize("what", FOREIGN)
def test_the_tree_stands_alone(what):
    found = {name: FOREIGN[what].findall(text) for name, text in texts()}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_what_points_out_is_noticed():
    folder, registry = FOREIGN.values()
    assert folder.search('open("/' + 'work/data.csv")') and not folder.search("data/home/Products.xls")
    assert registry.search("https://py" + "pi.org/simple")
