"""Two synthetic stores with planted causes, simulated day by day; `sample_exports` writes them as exports.

Nothing here is real: names, words, products and persons are invented. What is planted, and so to be found by a report:

`shoes`, an OEM maker of shoes
    * `wrong_buyers`: half of its P4P money goes to head words that bring low-level retail visitors who hardly ask;
    * `channel_falls`: in the last week the system recommendation brings far fewer visitors;
    * `started`: some products join whole-site promotion two weeks before the end: clicks rise, inquiries do not;
    * `leak`: from the last four weeks on, inquiries rarely get a quote.

`home`, a ready-to-ship seller of home goods
    * `first_screen`: its most visited product loses matched buyers who contact nearly every other supplier they view;
    * `against`: in the last week search traffic rises while the conversion of search falls;
    * no leak between its stages.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

LAST_WEEK = date(2026, 9, 19)
WEEKS = 9
PLANTED = {"shoes": ("wrong_buyers", "channel_falls", "leak"), "home": ("first_screen", "against")}

#: channel: (share of the store's visits, opportunity rate as a multiple of the store's)
CHANNELS = {
    "搜索": (0.50, 1.0),
    "系统推荐": (0.19, 0.7),
    "导购会场": (0.06, 0.6),
    "Top-Ranking Products": (0.03, 0.9),
    "New Arrival": (0.02, 0.8),
    "Weekly Deals": (0.02, 0.6),
    "Saving spotlight": (0.02, 0.6),
    "询盘": (0.03, 3.0),
    "信保": (0.01, 2.0),
    "RFQ": (0.01, 3.0),
    "直接访问": (0.05, 1.5),
    "店内": (0.03, 1.2),
    "站外": (0.02, 0.5),
    "粉丝通": (0.01, 0.8),
    "其他": (0.05, 0.4),
}
COUNTRIES = {
    "US": 0.34,
    "DE": 0.11,
    "GB": 0.1,
    "FR": 0.08,
    "BR": 0.08,
    "MX": 0.07,
    "AU": 0.06,
    "CA": 0.06,
    "CN": 0.04,
    "NG": 0.06,
}


@dataclass(frozen=True)
class Word:
    """A searched word: impressions a day under P4P, cost of a click, how well its buyers match (1 = the store's)."""

    text: str
    family: str | None
    daily: float
    cpc: float
    match: float = 1.0


@dataclass(frozen=True)
class World:
    """What is true of a store: the simulation draws from it, a report has to find it out."""

    store: str
    seed: int
    rts: bool
    rate: float
    prefix: int
    families: dict[str, tuple[str, ...]]
    styles: tuple[str, ...]
    words: tuple[Word, ...]
    page: dict[int, float] = field(default_factory=dict)
    low_level_words: tuple[str, ...] = ()


SHOES = World(
    store="shoes",
    seed=20260919,
    rts=False,
    rate=0.05,
    prefix=16018250000,
    families={
        "knit walking shoes": ("Breathable Knit Walking Shoes", "knit walking shoes, slip on, factory"),
        "mesh sneakers": ("Mesh Athletic Sneakers", "mesh sneakers, sport shoes, oem"),
        "canvas shoes": ("Canvas Shoes Custom Logo", "canvas shoes, custom logo, private label"),
        "leather loafers": ("Leather Loafers", "leather loafers, men loafers, manufacturer"),
    },
    styles=(
        "Lightweight",
        "Thick Sole",
        "Wide Fit",
        "Anti-Slip",
        "Lace Up",
        "Low Cut",
        "Summer",
        "Everyday",
        "Two Tone",
        "Soft Lining",
        "Outdoor",
    ),
    words=(
        Word("knit walking shoes factory", "knit walking shoes", 60, 3.1, 1.2),
        Word("wholesale knit sneakers", "knit walking shoes", 75, 2.9),
        Word("custom walking shoes manufacturer", "knit walking shoes", 32, 3.6, 1.5),
        Word("slip on shoes supplier", "knit walking shoes", 42, 2.6),
        Word("oem mesh sneakers", "mesh sneakers", 45, 3.4, 1.4),
        Word("mesh sport shoes wholesale", "mesh sneakers", 70, 2.7),
        Word("athletic shoes manufacturer", "mesh sneakers", 52, 3.8, 1.2),
        Word("breathable sneakers bulk", "mesh sneakers", 36, 2.4),
        Word("canvas shoes custom logo", "canvas shoes", 66, 2.8, 1.3),
        Word("private label canvas shoes", "canvas shoes", 30, 3.0, 1.5),
        Word("printed canvas shoes supplier", "canvas shoes", 24, 2.2),
        Word("leather loafers manufacturer", "leather loafers", 28, 3.5, 1.2),
        Word("men loafers wholesale", "leather loafers", 44, 3.0),
        Word("zapatos atlticos", "mesh sneakers", 25, 1.2, 0.6),
        Word("shoes", None, 420, 3.3, 0.04),
        Word("sneakers for men", None, 330, 3.2, 0.05),
        Word("chaussures pour hommes", None, 300, 2.4, 0.03),
        Word("zapatos de hombre", None, 240, 2.0, 0.04),
        Word("running shoes size 42", None, 210, 2.7, 0.03),
        Word("cheap shoes online", None, 260, 2.2, 0.02),
    ),
    low_level_words=(
        "shoes",
        "sneakers for men",
        "chaussures pour hommes",
        "zapatos de hombre",
        "running shoes size 42",
        "cheap shoes online",
    ),
)

HOME = World(
    store="home",
    seed=20260920,
    rts=True,
    rate=0.055,
    prefix=10000043000,
    families={
        "bamboo storage box": ("Bamboo Storage Box with Lid", "bamboo storage box, organizer, kitchen"),
        "velvet cushion cover": ("Velvet Cushion Cover", "velvet cushion cover, pillow case, sofa"),
        "ceramic mug": ("Ceramic Coffee Mug", "ceramic mug, coffee cup, gift"),
        "cotton table runner": ("Cotton Table Runner", "cotton table runner, table linen"),
    },
    styles=(
        "Nordic",
        "Stackable",
        "Handmade",
        "Large",
        "Small",
        "Striped",
        "Plain",
        "Gift Boxed",
        "Washable",
        "Rustic",
        "Square",
        "Round",
    ),
    words=(
        Word("bamboo storage box", "bamboo storage box", 150, 1.9, 1.1),
        Word("bamboo organizer wholesale", "bamboo storage box", 80, 2.1, 1.2),
        Word("kitchen storage box bulk", "bamboo storage box", 95, 1.7),
        Word("wooden box with lid", "bamboo storage box", 110, 1.5, 0.8),
        Word("velvet cushion cover", "velvet cushion cover", 130, 1.6),
        Word("cushion cover wholesale", "velvet cushion cover", 85, 1.8, 1.1),
        Word("pillow case bulk", "velvet cushion cover", 70, 1.3, 0.9),
        Word("ceramic mug", "ceramic mug", 140, 1.5, 0.9),
        Word("custom coffee mug", "ceramic mug", 90, 2.0, 1.2),
        Word("ceramic cup gift set", "ceramic mug", 60, 1.7),
        Word("cotton table runner", "cotton table runner", 65, 1.4),
        Word("table linen supplier", "cotton table runner", 45, 1.9, 1.1),
        Word("home decor", None, 160, 1.6, 0.6),
        Word("storage", None, 150, 1.4, 0.6),
    ),
    page={0: 0.12},
)


def simulate(world: World) -> dict[str, pd.DataFrame]:
    """All tables of a store, drawn from its world; the same world gives the same tables."""
    rng = np.random.default_rng(world.seed)
    products = _products(world, rng)
    ads = _ads(world, products, rng)
    performance = _performance(world, products, ads, rng)
    visitors = _visitors(world, products, performance, rng)
    channels = _channels(world, performance, rng)
    customers, touches, orders = _private(world, rng)
    return {
        "product_performance": performance,
        "own_keyword": _keywords(world, ads, rng),
        "industry_keyword": _industry(world, rng),
        "ad_keyword": ads,
        "ad_product": _ad_products(ads),
        "ad_campaign": _campaigns(world, ads, rng),
        "bid_point": _bid_points(world),
        "product_profile": _profiles(world, products, performance, rng),
        "review": _reviews(world, products, rng),
        "price": _prices(world, products, rng),
        "channel_traffic": channels,
        "store_kpi": _kpis(world, performance, channels, rng),
        "visitor": visitors,
        "customer": customers,
        "touch": touches,
        "order": orders,
        "audience_log": _sent(customers) if world.store == "shoes" else customers[:0],
        "offer": _offers() if world.store == "shoes" else pd.DataFrame(),
        "private_cost": _costs(world, rng),
        "pool": _pools(world, rng),
        "routine_log": _routine(world, rng),
    }


def write(folder: Path) -> list[Path]:
    """Write both stores as exports below a folder, one folder a store; returns the files."""
    from opsbook import sample_exports

    return [
        path
        for world in (SHOES, HOME)
        for path in sample_exports.write(simulate(world), folder / world.store, world.rts)
    ]


def saturdays() -> list[date]:
    """The Saturdays of the sample's weeks, oldest first."""
    return [LAST_WEEK - timedelta(days=7 * back) for back in reversed(range(WEEKS))]


def _products(world: World, rng) -> pd.DataFrame:
    """One row per product: family, title, strength of its natural traffic, quality of its page, age, price."""
    rows = [
        (family, f"{style} {noun} {'OEM ODM' if not world.rts else 'In Stock'}", words)
        for family, (noun, words) in world.families.items()
        for style in world.styles
    ]
    products = pd.DataFrame(rows, columns=["family", "title", "keywords"])
    count = len(products)
    products["product_id"] = [_product_id(world, number) for number in range(count)]
    products["strength"] = rng.lognormal(0, 1.1, count)
    products["page"] = [world.page.get(number, 1.0) for number in range(count)]
    products.loc[list(world.page), "strength"] = 6.0
    products["age"] = rng.choice([20, 45, 85, 90, 95, 200, 400, 700], count)
    products["price"] = rng.uniform(1.5, 9, count).round(2) * (3 if world.store == "shoes" else 1)
    return products


def _ads(world: World, products: pd.DataFrame, rng) -> pd.DataFrame:
    """Standard promotion, one row per day, word and product that was shown."""
    pairs = [
        (word, product, 1 / len(chosen))
        for word in world.words
        for chosen in [_promoted(word, products)]
        for product in chosen
    ]
    days = pd.date_range(saturdays()[0] - timedelta(days=6), LAST_WEEK)
    frame = pd.DataFrame(
        [(day, word.text, p, share * word.daily, word.cpc, word.match) for day in days for word, p, share in pairs],
        columns=["on", "keyword", "p", "daily", "price", "match"],
    )
    frame["product_id"] = products["product_id"].to_numpy()[frame["p"]]
    frame["impressions"] = rng.poisson(frame["daily"] * rng.lognormal(0, 0.15, len(frame)))
    frame["clicks"] = rng.binomial(frame["impressions"], 0.022)
    frame["spend"] = (frame["clicks"] * frame["price"] * rng.lognormal(0, 0.12, len(frame))).round(2)
    rate = world.rate * frame["match"] * products["page"].to_numpy()[frame["p"]]
    frame["inquiries"] = rng.poisson(frame["clicks"] * rate * 0.6)
    frame["tm"] = rng.poisson(frame["clicks"] * rate * 0.4)
    frame["opportunities"] = frame["inquiries"] + frame["tm"]
    frame["online_hours"] = np.where(frame["impressions"] > 0, rng.uniform(0.3, 13.5, len(frame)).round(1), 0)
    frame["campaign"] = np.where(frame["match"] < 0.5, "流量词计划", "精准词计划")
    frame["bid"] = (frame["price"] * 1.25).round(1)
    frame["stars"] = np.where(frame["match"] < 0.5, 3, 5)
    return frame[frame["impressions"] > 0].drop(columns=["p", "daily", "price"]).reset_index(drop=True)


#: place: (bid, weekly clicks, CPC) at it, as multiples of those at today's bid; the first places are bought dearly
PLACES = {5: (0.75, 0.72, 0.82), 4: (1.0, 1.0, 1.0), 3: (1.25, 1.2, 1.18), 2: (1.6, 1.31, 1.45), 1: (2.2, 1.37, 1.95)}


def _bid_points(world: World) -> pd.DataFrame:
    """What the shoe maker noted down from the bid estimate, of some words that fit and of one that does not."""
    words = [word for word in world.words if word.family][:9:2] + [world.words[15]] if world.store == "shoes" else []
    rows = [
        (word.text, 1.25 * word.cpc * bid, place, 7 * 0.022 * word.daily * clicks, word.cpc * cpc)
        for word in words
        for place, (bid, clicks, cpc) in PLACES.items()
    ]
    frame = pd.DataFrame(rows, columns=["keyword", "bid", "position", "clicks", "cpc"])
    return frame.assign(stars=np.where(frame["keyword"].isin(world.low_level_words), 3, 5)).round(2)


def _promoted(word: Word, products: pd.DataFrame) -> list[int]:
    """The products that a word promotes: three of its family, or the first of each family."""
    own = products.index[products["family"] == word.family]
    return list(own[:3]) if word.family else list(products.groupby("family").head(1).index)


def _performance(world: World, products: pd.DataFrame, ads: pd.DataFrame, rng) -> pd.DataFrame:
    """Product performance by week: natural search, standard promotion and the whole-site plan together."""
    weekly = (
        ads.assign(week=_saturday(ads["on"]))
        .groupby(["week", "product_id"])[["impressions", "clicks", "inquiries", "tm"]]
        .sum()
    )
    frames = []
    for number, week in enumerate(saturdays()):
        frame = products.copy()
        paid = weekly.loc[pd.Timestamp(week)].reindex(frame["product_id"], fill_value=0).to_numpy().T
        lift = 1.5 if world.store == "home" and week == LAST_WEEK else 1.0
        loss = 0.35 if world.store == "home" and week == LAST_WEEK else 1.0
        natural = rng.poisson(90 * frame["strength"] * lift * rng.lognormal(0, 0.1, len(frame)))
        natural_clicks = rng.binomial(natural, 0.018)
        whole = rng.poisson(np.where(frame["strength"] > 1.2, 160 * frame["strength"], 0))
        whole_clicks = rng.binomial(whole, 0.02)
        free_visits = rng.binomial(natural_clicks + whole_clicks, 0.92) + rng.poisson(1.2 * frame["strength"])
        rate = world.rate * frame["page"] * loss
        frame = frame.assign(
            week=pd.Timestamp(week),
            search_impressions=natural + paid[0],
            search_clicks=natural_clicks + paid[1],
            visitors=free_visits + rng.binomial(paid[1], 0.95),
            inquiries=rng.poisson(free_visits * rate * 0.6) + paid[2],
            tm=rng.poisson(free_visits * rate * 0.4) + paid[3],
            standard_impressions=paid[0],
            standard_clicks=paid[1],
            whole_site_impressions=whole,
            whole_site_clicks=whole_clicks,
            number=number,
        )
        frame["visitors"] = (
            frame[["visitors"]].assign(floor=frame["inquiries"].clip(0, 1) + frame["tm"].clip(0, 1)).max(axis=1)
        )
        frame["inquirers"] = np.minimum(
            frame["inquiries"] - rng.binomial(frame["inquiries"], 0.15), frame["visitors"]
        ).clip(lower=np.minimum(frame["inquiries"], 1))
        frame["all_impressions"] = frame["search_impressions"] + whole + rng.poisson(40 * frame["strength"])
        frame["all_clicks"] = frame["search_clicks"] + whole_clicks + rng.poisson(0.8 * frame["strength"])
        if world.store == "shoes":
            third = np.arange(len(frame)) % 3
            without = (third == 0) | ((third == 1) & (number < WEEKS - 2))
            frame.loc[without, ["all_impressions", "all_clicks"]] -= np.stack([whole, whole_clicks], 1)[without]
            frame.loc[without, ["whole_site_impressions", "whole_site_clicks"]] = 0
        for name, share in (("favourites", 0.03), ("shares", 0.01), ("compares", 0.02), ("orders_submitted", 0.012)):
            frame[name] = rng.binomial(frame["visitors"], share)
        frame["rts_buyers"] = rng.binomial(frame["orders_submitted"], 0.6) if world.rts else 0
        frame["rts_gmv_usd"] = (frame["rts_buyers"] * frame["price"] * rng.integers(2, 40, len(frame))).round(2)
        frames.append(
            frame[frame["all_impressions"] > 0].sort_values("search_impressions", ascending=False, kind="stable")
        )
    return pd.concat(frames, ignore_index=True)


def _keywords(world: World, ads: pd.DataFrame, rng) -> pd.DataFrame:
    """Own keywords by week, with the export's own dirt: dropped accents, a word that stands twice, numbers as words."""
    weekly = (
        ads.assign(week=_saturday(ads["on"]))
        .groupby(["week", "keyword"], as_index=False)[["impressions", "clicks", "online_hours"]]
        .sum()
    )
    extra = (
        ["tnis masculino", "tnis masculino", "38", "运动鞋 批发"]
        if world.store == "shoes"
        else ["caja de bambu", "taza cermica", "taza cermica", "收纳盒"]
    )
    natural = [f"{word.text} {tail}" for word in world.words if word.family for tail in ("supplier near me", "low moq")]
    rows = pd.DataFrame(
        [(pd.Timestamp(week), text, 0, 0, 0.0) for week in saturdays() for text in extra + natural],
        columns=weekly.columns,
    )
    frame = pd.concat([weekly, rows], ignore_index=True).rename(
        columns={"impressions": "p4p_impressions", "clicks": "p4p_clicks", "online_hours": "p4p_hours"}
    )
    own = rng.poisson(rng.lognormal(3, 0.8, len(frame)))
    frame["impressions"] = own + frame["p4p_impressions"]
    frame["clicks"] = rng.binomial(own, 0.02) + frame["p4p_clicks"]
    frame["top10_impressions"] = rng.poisson(frame["impressions"] * 2.5 + 20)
    frame["top10_clicks"] = rng.binomial(frame["top10_impressions"], 0.02)
    heat = {text: (round(rng.lognormal(4, 1.2)), rng.poisson(6)) for text in sorted(set(frame["keyword"]))}
    known = np.array([len(text) > 3 for text in frame["keyword"]])
    frame["keyword_index"] = np.where(known, [heat[text][0] for text in frame["keyword"]], np.nan)
    frame["seller_index"] = np.where(known, [float(heat[text][1]) for text in frame["keyword"]], np.nan)
    frame["p4p_hours"] = frame["p4p_hours"].clip(upper=168).round(1)
    return frame[frame["impressions"] > 0].sort_values(["week", "impressions"], ascending=[True, False], kind="stable")


def _industry(world: World, rng) -> pd.DataFrame:
    """Hot words of the industry in the last week, some of them new to the store."""
    texts = [word.text for word in world.words] + [
        f"{family} {tail}" for family in world.families for tail in ("2027 new", "eco friendly", "dropshipping")
    ]
    frame = pd.DataFrame({"keyword": texts})
    frame["search_index"] = rng.lognormal(5, 1, len(frame)).round()
    frame["search_growth"] = rng.normal(0.05, 0.2, len(frame)).round(3)
    frame["ctr"] = rng.uniform(0.008, 0.05, len(frame)).round(4)
    frame["seller_index"] = rng.poisson(8, len(frame)).astype(float)
    return frame.sort_values("search_index", ascending=False, kind="stable")


def _ad_products(ads: pd.DataFrame) -> pd.DataFrame:
    """The same advertising by product and day."""
    sums = ["impressions", "clicks", "spend", "inquiries", "tm", "opportunities"]
    return ads.groupby(["on", "product_id"], as_index=False)[sums].sum().round({"spend": 2})


def _campaigns(world: World, ads: pd.DataFrame, rng) -> pd.DataFrame:
    """Plans by day: the standard ones add up from their words, two whole-site plans beside them."""
    sums = ["impressions", "clicks", "spend", "inquiries", "tm", "opportunities"]
    standard = ads.groupby(["on", "campaign"], as_index=False)[sums].sum()
    first = pd.Timestamp(saturdays()[0])
    standard = standard.assign(
        plan_type="标准推广", budget=400.0, target_roi=np.nan, started_on=first - pd.Timedelta(weeks=40)
    )
    plans = []
    for name, budget, click, rate, target in (
        ("全站推 爆品", 220, 1.8, 0.05, 4.0),
        ("全站推 新品", 120, 2.2, 0.012, 3.0),
    ):
        days = pd.date_range(saturdays()[0] - timedelta(days=6), LAST_WEEK)
        clicks = rng.poisson(budget * 0.85 / click, len(days))
        spend = np.minimum(clicks * click * rng.lognormal(0, 0.1, len(days)), budget).round(2)
        opportunities = rng.poisson(clicks * rate)
        orders = rng.binomial(opportunities, 0.1)
        plans.append(
            pd.DataFrame(
                {
                    "on": days,
                    "campaign": name,
                    "impressions": rng.poisson(clicks * 45),
                    "clicks": clicks,
                    "spend": spend,
                    "inquiries": rng.binomial(opportunities, 0.6),
                    "opportunities": opportunities,
                    "orders": orders,
                    "order_amount_usd": (orders * rng.lognormal(6, 0.5, len(days))).round(2),
                    "plan_type": "全站推广",
                    "budget": float(budget),
                    "target_roi": target,
                    "started_on": first - pd.Timedelta(weeks=4),
                }
            )
        )
        plans[-1]["tm"] = plans[-1]["opportunities"] - plans[-1]["inquiries"]
    plans[-1] = _under_higher_target(plans[-1], np.random.default_rng(world.prefix))
    return pd.concat([standard, *plans], ignore_index=True).round({"spend": 2, "order_amount_usd": 2})


def _under_higher_target(plan: pd.DataFrame, rng) -> pd.DataFrame:
    """The plan with a higher target ROI until ten days before the end: it bought some three fifths as much."""
    plan, early = plan.copy(), plan["on"] < pd.Timestamp(LAST_WEEK - timedelta(days=10))
    before = plan[["clicks", "orders"]].clip(lower=1)
    for name in ("impressions", "clicks", "inquiries", "tm", "orders"):
        plan[name] = plan[name].mask(early, rng.binomial(plan[name], 0.6))
    plan["opportunities"] = plan["inquiries"] + plan["tm"]
    plan["orders"] = plan[["orders", "opportunities"]].min(axis=1)
    plan["spend"] *= plan["clicks"] / before["clicks"]
    plan["order_amount_usd"] *= plan["orders"] / before["orders"]
    return plan.assign(target_roi=plan["target_roi"].mask(early, plan["target_roi"] + 1))


def _profiles(world: World, products: pd.DataFrame, performance: pd.DataFrame, rng) -> pd.DataFrame:
    """The state of every product on the last two Saturdays, with every path to the boards taken by somebody."""
    frames = []
    scores = rng.choice([52, 58, 60, 61, 68, 74, 75, 77, 79, 82, 91], len(products)).astype(float)
    for week in saturdays()[-2:]:
        month = performance[
            (performance["week"] <= pd.Timestamp(week))
            & (performance["week"] > pd.Timestamp(week - timedelta(days=28)))
        ]
        sums = month.groupby("product_id")[
            ["search_impressions", "search_clicks", "inquiries", "tm", "orders_submitted", "visitors"]
        ].sum()
        sums = sums.reindex(products["product_id"], fill_value=0).reset_index()
        frame = products[["product_id", "title", "keywords", "price"]].copy()
        ages = products["age"] - (LAST_WEEK - week).days
        frame["published_on"] = [pd.Timestamp(week) - pd.Timedelta(days=int(age)) for age in ages]
        frame["is_rts"] = (np.arange(len(frame)) % 5 > 0) if world.rts else (np.arange(len(frame)) % 5 == 0)
        frame["is_duplicate"] = pd.array(rng.choice([False, False, False, True, None], len(frame)), dtype="boolean")
        frame["growth_score"] = np.where(np.arange(len(frame)) % 17 == 16, np.nan, scores)
        frame["overseas_visitors_30d"] = (sums["visitors"] * 0.9).round()
        for name, source in (
            ("search_impressions", "search_impressions"),
            ("search_clicks", "search_clicks"),
            ("inquiries", "inquiries"),
            ("tm", "tm"),
            ("orders", "orders_submitted"),
        ):
            frame[f"{name}_30d"] = sums[source]
        frame["inquiries_90d"] = (sums["inquiries"] * 2.7).round()
        frame["paid_orders_90d"] = (sums["orders_submitted"] * 1.4).round()
        frame["opportunities_180d"] = ((sums["inquiries"] + sums["tm"]) * 4).round()
        frame["paid_orders_180d"] = (sums["orders_submitted"] * 2).round()
        frame["list_price"] = frame["price"]
        frame["event_price"] = (frame["price"] * rng.choice([0.85, 0.9, 0.92, 1.0], len(frame))).round(2)
        frame["min_price_180d"] = (frame["price"] * 0.9).round(2)
        frame["pay_rate_percentile_l2"] = rng.uniform(0.02, 0.9, len(frame)).round(2)
        frame["pay_rate_percentile_leaf"] = rng.uniform(0.02, 0.9, len(frame)).round(2)
        frame["images"] = rng.choice([3, 5, 6, 6, 6], len(frame))
        frame["image_side"] = rng.choice([600, 750, 800, 1000], len(frame))
        frame["has_video"] = rng.random(len(frame)) < 0.6
        frame["category_filled"] = rng.random(len(frame)) < 0.95
        frame["attributes_filled"] = rng.uniform(0.5, 1, len(frame)).round(2)
        frame["price_min"], frame["price_max"] = (frame["price"] * 0.8).round(2), (frame["price"] * 1.3).round(2)
        frame["moq"] = rng.choice([2, 10, 50, 100, 500], len(frame))
        frame["has_logistics"] = rng.random(len(frame)) < 0.8
        if world.page:
            weak = list(world.page)
            frame.loc[weak, ["images", "image_side", "has_video", "attributes_filled", "moq"]] = [
                2,
                500,
                False,
                0.35,
                2000,
            ]
        frame = frame.assign(is_showcase=np.arange(len(frame)) % 3 == 0, category=products["family"].str.title())
        frames.append(pd.concat([frame, _without_effect(frame, world, week)]).assign(week=pd.Timestamp(week)))
    profiles = pd.concat(frames, ignore_index=True)
    tiers = ["低质品", "普通品", "潜力优品", "平台优品", "平台爆品"]
    bounds = [-np.inf, 60, 75, 80, 90, np.inf]
    return profiles.assign(tier=pd.cut(profiles["growth_score"], bounds, right=False, labels=tiers).astype("object"))


def _without_effect(frame: pd.DataFrame, world: World, week: date) -> pd.DataFrame:
    """Three old products that nobody sees: on-line, and in no product export."""
    dead = frame.tail(3).assign(published_on=pd.Timestamp(week) - pd.Timedelta(days=500), growth_score=41.0)
    dead["product_id"] = [str(world.prefix * 100 + 7 * number + 11) for number in range(len(frame), len(frame) + 3)]
    dead["title"] = [f"Discontinued Sample {number}" for number in (1, 2, 3)]
    dead[[name for name in dead if name.endswith(("_30d", "_90d", "_180d")) and name != "min_price_180d"]] = 0
    return dead.assign(is_showcase=False)


def _reviews(world: World, products: pd.DataFrame, rng) -> pd.DataFrame:
    """Reviews of the last 200 days; some products pass by count and fail by average."""
    chosen = rng.choice(len(products), 90)
    frame = pd.DataFrame({"product_id": products["product_id"].to_numpy()[chosen]})
    frame["review_id"] = [f"R{number:05d}" for number in range(len(frame))]
    frame["reviewed_on"] = [
        pd.Timestamp(LAST_WEEK) - pd.Timedelta(days=int(days)) for days in rng.integers(1, 200, len(frame))
    ]
    frame["stars"] = rng.choice([5, 5, 5, 4, 4, 3, 1], len(frame))
    frame["answered"] = rng.random(len(frame)) < 0.7
    return frame


def _prices(world: World, products: pd.DataFrame, rng) -> pd.DataFrame:
    """Monthly prices over half a year."""
    days = pd.date_range(LAST_WEEK - timedelta(days=170), LAST_WEEK, freq="34D")
    frame = products[["product_id", "price"]].merge(pd.DataFrame({"on": days}), how="cross")
    frame["price"] = (frame["price"] * rng.choice([0.9, 1.0, 1.0, 1.05], len(frame))).round(2)
    return frame


def _visitors(world: World, products: pd.DataFrame, performance: pd.DataFrame, rng) -> pd.DataFrame:
    """Visitor details of the last 28 days, as an operator records them: about 150 a week."""
    size = 600
    recent = performance[performance["week"] > pd.Timestamp(LAST_WEEK - timedelta(days=28))]
    weights = (
        recent.groupby("product_id")["visitors"].sum().reindex(products["product_id"], fill_value=0).to_numpy(float)
    )
    chosen = rng.choice(len(products), size, p=weights / weights.sum())
    wrong = rng.random(size) < (0.6 if world.low_level_words else 0.15)
    families = products["family"].to_numpy()[chosen]
    own = {word.family: [w.text for w in world.words if w.family == word.family] for word in world.words if word.family}
    off = list(world.low_level_words) or ["garden hose", "phone case", "led strip"]
    frame = pd.DataFrame(
        {
            "visitor_id": [f"V{world.seed % 100}{number:05d}" for number in range(size)],
            "on": [pd.Timestamp(LAST_WEEK) - pd.Timedelta(days=int(days)) for days in rng.integers(0, 28, size)],
            "country": rng.choice(list(COUNTRIES), size, p=list(COUNTRIES.values())),
            "product_id": products["product_id"].to_numpy()[chosen],
            "keywords": [
                ",".join(rng.choice(off if bad else own[family], 2))
                for bad, family in zip(wrong, families, strict=True)
            ],
            "level": np.where(
                wrong, rng.choice(["L0", "L0", "L0", "L1"], size), rng.choice(["L0", "L1", "L2", "L3", "L4"], size)
            ),
        }
    )
    frame["suppliers_viewed"] = np.where(wrong, 3 + rng.poisson(14, size), 5 + rng.poisson(7, size))
    keen = ~wrong & (rng.random(size) < 0.45)
    contact = np.where(keen, 0.9, np.where(wrong, 0.01, 0.15))
    frame["suppliers_tm"] = rng.binomial(frame["suppliers_viewed"], contact)
    frame["suppliers_inquired"] = rng.binomial(frame["suppliers_viewed"], contact * 0.4)
    page = products["page"].to_numpy()[chosen]
    reached = rng.random(size) < np.where(keen, 0.82 * page, contact * page)
    frame["tm"] = reached & (rng.random(size) < 0.6)
    frame["inquired"] = reached & ~frame["tm"]
    frame["tm_all"] = frame["suppliers_tm"] + rng.poisson(0.5, size)
    frame["inquiries_all"] = frame["suppliers_inquired"]
    frame["page_views"] = 1 + rng.poisson(np.where(wrong, 0.6, 2.5))
    frame["stay_seconds"] = rng.gamma(2, np.where(wrong, 12, 45)).round()
    frame["rfqs"] = rng.poisson(0.1, size)
    return frame


def _channels(world: World, performance: pd.DataFrame, rng) -> pd.DataFrame:
    """Visitors by channel and week; channels overlap, so they add up to more than the store's visitors."""
    weekly = performance.groupby("week")["visitors"].sum() * 0.85
    more = np.random.default_rng(world.prefix)  # of its own, so that the tables made later do not depend on it
    rows = []
    for week, visitors in weekly.items():
        last = week == pd.Timestamp(LAST_WEEK)
        for channel, (share, multiple) in CHANNELS.items():
            fall = 0.3 if world.store == "shoes" and last and channel == "系统推荐" else 1.0
            against = world.store == "home" and last and channel == "搜索"
            rate = min(world.rate * multiple * (0.35 if against else 1.0), 1)
            count = rng.poisson(visitors * share * 1.12 * fall)
            inquirers, tm = rng.binomial(count, 0.6 * rate), rng.binomial(count, 0.4 * rate)
            buyers = rng.binomial(inquirers + tm, 0.1)
            if against:
                extra = more.poisson(visitors * share * 0.7)
                count += extra
                inquirers, tm = inquirers + more.binomial(extra, 0.6 * rate), tm + more.binomial(extra, 0.4 * rate)
            rows.append((week, channel, count, inquirers, tm, buyers))
    frame = pd.DataFrame(rows, columns=["week", "channel", "visitors", "inquirers", "tm", "order_buyers"])
    frame["opportunity_rate"] = (frame["inquirers"] + frame["tm"]) / frame["visitors"]
    return frame


def _kpis(world: World, performance: pd.DataFrame, channels: pd.DataFrame, rng) -> pd.DataFrame:
    """The store by week, with peers: the store's visitors are fewer than the sum of its products' or channels'."""
    sums = performance.groupby("week")[
        [
            "search_impressions",
            "search_clicks",
            "inquiries",
            "all_impressions",
            "all_clicks",
            "standard_impressions",
            "standard_clicks",
            "whole_site_impressions",
            "whole_site_clicks",
        ]
    ].sum()
    overlap = performance.groupby("week")[["visitors", "inquirers", "tm"]].sum()
    frame = sums.assign(
        visitors=(overlap["visitors"] * 0.85).round(),
        inquirers=(overlap["inquirers"] * 0.95).round(),
        tm=(overlap["tm"] * 0.95).round(),
    )
    frame["opportunities"] = (frame["inquirers"] + frame["tm"] - rng.binomial(frame["tm"].astype(int), 0.1)).astype(int)
    frame["opportunity_rate"] = frame["opportunities"] / frame["visitors"]
    frame["page_views"] = (frame["visitors"] * 2.4).round()
    frame["marketing_impressions"] = frame["standard_impressions"] + frame["whole_site_impressions"]
    frame["marketing_clicks"] = frame["standard_clicks"] + frame["whole_site_clicks"]
    frame["orders"] = rng.binomial(frame["opportunities"], 0.09)
    frame["order_amount_usd"] = (frame["orders"] * rng.lognormal(6.6, 0.3, len(frame))).round(2)
    share = 0.22 if world.low_level_words else 0.5
    frame["l1_inquirer_share"] = rng.normal(share, 0.03, len(frame)).round(4)
    frame["reply_rate"] = rng.normal(0.93, 0.01, len(frame)).clip(0, 1).round(4)
    frame["reply_5min_rate"] = rng.normal(0.42, 0.03, len(frame)).clip(0, 1).round(4)
    frame["reply_hours"] = rng.normal(5.2, 0.4, len(frame)).round(2)
    frame["star"] = 3
    for name, scale in (
        ("visitors", 1.1),
        ("search_impressions", 1.2),
        ("search_clicks", 1.15),
        ("opportunities", 1.25),
        ("inquirers", 1.2),
        ("tm", 1.2),
        ("orders", 1.1),
    ):
        base = frame[name].mean() * scale * rng.lognormal(0, 0.03, len(frame))
        frame[f"{name}_peer_avg"], frame[f"{name}_peer_good"], frame[f"{name}_top10"] = (
            base.round(),
            (base * 1.8).round(),
            (base * 2.6).round(),
        )
    for name, level in (("opportunity_rate", 0.05), ("l1_inquirer_share", 0.41), ("reply_rate", 0.9)):
        base = level * rng.lognormal(0, 0.02, len(frame))
        frame[f"{name}_peer_avg"], frame[f"{name}_peer_good"], frame[f"{name}_top10"] = (
            base.round(4),
            (base * 1.1).round(4),
            (base * 1.15).round(4),
        )
    return frame.reset_index()


def _private(world: World, rng) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Contacts, their touches on a time-line, and orders over two years; the store has grown in the last quarter."""
    late = np.random.default_rng(world.seed + 3)  # of its own, so that the other tables stay as they are
    old, new = _contacts(world, rng, range(320), days=725), _contacts(world, late, range(320, 450), days=84)
    customers, touches, orders = (pd.concat(pair, ignore_index=True) for pair in zip(old, new, strict=True))
    touches = pd.concat([touches, _returns(world, customers, orders, late)], ignore_index=True)
    end = pd.Timestamp(LAST_WEEK) + pd.Timedelta(days=1)
    touches = touches[touches["at"] < end].sort_values("at", kind="stable", ignore_index=True)
    orders = orders.sort_values("ordered_at", kind="stable", ignore_index=True)
    orders["product_id"] = _ordered_products(world, len(orders))
    orders["order_id"] = [f"26{number:08d}" for number in range(len(orders))]
    touches["touch_id"] = [f"T{number:06d}" for number in range(len(touches))]
    return customers, touches, orders


def _ordered_products(world: World, size: int) -> list[str]:
    """The product of each order: the earlier ones of the catalogue sell more."""
    own = np.random.default_rng(world.seed + 4)  # of its own, so that the other tables stay as they are
    number = len(world.families) * len(world.styles)
    weight = 1 / np.arange(1, number + 1)
    return [_product_id(world, place) for place in own.choice(number, size, p=weight / weight.sum())]


def _product_id(world: World, number: int) -> str:
    return str(world.prefix * 100 + 7 * number + 11)


def _sent(customers: pd.DataFrame) -> pd.DataFrame:
    """The export to Meta half a year ago: those who had agreed by then."""
    at = pd.Timestamp(LAST_WEEK) - pd.Timedelta(days=180)
    agreed = customers[customers["consent"] & (customers["created_on"] < at)]
    return pd.DataFrame({"customer_id": agreed["customer_id"], "sent_to": "meta", "sent_at": at})


def _offers() -> pd.DataFrame:
    """What an invented contract promises: refunds for the two whole-site plans, and a package of buyers' visits."""
    page = "sample contract, page {}, read on 2026-08-28"
    both = {"trigger": 0.9, "refund": "shortfall", "refund_share": 1.0, "refund_cap": 0.5}
    refund = {"window_days": 28, **both, "min_orders": 0, "no_edits": True, "target_min": 2.0, "target_max": 8.0}
    package = {"price_cny": 9000.0, "window_days": 60, "promised_measure": "buyers", "promised_quantity": 150}
    rows = [
        {"offer": "Refund below target (sample)", "campaign": "全站推 爆品", **refund, "terms_source": page.format(3)},
        {"offer": "Refund below target (sample)", "campaign": "全站推 新品", **refund, "terms_source": page.format(3)},
        {"offer": "Guaranteed buyers (sample)", **package, **both, "terms_source": page.format(7)},
    ]
    return pd.DataFrame(rows).assign(offered_on=pd.Timestamp("2026-08-28"))


def _local(world: World, name: str) -> str:
    """A name as the store's CRM writes it: the shoe maker keeps it in English."""
    english = {
        "国际站": "Alibaba.com",
        "国际站询盘": "Alibaba.com inquiry",
        "国际站店铺": "Alibaba.com store",
        "社媒账号": "Social account",
        "独立站": "Own site",
        "展会": "Trade fair",
    }
    return english.get(name, name) if world.store == "shoes" else name


def _contacts(world: World, rng, numbers: range, days: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Contacts saved over so many days, with their touches and orders; mail addresses use reserved domains."""
    size, last = len(numbers), pd.Timestamp(LAST_WEEK)
    created = last - pd.Timedelta(days=days + 5) + pd.to_timedelta(np.sort(rng.integers(0, days, size)), unit="D")
    country = rng.choice(list(COUNTRIES), size, p=list(COUNTRIES.values()))
    customers = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in numbers],
            "company": [f"Sample Trading {number:03d}" for number in numbers],
            "email": [f"buyer{number:03d}@company{number // 2:03d}.example" for number in numbers],
            "phone": [
                f"+1 {(212, 312, 415, 503, 617)[number // 100]} 555 {number % 100 + 100:04d}" if place == "US" else ""
                for number, place in zip(numbers, country, strict=True)
            ],
            "country": country,
            "created_on": created,
            "level": rng.choice(["L0", "L1", "L2", "L3", "L4"], size, p=[0.3, 0.3, 0.2, 0.15, 0.05]),
            "source": rng.choice(
                [_local(world, name) for name in ("国际站询盘", "TM", "RFQ", "独立站", "展会", "LinkedIn")],
                size,
                p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05],
            ),
            "owner": rng.choice(["sales A", "sales B"], size),
            "consent": rng.random(size) < 0.4,
            "reachable": rng.random(size) < 0.75,
        }
    )
    touches, orders = _history(world, customers, rng)
    return customers, touches, _deals(world, customers, orders, rng)


def _history(world: World, customers: pd.DataFrame, rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Inquiry, quote, sample and orders of each contact; an inquiry that nobody saves gets no quote."""
    touches, orders = [], []
    for customer, begin, source in customers[["customer_id", "created_on", "source"]].itertuples(index=False):
        at = begin + pd.Timedelta(hours=int(rng.integers(0, 24)))
        touches.append((customer, at, source, "inquiry", "in", 0.0))
        saved = 0.25 if world.store == "shoes" and begin > pd.Timestamp(LAST_WEEK) - pd.Timedelta(days=28) else 0.85
        if rng.random() >= saved:
            continue
        answered = at + pd.Timedelta(days=float(rng.exponential(3)))
        touches.append((customer, answered, "WhatsApp" if rng.random() < 0.5 else "EDM", "quote", "out", 2.0))
        if rng.random() < 0.45:
            sent = at + pd.Timedelta(days=float(4 + rng.exponential(5)))
            touches.append((customer, sent, "WhatsApp", "sample", "in", 0.0))
        repeats = 1 + rng.poisson(rng.gamma(0.8, 1.2)) if rng.random() < 0.35 else 0
        when = at + pd.Timedelta(days=float(8 + rng.exponential(15)))
        for _ in range(repeats):
            orders.append((customer, when, round(float(rng.lognormal(6.8, 0.7)), 2)))
            when += pd.Timedelta(days=float(20 + rng.exponential(55)))
    columns = ["customer_id", "at", "channel", "kind", "direction", "cost_cny"]
    return pd.DataFrame(touches, columns=columns), pd.DataFrame(orders, columns=["customer_id", "ordered_at", "amount"])


def _deals(world: World, customers: pd.DataFrame, orders: pd.DataFrame, rng) -> pd.DataFrame:
    """The orders placed by the last day, with buyer, platform, payment, refund and shipping."""
    end = pd.Timestamp(LAST_WEEK) + pd.Timedelta(days=1)
    orders = orders[orders["ordered_at"] < end].sort_values("ordered_at", ignore_index=True)
    buyers = customers[["customer_id", "email", "country", "company"]].rename(columns={"company": "buyer"})
    orders = orders.merge(buyers, on="customer_id")
    platforms = [_local(world, name) for name in ("国际站", "独立站")]
    orders["currency"], orders["status"] = "USD", "已完成"
    orders["platform"] = np.where(rng.random(len(orders)) < 0.8, *platforms)
    orders["paid_at"] = orders["ordered_at"] + pd.to_timedelta(rng.integers(0, 72, len(orders)), unit="h")
    orders["refund_amount"] = np.where(rng.random(len(orders)) < 0.03, orders["amount"] * 0.2, 0).round(2)
    orders["due_on"] = orders["ordered_at"].dt.normalize() + pd.Timedelta(days=20)
    late = orders["due_on"] > pd.Timestamp(LAST_WEEK) - pd.Timedelta(days=6)
    orders["shipped_on"] = (orders["due_on"] - pd.Timedelta(days=3)).where(~late)
    return orders


def _returns(world: World, customers: pd.DataFrame, orders: pd.DataFrame, rng) -> pd.DataFrame:
    """Own actions after the first inquiry: most orders begin with a chat or a visit where they are placed, some with
    our mail; contacts look in again now and then."""
    before = orders.assign(at=orders["ordered_at"] - pd.to_timedelta(rng.uniform(0.1, 3, len(orders)), unit="D"))
    before["kind"] = np.where(before["platform"] == _local(world, "国际站"), "tm", "visit")
    before = before.rename(columns={"platform": "channel"})[rng.random(len(orders)) < 0.65].assign(direction="in")
    often = rng.poisson(rng.gamma(0.7, 5, len(customers)))
    visits = customers.loc[customers.index.repeat(often), ["customer_id", "created_on"]]
    lived = (pd.Timestamp(LAST_WEEK) - visits["created_on"]).dt.days - 1
    visits["at"] = visits["created_on"] + pd.to_timedelta(1 + lived * rng.random(len(visits)), unit="D")
    places = [_local(world, name) for name in ("国际站", "独立站")]
    visits["channel"] = np.where(rng.random(len(visits)) < 0.7, *places)
    mails = visits.assign(at=visits["at"] - pd.Timedelta(hours=30), channel="EDM", kind="mail", direction="out")
    mails = mails[(rng.random(len(mails)) < 0.4) & (mails["at"] > mails["created_on"] + pd.Timedelta(days=1))]
    parts = [before, visits.assign(kind="visit", direction="in"), mails]
    return pd.concat(parts)[["customer_id", "at", "channel", "kind", "direction"]].assign(cost_cny=0.0)


def _costs(world: World, rng) -> pd.DataFrame:
    """Weekly cost of the private channels."""
    rows = [
        (pd.Timestamp(week), _local(world, channel), media, tools, float(rng.integers(4, 12)), 45.0, samples)
        for week in saturdays()
        for channel, media, tools, samples in (
            ("WhatsApp", 0.0, 60.0, 150.0),
            ("EDM", 0.0, 120.0, 0.0),
            ("独立站", 400.0, 200.0, 0.0),
        )
    ]
    return pd.DataFrame(
        rows,
        columns=["week", "channel", "media_cny", "tools_cny", "labour_hours", "labour_cny_per_hour", "samples_cny"],
    )


def _pools(world: World, rng) -> pd.DataFrame:
    """Pools by week: contacts saved, reachable, active, and what each sold."""
    rows = []
    for number, week in enumerate(saturdays()):
        for pool, stage, size, sales in (
            ("国际站店铺", 1, 900, 6000),
            ("社媒账号", 2, 420, 900),
            ("独立站", 4, 160, 700),
        ):
            registered = size + 12 * number
            reachable = rng.binomial(registered, 0.7)
            rows.append(
                (
                    pd.Timestamp(week),
                    _local(world, pool),
                    stage,
                    rng.poisson(size * 0.9),
                    registered,
                    reachable,
                    rng.binomial(reachable, 0.18),
                    round(sales * rng.lognormal(0, 0.2), 2),
                    round(size * 1.5, 2),
                )
            )
    return pd.DataFrame(
        rows,
        columns=["week", "pool", "stage", "visitors", "registered", "reachable", "active", "sales_usd", "spend_cny"],
    )


def _routine(world: World, rng) -> pd.DataFrame:
    """Ticks of the daily tasks over the last two weeks, with gaps."""
    days = pd.date_range(LAST_WEEK - timedelta(days=13), LAST_WEEK)
    rows = [
        (day, str(task), bool(rng.random() < 0.8), int(rng.integers(1, 5)) if task == 7 else None)
        for day in days
        for task in range(1, 8)
    ]
    return pd.DataFrame(rows, columns=["on", "task_id", "done", "quantity"])


def _saturday(days: pd.Series) -> pd.Series:
    return days + pd.to_timedelta((5 - days.dt.day_of_week) % 7, unit="D")
