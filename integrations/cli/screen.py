"""What the command line shows: colour and tables for people, plain text when piped, JSON for machines.

The only place that writes to standard output and standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from integrations.render import clean, one_line, table_text


class Screen:
    """Standard output and error of one command."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at standard output."""
        return self._console.is_terminal

    @property
    def errors(self) -> Console:
        """Standard error, for progress bars."""
        return self._errors

    def line(self, text: str = "", *, style: str = "") -> None:
        """A line, or several, for people."""
        self._console.print(Text(clean(text), style=style))

    def notice(self, text: str) -> None:
        """A remark beside the result, on standard error."""
        self._errors.print(Text(clean(text), style="yellow" if self._errors.is_terminal else ""))

    def error(self, text: str) -> None:
        """Why the command ends here, on standard error, as one line."""
        told = Text("rumbo: ", style="bold red") + Text(one_line(text, None))
        self._errors.print(told)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """A table; columns in `right` hold numbers."""
        listed = list(rows)
        if not self.is_terminal:
            self.raw(table_text(headers, listed) + "\n")
            return
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for number, header in enumerate(headers):
            table.add_column(header, justify="right" if number in right else "left", overflow="fold")
        for row in listed:
            table.add_row(*(Text(one_line(cell, None)) for cell in row))
        self._console.print(table, soft_wrap=False)

    def json(self, value: Any) -> None:
        """One JSON document, indented where a person looks at it."""
        self.raw(json.dumps(value, ensure_ascii=False, indent=2 if self.is_terminal else None) + "\n")

    def json_line(self, value: Any) -> None:
        """One line of JSONL."""
        self.raw(json.dumps(value, ensure_ascii=False) + "\n")

    def raw(self, text: str) -> None:
        """Exactly this text."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def bytes(self, content: bytes) -> None:
        """Exactly these bytes."""
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
