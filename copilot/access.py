"""API keys: random, shown once, kept as a hash, with a role and an end. Knows no HTTP."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.ports import Clock
from copilot.domain.state_ports import AccessStore
from copilot.domain.work import ApiKey

PREFIX = "rumbo_"
ID_BYTES = 4
SECRET_BYTES = 32
DEFAULT_DAYS = 90
MOST_DAYS = 3650


class Doorkeeper:
    """Makes, checks and revokes keys."""

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(self, name: str, role: Role, *, days: int = DEFAULT_DAYS) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can show again. Raises UserCanFix(`bad_key_term`)."""
        if not 0 < days <= MOST_DAYS:
            raise UserCanFix("bad_key_term", days=days, most=MOST_DAYS)
        now = self._clock.now()
        key_id = secrets.token_hex(ID_BYTES)
        secret = f"{PREFIX}{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
        key = ApiKey(
            id=key_id,
            name=name.strip()[:100],
            sha256=_hash(secret),
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        self._store.add_key(key)
        return key, secret

    def principal(self, secret: str) -> Principal | None:
        """Who a key stands for; None for an unknown, revoked or expired one."""
        key = self._store.key_by_hash(_hash(secret))
        if key is None or not key.valid(self._clock.now()):
            return None
        return Principal(id=f"key:{key.id}", role=key.role)

    def revoke(self, key_id: str) -> None:
        """End a key at once. Raises UserCanFix(`unknown_key`)."""
        if not self._store.revoke_key(key_id, at=self._clock.now()):
            raise UserCanFix("unknown_key", key=key_id)


def _hash(secret: str) -> str:
    # A key has 256 random bits: a plain hash cannot be guessed back, and a lookup by it takes the same time for all.
    return hashlib.sha256(secret.encode()).hexdigest()
