"""`opsbook actions`: what the briefs proposed, and what became of it."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List the actions that the briefs proposed, and tick them off.")

WarehouseOption = Annotated[str, typer.Option(help="Folder or URL of the canonical tables.")]
ActionArgument = Annotated[str, typer.Argument(help="Number of the action, such as A4NS57XU.")]
StoreOption = Annotated[str, typer.Option(help="Store id; without it the store is found by the number.")]
NoteOption = Annotated[str, typer.Option(help="A remark to keep with it.")]
DayOption = Annotated[str, typer.Option("--on", help="Day on which it was, YYYY-MM-DD; today without it.")]

WAREHOUSE = "data/warehouse"


@app.command("list")
def list_(
    store: Annotated[str, typer.Option(help="Store id, or all.")] = "all",
    everything: Annotated[bool, typer.Option("--all", help="Done and dropped ones as well.")] = False,
    warehouse: WarehouseOption = WAREHOUSE,
    lang: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "en",
) -> None:
    """Print the actions on record, the open ones first due first."""
    from opsbook.intake import warehouse as wh
    from opsbook.report import action_log, language, plan

    language.use(lang)
    for name in wh.stores(warehouse) if store == "all" else [plan.held_store(store, warehouse)]:
        for line in action_log.lines(action_log.load(name, warehouse), everything):
            typer.echo(f"{name}\t{line}")


@app.command()
def done(
    action: ActionArgument,
    store: StoreOption = "",
    note: NoteOption = "",
    on: DayOption = "",
    warehouse: WarehouseOption = WAREHOUSE,
) -> None:
    """Mark an action as done; next week's brief compares its review figure before and after."""
    _mark(action, "done", store, note, on, warehouse)


@app.command()
def drop(
    action: ActionArgument,
    store: StoreOption = "",
    note: NoteOption = "",
    on: DayOption = "",
    warehouse: WarehouseOption = WAREHOUSE,
) -> None:
    """Mark an action as dropped: it will not be done."""
    _mark(action, "dropped", store, note, on, warehouse)


def _mark(action: str, status: str, store: str, note: str, on: str, warehouse: str) -> None:
    from opsbook.intake import weeks
    from opsbook.report import action_log

    day = weeks.parse_day(on, "--on") if on else weeks.platform_today()
    owner = action_log.mark(action, status, day, warehouse, store=store, note=note or None)
    typer.echo(f"{owner}\t{action.upper()}\t{status} on {day}")
