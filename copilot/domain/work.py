"""Work that must happen once: events received, drafts awaiting a person, messages on their way out, keys, proposals."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Literal

from copilot.domain.access import Role
from copilot.domain.errors import UserCanFix
from copilot.domain.source import Frozen

InboxState = Literal["received", "working", "answered", "failed"]
DraftState = Literal[
    "due", "drafted", "awaiting_approval", "approved", "sending", "sent", "rejected", "expired", "needs_operator"
]
OutboxState = Literal["queued", "sending", "sent", "needs_operator"]

DRAFT_MOVES: dict[DraftState, tuple[DraftState, ...]] = {
    "due": ("drafted", "expired"),
    "drafted": ("awaiting_approval", "expired"),
    "awaiting_approval": ("approved", "rejected", "expired"),
    "approved": ("sending",),
    "sending": ("sent", "needs_operator"),
    "needs_operator": ("sending", "sent", "rejected"),
    "sent": (),
    "rejected": (),
    "expired": (),
}
"""Where a draft may go from each state; a store refuses every other move."""

DRAFT_EDITABLE: tuple[DraftState, ...] = ("drafted", "awaiting_approval")
"""States in which a draft's text may still change."""


REPORT_SUFFIXES = (".md", ".markdown", ".txt")
OWN_FOLDERS = ("uploads", "chroma")
"""Folders of a home in which no update is written."""


class InboxEvent(Frozen):
    """An event from outside, stored before any work and worked once, under a lease."""

    key: str
    """`slack:<app>:<team>:<event id>`."""
    kind: str
    payload: dict[str, Any]
    state: InboxState = "received"
    received_at: datetime
    attempts: int = 0
    owner: str | None = None
    """Process that works on it, while `lease_until` has not passed."""
    lease_until: datetime | None = None
    result: str | None = None
    """What the surface answered, as its own receipt (a message's timestamp); None until then."""


class Draft(Frozen):
    """A status update on its way from a due slot to a channel."""

    id: str
    key: str
    """Plan + ISO week + kind + audience: one draft a key."""
    kind: str = "weekly"
    week: str
    """ISO week, `2026-W47`."""
    audience: str
    language: str
    destination: str
    state: DraftState
    version: int = 1
    """Grows with every edit; an approval names the version it was given for."""
    text: str = ""
    """Markdown, as it would be posted."""
    sentences: tuple[dict[str, Any], ...] = ()
    """Each with its evidence: `{text, figures, citations, calculations}`."""
    report: dict[str, Any] = {}
    """The computed report the text was drafted from."""
    gaps: tuple[str, ...] = ()
    created_by: str
    created_at: datetime
    edited_by: str | None = None
    """Who replaced the text; its figures are then that person's word."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was rejected or needs an operator."""
    receipt: str | None = None
    """Where it was posted: a message's timestamp or a file's path."""


class OutboxMessage(Frozen):
    """One message to deliver once. State `sending` is written before the network call."""

    key: str
    """The draft's key, carried in the message so that a channel's history shows whether it arrived."""
    draft_id: str
    draft_version: int = 1
    """Version of the draft it shows."""
    kind: Literal["post", "review"] = "post"
    """`post`: the approved update. `review`: the draft, to be approved, edited or rejected where it arrives."""
    language: str = "es"
    destination: str
    text: str
    state: OutboxState = "queued"
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    receipt: str | None = None
    error: str | None = None
    not_before: datetime | None = None


class Proposal(Frozen):
    """An exact change that waits for a person's yes: single use, expiring, bound to who may confirm it."""

    id: str
    action: str
    """`kpi.record`, `task.change` ..."""
    payload: dict[str, Any]
    summary: str
    """What would change, in the asker's language."""
    requested_by: str
    confirm_role: Role
    created_at: datetime
    expires_at: datetime
    state: Literal["open", "applied", "rejected", "replaced", "expired"] = "open"
    decided_by: str | None = None
    decided_at: datetime | None = None
    replaced_by: str | None = None
    """Id of the proposal an edit made of it."""

    def at(self, now: datetime) -> Proposal:
        """As it is seen now: an open one past its time has expired."""
        return self.model_copy(update={"state": "expired"}) if self.state == "open" and now >= self.expires_at else self


class ApiKey(Frozen):
    """A key for the HTTP doors. The key itself is shown once and never stored."""

    id: str
    """Public part, shown in lists."""
    name: str
    sha256: str
    """Of the secret."""
    role: Role
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def check_destination(destination: str, *, anywhere: bool = False) -> str:
    """A destination that a publisher can reach and search: `slack:C0123ABCD` or `file:PATH`.

    Args:
        destination: as given. Slack channels by id, since a channel's history cannot be read by name.
        anywhere: allow absolute paths and `..`; only for a person at the machine's own command line.

    Raises:
        UserCanFix: `bad_destination`.
    """
    scheme, _, rest = destination.partition(":")
    if scheme == "slack" and re.fullmatch(r"[CDG][A-Z0-9]{2,}", rest):
        return destination
    if scheme == "file" and rest and "\0" not in rest and (anywhere or _is_report_path(rest)):
        return destination
    raise UserCanFix("bad_destination", destination=destination)


def _is_report_path(rest: str) -> bool:
    """A text file below the home that is none of the workspace's own: not its database, vectors or documents."""
    path = PurePosixPath(rest.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or ":" in rest
    hidden = any(part.startswith(".") for part in path.parts)
    return not outside and not hidden and path.parts[0].lower() not in OWN_FOLDERS and path.suffix.lower() in REPORT_SUFFIXES
