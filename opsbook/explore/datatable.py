"""A table to sort, filter and search (DataTables by itables); library and rows are in the page: no request."""

from functools import cache, lru_cache
from html import escape

import pandas as pd
from itables import options
from itables.javascript import (
    JavascriptFunction,
    generate_init_offline_itables_html,
    get_itable_arguments,
    html_table_from_template,
)

from opsbook.report import cells
from opsbook.report.findings import our_word
from opsbook.report.language import N_, translate

#: The numbers of `report.cells.plain`, written in the browser, so that a column is sorted by its values.
_WRITE = {
    "count": "v.toLocaleString('en-US', {maximumFractionDigits: 0, roundingMode: 'halfEven'})",
    "decimal": "v.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2})",
    "cny": "(v <= -0.005 ? '-¥' : '¥') + Math.abs(v).toLocaleString('en-US', "
    "{minimumFractionDigits: 2, maximumFractionDigits: 2})",
    "percent": "v > 0 && v < 0.00005 ? '&lt;0.01%' : v >= 0.9995 && v < 1 ? '&gt;99.9%' : "
    "(100 * v).toFixed(Math.abs(v) >= 0.1 ? 1 : 2) + '%'",
}

_WORDS = {
    "search": N_("Search the table"),
    "info": N_("_START_ to _END_ of _TOTAL_"),
    "infoEmpty": N_("Nothing to show"),
    "infoFiltered": N_("(of _MAX_ in all)"),
    "lengthMenu": N_("_MENU_ rows"),
    "zeroRecords": N_("No row contains this."),
}
_LAYOUT = {"topStart": "search", "topEnd": "pageLength", "bottomStart": "info", "bottomEnd": "paging"}
_clean = lru_cache(20_000)(cells.clean)  # the same words come again with every move


@cache
def library() -> str:
    """The script and the style of all tables, to be shown once on the page."""
    return generate_init_offline_itables_html(options.dt_bundle)


def datatable(frame: pd.DataFrame, columns: list[str], table_id: str) -> str:
    """These columns as a table to sort, filter and search; search and order stay when it is shown again."""
    kinds = [cells.kind(column) for column in columns]
    heads = pd.DataFrame(columns=[cells.label(column) for column in columns], dtype=object)
    arguments = get_itable_arguments(
        heads,
        columnDefs=[{"targets": [place]} | _column(kind) for place, kind in enumerate(kinds)],
        connected=False,
        dt_url=options.dt_url,
        table_id=table_id,
        language={name: translate(text) for name, text in _WORDS.items()},
        layout=_LAYOUT,
        stateSave=True,
        stateDuration=-1,  # until the page is closed
        text_in_header_can_be_selected=False,  # else a click on it would not sort
        classes="display compact",
        style="width:100%",
        display_logo_when_loading=False,
    )
    # itables would format the rows in Python a cell at a time: half a second for five thousand words
    arguments |= {"data_json": _rows(frame, columns, kinds)}
    given = {name: arguments.pop(name) for name in ("dt_url", "connected", "display_logo_when_loading")}
    return html_table_from_template(table_id, kwargs=arguments, **given)


def _rows(frame: pd.DataFrame, columns: list[str], kinds: list[str]) -> str:
    """The rows as JSON: numbers as they are, texts escaped, for the browser reads them as HTML."""
    values = [_values(frame[column], kind) for column, kind in zip(columns, kinds, strict=True)]
    return pd.DataFrame(dict(enumerate(values))).to_json(orient="values", double_precision=10)


def _values(values: pd.Series, kind: str) -> pd.Series:
    if kind in _WRITE:
        return values.astype(float)
    return values.map({value: escape(written(value, str(values.name), kind)) for value in values.unique()})


def written(value, column: str, kind: str) -> str:
    """A text as the report writes it: our own words in the language of the reader, those of exports cleaned."""
    if cells.is_missing(value):
        return cells.MISSING
    if kind != "code":
        return _clean(value)
    own = f"{column}.{value}"
    return cells.label(own) if cells.is_column(own) else our_word(value)


def _column(kind: str) -> dict:
    """How DataTables shows a column: numbers written out and to the right."""
    return {"render": _render(kind), "className": "dt-right"} if kind in _WRITE else {"className": "dt-left"}


def _render(kind: str) -> JavascriptFunction:
    missing = f"type === 'display' ? '{cells.MISSING}' : -Infinity"
    known = f"type === 'display' ? {_WRITE[kind]} : v"
    return JavascriptFunction(f"function (v, type) {{ return v === null ? ({missing}) : ({known}); }}")
