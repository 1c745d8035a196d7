"""The pictures of the READMEs, taken from the pages of the sample in headless Chromium: `make pictures`."""

import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "pictures"
OPSBOOK = Path(sys.executable).with_name("opsbook")
WIDTH, COLOURS = 1100, 128
WEEKS_BEFORE = ("2026-09-05", "2026-09-12")  # so that the index has something to compare

#: name of the picture: the page, and what of it: from the beginning of one part (or the top) to the end of another
PICTURES = {
    "report-en": ("*/shoes/00_weekly_brief.html", None, ".answers"),
    "report-zh": ("*/home/00_weekly_brief.html", None, ".answers"),
    "traffic-en": ("*/shoes/01_traffic_sources.html", "h2 >> nth=2", "figure >> nth=1"),
    "traffic-zh": ("*/home/01_traffic_sources.html", "h2 >> nth=2", "figure >> nth=1"),
    "index-en": ("index.html", None, "main"),
    "stores-en": ("portfolio.html", None, "main"),
}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("make pictures: needs Chromium; try: apt-get install chromium")
    with tempfile.TemporaryDirectory() as out, sync_playwright() as playwright:
        run("import", "data/inbox", "--warehouse", f"{out}/warehouse")  # of its own: reports leave actions on record
        for week in WEEKS_BEFORE:
            report(out, "--week", week, "--notebook", "00_weekly_brief")
        report(out)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (page, begin, end) in PICTURES.items():
            path = max(Path(out).glob(page))  # of the newest week
            save(taken(browser, path, begin, end), FOLDER / f"{name}.png")
        browser.close()


def report(out: str, *options: str) -> None:
    """The pages of the sample."""
    run("weekly", "--warehouse", f"{out}/warehouse", "--out", out, *options)


def run(*words: str) -> None:
    """A command of opsbook; what went wrong is printed, and there are no pictures of half a report."""
    if subprocess.run([OPSBOOK, *words, "--quiet"], cwd=FOLDER.parents[1]).returncode:
        sys.exit("make pictures: the sample's reports could not all be made; no picture was changed")


def taken(browser: Browser, path: Path, begin: str | None, end: str) -> bytes:
    """A page from one of its parts (or its top) to the end of another."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
    page.goto(path.as_uri())
    first = page.locator(begin).bounding_box() if begin else {"x": 0, "y": 0}
    last = page.locator(end).first.bounding_box()
    left, bottom = max(first["x"] - 16, 0), last["y"] + last["height"] + 16
    clip = {"x": left, "y": first["y"], "width": WIDTH - left, "height": bottom - first["y"]}
    return page.screenshot(full_page=True, clip=clip)


def save(picture: bytes, path: Path) -> None:
    """As PNG in few colours."""
    few = (
        Image.open(BytesIO(picture))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
