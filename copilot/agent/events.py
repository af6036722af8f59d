"""What happens while a question is answered, for surfaces that show it: tool steps, checked sentences, the answer."""

from __future__ import annotations

from typing import Any, Literal

from copilot.domain.answer import Answer
from copilot.domain.source import Frozen


class ToolStarted(Frozen):
    """The model called a tool."""

    type: Literal["tool_started"] = "tool_started"
    name: str
    args: dict[str, Any]


class ToolFinished(Frozen):
    """A tool returned, or refused its arguments."""

    type: Literal["tool_finished"] = "tool_finished"
    name: str
    ms: float
    rows: int
    """Number of rows found; 0 when it refused."""


class Sentence(Frozen):
    """A part of the answer that has passed the check, with the white space that follows it."""

    type: Literal["sentence"] = "sentence"
    text: str


class AnswerReady(Frozen):
    """The whole answer; always the last event."""

    type: Literal["answer"] = "answer"
    answer: Answer


StreamEvent = ToolStarted | ToolFinished | Sentence | AnswerReady
