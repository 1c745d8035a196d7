"""How far a batch is, for people at a terminal; in a log only the failures, as they happen."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opsbook.report.plan import Unit
from opsbook.report.runner import Entry, failure_line, ignore

WIDE = 60  # characters of a terminal that has room for bars; below, they would take the room of the numbers


@contextmanager
def shown(units: list[Unit], quiet: bool = False) -> Iterator[Callable[[Unit, Entry], None]]:
    """A watcher for `runner.run`: bars for stores and notebooks with the time left, failures above them."""
    if quiet or not units:
        yield ignore
        return
    from rich import progress as bars
    from rich.console import Console

    console, left = Console(stderr=True), Counter(unit.place for unit in units)
    extra = [bars.BarColumn(), bars.TimeElapsedColumn()] if console.width >= WIDE else []
    columns = [bars.TextColumn("{task.description:9}"), *extra, bars.MofNCompleteColumn()]
    columns += [bars.TextColumn("left"), bars.TimeRemainingColumn()]
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        stores = progress.add_task("stores", total=len(left))
        notebooks = progress.add_task("notebooks", total=len(units))

        def watch(unit: Unit, entry: Entry) -> None:
            left[unit.place] -= 1
            progress.advance(notebooks)
            progress.advance(stores, int(not left[unit.place]))
            if entry["status"] == "failed":
                console.print(failure_line(unit, entry), style="red", markup=False, highlight=False, soft_wrap=True)

        yield watch
