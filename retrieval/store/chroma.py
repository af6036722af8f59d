"""Vectors in Chroma: a folder one process owns, or a server many share. The only module that loads chromadb.

A collection is named after what made its vectors, so another model or analyser starts an empty one. SQL knows which
chunks are active; here are only vectors by chunk id and the document each belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError, InternalError, NotFoundError
from filelock import FileLock, Timeout

from copilot.domain.errors import OperatorMustFix

BATCH: Final = 2_000
"""Vectors a call; Chroma refuses more than 5,461."""
SERVER_TIMEOUT_S: Final = 30.0
"""Chroma's client itself would wait for ever."""
GREETING_TIMEOUT_S: Final = 5.0
EMPTY: Final = "Nothing found on disk"
"""What a server says right after a collection was made: not a failure, it holds no vectors yet."""
Got = TypeVar("Got")


class ChromaStore:
    """Implements the port ChunkStore on one collection."""

    def __init__(self, client: Client, collection: str, *, place: str, release: Callable[[], None], workspace: str = "") -> None:
        self.collection_name = f"{collection}-{workspace}" if workspace else collection
        self._workspace = workspace
        self._client = client
        self._place = place
        self._release = release
        with self._told_in_our_words():
            self._collection = self._open()

    def upsert(self, ids: Sequence[str], vectors: Sequence[Sequence[float]], documents: Sequence[str]) -> None:
        """Write vectors; an id that exists is replaced. Raises OperatorMustFix(`vector_store_unavailable`)."""
        for at in range(0, len(ids), BATCH):
            end = at + BATCH
            told: list[Any] = [{"document": document} for document in documents[at:end]]
            self._ask(
                partial(_upsert, ids=list(ids[at:end]), embeddings=[list(vector) for vector in vectors[at:end]], metadatas=told)
            )

    def query(self, vector: Sequence[float], *, documents: Sequence[str] | None, k: int) -> Sequence[tuple[str, float]]:
        """Chunk ids and cosine similarity, best first. Raises OperatorMustFix(`vector_store_unavailable`)."""
        if k < 1 or (documents is not None and not documents):
            return []
        # No filter where all documents are meant: one that is always true costs ten times the search.
        only: Any = None
        if documents is not None:
            only = {"document": documents[0]} if len(documents) == 1 else {"document": {"$in": list(documents)}}
        found = self._ask(partial(_query, vector=list(vector), k=k, only=only))
        if not found:
            return []
        return [(chunk_id, 1.0 - distance) for chunk_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def delete(self, ids: Sequence[str]) -> None:
        """Forget vectors; unknown ids are fine. Raises OperatorMustFix(`vector_store_unavailable`)."""
        for at in range(0, len(ids), BATCH):
            self._ask(partial(_delete, ids=list(ids[at : at + BATCH])))

    def count(self) -> int:
        """Number of vectors. Raises OperatorMustFix(`vector_store_unavailable`)."""
        return int(self._ask(_count) or 0)

    def sibling(self, collection: str) -> ChromaStore:
        """Another collection of the same workspace. Raises OperatorMustFix(`vector_store_unavailable`)."""
        return ChromaStore(self._client, collection, place=self._place, release=lambda: None, workspace=self._workspace)

    def drop(self, collection: str) -> None:
        """Forget a collection; an unknown one is fine. Raises OperatorMustFix(`vector_store_unavailable`)."""
        name = f"{collection}-{self._workspace}" if self._workspace else collection
        with self._told_in_our_words(), suppress(NotFoundError):
            self._client.delete_collection(name)

    def close(self) -> None:
        """Let another process own the folder."""
        self._client.close()
        self._release()

    def _open(self) -> Collection:
        return self._client.get_or_create_collection(
            self.collection_name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _ask(self, call: Callable[[Collection], Got]) -> Got | None:
        """The call's answer; None where there is nothing on disk yet."""
        with self._told_in_our_words():
            try:
                return call(self._collection)
            except NotFoundError:
                # The server lost its data since we opened the collection; SQL will notice that it is empty.
                self._collection = self._open()
                return call(self._collection)
            except InternalError as error:
                if EMPTY in str(error):
                    return None
                raise

    @contextmanager
    def _told_in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (ChromaError, httpx.HTTPError, ValueError, OSError) as error:
            raise _unavailable(self._place, error) from error
        except Exception as error:
            if type(error) is not Exception:
                raise
            raise _unavailable(self._place, error) from error


def open_folder(folder: Path, collection: str) -> ChromaStore:
    """The vectors in a folder of this machine, owned by this process until `close` or its end.

    Two processes in one folder lose vectors without an error, so the second one is refused.

    Raises:
        OperatorMustFix: `vector_folder_owned`, `vector_folder_not_writable` or `vector_store_unavailable`.
    """
    lock = FileLock(folder.with_name(folder.name + ".lock"), timeout=0, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OperatorMustFix("vector_folder_owned", path=str(folder)) from error
    except OSError as error:
        raise OperatorMustFix("vector_folder_not_writable", path=str(folder), reason=error.strerror or str(error)) from error
    try:
        client = cast(Client, chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False)))
        return ChromaStore(client, collection, place=str(folder), release=lock.release)
    except (ChromaError, ValueError, OSError) as error:
        lock.release()
        raise _unavailable(str(folder), error) from error
    except OperatorMustFix:
        lock.release()
        raise


def open_server(url: str, collection: str, *, workspace: str = "", timeout_s: float = SERVER_TIMEOUT_S) -> ChromaStore:
    """The vectors of a workspace on a Chroma server, apart from those of others.

    Raises:
        OperatorMustFix: `vector_store_unavailable`.
    """
    place = url.rstrip("/")
    try:
        # Asked with our own timeout first: the client's constructor has none.
        httpx.get(f"{place}/api/v2/heartbeat", timeout=min(timeout_s, GREETING_TIMEOUT_S)).raise_for_status()
        client = cast(Client, chromadb.HttpClient(host=place, settings=Settings(anonymized_telemetry=False)))
    except (ChromaError, httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise _unavailable(place, error) from error
    # The client neither limits the time of a request nor closes its connections, of which its admin half has its own.
    halves: tuple[Any, ...] = (client, client._admin_client)
    sessions: list[httpx.Client] = [half._server._session for half in halves]
    for session in sessions:
        session.timeout = httpx.Timeout(timeout_s)

    def hang_up() -> None:
        for session in sessions:
            session.close()

    return ChromaStore(client, collection, place=place, release=hang_up, workspace=workspace)


def _upsert(collection: Collection, *, ids: list[str], embeddings: list[Any], metadatas: list[Any]) -> None:
    collection.upsert(ids=ids, embeddings=embeddings, metadatas=metadatas)


def _query(collection: Collection, *, vector: Sequence[float], k: int, only: Any) -> Any:
    return collection.query(query_embeddings=[vector], n_results=k, where=only, include=["distances"])


def _delete(collection: Collection, *, ids: list[str]) -> None:
    collection.delete(ids=ids)


def _count(collection: Collection) -> int:
    return collection.count()


def _unavailable(place: str, error: Exception) -> OperatorMustFix:
    return OperatorMustFix("vector_store_unavailable", place=place, reason=f"{type(error).__name__}: {error}"[:200])
