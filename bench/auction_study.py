"""How close does pacing come to the best that a day offered, and does it keep budget and target? Simulated days.

    python bench/auction_study.py [days per market]      writes its section and picture of docs/benchmarks.md

All policies meet the same searches, clicks and conversions. What was settled while looking (the step of the pacing, the
gains of the PID controller) was settled on other seeds; the constant bid is the best on days of its own.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta

from opsbook.analysis import auction, pacing
from opsbook.analysis.auction import Market

#: Market, target ROI and daily budget of each story, and what it is about.
STORIES = {
    "tight budget": (Market(), 8.0, 300.0, "the budget is the limit"),
    "tight target": (Market(), 9.0, 5000.0, "the target is the limit"),
    "both": (Market(), 12.0, 300.0, "both are near their limit"),
    "one slot": (Market(ctr=(0.10,), competitors=3), 6.0, 600.0, "a single slot: a pure second-price auction"),
    "rough": (Market(bid_spread=0.9, conversion_spread=0.9), 8.0, 400.0, "bids and values scatter twice as wide"),
    "dense": (
        Market(searches=12_000, ctr=(0.8, 0.6, 0.45, 0.35, 0.25), conversion=0.3, value=133.0, prediction_error=0.0),
        8.0,
        40_000.0,
        "more than a thousand conversions a day, predictions right every day",
    ),
    "thin": (Market(searches=600), 8.0, 100.0, "about 15 clicks a day"),
}
POLICIES = {
    "min pacing": "#0c7a58",
    "coupled dual": "#b763b8",
    "PID": "#2a6fdb",
    "value / target": "#a98d4c",
    "constant bid": "#c8431a",
    "best multiple, known afterwards": "#8a90a0",
}
MISS = 0.95  # a day misses its target below this share of it
AT_ONCE = 50


def study(days: int, stories=tuple(STORIES), seed: int = 40_000) -> pd.DataFrame:
    """A row per story, day and policy: `spend, clicks, predicted, value` and the optimum's `best_spend, best_value`."""
    return pd.concat([_story(name, days, seed) for name in stories], ignore_index=True)


def _story(name: str, days: int, seed: int) -> pd.DataFrame:
    market, target, budget, _ = STORIES[name]
    bid = constant_bid(market, target, budget, seed - 1)
    parts = []
    for start in range(0, days, AT_ONCE):
        count = min(AT_ONCE, days - start)
        searches = auction.draw(market, count, [seed, start])
        best = pacing.hindsight(market, searches, budget, target).add_prefix("best_")
        played = {
            policy: pacing.run(market, searches, budget, acts)
            for policy, acts in _policies(market, target, count, bid).items()
        }
        played["best multiple, known afterwards"] = best_multiple(market, searches, target, budget)
        for policy, outcome in played.items():
            table = outcome.join(best)
            parts.append(table.assign(story=name, policy=policy, target=target, budget=budget, day=start + table.index))
    return pd.concat(parts, ignore_index=True)


def _policies(market: Market, target: float, days: int, bid: float) -> dict:
    return {
        "min pacing": pacing.MinPacing(market, target, days),
        "coupled dual": Coupled(market, target, days),
        "PID": pacing.PID(market, target, days),
        "value / target": pacing.Proportional(np.full(days, 1 / target)),
        "constant bid": pacing.ConstantBid(bid),
    }


class Coupled(pacing.MinPacing):
    """The same learning with both prices in one formula: (1 + lambda) / (mu + lambda x target)."""

    APART = 30.0  # in one formula a price that does not bind must be able to vanish

    @property
    def multiple(self) -> np.ndarray:
        of_target = 1 / np.maximum(self.target * self.by_target - 1, 1e-9)
        return (1 + of_target) / (1 / self.by_budget + of_target * self.target)


