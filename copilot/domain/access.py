"""Who asks: principals, their roles and groups."""

from __future__ import annotations

from enum import IntEnum

from pydantic import BaseModel, ConfigDict


class Role(IntEnum):
    """What a principal may do; each role includes the ones below it."""

    viewer = 1
    member = 2
    approver = 3
    admin = 4


class Principal(BaseModel):
    """The person or program on whose behalf something happens."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Stable name within a surface: `local:ana`, `slack:T1:U2`, `key:ab12`."""
    role: Role = Role.member
    groups: frozenset[str] = frozenset()
    """Access groups the principal belongs to; a document without a group is open to all."""

    def may_read(self, access: str | None) -> bool:
        """Whether a document with this `access` group may be shown to the principal."""
        return access is None or self.role is Role.admin or access in self.groups
