"""What every intent is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from copilot.domain.answer import Calculation, ToolResult
from copilot.llm.offline.phrasing import UNANSWERED, Phrasing, Row, marks
from copilot.llm.offline.question import Asked
from copilot.llm.offline.turn import Turn

NEAR = 0.35
"""Share of the question below which a line is not near enough to be shown."""
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """The question, the language to answer in, and what the tools have found."""

    asked: Asked
    turn: Turn
    phrasing: Phrasing

    @property
    def round(self) -> int:
        """Rounds of tool calls since the documents were listed."""
        return len(self.turn.steps) - 1 if self.turn.results("list_documents", 0) else len(self.turn.steps)

    @property
    def documents(self) -> list[Row]:
        """All documents."""
        lists = self.turn.results("list_documents", 0)
        return list(lists[0].rows) if lists else []

    def results(self, tool: str, round_: int | None = None) -> list[ToolResult]:
        """Results of a tool, of all rounds or one, counted as `round` counts."""
        first = len(self.turn.steps) - self.round
        return self.turn.results(tool, None if round_ is None else round_ + first)

    def rows(self, tool: str, round_: int | None = None) -> list[Row]:
        """Rows of a tool."""
        return [row for result in self.results(tool, round_) for row in result.rows]

    def calculations(self, tool: str) -> list[Calculation]:
        """Calculations of a tool."""
        return [one for result in self.results(tool) for one in result.calculations]

    def refusal(self, nearest: Row | None = None) -> str:
        """That the documents do not say it, with the nearest thing they do say."""
        say = self.phrasing.say
        if nearest is None or float(nearest.get("match", 0.0)) < NEAR:
            return f"{UNANSWERED} {say('not_stated')}"
        text = say("nearest", text=f"{self.phrasing.title(nearest)}, {self.phrasing.statement(nearest)}")
        return f"{UNANSWERED} {say('not_stated')} {text}" if marks(nearest) else f"{UNANSWERED} {say('not_stated')}"


class Intent(Protocol):
    """One kind of question."""

    def fits(self, asked: Asked) -> bool:
        """Whether the question is of this kind."""

    def calls(self, found: Found) -> list[Call]:
        """Tools to call now; none when the draft can be written."""

    def draft(self, found: Found) -> str | None:
        """The cited answer; None when there is nothing to say."""
