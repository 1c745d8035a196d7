import pandas as pd
import pytest

from opsbook.analysis import history


def windows(*rows):
    return pd.DataFrame(rows, columns=["period_kind", "period_start", "period_end", "visitors"])


def test_recent_takes_natural_weeks_up_to_the_week():
    table = windows(
        ("week", "2026-09-20", "2026-09-26", 1),
        ("week", "2026-09-13", "2026-09-19", 2),
        ("week", "2026-09-06", "2026-09-12", 3),
        ("week", "2026-08-30", "2026-09-05", 4),
        ("rolling_30", "2026-08-21", "2026-09-19", 50),
        ("day", "2026-09-19", "2026-09-19", 1),
    )
    assert history.recent(table, "2026-09-19", 2)["visitors"].tolist() == [2, 3]


def test_recent_falls_back_to_days_then_to_the_newest_window_alone():
    days = windows(("day", "2026-09-18", "2026-09-18", 1), ("rolling_7", "2026-09-13", "2026-09-19", 9))
    assert history.recent(days, "2026-09-19", 8)["visitors"].tolist() == [1]
    rolling = windows(("rolling_30", "2026-08-20", "2026-09-18", 8), ("rolling_30", "2026-08-21", "2026-09-19", 9))
    assert history.recent(rolling, "2026-09-19", 8)["visitors"].tolist() == [9]


def test_recent_prefers_the_day_of_a_row_and_takes_a_table_without_dates_whole():
    dated = pd.DataFrame({"on": ["2026-09-13", "2026-09-12", "2026-09-20"], "period_end": "2026-09-19"})
    assert history.recent(dated, "2026-09-19", 1)["on"].tolist() == ["2026-09-13"]
    assert len(history.recent(dated[[]].assign(keyword="a"), "2026-09-19", 1)) == 3
    assert history.recent(None, "2026-09-19", 1).empty


def test_product_counts_leave_out_rows_that_are_not_known():
    table = pd.DataFrame(
        {"product_id": [1, 1, 2, 2], "visitors": [10, 20, 5, None], "inquirers": [1, 2, 0, 1], "tm": [0, 1, None, 1]}
    )
    counts = history.product_counts(table)
    assert counts.loc["1"].tolist() == [30, 4]
    assert "2" not in counts.index
    assert history.product_counts(table.drop(columns="tm")).loc["2"].tolist() == [5, 0]
    assert history.product_counts(table.drop(columns=["tm", "inquirers"])).empty


def test_ad_cells_fold_words_and_never_take_missing_inquiries_for_none():
    table = pd.DataFrame(
        {
            "product_id": [1, 1, 1],
            "keyword": ["Red  Lamp", "red lamp", "chair"],
            "clicks": [5, 7, 9],
            "inquiries": [1, 0, None],
        }
    )
    cells = history.ad_cells(table)
    assert cells.to_dict("list") == {"product_id": ["1"], "keyword": ["red lamp"], "clicks": [12.0], "inquiries": [1.0]}
    assert history.ad_cells(table.assign(opportunities=2))["inquiries"].tolist() == [2, 4]
    assert history.ad_cells(table.drop(columns="inquiries")).empty
    assert history.ad_cells(table.drop(columns="product_id"))["product_id"].isna().all()


def test_texts_come_from_the_profile_first():
    profile = pd.DataFrame({"product_id": [1, 2], "title": ["Lamp", None], "keywords": ["red lamp", None]})
    performance = pd.DataFrame({"product_id": [1, 2, 2], "title": ["Old", "Chair", "Chair"]})
    texts = history.product_texts(profile, performance)
    assert texts["1"] == "Lamp, red lamp"
    assert texts["2"].startswith("Chair")
    assert history.product_texts(None, None).empty
    assert history.product_texts(profile.iloc[:0], None).empty


@pytest.mark.parametrize(("weeks", "expected"), [(1, 1), (8, 8)])
def test_weeks_seen(weeks, expected):
    end = pd.Timestamp("2026-09-19")
    table = pd.DataFrame({"period_start": [end - pd.Timedelta(days=7 * weeks - 1)], "period_end": [end]})
    assert history.weeks_seen({"store_kpi": table, "visitor": pd.DataFrame()}) == expected
    assert history.weeks_seen({}) == 1