def constant_bid(market: Market, target: float, budget: float, seed: int) -> float:
    """The one bid that brings most on 30 other days without missing the target over all of them together."""
    searches = auction.draw(market, 30, seed)
    bids = market.bid * np.geomspace(0.1, 10, 80)
    tables = [pacing.run(market, searches, budget, pacing.ConstantBid(bid)) for bid in bids]
    sums = pd.DataFrame([table.sum() for table in tables])
    allowed = sums["predicted"].where(sums["predicted"] >= target * sums["spend"])
    return float(bids[int(allowed.fillna(-1).argmax())])


def best_multiple(market: Market, searches, target: float, budget: float) -> pd.DataFrame:
    """Each day with the multiple of the predicted value that turned out best on that very day, all clicks known."""
    multiples = pacing.first_multiple(market) * np.geomspace(0.2, 6, 80)
    best = pacing.run(market, searches, budget, pacing.ConstantBid(0.0))
    for multiple in multiples:
        table = pacing.run(market, searches, budget, pacing.Proportional(np.full(len(best), multiple)))
        better = (table["predicted"] >= target * table["spend"]) & (table["predicted"] > best["predicted"])
        best = table.where(better, best)
    return best


def summary(days: pd.DataFrame) -> pd.DataFrame:
    """One row per story and policy; shares with 95 % intervals (delta method for ratios of sums, exact for counts)."""
    rows = [_summary(*key, rows) for key, rows in days.groupby(["story", "policy"], sort=False)]
    return pd.DataFrame(rows)


def _summary(story: str, policy: str, rows: pd.DataFrame) -> dict:
    share = rows["predicted"].sum() / rows["best_value"].sum()
    error = (rows["predicted"] - share * rows["best_value"]).std(ddof=1) / rows["best_value"].mean() / len(rows) ** 0.5
    full = rows[rows["best_spend"] > 0.999 * rows["budget"]]
    missed = int((rows["predicted"] < MISS * rows["target"] * rows["spend"]).sum())
    by_chance = int((rows["value"] < MISS * rows["target"] * rows["spend"]).sum())
    low, high = _interval(missed, len(rows))
    return {
        "story": story,
        "policy": policy,
        "days": len(rows),
        "clicks": rows["clicks"].mean(),
        "share": share,
        "share_low": share - 1.96 * error,
        "share_high": share + 1.96 * error,
        "full_days": len(full),
        "used": full["spend"].sum() / full["budget"].sum() if len(full) else np.nan,
        "most_used": (rows["spend"] / rows["budget"]).max(),
        "roi": rows["predicted"].sum() / rows["spend"].sum() if rows["spend"].sum() else np.nan,
        "missed": missed,
        "missed_low": low,
        "missed_high": high,
        "missed_by_conversions": by_chance,
    }


def _interval(count: int, days: int) -> tuple[float, float]:
    """The exact 95 % interval of a share."""
    low = beta.ppf(0.025, count, days - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, days - count) if count < days else 1.0
    return float(low), float(high)


_METHOD = """\
{days:,} days in each of {markets} markets, all policies on the same searches, clicks and conversions,
{seconds:.0f} s on one core, seed {seed} (`python bench/auction_study.py`). A day has 48 half hours; in each search the
highest bids take the slots, and a click costs the next bid plus ¥0.01. Competitors bid lognormally; all settings are
our own.

The hindsight optimum is the linear program over every slot of every search of that day, all prices known, with the same
budget and target: nothing that keeps both limits can bring more on average. Value, return and optimum count clicks at
their predicted worth, which is all that bids can steer by. Part of the distance to it is not to be had by any bid: a
bid takes the highest slot that it covers, the optimum picks any, knowing the prices. The last row of each market shows
it: the one multiple of the predicted value that was best on that very day, chosen when all its clicks were known.
`coupled dual` learns as `min pacing` does and puts both prices into one formula.
"""
_HEAD = """\
| market | policy | clicks a day | value / optimum | budget used where the optimum uses all | ROI / target \
| days more than 5 % below target | the same, by the conversions that came |
|---|---|---:|---:|---:|---:|---:|---:|"""
_READING = """\
Intervals are 95 %. No policy can spend beyond the budget; the largest share of it that was used on any day is
{most:.2%}.

**By the conversions that came** a single day is mostly chance: with two conversions a day nobody keeps a target day by
day. Only in the market `dense` are there enough of them, and there pacing keeps the target by conversions too. A
verdict on single days of a small plan is worth nothing.

**Where it does not hold**: in the market `thin` the value stays below 90 % of the optimum. Of some fifteen clicks a day
the optimum picks the very best, knowing the prices of the whole day; and the last yuan of the budget buy no whole
click.

![share of the hindsight optimum](pictures/bench-auction.svg)
"""


