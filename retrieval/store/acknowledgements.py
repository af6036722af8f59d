"""Findings people know of, in SQL."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.domain.audit import Acknowledgement
from retrieval.store.database import Database
from retrieval.store.state_schema import acknowledgements


class SqlAcknowledgementStore:
    """AcknowledgementStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep it; a later one for the same finding takes its place."""
        row = {"at": acknowledgement.at, "body": acknowledgement.model_dump_json()}
        own = acknowledgements.c.finding_id == acknowledgement.finding_id
        with self._database.write() as connection:
            if not connection.execute(acknowledgements.update().where(own).values(**row)).rowcount:
                connection.execute(acknowledgements.insert().values(finding_id=acknowledgement.finding_id, **row))

    def forget(self, finding_id: str) -> bool:
        """Let a finding speak again; False when it was not acknowledged."""
        with self._database.write() as connection:
            gone = connection.execute(acknowledgements.delete().where(acknowledgements.c.finding_id == finding_id))
            return bool(gone.rowcount)

    def acknowledged(self) -> dict[str, Acknowledgement]:
        """All of them, by finding id."""
        with self._database.read() as connection:
            bodies = connection.execute(sa.select(acknowledgements.c.body)).scalars().all()
        known = (Acknowledgement.model_validate_json(body) for body in bodies)
        return {one.finding_id: one for one in known}
