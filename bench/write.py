"""Benchmark results as tables in a Markdown file: `python bench/write.py RESULTS.json docs/benchmarks.md`.

Each group of benchmarks has a section between `<!-- group -->` and `<!-- /group -->`; it is replaced, or added at the
end. Sections of groups that were not run stay as they are.
"""

import json
import os
import platform
import re
import sys
from importlib import metadata
from itertools import groupby
from pathlib import Path

PACKAGES = ("pandas", "numpy", "duckdb", "papermill", "nbconvert", "ipykernel")
PLOTTED = "batch"


def main(results: Path, page: Path) -> None:
    """Put every group of the results into its section, and draw the one that is plotted."""
    content = json.loads(results.read_text("utf-8"))
    text = page.read_text("utf-8") if page.exists() else "# Benchmarks\n"
    about = machine(content)
    ordered = sorted(content["benchmarks"], key=group)
    for name, members in groupby(ordered, key=group):
        rows = list(members)
        picture = f"\n![{name}](pictures/bench-{slug(name)}.svg)\n" if name == PLOTTED else ""
        if picture:
            plot(rows, page.parent / "pictures" / f"bench-{slug(name)}.svg")
        text = replaced(text, slug(name), f"## {name.capitalize()}\n\n{about}\n\n{table(rows)}\n{picture}")
    page.write_text(text, "utf-8")


def group(result: dict) -> str:
    """The group that a benchmark names, or what its file is called."""
    return result["group"] or Path(result["fullname"].split("::")[0]).stem.removeprefix("test_")


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def machine(content: dict) -> str:
    """One line on when and where: numbers of different machines are not to be compared."""
    cpu = content["machine_info"]["cpu"]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    cores = f"{cpu['count']} cores" if cpu.get("count") else "unknown number of cores"
    model = cpu.get("brand_raw", "unknown processor")
    python = f"{platform.system()}, Python {platform.python_version()}"
    load = f"load average {os.getloadavg()[1]:.1f} over the last five minutes"  # above the cores: trust ratios only
    return f"{content['datetime'][:10]}, {model}, {cores}, {load}, {python}, {versions}."


def table(rows: list[dict]) -> str:
    """Median seconds, rounds, the ratio to the slowest, and what the benchmark noted besides."""
    slowest = max(row["stats"]["median"] for row in rows)
    lines = ["| what | median, s | rounds | times faster than the slowest | noted |", "|---|---:|---:|---:|---|"]
    for row in sorted(rows, key=median):
        noted = "; ".join(f"{key}: {value}" for key, value in row["extra_info"].items())
        numbers = f"{median(row):.3g} | {row['stats']['rounds']} | {slowest / median(row):.1f}"
        lines.append(f"| {title(row)} | {numbers} | {noted} |")
    return "\n".join(lines)


def median(row: dict) -> float:
    return row["stats"]["median"]


def title(row: dict) -> str:
    return row["name"].removeprefix("test_").replace("_", " ").replace("|", "/")


def replaced(text: str, name: str, section: str) -> str:
    """The page with one section replaced, or added at its end."""
    head, tail = f"<!-- {name} -->", f"<!-- /{name} -->"
    block = f"{head}\n{section.strip()}\n{tail}"
    if head in text and tail in text:
        before, rest = text.split(head, 1)
        return before + block + rest.split(tail, 1)[1]
    return f"{text.rstrip()}\n\n{block}\n"


def plot(rows: list[dict], path: Path) -> None:
    """The medians of a group as bars."""
    import matplotlib.pyplot as plt

    rows = sorted(rows, key=median, reverse=True)
    figure, ax = plt.subplots(figsize=(7, 0.6 + 0.4 * len(rows)), layout="constrained")
    bars = ax.barh([title(row) for row in rows], [median(row) for row in rows], color="#4c72b0")
    ax.bar_label(bars, fmt="%.1f s", padding=3)
    ax.set_xlabel("seconds, median")
    ax.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
