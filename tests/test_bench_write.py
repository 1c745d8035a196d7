"""Benchmark results become sections of a Markdown page, and leave the other sections alone."""

import importlib.util
import json
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "write.py"


@pytest.fixture
def write():
    spec = importlib.util.spec_from_file_location("write", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def result(name, median, group=None, **noted):
    stats = {"median": median, "rounds": 3}
    return {
        "name": name,
        "fullname": f"bench/test_speed.py::{name}",
        "group": group,
        "stats": stats,
        "extra_info": noted,
    }


def results(path, *benchmarks):
    about = {"machine_info": {"cpu": {"brand_raw": "Some CPU", "count": 2}}, "datetime": "2026-11-22T08:00:00"}
    path.write_text(json.dumps(about | {"benchmarks": benchmarks}))
    return path


def test_a_group_replaces_its_own_section_only(write, tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(
        "# Benchmarks\n\n<!-- other -->\nkept\n<!-- /other -->\n\n<!-- two-words -->\nold\n<!-- /two-words -->\n\nend\n"
    )
    rows = [result("test_slow_way", 3.0, "two words"), result("test_fast_way", 0.5, "two words", rows=7)]
    write.main(results(tmp_path / "r.json", *rows), page)
    text = page.read_text()
    assert "kept" in text and "old" not in text and text.endswith("end\n")
    assert "2026-11-22, Some CPU, 2 cores" in text
    assert "| fast way | 0.5 | 3 | 6.0 | rows: 7 |\n| slow way | 3 | 3 | 1.0 |  |" in text
    write.main(tmp_path / "r.json", page)
    assert page.read_text() == text


def test_a_new_group_comes_at_the_end_and_is_named_after_its_file(write, tmp_path):
    page = tmp_path / "benchmarks.md"
    write.main(results(tmp_path / "r.json", result("test_x", 1.0)), page)
    assert page.read_text().startswith("# Benchmarks\n\n<!-- speed -->\n## Speed\n")


def test_the_batch_is_drawn(write, tmp_path):
    page = tmp_path / "benchmarks.md"
    write.main(results(tmp_path / "r.json", result("test_x", 1.0, "batch"), result("test_y", 9.0, "batch")), page)
    assert "(pictures/bench-batch.svg)" in page.read_text()
    assert (tmp_path / "pictures/bench-batch.svg").read_text().lstrip().startswith("<?xml")
