"""The compiled plan: documents, entries joined from mentions, conflicts between them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from copilot.domain.fact import Dropped, Fact
from copilot.domain.source import Citation, Frozen, Repair


class DocumentRecord(Frozen):
    """An ingested document at its active version."""

    document: str
    version_id: str
    """Changes with the content; the prefix of its chunk ids."""
    title: str
    language: str
    sha256: str
    """Of the original bytes."""
    line_count: int
    access: str | None = None
    """Access group from the front matter's `access:`; None is open to all."""
    start: date | None = None
    """The plan's first day, from the front matter's `start:` or `rumbo plan start`."""
    ingested_at: datetime
    source: str = ""
    """Path of its file on the machine that ingested it; by it a file is recognised, whichever folder is named the next time."""
    compiled_by: str = ""
    """Version of the program that made its facts; another version compiles unchanged bytes anew."""


class ConflictValue(Frozen):
    """One of the values that cannot all hold."""

    value: str
    """As written."""
    amount: Decimal
    unit: str
    citation: Citation


class Conflict(Frozen):
    """Two or more values for one thing; never a silent winner."""

    id: str
    name: str
    period: str | None = None
    values: tuple[ConflictValue, ...]


class Entry(Frozen):
    """One thing of the plan with all the mentions that state it."""

    entry_id: str
    kind: str
    name: str
    period: str | None = None
    mentions: tuple[Fact, ...]
    """Same kind, same thing; the most complete first."""


class Plan(Frozen):
    """Everything the reader may see, compiled from the active versions of the documents."""

    documents: tuple[DocumentRecord, ...] = ()
    facts: tuple[Fact, ...] = ()
    """In document order, then line order."""
    entries: tuple[Entry, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class PlanEvent(Frozen):
    """A change of the plan between two versions of a document."""

    kind: Literal["added", "removed", "changed"]
    fact_kind: str
    fact_id: str
    document: str
    name: str
    before: str | None = None
    after: str | None = None
    at: datetime


class DocumentReport(Frozen):
    """What happened to one file of an ingest."""

    document: str
    status: Literal["ingested", "replaced", "unchanged", "removed", "skipped", "failed"]
    reason: str | None = None
    """Error or skip code, with `detail` for people."""
    detail: str = ""
    params: dict[str, str] = {}
    """What else fills the sentence of `reason`: a size, a limit."""
    language: str | None = None
    facts: dict[str, int] = {}
    """Number of mentions a kind."""
    chunks: int = 0
    repairs: tuple[Repair, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    events: tuple[PlanEvent, ...] = ()


class IngestReport(Frozen):
    """Every file of an ingest, accounted for."""

    documents: tuple[DocumentReport, ...] = ()
    pending_vectors: int = 0
    """Chunks that wait for the process that owns the Chroma folder; 0 when all are embedded."""
    trouble: str | None = None
    """Code of the OperatorMustFix that kept vectors from being written; None when all went well."""
    trouble_params: dict[str, str] = {}
    """What fills its sentence."""
    elapsed_ms: float = 0.0
