from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import ChunkStore
from retrieval.search.hashed import HashedEmbedder
from retrieval.search.hybrid import HybridSearch
from retrieval.store.database import Database, open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from tests.store.material import ANA, BOARD, put, record


class NearestIs:
    """A chunk store in which what is nearest is written down."""

    def __init__(self, found: Sequence[tuple[str, float]]) -> None:
        self.found = found

    def query(self, vector: Sequence[float], *, documents: Sequence[str] | None, k: int) -> Sequence[tuple[str, float]]:
        assert len(vector) == HashedEmbedder().dimension
        kept = [one for one in self.found if documents is None or one[0].partition("@")[0] in documents]
        return kept[:k]

    def upsert(self, ids: Sequence[str], vectors: Sequence[Sequence[float]], documents: Sequence[str]) -> None: ...

    def delete(self, ids: Sequence[str]) -> None: ...

    def count(self) -> int:
        return len(self.found)

    def sibling(self, collection: str) -> ChunkStore:  # noqa: ARG002 - the port's signature
        return self

    def drop(self, collection: str) -> None: ...


@pytest.fixture
def database() -> Iterator[Database]:
    opened = open_database("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> SqlPlanStore:
    made = SqlPlanStore(database)
    put(made, record("open.md"), ["Churn mensual de 5%", "Inversión en servidores", "Riesgo de proveedores"])
    put(made, record("secret.md", access="board"), ["Churn secreto de 9%"])
    return made


def search(store: SqlPlanStore, database: Database, found: Sequence[tuple[str, float]] = (), weight: float = 0.5) -> HybridSearch:
    def opened() -> ChunkStore:
        return NearestIs(found)

    return HybridSearch(store, SqlLexicalIndex(database), HashedEmbedder(), opened, vector_weight=weight)


def ids(search: HybridSearch, principal: Principal, query: str, documents: Sequence[str] | None = None) -> list[str]:
    return [hit.chunk.id for hit in search.search(principal, query, documents=documents)]


def test_words_alone_answer_without_vectors(store: SqlPlanStore, database: Database) -> None:
    found = HybridSearch(store, SqlLexicalIndex(database)).find(ANA, "churn mensual")

    assert [hit.chunk.id for hit in found.hits] == ["open.md@v1:0"]
    assert (found.hits[0].score, found.trouble) == (1.0, None)


def test_both_legs_are_scaled_to_their_best_and_weighed(store: SqlPlanStore, database: Database) -> None:
    near = [("open.md@v1:1", 0.2), ("open.md@v1:0", 0.1)]

    hits = search(store, database, near, weight=0.6).search(ANA, "churn mensual")

    # 0.4 x 1 + 0.6 x 0.5 = 0.7 for the words' best, 0.6 for the vectors' best.
    assert [hit.chunk.id for hit in hits] == ["open.md@v1:0", "open.md@v1:1"]
    assert hits[1].score == pytest.approx(0.6 / 0.7)


def test_a_passage_only_the_vectors_know_is_found(store: SqlPlanStore, database: Database) -> None:
    assert ids(search(store, database, [("open.md@v1:2", 0.9)]), ANA, "xyzzy") == ["open.md@v1:2"]


def test_what_a_person_may_not_read_is_never_a_hit(store: SqlPlanStore, database: Database) -> None:
    hybrid = search(store, database, [("secret.md@v1:0", 0.9), ("open.md@v1:0", 0.8)])

    assert ids(hybrid, ANA, "churn") == ["open.md@v1:0"]
    assert set(ids(hybrid, BOARD, "churn")) == {"open.md@v1:0", "secret.md@v1:0"}
    assert ids(hybrid, ANA, "churn", documents=["secret.md"]) == []
    assert ids(hybrid, BOARD, "churn", documents=["secret.md"]) == ["secret.md@v1:0"]


def test_a_vector_of_a_replaced_version_is_no_hit(store: SqlPlanStore, database: Database) -> None:
    put(store, record("open.md", "v2"), ["Churn nuevo"])

    assert ids(search(store, database, [("open.md@v1:0", 0.99)]), ANA, "churn") == ["open.md@v2:0"]


def test_a_vector_store_in_trouble_leaves_the_words_and_is_told(store: SqlPlanStore, database: Database) -> None:
    def down() -> ChunkStore:
        raise OperatorMustFix("vector_store_unavailable", place="here", reason="down")

    found = HybridSearch(store, SqlLexicalIndex(database), HashedEmbedder(), down, vector_weight=0.5).find(ANA, "churn")

    assert [hit.chunk.id for hit in found.hits] == ["open.md@v1:0"]
    assert found.trouble == "vector_store_unavailable"


def test_light_vectors_are_not_opened_when_the_words_found_enough(store: SqlPlanStore, database: Database) -> None:
    def must_not_open() -> ChunkStore:
        raise AssertionError("the words found enough")

    hybrid = HybridSearch(store, SqlLexicalIndex(database), HashedEmbedder(), must_not_open)

    assert len(hybrid.search(ANA, "churn mensual", k=1)) == 1


@pytest.mark.parametrize("query", ["", "   ", "¿?", "x" * 100_000])
def test_nothing_to_look_for_finds_nothing(store: SqlPlanStore, database: Database, query: str) -> None:
    assert search(store, database).search(ANA, query) == []


def test_search_does_not_load_chromadb_by_itself() -> None:
    code = (
        "import sys, retrieval.search.hybrid, retrieval.store.sql, retrieval.store.vectors; sys.exit('chromadb' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
