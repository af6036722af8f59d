"""Keys, roles of people and request counts in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from copilot.domain.work import ApiKey
from retrieval.store.database import Database
from retrieval.store.state_schema import api_keys, person_roles, request_counts


class SqlAccessStore:
    """AccessStore on a database whose schema is up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_key(self, key: ApiKey) -> None:
        """Store a key's hash."""
        row = {"id": key.id, "sha256": key.sha256, "created_at": key.created_at, "body": key.model_dump_json()}
        with self._database.write() as connection:
            connection.execute(api_keys.insert().values(**row))

    def keys(self) -> Sequence[ApiKey]:
        """All keys, newest first."""
        with self._database.read() as connection:
            bodies = connection.execute(sa.select(api_keys.c.body).order_by(api_keys.c.created_at.desc())).scalars().all()
        return [ApiKey.model_validate_json(body) for body in bodies]

    def key_by_hash(self, sha256: str) -> ApiKey | None:
        """The key with this hash, valid or not."""
        with self._database.read() as connection:
            body = connection.execute(sa.select(api_keys.c.body).where(api_keys.c.sha256 == sha256)).scalar()
        return None if body is None else ApiKey.model_validate_json(body)

    def revoke_key(self, key_id: str, *, at: datetime) -> bool:
        """Revoke at once; False when there is none (or it is revoked already)."""
        with self._database.write() as connection:
            valid = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
            body = connection.execute(sa.select(api_keys.c.body).where(valid)).scalar()
            if body is None:
                return False
            revoked = ApiKey.model_validate_json(body).model_copy(update={"revoked_at": at})
            values = {"revoked_at": at, "body": revoked.model_dump_json()}
            return bool(connection.execute(api_keys.update().where(valid).values(**values)).rowcount)

    def role_of(self, principal_id: str) -> str | None:
        """Role name set for a person; None when never set."""
        with self._database.read() as connection:
            return connection.execute(sa.select(person_roles.c.role).where(person_roles.c.principal_id == principal_id)).scalar()

    def set_role(self, principal_id: str, role: str) -> None:
        """Set a person's role."""
        mine = person_roles.c.principal_id == principal_id
        try:
            with self._database.write() as connection:
                if connection.execute(person_roles.update().where(mine).values(role=role)).rowcount == 0:
                    connection.execute(person_roles.insert().values(principal_id=principal_id, role=role))
        except IntegrityError:  # another process inserted first
            with self._database.write() as connection:
                connection.execute(person_roles.update().where(mine).values(role=role))

    def count_request(self, bucket: str, *, window: str, limit: int) -> bool:
        """Count one request of a window; False when it is over the limit. Older windows of the bucket are dropped."""
        mine = (request_counts.c.bucket == bucket) & (request_counts.c.window == window)
        more = request_counts.update().where(mine).values(requests=request_counts.c.requests + 1)
        try:
            with self._database.write() as connection:
                if connection.execute(more).rowcount == 0:
                    old = (request_counts.c.bucket == bucket) & (request_counts.c.window < window)
                    connection.execute(request_counts.delete().where(old))
                    connection.execute(request_counts.insert().values(bucket=bucket, window=window, requests=1))
                counted = connection.execute(sa.select(request_counts.c.requests).where(mine)).scalar_one()
        except IntegrityError:
            with self._database.write() as connection:
                connection.execute(more)
                counted = connection.execute(sa.select(request_counts.c.requests).where(mine)).scalar_one()
        return int(counted) <= limit
