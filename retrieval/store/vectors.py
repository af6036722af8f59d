"""The vectors as search and ingest get them: opened on first use, once, and with a word on why when they cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import ChunkStore, Embedder, OpenChunkStore, PlanStore
from copilot.domain.source import Collection

BATCH: Final = 256


class Vectors:
    """Implements the port OpenChunkStore. A store that could not be opened is tried again the next time."""

    def __init__(self, open_store: Callable[[], ChunkStore]) -> None:
        self._open_store = open_store
        self._store: ChunkStore | None = None
        self._lock = threading.Lock()
        self.unavailable: OperatorMustFix | None = None
        """Why the last attempt failed; None after a success and before the first attempt."""

    def __call__(self) -> ChunkStore:
        """The store. Raises OperatorMustFix(`vector_store_unavailable`, `vector_folder_owned` ...)."""
        with self._lock:
            if self._store is None:
                try:
                    self._store = self._open_store()
                except OperatorMustFix as error:
                    self.unavailable = error
                    raise
                self.unavailable = None
            return self._store


def follow(store: PlanStore, embedder: Embedder, open_vectors: OpenChunkStore) -> None:
    """Write the vectors that wait, delete those of passages that are gone; opens the vectors only when there is something to do.

    Another embedder fills a collection of its own, while searches ask the one before; then that one is dropped. After a
    crash the next call goes on.
    """
    mine = Collection(name=collection_name(embedder), model=embedder.model)
    store.use_collection(mine.name, empty=False)
    if not store.vectors_pending() and not store.orphaned_vectors(1) and not store.retired_collections():
        store.collection_filled(mine)
        if not store.retired_collections():
            return
    vectors = open_vectors()
    if vectors.count() == 0:
        store.use_collection(mine.name, empty=True)
    asked = store.whole_collection()
    former = vectors.sibling(asked.name) if asked is not None and asked.name != mine.name else None
    while orphans := store.orphaned_vectors(BATCH):
        for one in filter(None, (vectors, former)):
            one.delete(orphans)
        store.vectors_deleted(orphans)
    while waiting := store.pending_vectors(BATCH):
        ids = [one.id for one in waiting]
        vectors.upsert(ids, embedder.embed([one.indexed for one in waiting]), [one.document for one in waiting])
        store.vectors_written(ids)
    store.collection_filled(mine)
    for name in store.retired_collections():
        vectors.drop(name)
        store.collection_dropped(name)


def collection_name(embedder: Embedder) -> str:
    """The collection that holds an embedder's vectors: another model, dimension or analyser is another collection."""
    return f"{embedder.name}-{embedder.dimension}"
