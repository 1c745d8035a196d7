"""Commands about persons: hand over a seed audience, erase a person."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

StoreArgument = Annotated[str, typer.Option(help="Store id.")]
WarehouseOption = Annotated[str, typer.Option(help="Folder or URL of the canonical tables.")]


@app.command()
def audience(
    store: StoreArgument,
    platform: Annotated[str, typer.Option("--for", help="meta, google or linkedin.")],
    out: Annotated[Path, typer.Option(help="The .csv to write.")],
    warehouse: WarehouseOption = "data/warehouse",
    data: Annotated[Path, typer.Option("--data", help="Folder of rules.toml.")] = Path("data"),
) -> None:
    """Write hashed contacts of the customers who agreed, as an advertising platform asks for them."""
    from opsbook.analysis import rules
    from opsbook.intake import weeks
    from opsbook.report import findings, persons

    book = rules.load(weeks.platform_today(), data / "rules.toml")
    rows, messages = persons.write_audience(store, platform, str(out), warehouse=warehouse, ruleset=book)
    typer.echo(f"{out}: {rows} rows of customers who agreed")
    for message in messages:
        typer.echo(findings.word(message))
    typer.echo("Hashed contacts are personal data: keep the file no longer than the upload takes.")


@app.command()
def erase(
    store: StoreArgument,
    key: Annotated[str, typer.Option(help="Mail address, phone number with country code, or customer id.")],
    warehouse: WarehouseOption = "data/warehouse",
) -> None:
    """Remove a person from every table and from the quarantine of a store; the ledger says so."""
    from opsbook.report import persons, plan

    if not key.strip():
        raise ValueError("--key is empty; expected a mail address, a phone number with country code, or a customer id")
    gone = persons.erase(plan.held_store(store, warehouse), key, warehouse=warehouse)
    for table, rows in gone.items():
        typer.echo(f"{table}: {rows} rows erased")
    if not gone:
        typer.echo("nothing is held under this key")
        raise typer.Exit(1)
    typer.echo("The exports in your inbox and in the CRM still hold the person: delete them there, or they come back.")
