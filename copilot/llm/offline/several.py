"""Several questions in one message: where one ends, their tool calls side by side, their answers one below the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from copilot.domain.answer import ToolResult
from copilot.domain.answer import Turn as Spoken
from copilot.llm.offline.intents.base import Call
from copilot.llm.offline.phrasing import LONGEST_LIST, UNANSWERED, fitted
from copilot.llm.offline.turn import Turn

MOST_QUESTIONS = 4
"""Of one message; that there were more is said."""
_QUESTION = re.compile(r"[^?？]*\w[^?？]*[?？]+")


@dataclass(frozen=True)
class Step:
    """Tool calls, or the draft of the answer."""

    calls: tuple[Call, ...] = ()
    draft: str = ""


@dataclass
class _Part:
    """One of the questions, with what was found for it."""

    question: str
    history: tuple[Spoken, ...]
    steps: list[tuple[ToolResult | None, ...]] = field(default_factory=list)
    draft: str | None = None


def questions_in(text: str) -> list[str]:
    """The questions of a message, each with the words that lead to it; the message itself where it is one."""
    found = [match[0].strip() for match in _QUESTION.finditer(text)]
    return found if len(found) > 1 else [text]


def answer_each(turn: Turn, questions: list[str], one: Callable[[Turn], Step], more: str) -> Step:
    """The next step of all questions at once; a later one may refer to those before it.

    Args:
        turn: with the results of the rounds so far, each holding those of every question in their order.
        questions: of the message.
        one: the next step of a turn with a single question.
        more: what is said of questions beyond the first few.
    """
    parts: list[_Part] = []
    history = turn.history
    for question in questions[:MOST_QUESTIONS]:
        parts.append(_Part(question, history))
        history = (*history, Spoken(user=question, assistant=""))
    for results in (*turn.steps, None):
        calls = _advance(parts, one)
        if not calls or results is None:
            break
        _share_out(parts, calls, results)
    if calls:
        return Step(tuple(call for asked in calls for call in asked))
    rest = [more] if len(questions) > MOST_QUESTIONS else []
    return Step(draft=_joined([part.draft or "" for part in parts], rest))


def _advance(parts: list[_Part], one: Callable[[Turn], Step]) -> list[tuple[Call, ...]]:
    """Calls of each question now, none for those that have their draft; empty when all have."""
    calls: list[tuple[Call, ...]] = []
    for part in parts:
        step = Step(draft=part.draft) if part.draft is not None else one(Turn(part.question, part.history, tuple(part.steps)))
        if not step.calls:
            part.draft = step.draft
        calls.append(step.calls)
    return calls if any(calls) else []


def _share_out(parts: list[_Part], calls: list[tuple[Call, ...]], results: tuple[ToolResult | None, ...]) -> None:
    first = 0
    for part, asked in zip(parts, calls, strict=True):
        if asked:
            part.steps.append(results[first : first + len(asked)])
        first += len(asked)


def _joined(drafts: list[str], rest: list[str]) -> str:
    told = [draft.removeprefix(UNANSWERED).strip() for draft in drafts]
    whole = fitted([part for draft in [*told, *rest] for part in (draft, "")], LONGEST_LIST).strip()
    return f"{UNANSWERED} {whole}" if all(draft.startswith(UNANSWERED) for draft in drafts) else whole
