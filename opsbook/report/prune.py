"""Old reports removed: whole weeks, and of a week's folder only what the batch has written."""

from opsbook import files
from opsbook.report import history


def prune(out: str, keep: int, dry_run: bool = False) -> list[str]:
    """Remove the reports of all but the newest `keep` weeks that have any; returns their folders, oldest first.

    A folder without a manifest is not ours and stays.
    """
    fs, root = files.locate(out)
    old = history.weeks(out)[:-keep]
    manifests = [path for day in old for path in sorted(fs.glob(f"{root}/{day}/*/manifest.json"))]
    folders = [path.removesuffix("/manifest.json") for path in manifests]
    if not dry_run:
        for folder in folders:
            fs.rm(folder, recursive=True)
        for day in old:
            if fs.isdir(f"{root}/{day}") and not fs.ls(f"{root}/{day}"):
                fs.rmdir(f"{root}/{day}")
    return [folder.removeprefix(root).lstrip("/") for folder in folders]
