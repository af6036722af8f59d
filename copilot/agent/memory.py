"""What a turn reads of its conversation: the last turns as they were said, and notes in place of the older ones.

Turns are kept by a ConversationStore for ever and read within a budget of tokens. Knows no graph.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from copilot.agent.scribe import Scribe, shortened, title_of
from copilot.domain.access import Principal
from copilot.domain.answer import Answer, ConversationSummary, Language, Question, Turn, Usage
from copilot.domain.ports import ConversationStore, CountTokens

MOST_READ = 500
"""Turns read at once; they are summarised long before."""
CHARS_PER_TOKEN = 2
"""Fewer than any text has: a turn cut to so many characters a token fits."""


@dataclass(frozen=True)
class Remembered:
    """The part of a conversation a model reads."""

    notes: str = ""
    """In place of the older turns; empty while there are none."""
    turns: tuple[Turn, ...] = ()
    """As they were said, oldest first."""
    usage: Usage = Usage()
    """Spent on the notes."""


class Memory:
    """Conversations of all principals in one store."""

    def __init__(
        self, store: ConversationStore | None, scribe: Scribe, count: CountTokens, *, history_tokens: int, history_turns: int
    ) -> None:
        self._store = store
        self._scribe = scribe
        self._count = count
        self._history_tokens = history_tokens
        self._history_turns = history_turns

    async def recall(self, principal: Principal, question: Question, default: Language) -> Remembered:
        """What was said before the question. Raises UserCanFix(`unknown_conversation`).

        Turns that do not fit any more are turned into notes once, for good, and half of the budget is free again.
        """
        if question.history:
            return Remembered(turns=self._fitting(question.history[-self._history_turns :], self._history_tokens))
        if question.conversation_id is None or self._store is None:
            return Remembered()
        read = partial(self._store.unsummarised, principal, question.conversation_id, limit=MOST_READ)
        kept, turns = await asyncio.to_thread(read)
        notes = kept.text if kept is not None else ""
        if sum(map(self._size, turns)) <= self._history_tokens:
            return Remembered(notes, tuple(turns))
        last = self._fitting(turns, self._history_tokens // 2)
        older = turns[: len(turns) - len(last)]
        usage = Usage()
        if older:
            through = (kept.through if kept is not None else 0) + len(older)
            notes, usage = await self._scribe.summary(notes, older, question.language or default)
            made = ConversationSummary(through=through, text=notes)
            await asyncio.to_thread(self._store.summarise, principal, question.conversation_id, made)
        return Remembered(notes, last, usage)

    async def keep(self, principal: Principal, question: Question, answer: Answer, *, at: datetime) -> None:
        """Add the turn to its conversation, where it has one."""
        if question.conversation_id is None or self._store is None:
            return
        turn = Turn(user=question.text, assistant=answer.answer)
        told = answer.model_dump_json()
        await asyncio.to_thread(self._store.append, principal, question.conversation_id, turn, told, at=at)

    async def entitle(self, principal: Principal, question: Question, remembered: Remembered, language: Language) -> Usage:
        """Name a conversation that has come to its second question; one question is its own title."""
        conversation = question.conversation_id
        if conversation is None or self._store is None or question.history or len(remembered.turns) != 1:
            return Usage()
        if await asyncio.to_thread(self._store.title, principal, conversation) is not None:
            return Usage()
        asked = [turn.user for turn in remembered.turns] + [question.text]
        title, usage = await self._scribe.title(asked, language) if self._scribe.is_live else (title_of(asked[0]), Usage())
        await asyncio.to_thread(self._store.entitle, principal, conversation, title)
        return usage

    def _fitting(self, turns: Sequence[Turn], budget: int) -> tuple[Turn, ...]:
        """The last turns that fit; the very last always, cut where it must be: a follow-up leans on it."""
        left = budget
        kept: list[Turn] = []
        for turn in reversed(turns):
            left -= self._size(turn)
            if left < 0:
                break
            kept.insert(0, turn)
        if not kept and turns:
            most = budget * CHARS_PER_TOKEN // 2
            last = turns[-1]
            kept = [Turn(user=shortened(last.user, most), assistant=shortened(last.assistant, most))]
        return tuple(kept)

    def _size(self, turn: Turn) -> int:
        return self._count(turn.user) + self._count(turn.assistant)
