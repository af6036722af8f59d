"""Thumbs: kept with the turn they are about, and written out as questions for the next evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from copilot.domain.access import Principal
from copilot.domain.feedback import Feedback, FeedbackStore, Vote
from copilot.domain.ports import Clock


class FeedbackDesk:
    """Takes what people say of answers."""

    def __init__(self, store: FeedbackStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def vote(
        self, by: Principal, vote: Vote, *, note: str | None = None, conversation_id: str | None = None, turn: int | None = None
    ) -> Feedback:
        """Keep a vote on a turn, the last one where none is named; a second vote of a person replaces the first.

        Raises:
            UserCanFix: `nothing_said`, `unknown_conversation`, `unknown_turn`.
        """
        said = self._store.said(by, conversation_id, turn)
        made = Feedback(
            id=_id(by.id, said.conversation_id, said.turn),
            vote=vote,
            note=note.strip() or None if note else None,
            by=by.id,
            at=self._clock.now(),
            said=said,
        )
        self._store.keep(made)
        return made

    def listed(self, *, vote: Vote | None = None, by: str | None = None, limit: int | None = None) -> list[Feedback]:
        """The latest first."""
        found = [one for one in self._store.kept(by=by) if vote is None or one.vote == vote]
        return found[:limit]


def as_question(feedback: Feedback) -> dict[str, Any]:
    """A line of a question file, as `rumbo eval run` reads it.

    `must_contain` and `sources` are for a person to fill in: only a person knows what would have been right.
    """
    said = feedback.said
    return {
        "id": feedback.id,
        "lang": said.language or "",
        "type": "feedback",
        "question": said.question,
        "history": [{"user": turn.user, "assistant": turn.assistant} for turn in said.history],
        "must_contain": [],
        "must_not_contain": [],
        "sources": [],
        "vote": feedback.vote,
        "note": feedback.note or "",
        "answer_given": said.answer,
        "model": said.model,
    }


def as_questions(given: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Lines of a question file, the oldest first; a question asked again in the same words is one."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in sorted(given, key=lambda feedback: feedback.at):
        rows[(one.said.question.strip().lower(), one.said.history)] = as_question(one)
    return list(rows.values())


def _id(*parts: object) -> str:
    return "f" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:12]
