"""What an inquiry is worth, and which inquiries belong to which word."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import attribution, keywords, rules
from opsbook.report.messages.keywords import MESSAGES

ADS = pd.DataFrame({"keyword": ["pipe", "tube", "valve"], "product_id": ["1", "1", None], "clicks": [30, 10, 5]})
PRODUCTS = pd.DataFrame({"product_id": ["1", "2"], "visitors": [100, 50], "inquiries": [10, 4]})


def test_the_exports_own_inquiries_come_first_and_chats_are_never_added():
    table = attribution.attribute(ADS.assign(inquiries=[2, None, 0], tm=[3, 1, 0], opportunities=[4, 1, 0]), PRODUCTS)
    assert table["inquiries"].tolist()[::2] == [2, 0] and np.isnan(table["inquiries"].iloc[1])
    assert set(table["measure"]) == {"inquiries"} and set(table["attribution"]) == {"platform"}


def test_opportunities_stand_in_for_inquiries_and_say_so():
    table = attribution.attribute(ADS.assign(inquiries=np.nan, opportunities=[4, 1, 0]), PRODUCTS)
    assert table["inquiries"].tolist() == [4, 1, 0]
    assert set(table["measure"]) == {"opportunities"} and set(table["attribution"]) == {"platform"}


def test_without_them_the_products_inquiries_are_shared_out_as_an_estimate():
    table = attribution.attribute(ADS, PRODUCTS)
    assert table["inquiries"].tolist()[:2] == [3.0, 1.0] and np.isnan(table["inquiries"].iloc[2])
    assert set(table["attribution"]) == {"allocated"}


def test_an_estimate_never_gives_out_more_than_the_product_has():
    shared = attribution.allocated_inquiries(ADS.assign(clicks=[300, 100, 5]), PRODUCTS)
    assert shared.tolist()[:2] == [7.5, 2.5]


@pytest.mark.parametrize("products", [None, PRODUCTS.iloc[:0], PRODUCTS.assign(product_id=["8", "9"])])
def test_otherwise_only_the_cost_is_known(products):
    table = attribution.attribute(ADS, products)
    assert table["inquiries"].isna().all() and set(table["attribution"]) == {"cost_only"}
    decided = keywords.decide(table.assign(impressions=100, spend=5.0), 100)
    assert (decided["decision"] == "collect").all() and decided["spend"].sum() == 15


def test_clicks_and_inquiries_of_different_windows_do_not_belong_together():
    products = PRODUCTS.assign(period_start="2026-09-13", period_end="2026-09-19")
    inside, outside = (ADS.assign(on=pd.to_datetime(day)) for day in ("2026-09-19", "2026-09-20"))
    assert attribution.allocated_inquiries(inside, products).notna().sum() == 2
    with pytest.raises(ValueError, match="2026-09-13 to 2026-09-19"):
        attribution.allocated_inquiries(outside, products)
    with pytest.raises(ValueError, match="window"):
        attribution.attribute(ADS.assign(period_start="2026-09-12", period_end="2026-09-19"), products)


def test_a_product_twice_is_two_windows():
    with pytest.raises(ValueError, match="a product twice"):
        attribution.attribute(ADS, pd.concat([PRODUCTS, PRODUCTS]))


def test_the_last_days_are_set_aside():
    days = pd.DataFrame({"on": ["2026-09-16", "2026-09-17", None], "clicks": 1})
    settled = attribution.settle(days, date(2026, 9, 19), unstable_days=3)["settled"]
    assert settled.tolist() == [True, False, pd.NA]


def test_a_window_that_reaches_into_the_last_days_cannot_be_split():
    windows = pd.DataFrame(
        {
            "period_start": ["2026-09-06", "2026-09-13", "2026-09-18"],
            "period_end": ["2026-09-16", "2026-09-19", "2026-09-19"],
        }
    )
    assert attribution.settle(windows, date(2026, 9, 19))["settled"].tolist() == [True, pd.NA, False]


def test_late_inquiries_are_allowed_for_by_the_age_of_the_clicks():
    days = pd.DataFrame({"on": pd.to_datetime(["2026-09-19", "2026-09-18", "2026-08-01", "2026-09-20"]), "clicks": 80})
    mature = attribution.mature(days, date(2026, 9, 19), half_life_days=0.5)["mature_clicks"]
    np.testing.assert_allclose(mature, [40, 70, 80, 0])


def test_a_window_matures_like_the_mean_of_its_days():
    week = pd.DataFrame({"period_start": ["2026-09-13"], "period_end": ["2026-09-19"], "clicks": [70]})
    mature = attribution.mature(week, date(2026, 9, 19), half_life_days=2)["mature_clicks"].iloc[0]
    by_day = sum(10 * (1 - 0.5 ** ((age + 0.5) / 2)) for age in range(7))
    assert mature == pytest.approx(by_day)


def test_counting_fresh_clicks_in_full_understates_the_rate_and_mature_clicks_do_not():
    rng = np.random.default_rng(2)
    days = pd.DataFrame({"on": pd.date_range("2026-09-06", "2026-09-19"), "clicks": 20_000})
    until = pd.Timestamp("2026-09-20")
    age = ((until - days["on"]) / pd.Timedelta(days=1)).to_numpy() - rng.random((500, len(days)))
    arrived = (rng.exponential(3 / np.log(2), age.shape) < age).mean(axis=0)
    days["inquiries"] = days["clicks"] * 0.03 * arrived
    mature = attribution.mature(days, date(2026, 9, 19), half_life_days=3)
    assert days["inquiries"].sum() / days["clicks"].sum() < 0.024
    assert mature["inquiries"].sum() / mature["mature_clicks"].sum() == pytest.approx(0.03, rel=0.03)


@pytest.mark.parametrize(
    ("spend", "account", "unit"),
    [
        ([60.0, 40.0], 100, "yuan"),
        ([6000, 4000], 100, "fen"),
        ([6000, 4000], 83, "unclear"),
        ([6000, 4000], 84, "fen"),
        ([1000.0], 100, "unclear"),
        ([0.0], 100, "unknown"),
        ([5.0], 0, "unknown"),
        ([np.nan], 100, "unknown"),
    ],
)
def test_yuan_and_fen_are_told_apart(spend, account, unit):
    message = attribution.check_unit(pd.DataFrame({"spend": spend}), account)
    assert message["id"] == f"keywords.unit_{unit}"
    assert MESSAGES[message["id"]].format(**message)


def test_the_value_of_an_inquiry_comes_from_orders_and_margin():
    draws = attribution.inquiry_value([1000.0] * 4, 40, 0.25, cny_per_unit=7)
    assert draws.mean() == pytest.approx(4.5 / 40 * 1000 * 0.25 * 7, rel=0.03)
    assert draws.std() / draws.mean() == pytest.approx(1 / np.sqrt(4.5), rel=0.05)


def test_uncertain_orders_margins_and_few_orders_widen_the_value():
    def width(*arguments):
        return np.subtract(*np.quantile(np.log(attribution.inquiry_value(*arguments)), [0.9, 0.1]))

    equal, mixed = [1000.0] * 40, [100.0] * 38 + [10_000.0, 8200.0]
    narrow = 1.2 * width(equal, 400, 0.25)
    assert narrow < width(equal, 400, (0.1, 0.4))
    assert narrow < width(mixed, 400, 0.25)
    assert narrow < width(equal[:4], 40, 0.25)


def test_the_same_seed_gives_the_same_value():
    first, again, other = (attribution.inquiry_value([10.0, 30.0], 9, 0.2, seed=seed) for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize(("orders", "inquiries"), [([], 50), ([500.0], 50), ([500.0, np.nan], 50), ([1.0, 2.0], 0)])
def test_too_few_orders_leave_the_value_unknown(orders, inquiries):
    draws = attribution.inquiry_value(orders, inquiries, 0.25)
    assert np.isnan(draws).all()
    assert attribution.describe_value(draws) == {"id": "keywords.value_unknown"}


def test_the_value_as_a_message():
    assert attribution.describe_value(130.0)["id"] == "keywords.value_stated"
    told = attribution.describe_value(np.arange(0.0, 101))
    assert told == {"id": "keywords.value", "value": 50.0, "low": 10.0, "high": 90.0}
    assert MESSAGES["keywords.value"].format(**told)


def test_defaults_are_those_of_the_rule_file():
    in_force = rules.load(date(2026, 9, 19))
    assert attribution.settle.__defaults__ == (in_force["keywords.unstable_days"].value,)
    assert attribution.mature.__defaults__ == (in_force["keywords.delay_half_life"].value,)


def test_a_week_whose_days_are_not_given_is_taken_by_its_window():
    week = pd.DataFrame({"on": [pd.NaT, pd.Timestamp("2026-09-13")], "clicks": 10.0})
    week = week.assign(period_start=pd.Timestamp("2026-09-13"), period_end=pd.Timestamp("2026-09-19"))
    settled = attribution.settle(week, date(2026, 9, 19))["settled"]
    assert pd.isna(settled.iloc[0]) and settled.iloc[1]
    windows = attribution.mature(week.drop(columns="on"), date(2026, 9, 19))["mature_clicks"]
    assert attribution.mature(week, date(2026, 9, 19))["mature_clicks"].iloc[0] == windows.iloc[0]


def weekly_products(*ends):
    rows = [("1", 100, 10, end) for end in pd.to_datetime(list(ends))] + [("2", 50, None, pd.Timestamp(ends[0]))]
    table = pd.DataFrame(rows, columns=["product_id", "visitors", "inquiries", "period_end"])
    return table.assign(period_start=table["period_end"] - pd.Timedelta(days=6))


def test_products_are_added_up_over_the_weeks_of_the_clicks_only():
    clicks = pd.DataFrame({"on": pd.to_datetime(["2026-09-12", "2026-09-13"]), "clicks": 1.0})
    clicks = clicks.assign(period_end=pd.to_datetime(["2026-09-12", "2026-09-19"]))
    products = weekly_products("2026-09-19", "2026-09-12", "2026-09-05")
    totals = attribution.product_totals(products, clicks).set_index("product_id")
    assert totals.loc["1", ["visitors", "inquiries"]].tolist() == [200, 20] and np.isnan(totals.loc["2", "inquiries"])
    assert (totals["period_start"] == pd.Timestamp("2026-09-06")).all()


def test_products_of_fewer_weeks_than_the_clicks_are_no_base():
    clicks = pd.DataFrame({"on": [pd.Timestamp("2026-09-12")], "period_end": pd.Timestamp("2026-09-12")})
    assert attribution.product_totals(weekly_products("2026-09-19"), clicks) is None
    assert attribution.product_totals(weekly_products("2026-09-12").head(0), clicks) is None
    assert attribution.product_totals(None, clicks) is None


@pytest.mark.parametrize(
    ("inquiries", "opportunities", "products", "mode"),
    [
        ([1, 2, 3], None, None, "platform.inquiries"),
        (np.nan, [1, 2, 3], None, "platform.opportunities"),
        (np.nan, np.nan, PRODUCTS, "allocated"),
        (np.nan, np.nan, None, "cost_only"),
    ],
)
def test_the_mode_is_said(inquiries, opportunities, products, mode):
    table = attribution.attribute(ADS.assign(inquiries=inquiries, opportunities=opportunities), products)
    assert attribution.describe(table) == {"id": f"keywords.attribution.{mode}"}
    assert f"keywords.attribution.{mode}" in MESSAGES
    assert attribution.describe(table.head(0)) is None


def test_spend_in_fen_is_unknown():
    table = pd.DataFrame({"spend": [1000.0]})
    fen, yuan = (attribution.check_unit(table, account) for account in (10.0, 1000.0))
    assert attribution.in_yuan(table, fen)["spend"].isna().all()
    assert attribution.in_yuan(table, yuan)["spend"].tolist() == [1000.0]


KPI = pd.DataFrame({"period_start": ["2026-09-13"], "period_end": "2026-09-19", "inquiries": 20, "opportunities": 40})
ORDERS = pd.DataFrame(
    {
        "paid_at": pd.to_datetime(
            ["2026-09-12 23:59", "2026-09-13 00:00", "2026-09-19 23:59", "2026-09-20 00:00", None]
        ),
        "amount": [9000.0, 100.0, 710.0, 9000.0, 9000.0],
        "refund_amount": [None, None, 10.0, None, None],
        "currency": ["USD", "USD", "CNY", "USD", "USD"],
    }
)


def test_an_inquiry_is_worth_what_paid_orders_of_the_same_days_bring():
    value = attribution.estimate_value(ORDERS, KPI, margin=0.2, cny_per_usd=7.0)
    expected = attribution.inquiry_value([700.0, 700.0], 20, 0.2)
    assert value.tolist() == expected.tolist()
    by_opportunity = attribution.estimate_value(ORDERS, KPI, margin=0.2, cny_per_usd=7.0, counted="opportunities")
    assert attribution.middle(by_opportunity) == pytest.approx(attribution.middle(value) / 2)


def test_what_is_stated_needs_no_orders_and_nothing_known_stays_unknown():
    given = {"margin": 0.2, "cny_per_usd": 7.0}
    assert attribution.estimate_value(ORDERS.head(0), KPI.head(0), stated=130.0) == 130.0
    for change in ({"margin": None}, {"cny_per_usd": None}):
        assert attribution.middle(attribution.estimate_value(ORDERS, KPI, **given | change)) is None
    assert attribution.middle(attribution.estimate_value(ORDERS, KPI.head(0), **given)) is None
    euros = ORDERS.assign(currency="EUR")
    assert attribution.middle(attribution.estimate_value(euros, KPI, **given)) is None


def test_only_weeks_whose_inquiries_are_known_count_with_their_orders():
    """A week without a number has inquiries, only unknown ones: its orders would make the others worth too much."""
    unknown = KPI.assign(period_start="2026-09-20", period_end="2026-09-26", inquiries=np.nan)
    value = attribution.estimate_value(ORDERS, pd.concat([KPI, unknown]), margin=0.2, cny_per_usd=7.0)
    assert value.tolist() == attribution.estimate_value(ORDERS, KPI, margin=0.2, cny_per_usd=7.0).tolist()


def test_orders_that_were_all_refunded_leave_the_value_unknown_and_a_currency_is_read_in_any_case():
    given = {"margin": 0.2, "cny_per_usd": 7.0}
    refunded = ORDERS.assign(refund_amount=ORDERS["amount"] * 1.5)
    assert attribution.middle(attribution.estimate_value(refunded, KPI, **given)) is None
    one_kept = refunded.assign(refund_amount=refunded["refund_amount"].mask(refunded["amount"] == 100.0, 0.0))
    assert (attribution.estimate_value(one_kept, KPI, **given) > 0).all()
    small = ORDERS.assign(currency=ORDERS["currency"].str.lower() + " ")
    expected = attribution.estimate_value(ORDERS, KPI, **given)
    assert attribution.estimate_value(small, KPI, **given).tolist() == expected.tolist()


def test_the_middle_of_draws_is_their_median():
    assert attribution.middle(np.array([1.0, 2.0, 9.0])) == 2.0 and attribution.middle(np.nan) is None


def test_what_is_counted_is_read_from_the_table():
    assert attribution.measure(attribution.attribute(ADS.assign(inquiries=np.nan, opportunities=1))) == "opportunities"
    assert attribution.measure(attribution.attribute(ADS.head(0))) == "inquiries"
