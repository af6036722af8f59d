"""Pipe tables line by line: cells and delimiter rows, for tables the parser does not accept. Knows nothing of blocks."""

from __future__ import annotations

import re

_DELIMITER_CELL = re.compile(r"\s*:?-+:?\s*")


def cells(line: str) -> list[str]:
    r"""Source of the cells of a row; outer pipes are dropped, `\|` is a pipe of the text."""
    row = line.strip()
    if row.startswith("|"):
        row = row[1:]
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    parts = [""]
    for piece in re.split(r"(\\\||\|)", row):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += "|" if piece == "\\|" else piece
    return [part.strip() for part in parts]


def is_row(line: str) -> bool:
    """True for a line that opens with a pipe and holds another."""
    bare = line.strip()
    return bare.startswith("|") and "|" in bare[1:]


def is_delimiter(line: str) -> bool:
    """True for the line between header and body, `|---|:--:|`."""
    return "-" in line and "|" in line and all(_DELIMITER_CELL.fullmatch(cell) or not cell for cell in cells(line))
