"""What people say of answers, in SQL, and the turns they say it of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from copilot.domain.access import Principal
from copilot.domain.answer import Turn
from copilot.domain.errors import UserCanFix
from copilot.domain.feedback import Feedback, SaidTurn
from retrieval.store.database import Database
from retrieval.store.schema import conversations, turns
from retrieval.store.state_schema import feedback as table

HISTORY = 6
"""Turns before the one spoken of that are kept with it."""


class SqlFeedback:
    """FeedbackStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def said(self, principal: Principal, conversation_id: str | None, turn: int | None) -> SaidTurn:
        """A turn of the principal's own conversations; without an id or a number, the last one.

        Raises:
            UserCanFix: `nothing_said` where nothing was asked yet, `unknown_conversation`, `unknown_turn`.
        """
        mine = sa.select(turns).join(conversations).where(conversations.c.principal_id == principal.id)
        if conversation_id is not None:
            mine = mine.where(turns.c.conversation_id == conversation_id)
        last = mine.order_by(turns.c.at.desc(), turns.c.conversation_id, turns.c.ordinal.desc()).limit(1)
        with self._database.read() as connection:
            found = connection.execute(last).mappings().first()
            if found is None:
                raise _nothing(conversation_id)
            known = found["conversation_id"]
            number = int(found["ordinal"]) if turn is None else turn
            before = turns.c.ordinal.between(number - HISTORY, number)
            own = sa.select(turns).where(turns.c.conversation_id == known, before).order_by(turns.c.ordinal)
            rows = [row for row in connection.execute(own).mappings()]
        if not rows or rows[-1]["ordinal"] != number:
            raise UserCanFix("unknown_turn", conversation_id=known, turn=number)
        return _said(rows[-1], tuple(Turn(user=row["user"], assistant=row["assistant"]) for row in rows[:-1]))

    def keep(self, feedback: Feedback) -> None:
        """Keep it; a later one with the same id takes its place."""
        row = {"at": feedback.at, "body": feedback.model_dump_json()}
        insert = self._database.dialect.insert(table).values(id=feedback.id, **row)
        with self._database.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=row))

    def kept(self, *, by: str | None = None, limit: int | None = None) -> list[Feedback]:
        """The latest first; `by` None: everybody's."""
        query = sa.select(table.c.body).order_by(table.c.at.desc(), table.c.id)
        with self._database.read() as connection:
            bodies = connection.execute(query).scalars().all()
        known = [Feedback.model_validate_json(body) for body in bodies]
        return [one for one in known if by is None or one.by == by][:limit]


def _nothing(conversation_id: str | None) -> UserCanFix:
    if conversation_id is None:
        return UserCanFix("nothing_said")
    return UserCanFix("unknown_conversation", conversation_id=conversation_id)


def _said(row: Mapping[Any, Any], history: tuple[Turn, ...]) -> SaidTurn:
    told = json.loads(row["answer"] or "{}")
    return SaidTurn(
        conversation_id=row["conversation_id"],
        turn=row["ordinal"],
        question=row["user"],
        answer=row["assistant"],
        answered=told.get("answered", True),
        language=told.get("language"),
        model=told.get("model", ""),
        history=history,
    )
