"""The explore notebook as people use it: in JupyterLab, and as the dashboard.

Keys move the controls; the numbers that follow are computed here by the functions of the analysis.
"""

import re
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from opsbook.analysis import boards, crm, funnel, keywords
from opsbook.explore import adverts, persons, slice_of

ROOT = Path(__file__).parents[2]
STORE, WEEK = "shoes", date(2026, 9, 19)
SECONDS = 120_000  # in milliseconds: for a kernel that starts on a busy machine
TOKEN = "of-this-test-only"


def jupyterlab(workspace: Path, port: int) -> list:
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += [f"--ServerApp.root_dir={workspace}", f"--IdentityProvider.token={TOKEN}"]
    return [sys.executable, "-m", "jupyter", "lab", *options]


def dashboard(workspace: Path, port: int) -> list:
    places = ["--warehouse", workspace / "data" / "warehouse", "--data", workspace / "data"]
    return [Path(sys.executable).with_name("opsbook"), "dashboard", "--no-browser", "--port", port, *places]


ADDRESSES = {jupyterlab: f"lab/tree/notebooks/explore.ipynb?token={TOKEN}", dashboard: ""}
#: Every view shows the chosen store: until then the kernel may still fill the lists that are typed into.
FOLLOWED = """store => {
    const lines = [...document.querySelectorAll('.opsbook.code input')].map(each => each.value)
    return lines.length > 4 && lines.every(line => line.includes(store))
}"""


@pytest.fixture(scope="module", params=ADDRESSES, ids=lambda command: command.__name__)
def opened(request, browser, serve, workspace, pictures):
    """The notebook, run, in a window of its own; what the window asks for and complains about is kept."""
    own = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"), f"{workspace / 'jupyter'}")
    with serve(lambda port: request.param(workspace, port), OMP_NUM_THREADS="1", **own) as port:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        asked, said = [], []
        page.on("request", lambda sent: asked.append(sent.url))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"http://127.0.0.1:{port}/{ADDRESSES[request.param]}")
        if request.param is jupyterlab:
            page.get_by_text("| Idle").wait_for(timeout=SECONDS)  # a kernel that is just coming up loses cells
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.locator(".lm-Menu-itemLabel").get_by_text(re.compile("^Run All( Cells)?$")).click()
        page.get_by_label("New value").wait_for(timeout=SECONDS)  # the last control of the notebook
        choose(page, "Store", "Harbourlight")
        page.wait_for_function(FOLLOWED, arg=f"slice_of('{STORE}'", timeout=SECONDS)
        yield SimpleNamespace(page=page, asked=asked, said=said, name=request.param.__name__, data=workspace / "data")
        page.set_viewport_size({"width": 1400, "height": 5600})  # both scroll inside: a full page is what is seen
        page.get_by_role("heading", name="Explore").first.scroll_into_view_if_needed()
        page.screenshot(path=pictures / f"explore-{request.param.__name__}.png")
        page.close()


@pytest.fixture
def page(opened):
    return opened.page


@pytest.fixture
def here(sample_warehouse, opened):
    """The store and week that are chosen, with the settings of the workspace."""
    return slice_of(STORE, WEEK, sample_warehouse, f"{opened.data}")


def choose(page, name: str, text: str) -> None:
    """Choose the option that begins so with the arrow keys."""
    box = page.get_by_label(name, exact=True)
    box.focus(timeout=SECONDS)
    options = [
        option.replace("\xa0", " ") for option in box.locator("option").all_text_contents()
    ]  # as ipywidgets blanks
    [wanted] = [place for place, option in enumerate(options) if option.startswith(text)]
    steps = wanted - box.evaluate("box => box.selectedIndex")
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    assert box.evaluate("box => box.selectedIndex") == wanted


def enter(page, name: str, *, now: float, new: float) -> None:
    """Type a number over the one in force, once that stands there."""
    field = page.get_by_label(name, exact=True)
    expect(field).to_have_value(f"{now:g}", timeout=SECONDS)
    field.fill(f"{new:g}")
    page.keyboard.press("Enter")


def shows(page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=SECONDS)


