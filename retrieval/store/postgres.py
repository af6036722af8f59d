"""PostgreSQL behind the port Dialect: writers that queue up, and a full-text index ranked as SQLite's is.

PostgreSQL's own ranking knows nothing of rare and frequent terms. Here `ts_rank` only says, for terms of about the same
rarity, how often a chunk has them: a term's count is kept as the label of its one position, and the weights of the labels
are what BM25 gives for that count in a chunk of that length. Times the rarity, summed, it is BM25.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from copilot.domain.errors import OperatorMustFix, RumboError
from retrieval.store.dialects import BUSY_TIMEOUT_MS, WRITES

CONNECT_TIMEOUT_S: Final = 10
LOCKED: Final = ("55P03", "40001", "40P01")
"""Waited too long for a lock, or lost to another transaction; SQLSTATE codes."""
NOT_WRITABLE: Final = ("25006", "42501", "53100")
"""Read-only transaction, no permission, disk full."""
DAMAGED: Final = ("XX001", "XX002")
UNAVAILABLE: Final = ("08", "28", "3D", "53", "57P", "58")
"""Connection, password, no such database, no resources, shut down, system error: beginnings of codes."""

K1: Final = 1.2
B: Final = 0.75
"""As in SQLite's bm25()."""
COUNTS: Final = ((1.0, "D"), (2.0, "C"), (3.5, "B"), (7.0, "A"))
"""How often a term occurs, rounded to one of four labels, in the order in which ts_rank takes their weights."""
ONE_POSITION: Final = 1.64493406685
"""ts_rank divides by the limit of a sum over positions; with one position each, this undoes it."""
RARITY_STEP: Final = 0.5
"""Terms are ranked together when their rarity, a logarithm, differs by less than this."""
CANDIDATES: Final = 3_000
"""Chunks that are ranked, about: those with the rarest terms of the question, all where there are fewer."""


