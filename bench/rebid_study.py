"""Is it worth shrinking rates before a budget is split anew every week? Simulated accounts with few inquiries.

    python bench/rebid_study.py [accounts per market]      writes its section and picture of docs/benchmarks.md

Every account has words whose true inquiry rates nobody tells the agent. Week after week the agent estimates them from
all that it has seen, splits the same budget by `bidding.allocate_budget` on the known curves of clicks, and sees what
comes. All agents of an account meet the same luck, drawn from the same uniform numbers. The oracle knows the rates and
is held to the same limits.
"""

import sys
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import poisson

from opsbook.analysis import bidding, click_curves, rates

WORDS, WEEKS = 100, 12

#: Mean inquiries per click, how words differ (shape of the gamma), and most clicks a week of a word.
MARKETS = {
    "sparse": (0.1, 1.5, (16, 64), "one click in ten asks"),
    "very sparse": (0.02, 1.5, (16, 64), "one click in fifty asks"),
    "very sparse, alike": (0.02, 6.0, (16, 64), "the same, words differ little"),
    "very sparse, few clicks": (0.02, 1.5, (4, 16), "the same with a quarter of the clicks"),
}
#: Most that the spend of a word changes in a week.
LIMITS = {"30 % a week": 0.3, "no limit": None}
AGENTS = {"shrunken": "#0c7a58", "raw mean": "#c8431a", "one rate for all": "#2a6fdb", "never changed": "#8a90a0"}


