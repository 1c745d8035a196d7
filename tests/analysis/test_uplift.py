import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from opsbook.analysis import uplift
from opsbook.report import findings

WEEKS = pd.date_range("2026-08-01", periods=8, freq="7D")
START = WEEKS[5]


def weeks(product: str, clicks, inquiries=0, whole=0) -> pd.DataFrame:
    """One product over the eight weeks; numbers or lists."""
    frame = pd.DataFrame({"product_id": product, "title": f"title of {product}", "period_end": WEEKS})
    return frame.assign(all_clicks=clicks, inquiries=inquiries, whole_site_impressions=whole)


STARTED = [0] * 5 + [9] * 3


def paired(*names: tuple[str, list[str]]) -> pd.DataFrame:
    """Pairs as `matched` makes them."""
    rows = [
        {"product_id": product, "started": START, "match_id": one, "distance": 0.1, "weight": 1 / len(others)}
        for product, others in names
        for one in others
    ]
    return pd.DataFrame(rows)


def test_a_start_is_the_first_week_shown_after_weeks_surely_not():
    history = pd.concat(
        [
            weeks("started", 1, whole=STARTED),
            weeks("again", 1, whole=[0, 0, 5, 0, 0, 5, 5, 5]),
            weeks("always", 1, whole=9),
            weeks("never", 1, whole=0),
            weeks("unknown before", 1, whole=[0, 0, 0, 0, None, 9, 9, 9]),
            weeks("too early", 1, whole=[0, 9, 9, 9, 9, 9, 9, 9]),
            weeks("absent before", 1, whole=STARTED).tail(3),
        ]
    )
    found = uplift.starts(history).set_index("product_id")["started"]
    assert found.to_dict() == {"started": START, "again": WEEKS[2], "absent before": START}
    assert uplift.starts(history, known_weeks=1).set_index("product_id")["started"]["too early"] == WEEKS[1]


