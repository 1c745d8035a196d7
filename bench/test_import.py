"""Import of a 200 000-row .xlsx, beside bare pandas with calamine and with openpyxl, in one run."""

import numpy as np
import pandas as pd
import pytest

from opsbook.intake import importer

ROWS = 200_000


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """A keyword export of 200 000 rows and 12 columns: text, counts, percent text, decimals, dashes."""
    rng = np.random.default_rng(0)
    impressions = rng.poisson(300, ROWS) + 1
    clicks = rng.binomial(impressions, 0.02)
    frame = pd.DataFrame(
        {
            "词": [f"word {number % 90_000}" for number in range(ROWS)],
            "曝光量": impressions,
            "点击量": clicks,
            "点击率": [f"{share:.1f}%" for share in 100 * clicks / impressions],
            "外贸直通车曝光": rng.poisson(100, ROWS),
            "外贸直通车点击": rng.poisson(2, ROWS),
            "外贸直通车推广时长": rng.uniform(0, 100, ROWS).round(1).astype(str),
            "Top10平均曝光": rng.poisson(900, ROWS),
            "Top10平均点击": rng.poisson(20, ROWS),
            "关键词指数": np.where(rng.random(ROWS) < 0.2, "-", rng.poisson(400, ROWS).astype(float).astype(str)),
            "卖家规模指数": rng.poisson(9, ROWS).astype(float).astype(str),
            "统计日期": "2026-09-13~2026-09-19",
        }
    )
    path = tmp_path_factory.mktemp("bench") / "keywords.xlsx"
    frame.to_excel(path, index=False)
    return path


@pytest.mark.benchmark(group="import 200 000 rows")
@pytest.mark.parametrize("engine", ["calamine", "openpyxl"])
def test_pandas(benchmark, export, engine):
    rows = benchmark.pedantic(pd.read_excel, (export,), {"engine": engine}, rounds=3 if engine == "calamine" else 1)
    assert len(rows) == ROWS


@pytest.mark.benchmark(group="import 200 000 rows")
def test_opsbook(benchmark, export, tmp_path):
    folders = iter(range(9))

    def run():
        return importer.import_file(export, store="x", warehouse=str(tmp_path / str(next(folders))))

    outcome = benchmark.pedantic(run, rounds=3)[0]
    assert outcome.accepted == ROWS
