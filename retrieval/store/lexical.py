"""Full-text search in the workspace's database, on terms our analyser makes. Ranks; knows nothing of who may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from copilot.domain.source import Chunk
from retrieval.language.analyser import ANALYSER_VERSION, Analysed, analyse
from retrieval.language.query import query_terms
from retrieval.store.database import Database
from retrieval.store.dialects import Dialect
from retrieval.store.schema import chunks, document_versions, documents, marks

MARK: Final = "lexical_analyser"
"""Mark that names the analyser the index was made with."""
LARGE: Final = 30_000
"""Chunks above which 4-grams are too slow to be asked first: their cost grows with the number of chunks."""
REBUILD_BATCH: Final = 500
STRAY: Final = 0.03
"""Share of the documents below which a question is not looked up in their language too: it blurs the others."""


class SqlLexicalIndex:
    """Implements the port LexicalIndex. Rows are written by the plan store, with the chunks they belong to."""

    def __init__(self, database: Database, *, large: int = LARGE) -> None:
        self._database = database
        self._large = large
        self._is_fresh = False

    def search(self, query: str, *, documents: Sequence[str] | None, k: int) -> Sequence[tuple[str, float]]:
        """Chunk ids and scores (higher is better), best first. `documents` None: all."""
        if documents is not None and not documents:
            return []
        if not self._is_fresh:
            self.refresh()
            self._is_fresh = True
        with self._database.read() as connection:
            languages = _languages(connection, documents)
            terms = query_terms(query, *languages)
            # Words only meet words of their own language; across languages the 4-grams do the work.
            if terms.language in (None, *languages[:1]) and self._is_large(connection):
                found = self._ask(connection, terms.stems, (), documents, k)
                if len(found) >= k:
                    return found
            return self._ask(connection, terms.stems, terms.grams, documents, k)

    def refresh(self) -> bool:
        """Rebuild the index where another version of the analyser made it; whether that was needed."""
        with self._database.read() as connection:
            if _made_by(connection) == ANALYSER_VERSION:
                return False
        with self._database.write() as connection:
            if _made_by(connection) == ANALYSER_VERSION:
                return False
            rebuild_index(self._database.dialect, connection)
        return True

    def _ask(
        self, connection: sa.Connection, stems: Sequence[str], grams: Sequence[str], only: Sequence[str] | None, k: int
    ) -> list[tuple[str, float]]:
        return self._database.dialect.search_full_text(connection, stems, grams, documents=only, k=k)

    def _is_large(self, connection: sa.Connection) -> bool:
        size: int = connection.execute(sa.select(sa.func.count()).select_from(chunks)).scalar_one()
        return size > self._large


def add_to_index(dialect: Dialect, connection: sa.Connection, new: Sequence[Chunk]) -> None:
    """Index chunks in the transaction that wrote them."""
    # The first chunk says who makes the index; where an older analyser does, `refresh` finds its mark still there.
    first = dialect.insert(marks).values(name=MARK, value=ANALYSER_VERSION)
    connection.execute(first.on_conflict_do_nothing())
    dialect.add_full_text(connection, [_index_row(chunk.id, chunk.indexed, chunk.language) for chunk in new])


def rebuild_index(dialect: Dialect, connection: sa.Connection) -> None:
    """Index every passage anew, in the caller's transaction."""
    dialect.delete_full_text(connection)
    query = sa.select(chunks.c.row, chunks.c.id, chunks.c.indexed, chunks.c.language).order_by(chunks.c.row)
    last = -1
    while rows := connection.execute(query.where(chunks.c.row > last).limit(REBUILD_BATCH)).all():
        dialect.add_full_text(connection, [_index_row(row.id, row.indexed, row.language) for row in rows])
        last = rows[-1].row
    put = dialect.insert(marks).values(name=MARK, value=ANALYSER_VERSION)
    connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": ANALYSER_VERSION}))


def _index_row(chunk_id: str, indexed: str, language: str) -> tuple[str, str, str]:
    terms: Analysed = analyse(indexed, language)
    return chunk_id, " ".join(terms.stems), " ".join(terms.grams)


def _made_by(connection: sa.Connection) -> str | None:
    return connection.execute(sa.select(marks.c.value).where(marks.c.name == MARK)).scalar()


def _languages(connection: sa.Connection, only: Sequence[str] | None) -> tuple[str, ...]:
    """Languages of the documents, the most frequent first; what only a stray document is written in is left out."""
    size = sa.func.count()
    counted = sa.select(document_versions.c.language, size)
    counted = counted.join(documents, documents.c.version_id == document_versions.c.version_id)
    if only is not None:
        counted = counted.where(documents.c.document.in_(list(only)))
    ranked = counted.group_by(document_versions.c.language).order_by(size.desc(), document_versions.c.language)
    found = [(str(language), int(number)) for language, number in connection.execute(ranked).all()]
    whole = sum(number for _, number in found)
    return tuple(language for language, number in found if number >= STRAY * whole)
