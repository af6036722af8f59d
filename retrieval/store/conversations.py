"""What was said in conversations. A conversation is its principal's own; nobody else reads or continues it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.domain.access import Principal
from copilot.domain.answer import ConversationSummary, Turn
from copilot.domain.errors import UserCanFix
from retrieval.store.database import Database
from retrieval.store.schema import conversation_summaries, conversations, principals, turns

# Made once: SQLAlchemy takes longer to build a statement than SQLite to run it, and these run with every question.
_SUMMARISED = conversations.outerjoin(conversation_summaries)
_BEHIND = (turns.c.conversation_id == conversations.c.id) & (
    turns.c.ordinal > sa.func.coalesce(conversation_summaries.c.through, 0)
)
_UNSUMMARISED = (
    sa.select(
        conversations.c.principal_id,
        conversation_summaries.c.through,
        conversation_summaries.c.text,
        turns.c.user,
        turns.c.assistant,
    )
    .select_from(_SUMMARISED.outerjoin(turns, _BEHIND))
    .where(conversations.c.id == sa.bindparam("conversation"))
    .order_by(turns.c.ordinal)
    .limit(sa.bindparam("most"))
)
_LAST_TURN = (
    sa.select(conversations.c.principal_id, sa.func.max(turns.c.ordinal).label("ordinal"))
    .select_from(conversations.outerjoin(turns))
    .where(conversations.c.id == sa.bindparam("conversation"))
    .group_by(conversations.c.principal_id)
)
_SAY = turns.insert()


class SqlConversationStore:
    """Implements the port ConversationStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        seen = database.dialect.insert(principals)
        now = {"role": seen.excluded.role, "groups": seen.excluded.groups}
        self._see = seen.on_conflict_do_update(index_elements=["id"], set_=now)
        self._begin = database.dialect.insert(conversations).on_conflict_do_nothing()

    def turns(self, principal: Principal, conversation_id: str, *, limit: int) -> Sequence[Turn]:
        """The last turns, oldest first; none yet for a new conversation. Raises UserCanFix(`unknown_conversation`)."""
        last = sa.select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.ordinal.desc()).limit(limit)
        with self._database.read() as connection:
            _check_owner(connection, principal, conversation_id)
            rows = connection.execute(last).all()
        return [Turn(user=row.user, assistant=row.assistant) for row in reversed(rows)]

    def append(self, principal: Principal, conversation_id: str, turn: Turn, answer_json: str, *, at: datetime) -> None:
        """Add a turn; the conversation is made on first use. Raises UserCanFix(`unknown_conversation`)."""
        groups = json.dumps(sorted(principal.groups), ensure_ascii=False)
        person = {"id": principal.id, "role": int(principal.role), "groups": groups, "first_seen_at": at}
        said = {
            "conversation_id": conversation_id,
            "user": turn.user,
            "assistant": turn.assistant,
            "answer": answer_json,
            "at": at,
        }
        with self._database.write() as connection:
            connection.execute(self._see, person)
            connection.execute(self._begin, {"id": conversation_id, "principal_id": principal.id, "started_at": at})
            there = connection.execute(_LAST_TURN, {"conversation": conversation_id}).one()
            if there.principal_id != principal.id:
                raise UserCanFix("unknown_conversation", conversation_id=conversation_id)
            connection.execute(_SAY, {**said, "ordinal": (there.ordinal or 0) + 1})

    def unsummarised(
        self, principal: Principal, conversation_id: str, *, limit: int
    ) -> tuple[ConversationSummary | None, Sequence[Turn]]:
        """The summary and the turns it does not reach, oldest first. Raises UserCanFix(`unknown_conversation`)."""
        with self._database.read() as connection:
            rows = connection.execute(_UNSUMMARISED, {"conversation": conversation_id, "most": limit}).all()
        if rows and rows[0].principal_id != principal.id:
            raise UserCanFix("unknown_conversation", conversation_id=conversation_id)
        is_summarised = bool(rows) and rows[0].through is not None
        kept = ConversationSummary(through=rows[0].through, text=rows[0].text) if is_summarised else None
        return kept, [Turn(user=row.user, assistant=row.assistant) for row in rows if row.user is not None]

    def summary(self, principal: Principal, conversation_id: str) -> ConversationSummary | None:
        """What stands for the older turns, if anything. Raises UserCanFix(`unknown_conversation`)."""
        kept = conversation_summaries
        query = sa.select(kept.c.through, kept.c.text).where(kept.c.conversation_id == conversation_id)
        with self._database.read() as connection:
            _check_owner(connection, principal, conversation_id)
            row = connection.execute(query).first()
        return ConversationSummary(through=row.through, text=row.text) if row is not None else None

    def summarise(self, principal: Principal, conversation_id: str, summary: ConversationSummary) -> None:
        """Keep a summary, unless one that reaches further is there. Raises UserCanFix(`unknown_conversation`)."""
        kept = conversation_summaries
        row = self._database.dialect.insert(kept).values(conversation_id=conversation_id, **summary.model_dump())
        with self._database.write() as connection:
            _check_owner(connection, principal, conversation_id)
            there = sa.select(kept.c.through).where(kept.c.conversation_id == conversation_id)
            reaches = connection.execute(there).scalar()
            if reaches is None or reaches < summary.through:
                newer = {"through": summary.through, "text": summary.text}
                connection.execute(row.on_conflict_do_update(index_elements=["conversation_id"], set_=newer))

    def title(self, principal: Principal, conversation_id: str) -> str | None:
        """What the conversation is called, if anything. Raises UserCanFix(`unknown_conversation`)."""
        with self._database.read() as connection:
            _check_owner(connection, principal, conversation_id)
            named = sa.select(conversations.c.title).where(conversations.c.id == conversation_id)
            found: str | None = connection.execute(named).scalar()
            return found

    def entitle(self, principal: Principal, conversation_id: str, title: str) -> None:
        """Name the conversation, where there is one. Raises UserCanFix(`unknown_conversation`)."""
        with self._database.write() as connection:
            _check_owner(connection, principal, conversation_id)
            connection.execute(conversations.update().where(conversations.c.id == conversation_id).values(title=title))

    def latest(self, principal: Principal) -> str | None:
        """The principal's conversation that was spoken in last; None before the first."""
        mine = turns.join(conversations, conversations.c.id == turns.c.conversation_id)
        last = (
            sa.select(conversations.c.id)
            .select_from(mine)
            .where(conversations.c.principal_id == principal.id)
            .order_by(turns.c.at.desc(), conversations.c.id)
            .limit(1)
        )
        with self._database.read() as connection:
            found: str | None = connection.execute(last).scalar()
            return found

    def listed(self, principal: Principal, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """The principal's conversations, the latest first: id, title, when it began, its first question, number of turns."""
        first = sa.select(turns.c.user).where(turns.c.conversation_id == conversations.c.id, turns.c.ordinal == 1)
        count = sa.select(sa.func.count()).where(turns.c.conversation_id == conversations.c.id)
        query = (
            sa.select(
                conversations.c.id,
                conversations.c.title,
                conversations.c.started_at,
                first.scalar_subquery().label("first_question"),
                count.scalar_subquery().label("turns"),
            )
            .where(conversations.c.principal_id == principal.id)
            .order_by(conversations.c.started_at.desc(), conversations.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def delete(self, principal: Principal, conversation_id: str) -> None:
        """Forget a conversation and its turns. Raises UserCanFix(`unknown_conversation`) where it is not the principal's."""
        mine = (conversations.c.id == conversation_id) & (conversations.c.principal_id == principal.id)
        with self._database.write() as connection:
            if connection.execute(sa.select(conversations.c.id).where(mine)).first() is None:
                raise UserCanFix("unknown_conversation", conversation_id=conversation_id)
            connection.execute(turns.delete().where(turns.c.conversation_id == conversation_id))
            kept = conversation_summaries
            connection.execute(kept.delete().where(kept.c.conversation_id == conversation_id))
            connection.execute(conversations.delete().where(mine))


def _check_owner(connection: sa.Connection, principal: Principal, conversation_id: str) -> None:
    owner = connection.execute(sa.select(conversations.c.principal_id).where(conversations.c.id == conversation_id)).scalar()
    if owner is not None and owner != principal.id:
        raise UserCanFix("unknown_conversation", conversation_id=conversation_id)
