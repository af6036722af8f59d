"""What hangs on a document's name, for a document whose file got another one. Runs inside the caller's transaction."""

from __future__ import annotations

from hashlib import blake2b

import sqlalchemy as sa

from copilot.domain.correction import Correction
from retrieval.store.schema import plan_starts
from retrieval.store.state_schema import corrections


def take_along(connection: sa.Connection, former: str, document: str) -> None:
    """The first day somebody set and people's corrections hold for the document under its new name; old rows stay as history."""
    _start(connection, former, document)
    query = sa.select(corrections.c.body).where(corrections.c.document == former).order_by(corrections.c.seq)
    for body in connection.execute(query).scalars().all():
        made = Correction.model_validate_json(body)
        name = blake2b(f"{made.id}\x1f{document}".encode(), digest_size=16).hexdigest()
        _keep(connection, made.model_copy(update={"id": name, "document": document}))


def _start(connection: sa.Connection, former: str, document: str) -> None:
    rows = connection.execute(sa.select(plan_starts.c.document, plan_starts.c.start))
    days = {row.document: row.start for row in rows}
    if former in days and document not in days:
        connection.execute(plan_starts.insert().values(document=document, start=days[former]))


def _keep(connection: sa.Connection, made: Correction) -> None:
    # A file may be renamed back: then its corrections are there already.
    if connection.execute(sa.select(corrections.c.id).where(corrections.c.id == made.id)).first() is not None:
        return
    last = sa.select(sa.func.coalesce(sa.func.max(corrections.c.seq), 0) + 1).scalar_subquery()
    row = {"id": made.id, "document": made.document, "at": made.at, "body": made.model_dump_json()}
    connection.execute(corrections.insert().values(**row, seq=last))
