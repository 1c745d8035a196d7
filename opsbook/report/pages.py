"""Pages: an executed notebook, a failure or the index as one self-contained HTML text; no script, no request out."""

import copy
import re
import threading
from collections.abc import Mapping
from datetime import date
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader

from opsbook.report import cells, language
from opsbook.report.drawings import INK, LINE, PAPER, SOFT, untitled
from opsbook.report.findings import METRICS_MIME
from opsbook.report.language import N_

FOLDER = Path(__file__).parent / "template"
SVG, PNG = "image/svg+xml", "image/png"

#: The notebooks of a report in their order, and what their pages are called.
TITLES = {
    "00_weekly_brief": N_("Weekly brief"),
    "01_traffic_sources": N_("Traffic sources"),
    "02_flow_assistant": N_("Flow assistant"),
    "03_p4p_keyword_roi": N_("P4P keyword ROI"),
    "04_private_domain_funnel": N_("Private domain"),
    "05_site_promotion": N_("Site promotion"),
}
_WORDS = {
    "code": N_("code"),
    "contents": N_("Contents"),
    "pages": N_("Pages"),
    "skip": N_("Skip to the content"),
    "all_reports": N_("All reports"),
    "made_by": N_("Made by opsbook from the store's own exports. Weeks run Sunday to Saturday, America/Los_Angeles."),
}
_META = N_("Week to {week} (Saturday) · data up to {week} · platform time America/Los_Angeles")
_FAILURE = {
    "title": N_("This report could not be made"),
    "cell": N_("The cell that failed"),
    "traceback": N_("Traceback"),
    "parameters": N_("Parameters"),
    "again": N_("How to run it again"),
}
_exporting = threading.Lock()  # an exporter works on one page at a time


def notebook_page(notebook: nbformat.NotebookNode, *, name: str, lang: str, store_name: str, week: date) -> str:
    """The page of an executed notebook, its prose in the language of the store."""
    page = _page(TITLES.get(name, name), name, lang, store_name, week)
    from nbconvert.exporters import TemplateExporter

    # HTMLExporter itself would parse its own page once more, for alt texts and focus, which our template sees to.
    with _exporting:
        body, _ = TemplateExporter.from_notebook_node(_exporter(), _prepared(notebook, lang), resources={"page": page})
    return _with_contents(_CHARACTER.sub(_character, body))


def failure_page(
    execution, *, name: str, lang: str, store_name: str, week: date, parameters: Mapping, command: str
) -> str:
    """The page of a notebook that failed: the cell, the traceback, the parameters and how to run it again."""
    failing = execution.notebook.cells[execution.cell].source if execution.cell is not None else cells.MISSING
    html = (
        _environment()
        .get_template("failure.html.j2")
        .render(
            page=_page(TITLES.get(name, name), name, lang, store_name, week),
            words=_translated(_FAILURE, lang),
            error=execution.error,
            source=failing,
            traceback=re.sub(r"\x1b\[[0-9;]*m", "", execution.traceback),
            parameters=parameters,
            command=command,
        )
    )
    return _with_contents(html)


def site_page(template: str, title: str, lang: str, **content: Any) -> str:
    """A page over several reports, such as the index, from its template."""
    page = _page(title, "", lang, "opsbook", None) | {"root": "", "siblings": []}
    return _with_contents(_environment().get_template(template).render(page=page, **content))


def _page(title: str, name: str, lang: str, store_name: str, week: date | None) -> dict[str, Any]:
    """What the head of every page shows."""
    title = language.translate(title, lang)
    siblings = [(f"{other}.html", language.translate(text, lang), other == name) for other, text in TITLES.items()]
    return _translated(_WORDS, lang) | {
        "lang": {"zh": "zh-CN"}.get(lang, lang),
        "title": " · ".join(filter(None, (title, store_name, f"{week}" if week else ""))) if name else title,
        "store_name": store_name,
        "meta": language.translate(_META, lang).format(week=week) if week else "",
        "root": "../../",
        "siblings": siblings,
    }


def _translated(words: Mapping[str, str], lang: str) -> dict[str, str]:
    return {key: language.translate(text, lang) for key, text in words.items()}


def _prepared(notebook: nbformat.NotebookNode, lang: str) -> nbformat.NotebookNode:
    """A copy in the language of the page, charts in the colours of the page, without figures meant for programs."""
    notebook = copy.deepcopy(notebook)
    drawn: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = language.translate(cell.source, lang)
            continue
        cell.outputs = [output for output in cell.get("outputs", []) if METRICS_MIME not in output.get("data", {})]
        for data in (output.data for output in cell.outputs if "data" in output):
            _keep_smaller(data)
            if SVG in data:
                data[SVG] = _once(_adapted(data[SVG]), drawn)
    return notebook


def _keep_smaller(data: dict[str, str]) -> None:
    """Of a picture that an output holds twice, keep the smaller one."""
    if SVG in data and PNG in data:
        del data[SVG if len(data[PNG]) < len(data[SVG]) else PNG]


def _adapted(svg: str) -> str:
    """A chart whose ink, lines and paper follow the page's light or dark scheme; the page sets its title as text."""
    svg = untitled(svg)
    for colour, variable in (
        (INK, "currentColor"),
        (SOFT, "var(--soft)"),
        (LINE, "var(--line)"),
        (PAPER, "var(--paper)"),
    ):
        svg = svg.replace(colour, variable)
    return svg


_CHARACTER = re.compile(r"&#[1-9]\d{2,};")  # of three digits and more: none of them is markup


def _character(reference: re.Match) -> str:
    """The character itself: nbconvert writes Chinese headings in references, which take more than twice the bytes."""
    return unescape(reference[0])


_DEFINED = re.compile(r'<path id="([^"]+)"[^>]*/>|<clipPath id="([^"]+)">.*?</clipPath>', re.DOTALL)


def _once(svg: str, drawn: dict[str, str]) -> str:
    """A chart without the glyphs, markers and clips that an earlier chart of the page has defined: ids stay unique."""

    def definition(match: re.Match) -> str:
        name, outline = match[1] or match[2], match[0]
        if drawn.get(name) == outline:
            return ""
        drawn[name] = outline
        return outline

    return _DEFINED.sub(definition, svg).replace("<defs></defs>", "")


def _with_contents(html: str) -> str:
    """The page with its table of contents made from its second-level headings."""
    headings = re.findall(r'<h2 id="([^"]+)">(.*?)(?:<a class="anchor-link".*?)?</h2>', html, re.DOTALL)
    items = "".join(f'<li><a href="#{anchor}">{re.sub("<.*?>", "", text)}</a></li>' for anchor, text in headings)
    return html.replace("@@CONTENTS@@", items, 1)


@cache
def _exporter():
    """The exporter of all pages: to make it, with its template, takes longer than many a page."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(FOLDER)],
        extra_template_paths=[str(FOLDER)],
        default_preprocessors=[],  # none has anything to do here, and the notebook is validated after each
    )
    exporter.register_filter("highlight_code", escape)  # named by the template that ours extends
    return exporter


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
