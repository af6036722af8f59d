"""Another embedder: the old vectors are asked until the new ones are whole, and a crash in between costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import ChunkStore
from retrieval.search.hashed import HashedEmbedder
from retrieval.search.hybrid import HybridSearch
from retrieval.store.chroma import ChromaStore, open_server
from retrieval.store.database import Database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from retrieval.store.vectors import BATCH, collection_name, follow
from tests.store.chroma_server import ChromaServer
from tests.store.material import ANA, MONDAY, put, record

OLD, NEW = HashedEmbedder(64), HashedEmbedder(96)
TEXTS = [f"Reducir la cancelación del segmento {number}" for number in range(BATCH + 10)]


class Breaks(HashedEmbedder):
    """An endpoint that goes away after a number of batches."""

    def __init__(self, dimension: int, batches: int) -> None:
        super().__init__(dimension)
        self.left = batches
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        if not self.left:
            raise OperatorMustFix("embeddings_unavailable", url="", model="")
        self.left -= 1
        self.texts += len(texts)
        return super().embed(texts)


@pytest.fixture
def old_and_new(store: SqlPlanStore, open_chunks: Callable[[str], ChromaStore]) -> tuple[ChromaStore, ChromaStore]:
    """A workspace whose passages have vectors of the old embedder, and the collection of the new one."""
    put(store, record("a.md"), TEXTS)
    put(store, record("b.md"), ["Riesgo de proveedores"])
    old = open_chunks(collection_name(OLD))
    # The server is that of all tests.
    for embedder in (OLD, NEW):
        old.drop(collection_name(embedder))
    follow(store, OLD, lambda: old)
    return old, old.sibling(collection_name(NEW))


def nearest(chunks: ChunkStore, embedder: HashedEmbedder, text: str) -> str:
    [(found, _)] = chunks.query(embedder.embed([text])[0], documents=None, k=1)
    return found


def test_the_old_collection_is_whole_and_asked_until_the_new_one_is(
    store: SqlPlanStore, database: Database, old_and_new: tuple[ChromaStore, ChromaStore]
) -> None:
    old, new = old_and_new

    with pytest.raises(OperatorMustFix):
        follow(store, Breaks(96, batches=1), lambda: new)

    whole = store.whole_collection()
    assert whole is not None
    assert whole.name == old.collection_name
    search = HybridSearch(store, SqlLexicalIndex(database), NEW, lambda: new, vector_weight=1.0, former=lambda: (OLD, old))
    assert search.search(ANA, "Riesgo de proveedores", k=1)[0].chunk.document == "b.md"
    assert nearest(old, OLD, "Plan > Metas\nRiesgo de proveedores") == "b.md@v1:0"


def test_what_was_embedded_before_a_crash_is_not_embedded_again(
    store: SqlPlanStore, old_and_new: tuple[ChromaStore, ChromaStore]
) -> None:
    old, new = old_and_new
    with pytest.raises(OperatorMustFix):
        follow(store, Breaks(96, batches=1), lambda: new)

    second = Breaks(96, batches=9)
    follow(store, second, lambda: new)

    assert second.texts == len(TEXTS) + 1 - BATCH
    assert new.count() == len(TEXTS) + 1
    whole = store.whole_collection()
    assert whole is not None
    assert (whole.name, store.retired_collections()) == (new.collection_name, [])
    assert old.count() == 0


def test_a_document_removed_meanwhile_leaves_both_collections(
    store: SqlPlanStore, old_and_new: tuple[ChromaStore, ChromaStore]
) -> None:
    old, new = old_and_new
    with pytest.raises(OperatorMustFix):
        follow(store, Breaks(96, batches=1), lambda: new)

    store.remove("a.md", at=MONDAY)
    with pytest.raises(OperatorMustFix):
        follow(store, Breaks(96, batches=0), lambda: new)

    assert (old.count(), new.count()) == (1, 0)


def test_going_back_before_the_new_one_was_whole_drops_it(
    store: SqlPlanStore, old_and_new: tuple[ChromaStore, ChromaStore]
) -> None:
    old, new = old_and_new
    with pytest.raises(OperatorMustFix):
        follow(store, Breaks(96, batches=1), lambda: new)

    follow(store, OLD, lambda: old)

    whole = store.whole_collection()
    assert whole is not None
    assert (whole.name, old.count(), store.retired_collections()) == (old.collection_name, len(TEXTS) + 1, [])
    assert new.count() == 0


def test_workspaces_on_one_server_have_vectors_of_their_own(database: Database, chroma_server: ChromaServer) -> None:
    one, other = (open_server(chroma_server.url, "hashed-a1-64", workspace=name) for name in ("aaa", "bbb"))

    one.upsert(["x:0"], OLD.embed(["uno"]), ["x"])

    assert (one.count(), other.count()) == (1, 0)
    assert SqlPlanStore(database).workspace_id() == SqlPlanStore(database).workspace_id()
    one.close()
    other.close()
