"""Every report page of the sample, in both languages, as readers meet it: on a desk, a phone, in the dark, on paper."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from opsbook.report import plan

STORES = ("home", "shoes")
NAMES = ["index", "portfolio", *(f"{store}/{notebook}" for store in STORES for notebook in plan.NOTEBOOKS)]
PAGES = [f"{lang}/{name}" for lang in ("en", "zh") for name in NAMES]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
A4 = {"width": 673, "height": 1002}  # CSS pixels of 178 x 265 mm: what margins of 16 mm leave
SHRUNK = 1.5  # Chromium prints a page that is too wide smaller, down to 1/1.5, and cuts off the rest
WIDTHS = """[...document.querySelectorAll('table, figure > *')]
    .map(each => [each.getBoundingClientRect().right, each.textContent.trim().slice(0, 60)])"""
HEADINGS = "all => all.map(each => [each.id, each.textContent.replace('¶', '').trim()])"
LINKS = """all => all.map(each => {  // as browsers find it: the fragment as it is written, then decoded
    const written = each.hash.slice(1), decoded = decodeURIComponent(written)
    const found = document.getElementById(written) || document.getElementById(decoded)
    return [found && found.id, each.textContent.trim()]
})"""


def file(reports: dict[str, Path], name: str) -> Path:
    """The file of a page such as `en/shoes/00_weekly_brief`."""
    lang, _, rest = name.partition("/")
    [path] = reports[lang].glob(f"{rest}.html" if "/" not in rest else f"*/{rest}.html")
    return path


@pytest.fixture(scope="module", params=PAGES)
def opened(request, browser, reports, pictures):
    """One page in a window of its own; what it asks for and what it complains about is kept."""
    page = browser.new_page(viewport=WIDE)
    asked, said = [], []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{error}"))
    address = file(reports, request.param).as_uri()
    page.goto(address)
    picture = pictures / request.param.replace("/", "-")
    yield SimpleNamespace(page=page, address=address, asked=asked, said=said, picture=picture, name=request.param)
    page.close()


@pytest.fixture
def page(opened):
    """The page on a desk in the light, whatever the test before did to it."""
    opened.page.set_viewport_size(WIDE)
    opened.page.emulate_media(media="screen", color_scheme="light")
    return opened.page


def shot(opened, kind: str) -> None:
    opened.page.screenshot(path=f"{opened.picture}-{kind}.png", full_page=True)


def test_it_opens_without_a_complaint_and_asks_for_nothing(opened, page):
    shot(opened, "wide")
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith("data:")] == [opened.address]


def test_it_says_its_language_and_title(opened, page):
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[opened.name[:2]]
    assert page.locator("h1").count() == 1 and page.title()


def test_contents_links_lead_to_their_headings(opened, page):
    headings = page.eval_on_selector_all("h2", HEADINGS)
    inside = page.locator("a[href^='#']:not(.anchor-link)")
    links = inside.evaluate_all(LINKS)
    assert [text for target, text in links if target is None] == []
    assert [link for link in links if link[0] in dict(headings)] == headings
    if not headings:  # the portfolio is one table
        assert opened.name.endswith("/portfolio")
        return
    inside.last.click()
    assert 0 <= page.locator("h2").last.bounding_box()["y"] < WIDE["height"]


def test_links_to_other_pages_lead_somewhere(opened, page):
    links = page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
    targets = {Path(re.sub("^file://|#.*", "", link)) for link in links}
    assert targets and {f"{target}" for target in targets if not target.exists()} == set()


def test_code_unfolds_by_the_keyboard(opened, page):
    folded = page.locator("details:has(> summary + pre), details:has(pre)")
    if "/0" not in opened.name:  # pages over several reports hold no code
        assert folded.count() == 0
        return
    code = folded.first.locator("pre").first
    assert folded.count() > 5 and not code.is_visible()
    folded.first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert code.is_visible() and code.inner_text().strip()
    page.keyboard.press("Enter")
    assert not code.is_visible()


def test_nothing_is_in_the_way_of_a_reader_in_the_light(page, violations):
    assert violations(page) == []


def test_nothing_is_in_the_way_of_a_reader_in_the_dark(opened, page, violations):
    page.emulate_media(color_scheme="dark")
    shot(opened, "dark")
    assert violations(page, "color-contrast", "link-in-text-block") == []


def test_a_phone_scrolls_down_only(opened, page):
    page.set_viewport_size(PHONE)
    shot(opened, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_paper_cuts_nothing(page):
    page.set_viewport_size(A4)
    page.emulate_media(media="print", color_scheme="light")
    assert [each for each in page.evaluate(WIDTHS) if each[0] > A4["width"] * SHRUNK] == []
    rows = "[...new Set([...document.querySelectorAll('tr')].map(row => getComputedStyle(row).breakInside))]"
    assert set(page.evaluate(rows)) <= {"avoid", "avoid-page"}


def test_the_pdf_holds_every_section(opened, page):
    page.emulate_media(media="print", color_scheme="light")
    pdf = page.pdf(format="A4", prefer_css_page_size=True, tagged=True, outline=True, path=f"{opened.picture}.pdf")
    headings = [text for _, text in page.eval_on_selector_all("h2", HEADINGS)]
    assert [heading for heading in headings if heading not in outline(pdf)] == []
    boxes = [list(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^]]+)]", pdf)]
    assert boxes and all(box == pytest.approx([0, 0, 595, 842], abs=2) for box in boxes)


def outline(pdf: bytes) -> list[str]:
    """The bookmarks of a PDF, which Chromium makes from the headings that it printed."""
    texts = re.findall(rb"/Title\s*(?:<([0-9A-Fa-f]+)>|\(((?:\\.|[^\\)])*)\))", pdf)
    return [
        bytes.fromhex(code.decode()).decode("utf-16") if code else re.sub(rb"\\(.)", rb"\1", plain).decode("latin-1")
        for code, plain in texts
    ]
