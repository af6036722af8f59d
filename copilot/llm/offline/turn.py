"""The turn a model is in the middle of: the question, what was said before, and what the tools have found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from copilot.domain.answer import ToolResult
from copilot.domain.answer import Turn as Spoken


@dataclass(frozen=True)
class Turn:
    """Read from the messages; `steps` are the results of each round of tool calls, in the order of the calls."""

    question: str
    history: tuple[Spoken, ...]
    steps: tuple[tuple[ToolResult | None, ...], ...]

    def results(self, tool: str, step: int | None = None) -> list[ToolResult]:
        """Results of a tool, of all rounds or of one."""
        rounds = self.steps if step is None else self.steps[step : step + 1]
        return [result for one in rounds for result in one if result is not None and result.tool == tool]


def read_turn(messages: Sequence[BaseMessage]) -> Turn:
    """The turn after the last human message."""
    last = max((at for at, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
    if last < 0:
        return Turn("", (), ())
    by_call = {message.tool_call_id: message for message in messages[last:] if isinstance(message, ToolMessage)}
    steps = tuple(
        tuple(_result(by_call.get(str(call["id"]))) for call in message.tool_calls)
        for message in messages[last:]
        if isinstance(message, AIMessage) and message.tool_calls
    )
    return Turn(str(messages[last].text), _history(messages[:last]), steps)


def _history(messages: Sequence[BaseMessage]) -> tuple[Spoken, ...]:
    spoken: list[Spoken] = []
    asked: str | None = None
    for message in messages:
        if isinstance(message, HumanMessage):
            asked = str(message.text)
        elif isinstance(message, AIMessage) and asked is not None and not message.tool_calls:
            spoken.append(Spoken(user=asked, assistant=str(message.text)))
            asked = None
    return tuple(spoken)


def _result(message: ToolMessage | None) -> ToolResult | None:
    """None for a tool that failed: its message is words for a language model."""
    if message is None or message.artifact is None:
        return None
    if isinstance(message.artifact, ToolResult):
        return message.artifact
    return ToolResult.model_validate(message.artifact)
