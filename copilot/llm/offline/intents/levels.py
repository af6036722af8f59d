"""What stands on a named step of a scale in words: the risks of high impact, the features of low priority."""

from __future__ import annotations

from collections.abc import Callable

from copilot.llm.offline.cues import cue_places
from copilot.llm.offline.intents.base import Call, Found, Intent
from copilot.llm.offline.intents.choose import answers, by_document
from copilot.llm.offline.phrasing import LONGEST_LIST, fitted
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

TOOL = "rank_values"
LEAST = 0.5


class Levels:
    """Questions for the rows of one step; where no table has the scale, the question goes to `otherwise`."""

    def __init__(self, otherwise: Callable[[Asked], Intent]) -> None:
        self._otherwise = otherwise

    def fits(self, asked: Asked) -> bool:
        """By a step beside the name of a scale; the highest and the lowest are another kind."""
        return asked.has("level") and not asked.has("highest", "lowest", "difference", "sum")

    def calls(self, found: Found) -> list[Call]:
        """The rows of the step, and what the other intent looks up."""
        asked = found.asked
        others = self._otherwise(asked).calls(found)
        if found.round:
            return [] if _rows_of(found) else others
        step = {"item": asked.subject, "level": _step(asked), "period": asked.period, "document": asked.document}
        return [(TOOL, step), *(call for call in others if call[0] != TOOL)]

    def draft(self, found: Found) -> str | None:
        """A line a row, under its document."""
        rows = _rows_of(found)
        if not rows:
            return self._otherwise(found.asked).draft(found)
        lines: list[str] = []
        for held in by_document(rows).values():
            lines.append(found.phrasing.say("according", title=found.phrasing.title(held[0])))
            lines += [f"- {found.phrasing.statement(row, context=False)}" for row in held]
        return fitted(lines, LONGEST_LIST)


def _rows_of(found: Found) -> list[dict[str, object]]:
    return [dict(row) for row in found.rows(TOOL) if row.get("rank") and answers(found.asked, row, enough=LEAST)]


def _step(asked: Asked) -> str:
    """The words of the step with the name of its scale; the lookup knows which of them is the step."""
    start, end = cue_places("level", asked.text)[0]
    return fold(asked.text)[start:end]