def section(table: pd.DataFrame, seconds: float, seed: int) -> str:
    """The study as a section of docs/benchmarks.md."""
    stories = table["story"].unique()
    method = _METHOD.format(days=table["days"].iloc[0], markets=len(stories), seconds=seconds, seed=seed)
    about = [f"* `{name}`: {_setting(name)}" for name in stories]
    rows = [_line(row) for row in table.itertuples()]
    reading = _READING.format(most=table["most_used"].max())
    title = "## Auctions: pacing against the best of the day\n"
    return "\n".join([title, method, *about, "", _HEAD, *rows, "", reading])


def _setting(name: str) -> str:
    market, target, budget, about = STORIES[name]
    return f"{about}; target ROI {target:g}, ¥{budget:,.0f} a day, {market.searches:,.0f} searches a day"


def _line(row) -> str:
    missed = f"{row.missed} = {row.missed / row.days:.1%} ({row.missed_low:.1%} to {row.missed_high:.1%})"
    used = "-" if np.isnan(row.used) else f"{row.used:.1%} ({row.full_days} days)"
    target = STORIES[row.story][1]
    share = f"{row.share:.1%} ({row.share_low:.1%} to {row.share_high:.1%})"
    chance = f"{row.missed_by_conversions / row.days:.0%}"
    numbers = f"{row.clicks:,.0f} | {share} | {used} | {row.roi / target:.2f} | {missed} | {chance}"
    return f"| `{row.story}` | {row.policy} | {numbers} |"


def plot(table: pd.DataFrame, path: Path) -> None:
    """The share of the optimum by market and policy; hollow where more than one day in twenty missed the target."""
    import matplotlib.pyplot as plt

    stories = list(table["story"].unique())
    figure, ax = plt.subplots(figsize=(7, 1.6 + 0.6 * len(stories)), layout="constrained")
    for shift, (policy, colour) in zip(np.linspace(-0.3, 0.3, len(POLICIES)), POLICIES.items(), strict=True):
        rows = table[table["policy"] == policy]
        fill = np.where(rows["missed"] <= 0.05 * rows["days"], colour, "none")
        place = rows["story"].map(stories.index) + shift
        ax.scatter(rows["share"], place, s=36, facecolors=fill, edgecolors=colour, label=policy, zorder=3)
    ax.axvline(0.9, color="#8a90a0", linewidth=1, linestyle="--")
    ax.set_yticks(range(len(stories)), stories)
    ax.hlines(np.arange(len(stories) - 1) + 0.5, 0, 1.02, color="#e0e2e8", linewidth=0.8)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.02)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.set_xlabel("value as a share of the hindsight optimum\nhollow: more than 5 % of the days miss the target by 5 %")
    ax.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def main(days: int, seed: int = 40_000) -> str:
    start = time.perf_counter()
    table = summary(study(days, seed=seed))
    page = Path(__file__).parents[1] / "docs" / "benchmarks.md"
    plot(table, page.parent / "pictures" / "bench-auction.svg")
    text = section(table, time.perf_counter() - start, seed)
    from write import replaced  # the folder of a script that is run, not of one that is tested

    page.write_text(replaced(page.read_text("utf-8"), "auction-study", text), "utf-8")
    return text


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
