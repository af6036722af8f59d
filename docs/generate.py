"""Writes docs/cli.md, modules.md and settings.md from the code; a house test fails when they are stale. Run by `make docs`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from copilot import settings
from integrations.cli.app import app

HERE = Path(__file__).resolve().parent

SETTINGS_HEAD = """# Settings

Environment variables, read once when a command starts. An empty one counts as not set; a wrong value stops the command
and is named. `rumbo doctor` shows what is in force, with secrets masked.

| variable | default | meaning |
|---|---|---|
"""
CLI_HEAD = """# Command line

Every command takes `--help`. Options before the command: `--home FOLDER` (the workspace), `--version`,
`--install-completion` (for your shell). Tables and colour are for a terminal; piped output is plain text without tabs, and
`--json` is for programs. Messages follow `RUMBO_LANGUAGE` or the locale (es, en, pt, fr).

Exit codes: 0 done, 1 not confirmed or findings at `--fail-on`, 2 something in the request (the message says what to
change), 3 something in the installation (the message names the setting), 70 a bug, 130 interrupted.
"""


MODULES_HEAD = """# Modules

What each module owns, in its own words: the first line of its docstring.
[architecture.md](architecture.md) says which may import which.
"""
PACKAGES = ("copilot", "retrieval", "tools", "prompts", "integrations")


def pages() -> dict[str, str]:
    """File name to what it should hold."""
    return {
        "cli.md": CLI_HEAD + "".join(_commands(typer.main.get_command(app), "rumbo")),
        "modules.md": MODULES_HEAD + "".join(_modules()),
        "settings.md": _settings(),
    }


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        yield f"\n## {package}\n\n"
        for path in sorted((HERE.parent / package).rglob("*.py")):
            told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            if told and "versions" not in path.parts:
                yield f"* `{path.relative_to(HERE.parent).as_posix()}`: {told.splitlines()[0]}\n"


def _settings() -> str:
    rows = [f"| `{row['variable']}` | {_code(row['default'])} | {row['meaning']} |\n" for row in settings.described()]
    return SETTINGS_HEAD + "".join(rows)


def _commands(command: Any, path: str) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children is None:
        yield _command(command, path)
        return
    if getattr(command, "invoke_without_command", False):
        yield _command(command, path)
    for name, child in children.items():
        yield from _commands(child, f"{path} {name}")


def _command(command: Any, path: str) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option" and parameter.name != "help"]
    usage = " ".join([path, *(_shown(parameter) for parameter in arguments)])
    lines = [f"\n## `{usage}`\n", f"\n{command.help}\n"]
    told = [f"- `{_shown(parameter)}`: {parameter.help}\n" for parameter in arguments if parameter.help]
    told += [
        f"- {', '.join(f'`{name}`' for name in (*option.opts, *option.secondary_opts))}: {option.help}\n" for option in options
    ]
    return "".join([*lines, *(["\n", *told] if told else [])])


def _shown(argument: Any) -> str:
    name: str = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