def shop() -> pd.DataFrame:
    """A promoted product of 20 clicks a week beside others of the same and of other sizes."""
    others = {"twin": 20, "near": 22, "small": 2, "large": 400, "dear": 20, "other kind": 20}
    return pd.concat(
        [
            weeks("p", 20, 1, STARTED),
            weeks("shown once", 20, 1, [0, 0, 0, 0, 0, 0, 0, 1]),
            weeks("maybe", 20, 1, [0, 0, 0, 0, 0, None, 0, 0]),
            *(weeks(name, clicks, [clicks // 20] * 8) for name, clicks in others.items()),
        ]
    )


PROFILE = pd.DataFrame(
    {
        "product_id": ["p", "twin", "near", "small", "large", "dear", "other kind"],
        "category": ["x", "x", "x", "x", "x", None, "y"],
        "price_min": [10.0, 10, 11, 10, 10, 900, 10],
    }
)


def test_matches_are_similar_never_promoted_and_of_the_same_category():
    history = shop()
    history = history[history["product_id"] != "shown once"]
    pairs = uplift.matched(history, PROFILE)
    assert pairs["product_id"].unique().tolist() == ["p"] and pairs["started"].unique().tolist() == [START]
    assert pairs["match_id"].tolist()[:2] == ["twin", "near"]
    assert {"small", "large", "dear", "other kind", "maybe"}.isdisjoint(pairs["match_id"].tolist())
    assert pairs["weight"].sum() == pytest.approx(1) and pairs["distance"].is_monotonic_increasing
    assert uplift.matched(history, PROFILE, per=1)["match_id"].tolist() == ["twin"]
    assert "other kind" in uplift.matched(history, None)["match_id"].tolist()


def test_distance_is_the_root_mean_square_over_what_is_known():
    others = [weeks(name, clicks) for name, clicks in (("q", 40), ("big", 4000))]
    history = pd.concat([weeks("p", 20, whole=STARTED), *others])
    traits = np.log1p(4 * np.array([20, 40, 4000]))
    gap = (traits[1] - traits[0]) / traits.std(ddof=1)
    # the rates differ by less than a fifth, which leaves a little; the price is not known
    found = uplift.matched(history).loc[0]
    assert found["match_id"] == "q" and found["distance"] == pytest.approx(gap / np.sqrt(2), abs=0.05)
    priced = PROFILE.head(2).assign(product_id=["p", "q"], price_min=10.0, category=None)
    assert uplift.matched(history, priced).loc[0, "distance"] == pytest.approx(gap / np.sqrt(3), abs=0.05)


def test_only_the_latest_starts_are_compared():
    pairs = uplift.matched(shop(), PROFILE)
    assert pairs["product_id"].tolist() == ["shown once"] * len(pairs)


def test_many_products_are_matched_block_by_block_as_all_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    promoted = [weeks(f"p{n}", clicks, 2, STARTED) for n, clicks in enumerate(rng.poisson(30, 7))]
    others = [weeks(f"q{n}", clicks, 2) for n, clicks in enumerate(rng.poisson(30, 9))]
    history = pd.concat([*promoted, *others])
    whole = uplift.matched(history)
    monkeypatch.setattr(uplift, "_PAIRS_AT_ONCE", 20)
    pd.testing.assert_frame_equal(uplift.matched(history), whole)
    assert len(whole) > 7


def test_a_product_without_any_similar_one_stays_in_the_table():
    lonely = uplift.matched(pd.concat([weeks("p", 20, 1, STARTED), weeks("q", 4000, 1), weeks("r", 3000, 1)]))
    assert lonely["product_id"].tolist() == ["p"] and lonely["match_id"].isna().all()
    effects = uplift.effect(shop(), lonely)
    assert effects["verdict"].tolist() == ["too few"] * 3
    told = uplift.sentences(effects, uplift.placebo(shop(), lonely), lonely)
    assert told == [{"id": "promotion.no_similar", "products": 1}] and findings.word(told[0])
    assert uplift.matched(pd.concat([weeks("q", 4)])).empty
    assert uplift.matched(shop().head(0)).empty


def compared() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two promoted products that double, three similar ones that halve."""
    promoted = [10] * 5 + [20] * 3
    history = pd.concat(
        [
            weeks("p", promoted, [2] * 5 + [4] * 3, STARTED),
            weeks("q", promoted, [2] * 5 + [4] * 3, STARTED),
            *(weeks(name, [40] * 5 + [20] * 3, [8] * 5 + [4] * 3) for name in ("a", "b", "c")),
        ]
    )
    return history, paired(("p", ["a", "b"]), ("q", ["b", "c"]))


def test_the_effect_is_the_ratio_of_the_two_changes():
    history, pairs = compared()
    row = uplift.effect(history, pairs).set_index("metric").loc["all_clicks"]
    counts = row[["promoted_before", "promoted_after", "matched_before", "matched_after"]]
    assert counts.tolist() == [80, 120, 320, 120]  # 4 weeks before, 3 since; similar ones weigh 2 in all
    assert row["growth_ratio"] == pytest.approx((120 / 80) / (120 / 320)) and row["dispersion"] == 1
    # weights 1/2, 1, 1/2: the variance of a weighted sum of Poisson counts over its square
    variance = 1 / 80 + 1 / 120 + 1.5 * 160 / 320**2 + 1.5 * 60 / 120**2
    half = student.ppf(0.95, 3) * np.sqrt(variance)  # 2 + 3 products less two common changes
    assert [row["growth_lower"], row["growth_upper"]] == pytest.approx([4 * np.exp(-half), 4 * np.exp(half)])
    assert row["verdict"] == "more" and row["detectable"] == pytest.approx(np.expm1(half))
    assert row["times_needed"] == pytest.approx((half / np.log(1.25)) ** 2)


def test_inquiries_per_click_are_counts_over_counts():
    table = uplift.effect(*compared()).set_index("metric")
    row = table.loc["inquiries_per_click"]
    assert row["promoted_before"] == pytest.approx(16 / 80) and row["growth_ratio"] == pytest.approx(1)
    half = np.log(table.loc["inquiries", "growth_upper"] / table.loc["inquiries", "growth_ratio"])
    assert np.log(row["growth_upper"]) == pytest.approx(half)
    assert uplift.effect(*compared()).attrs["weeks"] == {"before": 4, "since": 3}


@pytest.mark.parametrize(
    ("after", "verdict"), [([20] * 3, "more"), ([2] * 3, "less"), ([5] * 3, "same"), ([0] * 3, "too few")]
)
def test_verdicts(after, verdict):
    many = [weeks(f"p{number}", [100] * 5 + [10 * one for one in after], 1, STARTED) for number in range(4)]
    similar = [weeks(f"s{number}", [100] * 5 + [50] * 3, 1) for number in range(8)]
    pairs = paired(*((f"p{number}", [f"s{number}", f"s{number + 4}"]) for number in range(4)))
    row = uplift.effect(pd.concat(many + similar), pairs).loc[0]
    assert row["verdict"] == verdict
    assert findings.word(row["evidence"]).startswith("All-store clicks: ")


def test_products_that_scatter_widen_the_interval():
    history, pairs = compared()
    uneven = history.assign(
        all_clicks=np.where(
            (history["product_id"] == "p") & (history["period_end"] >= START), 40, history["all_clicks"]
        )
    )
    calm, wild = (uplift.effect(table, pairs).loc[0] for table in (history, uneven))
    # p has 120 of 160 after the start, q 60 of 100; together 180 of 260
    share = 180 / 260
    squares = sum(
        (after - total * share) ** 2 / (total * share * (1 - share)) for after, total in ((120, 160), (60, 100))
    )
    assert wild["dispersion"] == pytest.approx(squares / 3) and calm["dispersion"] == 1
    width = np.log(wild["growth_upper"] / wild["growth_lower"])
    assert width > np.log(calm["growth_upper"] / calm["growth_lower"])


def test_a_product_without_any_click_tells_nothing():
    history, pairs = compared()
    silent = pd.concat([history, weeks("s", 0)])
    three = pd.concat([pairs, paired(("p", ["s"]))], ignore_index=True)
    found = uplift.effect(silent, three).loc[0]
    plain = uplift.effect(history, pairs).loc[0]
    names = ["growth_ratio", "growth_lower", "growth_upper", "dispersion"]
    assert found[names].tolist() == plain[names].tolist()


def test_too_little_is_told():
    history, pairs = compared()
    single = uplift.effect(history, paired(("p", ["a"])))
    assert single["verdict"].tolist() == ["too few"] * 3 and single["growth_ratio"].isna().all()
    assert uplift.effect(history, paired(("p", ["a"]), ("q", ["a"]))).loc[0, "growth_ratio"] == pytest.approx(4)
    blank = history.assign(all_clicks=history["all_clicks"].where(history["product_id"] != "p"))
    assert uplift.effect(blank, pairs).loc[0, "promoted_before"] == 40  # only q is known
    few = history.assign(all_clicks=(history["all_clicks"] > 20).astype(int))
    assert uplift.effect(few, pairs).loc[0, "verdict"] == "too few"
    assert all(findings.word(message) for message in single["evidence"])


def test_placebos_find_nothing_where_both_moved_alike_and_something_where_not():
    history, pairs = compared()
    calm = uplift.placebo(history, pairs)
    assert calm["started"].tolist() == [*WEEKS[2:5]] * 2 and calm["growth_ratio"].round(9).eq(1).all()
    assert [message["id"] for message in uplift.parallel(calm)] == ["promotion.trend_alike"] * 2
    rising = history["product_id"].isin(["p", "q"]) & (history["period_end"] < START)
    growing = history["all_clicks"].where(
        ~rising, history["period_end"].map(dict(zip(WEEKS, 3.0 ** np.arange(8), strict=True)))
    )
    apart = uplift.placebo(history.assign(all_clicks=growing), pairs)
    told = uplift.parallel(apart)
    assert [message["id"] for message in told] == ["promotion.trend_apart", "promotion.trend_alike"]
    effects = uplift.effect(history.assign(all_clicks=growing), pairs)
    ids = [message["id"] for message in uplift.sentences(effects, apart, pairs)]
    assert ids == [
        "promotion.compared",
        "promotion.trend_apart",
        effects.loc[1, "evidence"]["id"],
        "promotion.trend_alike",
        "promotion.uplift_assumes",
    ]
    calm_ids = [message["id"] for message in uplift.sentences(uplift.effect(history, pairs), calm, pairs)]
    assert calm_ids.count("promotion.trend_alike") == 2 and len(calm_ids) == 7
    assert all(findings.word(message) for message in uplift.sentences(effects, apart, pairs))


def test_nothing_to_compare():
    nothing = uplift.matched(pd.DataFrame(columns=["product_id", "period_end", "whole_site_impressions"]))
    history = compared()[0]
    effects, placebos = uplift.effect(history, nothing), uplift.placebo(history, nothing)
    assert effects.empty and placebos.empty and uplift.parallel(placebos) == []
    assert uplift.sentences(effects, placebos, nothing) == [{"id": "promotion.no_start"}]
    early = uplift.placebo(history[history["period_end"] >= WEEKS[4]], compared()[1])
    assert early.empty


def test_products_left_out_are_counted_apart():
    history, pairs = compared()
    alone = pd.DataFrame(
        [{"product_id": "r", "started": START, "match_id": None, "distance": np.nan, "weight": np.nan}]
    )
    pairs = pd.concat([pairs, alone], ignore_index=True)
    told = uplift.sentences(uplift.effect(history, pairs), uplift.placebo(history, pairs), pairs)[0]
    counts = {"products": 2, "similar": 3, "without": 1, "before": 4, "since": 3}
    assert told == {"id": "promotion.compared"} | counts


def test_titles_stand_beside_the_ids():
    history, pairs = compared()
    table = uplift.titled(pairs, history)
    assert table.loc[0, ["title", "matched_title"]].tolist() == ["title of p", "title of a"]


def test_promotion_that_adds_nothing_is_seldom_credited():
    """Stores in which nothing happens at the start, with weeks that scatter more than chance."""
    rng = np.random.default_rng(5)
    pairs = paired(*((f"p{number}", [f"s{number}", f"s{number + 5}", f"s{number + 10}"]) for number in range(5)))
    names = [f"p{number}" for number in range(5)] + [f"s{number}" for number in range(15)]
    verdicts = []
    for _ in range(80):
        mean = np.repeat(rng.lognormal(3, 0.5, 20), 8) * rng.gamma(4, 1 / 4, 160)
        frame = pd.DataFrame({"product_id": np.repeat(names, 8), "period_end": np.tile(WEEKS, 20)})
        frame = frame.assign(all_clicks=rng.poisson(mean), inquiries=1, whole_site_impressions=0)
        verdicts.append(uplift.effect(frame, pairs).loc[0, "verdict"])
    assert pd.Series(verdicts).isin(["more", "less"]).mean() < 0.2  # 10 % are the price of the level
