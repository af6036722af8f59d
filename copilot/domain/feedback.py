"""What people say of answers: thumbs up or down, with a note. A thumb down is a question for the next evaluation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from copilot.domain.access import Principal
from copilot.domain.answer import Language, Turn
from copilot.domain.source import Frozen

Vote = Literal["up", "down"]


class SaidTurn(Frozen):
    """One turn of a conversation with what led to it."""

    conversation_id: str
    turn: int
    """From 1."""
    question: str
    answer: str
    answered: bool = True
    language: Language | None = None
    model: str = ""
    history: tuple[Turn, ...] = ()
    """What was said before, oldest first."""


class Feedback(Frozen):
    """One person's word on one answer; a later one for the same turn takes its place."""

    id: str
    vote: Vote
    note: str | None = None
    by: str
    """Principal id."""
    at: datetime
    said: SaidTurn


class FeedbackStore(Protocol):
    """Keeps what people say of answers."""

    def said(self, principal: Principal, conversation_id: str | None, turn: int | None) -> SaidTurn:
        """A turn of the principal's own conversations; without an id or a number, the last one.

        Raises:
            UserCanFix: `nothing_said` where nothing was asked yet, `unknown_conversation`, `unknown_turn`.
        """

    def keep(self, feedback: Feedback) -> None:
        """Keep it; a later one with the same id takes its place."""

    def kept(self, *, by: str | None = None, limit: int | None = None) -> list[Feedback]:
        """The latest first; `by` None: everybody's."""
