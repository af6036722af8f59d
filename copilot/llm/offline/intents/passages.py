"""A section as an answer: its heading, then the lines below it, the upper levels first."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.llm.offline.intents.base import Found
from copilot.llm.offline.phrasing import LONGEST, Row, fitted, marks

MOST_MARKS = 19
FEW_MARKS = 8
MOST_CHILDREN = 18


def section_text(found: Found, heads: Sequence[Row], rows: Sequence[Row], limit: int) -> str:
    """Each head with what stands below it among the rows."""
    phrasing = found.phrasing
    room = max(4, MOST_CHILDREN // len(heads))
    lines: list[str] = []
    for head in heads[:6]:
        children = [row for row in rows if row.get("group") == head["group"] and row.get("depth")]
        lines.append(
            f"{phrasing.say('according', title=phrasing.title(head))} {phrasing.words(str(head['text']), head)} {marks(head)}"
        )
        lines += _children(found, children, room)
    return _capped(lines, limit, MOST_MARKS if limit > LONGEST else FEW_MARKS)


def _tells_a_figure(row: Row) -> bool:
    return bool(row.get("value")) and any(character.isdigit() for character in str(row["value"]))


def _children(found: Found, children: Sequence[Row], room: int) -> list[str]:
    """The upper levels first: all direct children before any detail."""
    shown = list(children)
    while len(shown) > room and max(int(row["depth"]) for row in shown) > 1:
        deepest = max(int(row["depth"]) for row in shown)
        kept = [row for row in shown if int(row["depth"]) < deepest or _tells_a_figure(row)]
        shown = kept if len(kept) < len(shown) else [row for row in shown if int(row["depth"]) < deepest]
    made = []
    for row in shown[:room]:
        indent = "  " * (int(row["depth"]) - 1)
        made.append(f"{indent}- {found.phrasing.statement(row, context=False)}")
    return made


def _capped(lines: Sequence[str], limit: int, most: int) -> str:
    kept, held = [], 0
    for line in lines:
        held += line.count("[e")
        if held > most:
            break
        kept.append(line)
    return fitted(kept, limit)
