"""The shape of the house: the arrow, small modules and functions, no clock and no chance in the analysis."""

import ast
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "opsbook"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 330, 70, 12
#: Tables to be read as tables, one line a column; two whole stores, one function a table; lists of sentences.
LONG = re.compile(r"intake/tables\.py|sample\.py|report/messages/\w+\.py")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess:
    """`lint-imports` of this environment over the package found in a folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", config],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}"},
        capture_output=True,
        text=True,
    )


def test_nothing_imports_from_its_right():
    done = lint_imports(ROOT, ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("analysis/rates.py", "from opsbook.intake import weeks"),
        ("intake/weeks.py", "from opsbook.analysis import rates"),
        ("analysis/rates.py", "from opsbook.report import cells"),
        ("report/cells.py", "from opsbook import cli"),
        ("analysis/rates.py", "import seaborn"),
    ],
)
def test_the_contract_notices_an_arrow_that_points_left(tmp_path, path, line):
    for source in PACKAGE.rglob("*.py"):
        copy = tmp_path / "opsbook" / source.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.read_text("utf-8") + (f"\n{line}\n" if name(source) == path else ""), "utf-8")
    assert "BROKEN" in lint_imports(tmp_path, ROOT / "pyproject.toml").stdout


def test_modules_stay_small():
    sizes = {
        name(path): len(path.read_text("utf-8").splitlines()) for path in MODULES if not LONG.fullmatch(name(path))
    }
    assert {module: lines for module, lines in sizes.items() if lines > LONGEST_MODULE} == {}


def test_functions_stay_short():
    sizes = {f"{name(path)}:{node.name}": body_lines(node) for path in MODULES for node in functions(path)}
    assert {function: lines for function, lines in sizes.items() if lines > LONGEST_FUNCTION} == {}
    assert statistics.median(sizes.values()) <= MEDIAN_FUNCTION


def test_modules_are_named_by_what_they_hold():
    assert [
        name(path) for path in MODULES if re.search(r"(^|_)(utils?|helpers?|common|misc|base)(_|$)", path.stem)
    ] == []


def test_every_module_says_what_it_is():
    assert [name(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


@pytest.mark.parametrize("part", ["analysis", "intake"])
def test_public_functions_are_documented(part):
    assert [
        f"{name(path)}:{node.name}"
        for path in sorted((PACKAGE / part).glob("*.py"))
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ] == []


def test_the_analysis_has_no_clock_and_no_chance_of_its_own():
    banned = re.compile(
        r"\b(date\.today|datetime\.now|time\.time|Timestamp\.now|default_rng\(\)|np\.random\.(?!default_rng))"
    )
    found = {
        name(path): banned.findall(path.read_text("utf-8")) for path in sorted((PACKAGE / "analysis").glob("*.py"))
    }
    assert {module: uses for module, uses in found.items() if uses} == {}


def test_only_the_command_line_prints():
    printing = [
        name(path)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_settings_of_other_libraries_are_left_alone():
    """`import opsbook...` changes nothing for its user; `charts.use_style` does, when it is called."""
    touched = [
        name(path)
        for path in MODULES
        for node in tree(path).body
        if re.search(r"pd\.options|pd\.set_option|rcParams|basicConfig|filterwarnings", ast.unparse(node))
        and not isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert touched == []


def test_tests_stand_where_the_module_stands():
    """A test file of a package's folder is named after a module there, or after what several of them do together."""
    together = {
        "test_brief_words.py",
        "test_diagnosis.py",
        "test_personal_data.py",
        "test_private_words.py",
    }
    stray = [
        path.relative_to(ROOT / "tests").as_posix()
        for part in ("analysis", "intake")
        for path in (ROOT / "tests" / part).glob("test_*.py")
        if not (PACKAGE / part / path.name.removeprefix("test_")).exists() and path.name not in together
    ]
    assert stray == []
