"""The `opsbook` command: options in, one call, one line per mistake. Heavy imports wait for their command.

Exit codes: 0 all well; 1 something was rejected, or a report failed or is missing; 2 wrong use, or a place or receiver
that cannot be reached; 130 interrupted.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from opsbook import actions_cli, private_cli, process

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

WarehouseOption = Annotated[str, typer.Option(help="Folder or URL of the canonical tables.")]
DataOption = Annotated[Path, typer.Option("--data", help="Folder of stores.toml, aliases.toml and rules.toml.")]
StoreOption = Annotated[str, typer.Option(help="Store id, or all.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]

WeekOption = Annotated[str, typer.Option(help="The Saturday that ends the week; the newest without it.")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", help="Day that a schedule stands for: takes the newest week that was complete then.")
]
OutOption = Annotated[str, typer.Option(help="Folder or URL of the reports.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print only what went wrong, and the path.")]

WAREHOUSE = "data/warehouse"
DATA = Path("data")
REPORTS = "reports"
INTERRUPTED = 130  # the exit code that typer and every shell give Ctrl-C


app.add_typer(actions_cli.app, name="actions")
app.add_typer(private_cli.app)


def main() -> NoReturn:
    """Run the command; a mistake of the user ends in one line and exit code 2, never in a traceback."""
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            typer.echo("opsbook: interrupted; what was finished stays, the same command goes on from there", err=True)
        sys.exit(code)
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except (ValueError, OSError) as error:
        message = str(error)
    except Exception as error:
        if not hasattr(error, "format_message"):  # what the command line itself refuses knows how to say so
            raise
        message = f"{error.format_message().rstrip('.')}; see `opsbook --help`"
    typer.echo(f"opsbook: {message}", err=True)
    sys.exit(2)


def script() -> NoReturn:
    """What is installed as `opsbook`: `main`, and the process ends at once."""
    try:
        main()
    except SystemExit as ended:
        process.leave(int(ended.code or 0))


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Exports, or folders of exports.")],
    store: Annotated[str, typer.Option(help="Store id; without it each folder's name is its store's id.")] = "",
    warehouse: WarehouseOption = WAREHOUSE,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only what was rejected or quarantined.")] = False,
) -> None:
    """Take exports into the warehouse and account for every row."""
    from rich.progress import track

    from opsbook.intake import importer, stores

    jobs = [(file, stores.check_id(owner)) for path in paths for file, owner in importer.jobs(path, store)]
    outcomes = []
    for file, owner in track(jobs, "importing", transient=True, disable=as_json or not sys.stderr.isatty()):
        outcomes += importer.import_file(file, store=owner, warehouse=warehouse, aliases=data / "aliases.toml")
    if as_json:
        typer.echo(json.dumps({"files": [vars(outcome) for outcome in outcomes]}, ensure_ascii=False, indent=1))
    else:
        shown = [o for o in outcomes if not quiet or o.status == "rejected" or o.quarantined]
        typer.echo("\n".join(importer.summary(shown)) or f"{len(outcomes)} sheets read")
    raise typer.Exit(int(any(outcome.status == "rejected" for outcome in outcomes)))


@app.command()
def tables(
    table: Annotated[str, typer.Argument(help="One table; all without it.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole of data/README.md.")] = False,
) -> None:
    """Print the data dictionary."""
    from opsbook.intake import dictionary

    typer.echo(dictionary.markdown() if markdown else dictionary.text(table))


@app.command()
def template(
    table: Annotated[str, typer.Argument(help="Name of a canonical table; see `opsbook tables`.")],
    out: Annotated[Path, typer.Option(help="Folder for the file.")] = Path("."),
) -> None:
    """Write a blank .xlsx with the right headers, for tables that have no export."""
    from opsbook import files
    from opsbook.intake import dictionary, weeks

    spec = dictionary.find(table)
    day = f"-{weeks.platform_today()}" if spec.grain == "snapshot" else ""
    path = out / f"{table}{day}.xlsx"
    if path.exists():
        raise ValueError(f"{path} exists; move it away, or choose another folder with --out")
    files.write(*files.locate(path), dictionary.template(spec))
    typer.echo(path)


@app.command()
def stores(data: DataOption = DATA, warehouse: WarehouseOption = WAREHOUSE) -> None:
    """List the stores: name, language, weeks held."""
    from opsbook.intake import stores as config
    from opsbook.intake import warehouse as wh

    known = config.load(data / "stores.toml")
    for store in sorted(known.keys() | set(wh.stores(warehouse))):
        held = wh.weeks_held(store, warehouse)
        span = f"{len(held)} weeks, {held[0]} to {held[-1]}" if held else "no data yet"
        entry = known.get(store)
        typer.echo(
            f"{store}\t{entry.name if entry else '(not in stores.toml)'}\t{entry.language if entry else '-'}\t{span}"
        )


@app.command()
def rules(
    as_of: Annotated[str, typer.Option(help="Day on which the rules hold: YYYY-MM-DD; today without it.")] = "",
    data: DataOption = DATA,
) -> None:
    """Print the rules and thresholds in force, with their source and confidence."""
    from opsbook.analysis import rules as rulebook
    from opsbook.intake import weeks

    day = weeks.parse_day(as_of) if as_of else weeks.platform_today()
    typer.echo("\n".join(rulebook.lines(rulebook.load(day, data / "rules.toml"))))


@app.command()
def doctor(data: DataOption = DATA, warehouse: WarehouseOption = WAREHOUSE) -> None:
    """Check Python, fonts, engine and data, and say what is missing for which section."""
    from opsbook.report import doctor as examination

    lines, healthy = examination.examine(data, warehouse)
    typer.echo("\n".join(lines))
    raise typer.Exit(int(not healthy))


@app.command()
def lab(notebook: Annotated[str, typer.Argument(help="Notebook to open.")] = "explore") -> None:
    """Open the notebooks in JupyterLab."""
    import importlib.util
    import subprocess

    from opsbook.report import plan

    if importlib.util.find_spec("jupyterlab") is None:
        raise ValueError("JupyterLab is not installed; run `make lab`, which installs and opens it")
    path = plan.notebook_path(notebook)
    raise typer.Exit(subprocess.run([sys.executable, "-m", "jupyter", "lab", str(path)]).returncode)


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8866,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own asks visitors for a token.")
    ] = "127.0.0.1",
    lang: Annotated[str, typer.Option(help="zh or en; without it the language of the notebook.")] = "",
    warehouse: WarehouseOption = WAREHOUSE,
    data: DataOption = DATA,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Serve the explore notebook as a page, for people without Jupyter; Ctrl-C ends it."""
    import importlib.util

    from opsbook.report import plan

    if importlib.util.find_spec("voila") is None:
        raise ValueError("Voila, which serves the dashboard, is not installed; run `make lab`, which installs it")
    from opsbook.explore import dashboard as page

    notebook = plan.notebook_path("explore")
    values = page.parameters(notebook, warehouse=warehouse, data=data, lang=lang)
    server, address = page.server(notebook, values, host=host, port=port, browser=browser)
    typer.echo(f"{address}  (Ctrl-C ends it)")
    server.start()


