"""Who may write into the journal, and how much they may add. Knows nothing of what is written."""

from __future__ import annotations

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix

MAX_NOTE = 1_000
MAX_SOURCE = 200


def check_writer(by: Principal, note: str | None, source: str | None = None) -> None:
    """Whether the person may record, and what they add is short enough.

    Raises:
        UserCanFix: `not_allowed`, `note_too_long`, `source_too_long`.
    """
    if by.role < Role.member:
        raise UserCanFix("not_allowed", role=Role.member.name)
    if note is not None and len(note) > MAX_NOTE:
        raise UserCanFix("note_too_long", limit=MAX_NOTE)
    if source is not None and len(source) > MAX_SOURCE:
        raise UserCanFix("source_too_long", limit=MAX_SOURCE)
