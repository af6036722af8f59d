"""Domain values to table rows and back. Knows columns, not queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from copilot.domain.fact import Fact
from copilot.domain.plan import DocumentRecord
from copilot.domain.source import Chunk, Place


def record(row: sa.RowMapping) -> DocumentRecord:
    """A document at its active version; the front matter's start comes before the one a person set."""
    fields = {key: row[key] for key in DocumentRecord.model_fields}
    return DocumentRecord(**(fields | {"start": row["set_start"] or row["start"]}))


def fact(payload: str) -> Fact:
    """A fact from its JSON."""
    return _facts().validate_json(payload)


def fact_row(one: Fact, version_id: str) -> dict[str, Any]:
    """A row of `facts`."""
    first, last = one.lines
    named = {"id": one.id, "entry_id": one.entry_id, "kind": one.kind, "document": one.document}
    return named | {"version_id": version_id, "first_line": first, "last_line": last, "payload": one.model_dump_json()}


def chunk(row: sa.Row[Any]) -> Chunk:
    """A chunk from a row of `chunks`."""
    return Chunk(
        id=row.id,
        document=row.document,
        lines=(row.first_line, row.last_line),
        heading_path=tuple(json.loads(row.heading_path)),
        text=row.text,
        indexed=row.indexed,
        language=row.language,
        tokens=row.tokens,
        place=row.place,
    )


def chunk_row(one: Chunk, version_id: str) -> dict[str, Any]:
    """A row of `chunks`."""
    first, last = one.lines
    fields = one.model_dump(include={"id", "document", "text", "indexed", "language", "tokens", "place"})
    path = json.dumps(one.heading_path, ensure_ascii=False)
    return fields | {"version_id": version_id, "first_line": first, "last_line": last, "heading_path": path}


def places(text: str) -> tuple[Place, ...]:
    """Places from the JSON of their numbers and names."""
    return tuple(Place(lines=(first, last), name=name, number=number) for first, last, name, number in json.loads(text))


def places_text(found: Sequence[Place]) -> str:
    """JSON of places, short: a sheet may have thousands."""
    return json.dumps([[*place.lines, place.name, place.number] for place in found], ensure_ascii=False)


@cache
def _facts() -> TypeAdapter[Fact]:
    return TypeAdapter(Fact)