class Postgres:
    """PostgreSQL 13 or newer through psycopg. Implements the port Dialect."""

    name: Final = "postgresql"

    def __init__(self, url: sa.URL, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.place = url.set(query={}).render_as_string(hide_password=True)
        self._busy_timeout_ms = busy_timeout_ms

    def engine(self, url: sa.URL) -> sa.Engine:
        """An engine for psycopg, whatever driver the address names. Raises OperatorMustFix(`postgres_driver_missing`)."""
        if find_spec("psycopg") is None:
            raise OperatorMustFix("postgres_driver_missing", extra="rumbo[postgres]")
        own = {"application_name": "rumbo", "connect_timeout": CONNECT_TIMEOUT_S}
        arguments = {key: value for key, value in own.items() if key not in url.query}
        # A server that was restarted is noticed when a connection is taken, not in the middle of its use.
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, pool_pre_ping=True)
        sa.event.listen(engine, "begin", self._begin)
        return engine

    def prepare_place(self) -> None:
        """Nothing to do: the database is made by whoever runs the server."""

    def insert(self, table: sa.Table) -> postgresql.Insert:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return postgresql.insert(table)

    def translate(self, error: BaseException) -> RumboError | None:
        """Our error for one of the driver's; None for what is a bug here."""
        state: str | None = getattr(error, "sqlstate", None)
        reason = str(error).strip().partition("\n")[0]
        if state is None:
            # Without a code it is the connection that failed, or a mistake of ours that never reached the server.
            lost = type(error).__name__ == "OperationalError"
            return OperatorMustFix("database_unavailable", path=self.place, reason=reason) if lost else None
        if state in LOCKED:
            return OperatorMustFix("database_locked", path=self.place)
        if state in NOT_WRITABLE:
            return OperatorMustFix("database_not_writable", path=self.place, reason=reason)
        if state in DAMAGED:
            return OperatorMustFix("database_damaged", path=self.place, reason=reason)
        if state.startswith(UNAVAILABLE):
            return OperatorMustFix("database_unavailable", path=self.place, reason=reason)
        return None

    def faults(self, connection: sa.Connection) -> Sequence[str]:
        """Indexes that are not usable."""
        query = "SELECT 'index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid AND indrelid = ANY(%s::regclass[])"
        names = sa.inspect(connection).get_table_names()
        return [str(line) for line in connection.exec_driver_sql(query, (names,)).scalars()]

    def number_on(self, connection: sa.Connection, table: sa.Table) -> None:
        """The sequence behind a numbered column goes on above the highest number."""
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, sa.Integer):
            return
        highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        connection.execute(
            sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, column.name), highest, sa.false()))
        )

    def create_full_text(self, connection: sa.Connection) -> None:
        """One row a chunk, its terms with their counts."""
        connection.exec_driver_sql(
            'CREATE TABLE lexical ("row" integer PRIMARY KEY REFERENCES chunks ("row") ON DELETE CASCADE, '
            "terms tsvector NOT NULL, length integer NOT NULL)"
        )
        # Entries that wait in a list would be read again for every term of a question.
        connection.exec_driver_sql("CREATE INDEX ix_lexical_terms ON lexical USING gin (terms) WITH (fastupdate = off)")

    def drop_full_text(self, connection: sa.Connection) -> None:
        """Forget the index."""
        connection.exec_driver_sql("DROP TABLE lexical")

    def add_full_text(self, connection: sa.Connection, rows: Iterable[tuple[str, str, str]]) -> None:
        """Index chunks that are in `chunks`: their id, stems and grams, blank between terms."""
        values = []
        for chunk_id, stems, grams in rows:
            terms = _terms(stems.split(), grams.split())
            values.append((_vector(Counter(terms)), len(terms), chunk_id))
        if values:
            connection.exec_driver_sql(
                'INSERT INTO lexical ("row", terms, length) SELECT "row", %s::tsvector, %s FROM chunks WHERE id = %s', values
            )

    def delete_full_text(self, connection: sa.Connection, document: str | None = None) -> None:
        """Forget the chunks of a document, before they leave `chunks`; None: all."""
        if document is None:
            connection.exec_driver_sql("DELETE FROM lexical")
            return
        connection.exec_driver_sql(
            'DELETE FROM lexical WHERE "row" IN (SELECT "row" FROM chunks WHERE document = %s)', (document,)
        )

    def search_full_text(
        self, connection: sa.Connection, stems: Sequence[str], grams: Sequence[str], *, documents: Sequence[str] | None, k: int
    ) -> list[tuple[str, float]]:
        """Chunk ids and scores (higher is better) of chunks with any of the terms, best first."""
        # The planner takes reading every vector for cheap; it is not, they are packed.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        size, length = connection.exec_driver_sql("SELECT count(*), coalesce(avg(length), 1)::float8 FROM lexical").one()
        counts = self._counts(connection, _terms(stems, grams), most=size // 2 + 1)
        if not counts:
            return []
        groups = _by_rarity(counts, size)
        score = " + ".join("%s * ts_rank(weights.of, chunk.terms, %s::tsquery)" for _ in groups)
        scale = (K1 + 1) * ONE_POSITION
        rated = [value for rarity, terms in groups for value in (rarity * len(terms) * scale, _any_of(terms))]
        saturation = ", ".join(f"{count} / ({count} + {K1} * ({1 - B} + {B} * length / %s))" for count, _ in COUNTS)
        # Where the documents are given, the rarest terms may all stand in others.
        asked = _any_of(_rarest(counts) if documents is None else list(counts))
        only = "" if documents is None else "AND chunks.document = ANY(%s)"
        rows = connection.exec_driver_sql(
            f'SELECT chunks.id, ({score})::float8 AS score FROM lexical JOIN chunks ON chunks."row" = lexical."row" '
            # Unpacked once and not for every group of terms: OFFSET keeps the planner from merging the levels.
            "CROSS JOIN LATERAL (SELECT ts_filter(lexical.terms, '{a,b,c,d}') AS terms OFFSET 0) AS chunk "
            f"CROSS JOIN LATERAL (SELECT ARRAY[{saturation}]::real[] AS of OFFSET 0) AS weights "
            f'WHERE lexical.terms @@ %s::tsquery {only} ORDER BY score DESC, lexical."row" LIMIT %s',
            (*rated, *[length] * len(COUNTS), asked, *(() if documents is None else (list(documents),)), k),
        )
        return [(row[0], row[1]) for row in rows]

    def _counts(self, connection: sa.Connection, terms: Sequence[str], *, most: int) -> dict[str, int]:
        """In how many chunks each term occurs, rarest first and those that occur nowhere left out; counted up to `most`."""
        counted = connection.exec_driver_sql(
            "SELECT asked.term, (SELECT count(*) FROM ("
            "SELECT FROM lexical WHERE lexical.terms @@ asked.query::tsquery LIMIT %s) AS found) "
            "FROM unnest(%s::text[], %s::text[]) AS asked(term, query)",
            (most, list(terms), [_quoted(term) for term in terms]),
        )
        found = sorted((row[1], row[0]) for row in counted)
        return {term: count for count, term in found if count}

    def _begin(self, connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITES, False):
            # Writers queue up, as they do in SQLite: what one reads and then writes cannot change in between.
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = {self._busy_timeout_ms}; "
                "SELECT pg_advisory_xact_lock(hashtextextended('rumbo ' || current_schema(), 0))"
            )
        else:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _terms(stems: Iterable[str], grams: Iterable[str]) -> list[str]:
    # One index for both; a letter keeps the word `roi_` apart from the 4-gram.
    return [f"s{stem}" for stem in stems] + [f"g{gram}" for gram in grams]


def _vector(counts: Mapping[str, int]) -> str:
    return " ".join(f"{_quoted(term)}:1{_label(count)}" for term, count in counts.items())


def _label(count: int) -> str:
    return COUNTS[min(count, 3) - 1][1] if count < 5 else COUNTS[-1][1]


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _any_of(terms: Sequence[str]) -> str:
    return " | ".join(_quoted(term) for term in terms)


def _rarest(counts: Mapping[str, int]) -> list[str]:
    """The terms, rarest first, that bring enough chunks to rank."""
    found, chunks = [], 0
    for term, count in counts.items():
        if chunks > CANDIDATES:
            break
        found.append(term)
        chunks += count
    return found


def _by_rarity(counts: Mapping[str, int], size: int) -> list[tuple[float, list[str]]]:
    """Terms in groups of about the same rarity, with their mean rarity: the logarithm BM25 uses, never below nothing."""
    groups: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for term, count in counts.items():
        rarity = max(math.log((size - count + 0.5) / (count + 0.5)), 1e-6)
        groups[round(rarity / RARITY_STEP)].append((rarity, term))
    return [(sum(rarity for rarity, _ in group) / len(group), [term for _, term in group]) for _, group in sorted(groups.items())]
