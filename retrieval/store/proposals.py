"""Proposals in SQL: each is decided once, and what it writes is written in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.journal import Reading, TaskChange
from copilot.domain.work import Proposal
from retrieval.store.database import Database
from retrieval.store.journal import append_on
from retrieval.store.state_schema import proposals


class SqlProposals:
    """Changes that wait for a person's yes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, proposal: Proposal) -> None:
        """Store a proposal."""
        with self._database.write() as connection:
            _insert(connection, proposal)

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal. Raises UserCanFix(`unknown_proposal`)."""
        with self._database.read() as connection:
            body = connection.execute(sa.select(proposals.c.body).where(proposals.c.id == proposal_id)).scalar()
        if body is None:
            raise UserCanFix("unknown_proposal", proposal=proposal_id)
        return Proposal.model_validate_json(body)

    def proposals(self, *, open_at: datetime | None = None, limit: int = 50) -> Sequence[Proposal]:
        """Newest first; `open_at`: only those that may still be decided then."""
        # What was made last expires last.
        query = sa.select(proposals.c.body).order_by(proposals.c.expires_at.desc(), proposals.c.id).limit(limit)
        if open_at is not None:
            query = query.where((proposals.c.state == "open") & (proposals.c.expires_at > open_at))
        with self._database.read() as connection:
            return [Proposal.model_validate_json(body) for body in connection.execute(query).scalars()]

    def decide(
        self, proposal_id: str, *, by: Principal, accept: bool, now: datetime, change: Reading | TaskChange | None = None
    ) -> Proposal:
        """Take an open proposal, once, and write its change in the same transaction.

        Raises:
            UserCanFix: `unknown_proposal`; `proposal_closed` when decided or expired; `not_allowed` without the role;
                `reading_superseded`, and then nothing has happened.
        """
        seen = self._open(proposal_id, by, now)
        state = "applied" if accept else "rejected"
        decided = seen.model_copy(update={"state": state, "decided_by": by.id, "decided_at": now})
        with self._database.write() as connection:
            _close(connection, decided)
            if accept and change is not None:
                append_on(connection, change)
        return decided

    def replace(self, proposal_id: str, successor: Proposal, *, by: Principal, now: datetime) -> Proposal:
        """Close an open proposal and store its successor, at once.

        Raises:
            UserCanFix: `unknown_proposal`, `proposal_closed`, `not_allowed`.
        """
        seen = self._open(proposal_id, by, now)
        closed = {"state": "replaced", "decided_by": by.id, "decided_at": now, "replaced_by": successor.id}
        with self._database.write() as connection:
            _close(connection, seen.model_copy(update=closed))
            _insert(connection, successor)
        return successor

    def _open(self, proposal_id: str, by: Principal, now: datetime) -> Proposal:
        seen = self.proposal(proposal_id).at(now)
        if by.role < seen.confirm_role:
            raise UserCanFix("not_allowed", role=seen.confirm_role.name)
        if seen.state != "open":
            raise UserCanFix("proposal_closed", state=seen.state)
        return seen


def _insert(connection: sa.Connection, proposal: Proposal) -> None:
    row = {"id": proposal.id, "state": proposal.state, "expires_at": proposal.expires_at, "body": proposal.model_dump_json()}
    connection.execute(proposals.insert().values(**row))


def _close(connection: sa.Connection, closed: Proposal) -> None:
    """Compare and swap: whoever comes second finds it closed."""
    still_open = (proposals.c.id == closed.id) & (proposals.c.state == "open")
    values = {"state": closed.state, "body": closed.model_dump_json()}
    if connection.execute(proposals.update().where(still_open).values(**values)).rowcount != 1:
        body = connection.execute(sa.select(proposals.c.body).where(proposals.c.id == closed.id)).scalar_one()
        raise UserCanFix("proposal_closed", state=Proposal.model_validate_json(body).state)