@app.command()
def weekly(
    store: StoreOption = "all",
    week: WeekOption = "",
    as_of: AsOfOption = "",
    notebook: Annotated[str, typer.Option(help="One notebook only, such as 03_p4p_keyword_roi.")] = "",
    warehouse: WarehouseOption = WAREHOUSE,
    data: DataOption = DATA,
    out: OutOption = REPORTS,
    workers: Annotated[int, typer.Option(min=0, help="Notebooks at a time; 0: two a core, if memory allows.")] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Run on a dask scheduler: its address, or local for worker processes here.")
    ] = "",
    lang: Annotated[str, typer.Option(help="zh or en; without it each store's own language.")] = "",
    force: Annotated[
        bool, typer.Option("--force/--resume", help="Run again what has not changed, or only what has.")
    ] = False,
    cell_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of one cell.")] = 300,
    report_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of one notebook.")] = 900,
    parameter: Annotated[list[str], typer.Option("-p", help="A notebook parameter, name=value; may be repeated.")] = [],  # noqa: B006
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run the report notebooks and build the pages; prints the path of the index."""
    process.obey_signals()
    from opsbook.report import kernels

    with kernels.warm(enabled=not scheduler):  # what notebooks import is imported while this process imports and plans
        from opsbook.report import plan, progress, runner
        from opsbook.report.execute import Limits

        batch = plan.plan(
            store,
            week,
            notebook,
            as_of=as_of,
            warehouse=warehouse,
            data=data,
            out=out,
            lang=lang,
            parameters=parameter,
        )
        todo, limits = runner.pending(batch, force), Limits(cell_seconds, report_seconds)
        with progress.shown(todo, quiet or as_json) as watch:
            result = runner.run(batch, todo, workers=workers, scheduler=scheduler, limits=limits, watch=watch)
    document = json.dumps(result.document(), ensure_ascii=False, indent=1)
    typer.echo(document if as_json else "\n".join(result.lines(quiet)))
    raise typer.Exit(int(bool(result.failed)))


@app.command()
def notify(
    week: WeekOption = "",
    as_of: AsOfOption = "",
    store: StoreOption = "all",
    data: DataOption = DATA,
    out: OutOption = REPORTS,
    link: Annotated[str, typer.Option(help="Address under which readers find the reports, such as https://...")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the message and send nothing.")] = False,
) -> None:
    """Send light, first actions and path of the reports, and loudly those that are missing.

    The receivers are Apprise addresses in the variable OPSBOOK_NOTIFY, separated by blanks.
    """
    from opsbook.report import notify as delivery

    message = delivery.compose(out, delivery.week(week, as_of), delivery.expected(store, out, data), link)
    typer.echo(message.text if dry_run else delivery.send(message))
    raise typer.Exit(int(bool(message.missing)))


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Weeks to keep, counted from the newest report.")] = 26,
    out: OutOption = REPORTS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would go and remove nothing.")] = False,
) -> None:
    """Remove the reports of old weeks; the warehouse keeps its data."""
    from opsbook.report import prune as cleaning

    removed = cleaning.prune(out, keep, dry_run)
    typer.echo("\n".join([*removed, f"{len(removed)} reports {'would be removed' if dry_run else 'removed'}"]))


@app.command()
def sample(out: Annotated[Path, typer.Argument(help="Folder for the two sample stores.")] = Path("data/inbox")) -> None:
    """Write the two synthetic sample stores as exports."""
    from opsbook import sample as samples

    for path in samples.write(out):
        typer.echo(path)