def account(market: str, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The curves of the words of one account with their true inquiry rates, and the luck of its weeks."""
    mean, shape, clicks, _ = MARKETS[market]
    rng = np.random.default_rng([seed, list(MARKETS).index(market)])
    ceiling = rng.uniform(*clicks, WORDS)
    curves = pd.DataFrame(
        {
            "keyword": [f"word {number}" for number in range(WORDS)],
            "ceiling": ceiling,
            "half": ceiling * rng.lognormal(1, 0.4, WORDS) * rng.uniform(0.5, 1.5, WORDS),
            "rate": rng.gamma(shape, mean / shape, WORDS),
        }
    )
    return curves, rng.random((WEEKS, 2, WORDS))


def estimates(agent: str, curves: pd.DataFrame, inquiries: np.ndarray, clicks: np.ndarray) -> np.ndarray:
    """What an agent takes the inquiry rates for, from the inquiries and clicks that it has seen so far."""
    if agent == "oracle":
        return curves["rate"].to_numpy()
    pooled = (inquiries.sum() + 0.5) / (clicks.sum() + 1)
    if agent == "shrunken":
        return rates.shrink(inquiries, clicks)["mean"].fillna(pooled).to_numpy()
    if agent == "raw mean":
        return np.where(clicks > 0, inquiries / np.maximum(clicks, 1), pooled)
    return np.full(WORDS, pooled)


def year(agent: str, curves: pd.DataFrame, luck: np.ndarray, limit: float | None) -> np.ndarray:
    """The inquiries that an agent's budgets bring on average, week by week: by the true rates, not by luck."""
    spend = pd.Series(curves["half"].to_numpy() * 0.5)
    budget, inquiries, clicks, brought = spend.sum(), np.zeros(WORDS), np.zeros(WORDS), []
    for fortune in luck:
        bought = click_curves.clicks(curves, spend).to_numpy()
        brought.append(float(bought @ curves["rate"]))
        seen = poisson.ppf(fortune[0], bought)
        clicks, inquiries = clicks + seen, inquiries + poisson.ppf(fortune[1], np.maximum(seen * curves["rate"], 1e-12))
        if agent != "never changed":
            believed = curves.assign(value_per_click=estimates(agent, curves, inquiries, clicks))
            low, high = (0.0, np.inf) if limit is None else (spend * (1 - limit), spend * (1 + limit))
            spend = bidding.allocate_budget(believed, budget, lower=low, upper=high)["spend"]
    return np.array(brought)


def outcome(market: str, limit: str, seed: int) -> pd.DataFrame:
    """Inquiries of each agent and of the oracle in each week of one account."""
    curves, luck = account(market, seed)
    weeks = {agent: year(agent, curves, luck, LIMITS[limit]) for agent in [*AGENTS, "oracle"]}
    table = pd.DataFrame(weeks).rename_axis("week").reset_index()
    return table.assign(market=market, limit=limit, seed=seed)


def study(
    accounts: int, seed: int = 0, markets=tuple(MARKETS), limits=tuple(LIMITS), processes: int = 1
) -> pd.DataFrame:
    """One row per account and week: inquiries to be expected of each agent's budgets."""
    jobs = [(market, limit, seed + number) for market in markets for limit in limits for number in range(accounts)]
    if processes == 1:
        return pd.concat([outcome(*job) for job in jobs], ignore_index=True)
    with Pool(processes) as pool:
        return pd.concat(pool.starmap(outcome, jobs, chunksize=5), ignore_index=True)


def regrets(weeks: pd.DataFrame) -> pd.DataFrame:
    """Share of the oracle's inquiries that each agent missed over the weeks, per account."""
    sums = weeks.groupby(["market", "limit", "seed"], sort=False)[[*AGENTS, "oracle"]].sum()
    return 1 - sums[list(AGENTS)].div(sums["oracle"], axis=0)


def summary(weeks: pd.DataFrame) -> pd.DataFrame:
    """Mean regret of each agent with its 95 % interval, and in how many accounts shrinking beats the raw mean."""
    shares = regrets(weeks)
    groups = shares.groupby(["market", "limit"], sort=False)
    error = 1.96 * groups.std() / np.sqrt(groups.size().to_numpy()[:, None])
    better = (shares["shrunken"] < shares["raw mean"]).groupby(["market", "limit"], sort=False).mean()
    return pd.concat({"mean": groups.mean(), "error": error, "better": better.to_frame("")}, axis=1)


_METHOD = """\
{accounts:,} accounts per market and limit ({words} words, {weeks} weeks, seeds {first} to {last}) in {seconds:.0f} s in
two processes (`python bench/rebid_study.py`). Inquiry rates of words are gamma distributed, curves of clicks known,
counts Poisson. Every account begins with the spend at which each word buys a third of its clicks, and keeps that
budget. Regret is the share of the oracle's inquiries that an agent's budgets miss over the {weeks} weeks, by the true
rates; the oracle knows them and is held to the same limits. Mean over accounts with its 95 % interval; all agents of an
account meet the same luck.
"""
_READING = """\
Shrinking wins most where inquiries are few: the raw mean takes a word without an inquiry yet for worthless, stops its
clicks and so never learns better. A limit on weekly changes protects it from the worst of that, which is why the plan
has one. Where words hardly differ, one rate for all is nearly as good as shrinking, which finds that out by itself; the
raw mean is then worse than never changing anything.

Read it with care: rates stay the same for all weeks, and the curves are known to everybody. Both are kinder than life.
"""


def section(weeks: pd.DataFrame, seconds: float) -> str:
    """The study as a section of docs/benchmarks.md."""
    seeds = weeks["seed"]
    about = {"accounts": seeds.nunique(), "words": WORDS, "weeks": WEEKS, "first": seeds.min(), "last": seeds.max()}
    head = [
        "| market | change | " + " | ".join(AGENTS) + " | shrunken beats raw |",
        "|---|---|" + "---:|" * (len(AGENTS) + 1),
    ]
    rows = [_row(*key, row) for key, row in summary(weeks).iterrows()]
    method = _METHOD.format(seconds=seconds, **about)
    picture = "![inquiries missed week by week](pictures/bench-rebid.svg)"
    return "\n".join(["## A budget split anew every week: regret\n", method, *head, *rows, "", picture, "", _READING])


def _row(market: str, limit: str, row: pd.Series) -> str:
    cells = [f"{row['mean', agent]:.1%} (± {row['error', agent]:.1%})" for agent in AGENTS]
    return f"| `{market}`: {MARKETS[market][3]} | {limit} | {' | '.join(cells)} | {row['better', '']:.0%} of accounts |"


def plot(weeks: pd.DataFrame, path: Path) -> None:
    """Share of the oracle's inquiries missed in each week, mean over accounts, one panel per market and limit."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "opsbook"
    means = weeks.groupby(["market", "limit", "week"], sort=False)[[*AGENTS, "oracle"]].sum()
    markets, limits = weeks["market"].unique(), weeks["limit"].unique()
    figure, axes = plt.subplots(
        len(limits), len(markets), figsize=(10, 4.6), sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for (line, limit), (place, market) in [(a, b) for a in enumerate(limits) for b in enumerate(markets)]:
        rows, ax = means.loc[market, limit], axes[line, place]
        for agent, colour in AGENTS.items():
            ax.plot(rows.index + 1, 1 - rows[agent] / rows["oracle"], color=colour, label=agent)
        ax.set_title(f"{market}, {limit}", loc="left", fontsize="small")
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_xticks([1, 4, 8, 12])
        ax.yaxis.set_major_formatter("{x:.0%}")
    figure.supxlabel("week", fontsize="small")
    figure.supylabel("inquiries missed against the oracle", fontsize="small")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    from write import replaced

    start, accounts = time.perf_counter(), int(sys.argv[1]) if len(sys.argv) > 1 else 100
    weeks = study(accounts, seed=1000, processes=2)
    page = Path(__file__).parents[1] / "docs" / "benchmarks.md"
    plot(weeks, page.parent / "pictures" / "bench-rebid.svg")
    text = section(weeks, time.perf_counter() - start)
    page.write_text(replaced(page.read_text("utf-8"), "rebid-study", text), "utf-8")
    print(text)
