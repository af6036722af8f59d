"""The vectors as search and ingest get them: opened on first use, once, and with a word on why when they cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable

from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import ChunkStore, Embedder


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


def collection_name(embedder: Embedder) -> str:
    """The collection that holds an embedder's vectors: another model, dimension or analyser is another collection."""
    return f"{embedder.name}-{embedder.dimension}"
