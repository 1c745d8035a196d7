"""Every call of `opsbook` in a document is one that the command line understands; the list of commands is complete.

`python tests/test_commands.py > docs/commands.md` writes the list anew.
"""

import re
import shlex
from pathlib import Path

import pytest
import typer

from opsbook import cli

ROOT = Path(__file__).parents[1]
COMMANDS = ROOT / "docs" / "commands.md"
DOCS = sorted({*ROOT.glob("*.md"), *ROOT.glob("d*/**/*.md"), ROOT / "reports" / "README.md"} - {COMMANDS})
ARGUMENT, SEPARATORS = "argument", {"&&", "||", "|", ";", ">", ">>"}


def leaves(group=None, prefix=()) -> dict[tuple, object]:
    """{words of a command: command} of every command and command below a command."""
    group = group or typer.main.get_command(cli.app)
    found = {}
    for name, command in group.commands.items():
        found |= leaves(command, (*prefix, name)) if hasattr(command, "commands") else {(*prefix, name): command}
    return found


def calls(path: Path) -> list[tuple[list[str], bool]]:
    """The words after every `opsbook` in a document's code, and whether the call is whole (stands in a code block)."""
    text = path.read_text("utf-8")
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, re.S)
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    lines = [(line, True) for block in blocks for line in re.sub(r"\\\n", " ", block).splitlines()]
    lines += [(" ".join(code.split()), False) for code in inline]
    return [(words, whole) for line, whole in lines for words in _calls(line)]


def _calls(line: str) -> list[list[str]]:
    found = re.finditer(r"""(?:^|[\s/"'(])(?<!from )opsbook ((?:[a-z]|-[-a-z]).*)""", line)
    return [_words(match[1]) for match in found]


def _words(text: str) -> list[str]:
    text = re.sub(r"[\"')\]]+[,;]?\s*$", "", text) if text.count('"') % 2 or text.count("'") % 2 else text
    words = shlex.split(text, comments=True)
    ends = [number for number, word in enumerate(words) if word in SEPARATORS]
    return words[: min(ends, default=len(words))]


def check_call(words: list[str], whole: bool) -> str | None:
    """What is wrong with a call of `opsbook`, or None; an option or argument may be left out in running text."""
    commands = leaves()
    name = next((tuple(words[:n]) for n in (2, 1) if tuple(words[:n]) in commands), None)
    if name is None:
        known = words and (words[0] == "--help" or (not whole and any(words[0] == key[0] for key in commands)))
        return None if known else f"no such command: {' '.join(words)}"
    if "--help" in words:
        return None
    try:
        commands[name].make_context(" ".join(name), words[len(name) :])
    except Exception as error:  # typer's own copy of click has no public name
        if whole or type(error).__name__ != "MissingParameter":
            return f"{' '.join(words)}: {error}"
    return None


def commands_markdown() -> str:
    """The content of `docs/commands.md`: every command with its options, from the command line itself."""
    head = ["# Commands", "", "Made by `python tests/test_commands.py > docs/commands.md`; a test keeps it up to date."]
    head += ["They live in `.venv/bin/`. Exit codes: 0 all well, 1 something was rejected or failed, 2 wrong use."]
    return "\n".join(head) + "\n" + "".join(_section(" ".join(name), command) for name, command in leaves().items())


def _section(name: str, command) -> str:
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = [_argument(parameter) for parameter in shown if parameter.param_type_name == ARGUMENT]
    lines = ["", f"## opsbook {name}", "", " ".join((command.help or "").split()), "", "```"]
    lines += [" ".join(["opsbook", name, *arguments, *["[OPTIONS]"] * (len(shown) > len(arguments))]), "```", ""]
    if shown:
        lines += ["| option | meaning | default |", "|---|---|---|", *map(_row, shown)]
    return "\n".join(lines).rstrip() + "\n"


def _argument(parameter) -> str:
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _row(parameter) -> str:
    is_argument = parameter.param_type_name == ARGUMENT
    name = _argument(parameter) if is_argument else ", ".join(f"`{option}`" for option in parameter.opts)
    empty = parameter.required or parameter.default in ("", None, False, [], ())
    return f"| {name} | {' '.join((parameter.help or '').split())} | {'' if empty else f'`{parameter.default}`'} |"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_calls_of_opsbook_are_understood(path):
    assert [fault for words, whole in calls(path) if (fault := check_call(words, whole))] == []


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("weekly --store shoes --week 2026-09-19", None),
        ("weekly --stor shoes", "No such option"),
        ("weakly", "no such command"),
        ("template", "Missing"),
        ("import data/inbox --json", None),
    ],
)
def test_a_wrong_call_is_noticed(call, fault):
    found = check_call(call.split(), whole=True)
    assert found is None if fault is None else fault.lower() in found.lower()


def test_calls_are_found_where_people_write_them(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Run `opsbook tables ad_keyword` or:\n```\n.venv/bin/opsbook weekly \\\n  --store a && echo done  # note\n"
        "17 3 * * 2 cd book && .venv/bin/opsbook import data/inbox --quiet | mail\nfrom opsbook import cli\n```\n"
    )
    assert calls(page) == [
        (["weekly", "--store", "a"], True),
        (["import", "data/inbox", "--quiet"], True),
        (["tables", "ad_keyword"], False),
    ]


def test_the_list_of_commands_is_the_command_line():
    assert COMMANDS.read_text("utf-8") == commands_markdown()


def test_every_option_says_what_it_does():
    silent = [
        f"{' '.join(name)} {parameter.name}"
        for name, command in leaves().items()
        for parameter in command.params
        if parameter.name != "help" and not parameter.help
    ]
    assert silent == [] and all(command.help for command in leaves().values())


if __name__ == "__main__":
    print(commands_markdown(), end="")