def counted(here, confidence: float) -> str:
    """The sentence on the decisions."""
    decided = keywords.decide(adverts.words(here), here.settings.value_per_inquiry_cny, confidence)
    found = dict.fromkeys(keywords.DECISIONS, 0) | decided["decision"].value_counts().to_dict()
    return "raise {raise}, keep {keep}, lower {lower}, pause {pause}, and collect more data on {collect}.".format(
        **found
    )


def test_a_list_changes_the_store_and_a_slider_the_decisions(page, here):
    assert counted(here, 0.8) != counted(here, 0.7)
    shows(page, counted(here, 0.8))
    slider = page.get_by_role("slider", name="Confidence for a pause")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(0.7)
    shows(page, counted(here, 0.7))


def test_another_value_of_a_rule_says_who_would_leave(page, here):
    listed = boards.join(here.load("product_profile"), here.load("product_performance"))
    inquiries = listed["inquiries_90d"]
    assert 0 < (inquiries < 6).sum() < len(inquiries)
    left = int(inquiries.between(1, 5).sum())
    choose(page, "Rule", "At least 1 inquiry in 90 days")
    enter(page, "Value to try", now=here.book["boards.most_popular.inquiries"].value, new=6)
    shows(page, f"With >= 6 inquiries instead of >= 1 inquiries: 0 entries would be gained, {left} lost, 0 left open.")
    shows(page, here.book["boards.most_popular.inquiries"].source)


def test_another_window_changes_the_persons_of_the_funnel(page, here):
    log = crm.mature(persons.events(here), entry="inquiry", window="7D", as_of=WEEK, within=365)
    people = funnel.funnel(log, ["inquiry", "quote", "deal"], window="7D")["people"]
    choose(page, "Within", "7 days")
    for step, number in zip(("Inquiry", "Quote", "Deal"), people, strict=True):
        row = page.locator("tr", has=page.get_by_role("cell", name=step, exact=True))
        row.get_by_role("cell", name=f"{number:,}", exact=True).first.wait_for(timeout=SECONDS)


def test_a_field_of_the_cohorts_says_its_numbers_to_the_keyboard(page):
    field = page.get_by_role("img", name="quarters since then: 1.").first
    said = field.get_attribute("aria-label")
    page.get_by_role("img", name="quarters since then: 0.").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == said
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').content") == f'"{said}"'


def test_every_view_has_its_line_of_code(page):
    lines = page.get_by_label("Copy as code").evaluate_all("all => all.map(each => each.value)")
    assert all(line.startswith("explore.") and f"slice_of('{STORE}', '{WEEK}'" in line for line in lines)
    assert {line.split("(")[0].removeprefix("explore.") for line in lines} >= {
        "decisions",
        "board_moves",
        "funnel_of",
        "cohorts_of",
        "store_setting",
    }


def test_a_setting_is_saved_after_a_look_at_the_difference(page, opened, here):
    path = opened.data / "stores.toml"
    before = path.read_text("utf-8")
    choose(page, "Setting", "Target ROI")
    new = 5.5 if "target_roi = 5.5" not in before else 6.5
    enter(page, "New value", now=here.settings.target_roi, new=new)
    page.get_by_role("button", name="Show what would change in the file").last.press("Enter")
    shows(page, f"+target_roi = {new}")
    assert path.read_text("utf-8") == before
    page.get_by_role("button", name="Save the change").last.press("Enter")
    shows(page, "Saved in stores.toml. All views now use it.")
    assert f"\ntarget_roi = {new}\n" in path.read_text("utf-8")


def test_nobody_else_is_asked(opened):
    hosts = {urlsplit(url).hostname for url in opened.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert opened.name == "jupyterlab" or opened.said == []


def test_the_dashboard_shows_no_code_of_the_notebook(opened):
    if opened.name == "dashboard":
        assert "explore.choose(" not in opened.page.content() and "charts.use_style" not in opened.page.content()


def test_nothing_is_in_the_way_of_a_reader_of_the_dashboard(opened, violations):
    if opened.name == "dashboard":  # what JupyterLab puts around the notebook is its own affair
        assert violations(opened.page) == []
