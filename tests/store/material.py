"""Documents, passages and facts to fill a store with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from copilot.domain.access import Principal, Role
from copilot.domain.fact import Dropped, Fact, KpiFact
from copilot.domain.plan import DocumentRecord, PlanEvent
from copilot.domain.source import Chunk, Repair
from retrieval.store.sql import SqlPlanStore

MONDAY = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ANA = Principal(id="local:ana")
BOARD = Principal(id="local:bea", groups=frozenset({"board"}))
ROOT = Principal(id="local:root", role=Role.admin)


def record(
    document: str, version: str = "v1", *, access: str | None = None, start: date | None = None, language: str = "es"
) -> DocumentRecord:
    return DocumentRecord(
        document=document,
        version_id=f"{document}@{version}",
        title=document.removesuffix(".md").title(),
        language=language,
        sha256=f"sha-{version}",
        line_count=9,
        access=access,
        start=start,
        ingested_at=MONDAY,
        source=f"/plans/{document}",
    )


def passages(of: DocumentRecord, texts: Sequence[str]) -> list[Chunk]:
    return [
        Chunk(
            id=f"{of.version_id}:{number}",
            document=of.document,
            lines=(number + 1, number + 1),
            heading_path=("Plan", "Metas"),
            text=text,
            indexed=f"Plan > Metas\n{text}",
            language=of.language,
            tokens=len(text) // 4,
        )
        for number, text in enumerate(texts)
    ]


def kpi(document: str, line: int, name: str, value: str) -> KpiFact:
    return KpiFact(
        id=f"{document}-{name}",
        entry_id=name,
        document=document,
        lines=(line, line),
        raw=f"{name}: {value}%",
        quote=f"{name}: {value}%",
        name=name,
        value=Decimal(value),
        unit="%",
    )


def put(
    store: SqlPlanStore,
    of: DocumentRecord,
    texts: Sequence[str] = (),
    *,
    facts: Sequence[Fact] = (),
    dropped: Sequence[Dropped] = (),
    events: Sequence[PlanEvent] = (),
    content: bytes = b"original",
    text: str = "repaired",
    repairs: Sequence[Repair] = (),
) -> list[Chunk]:
    chunks = passages(of, texts)
    store.replace(of, content=content, text=text, repairs=repairs, facts=facts, dropped=dropped, chunks=chunks, events=events)
    return chunks
