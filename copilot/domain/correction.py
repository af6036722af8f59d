"""What a person changed in the compiled plan. Kept beside the facts, so that a re-ingest keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from copilot.domain.source import Frozen, Lines


class Correction(Frozen):
    """One person's change of one fact; for a fact the last ones count, in their order."""

    id: str
    document: str
    action: Literal["correct", "add", "withdraw"]
    fact_id: str
    """The fact corrected or withdrawn; for an added one, its own id."""
    fields: dict[str, Any] = {}
    """For `correct` the fields that change; for `add` all fields of the fact but its place."""
    lines: Lines = (1, 1)
    """Where the fact stood when it was added."""
    quote: str = ""
    """Text of those lines: an added fact follows it when lines move."""
    note: str | None = None
    by: str
    at: datetime
