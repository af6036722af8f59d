"""Doors to the outside, as Protocols. Each has one owner in `retrieval` or `copilot.llm`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Protocol

from copilot.domain.access import Principal
from copilot.domain.answer import ConversationSummary, Turn
from copilot.domain.fact import Dropped, Fact
from copilot.domain.journal import TaskChange
from copilot.domain.plan import DocumentRecord, PlanEvent
from copilot.domain.source import Chunk, Collection, Place, Repair


class PlanStore(Protocol):
    """Documents, versions, facts, chunks and events. Every read is filtered by what the principal may see."""

    def documents(self, principal: Principal) -> Sequence[DocumentRecord]:
        """Active versions, by name."""

    def scope(self, principal: Principal, documents: Sequence[str] | None = None) -> Sequence[str] | None:
        """Which of `documents` (None: all) may be searched; None when that is every document, so that no filter is paid for."""

    def text(self, principal: Principal, document: str) -> str:
        """Repaired text of the active version. Raises UserCanFix(`unknown_document`)."""

    def places(self, principal: Principal, document: str) -> Sequence[Place]:
        """Where lines of the text stand in a file that is no text, by line. Raises UserCanFix(`unknown_document`)."""

    def original(self, principal: Principal, document: str) -> bytes:
        """Bytes as they arrived."""

    def facts(self, principal: Principal, *, documents: Sequence[str] | None = None) -> Sequence[Fact]:
        """Facts of the active versions, by document and line. `documents` None: all that may be read."""

    def dropped(self, principal: Principal, document: str) -> Sequence[Dropped]:
        """What extraction left out of the active version."""

    def replace(
        self,
        record: DocumentRecord,
        *,
        content: bytes,
        text: str,
        repairs: Sequence[Repair],
        facts: Sequence[Fact],
        dropped: Sequence[Dropped],
        chunks: Sequence[Chunk],
        events: Sequence[PlanEvent],
        places: Sequence[Place] = (),
        task_changes: Sequence[TaskChange] = (),
        former: str | None = None,
    ) -> None:
        """Make this version the active one, in one transaction: facts, chunks, lexical index, events, pending vectors.

        Args:
            record: the version.
            content: bytes as they arrived.
            text: repaired.
            repairs: what was mended.
            facts: with ids.
            dropped: what was left out.
            chunks: its passages.
            events: what changed in the plan.
            places: of a converted file.
            task_changes: ticks set or taken away in the file.
            former: the document it was until its file was renamed; goes, and its start and corrections hold for this one.
        """

    def remove(self, document: str, *, at: datetime, events: Sequence[PlanEvent] = ()) -> bool:
        """Take a document out of every answer at once and record `events`; False when there is none of that name."""

    def chunks(self, principal: Principal, ids: Sequence[str]) -> Mapping[str, Chunk]:
        """Chunks of active versions by id; ids of replaced versions are absent."""

    def events(self, principal: Principal, *, since: datetime | None = None) -> Sequence[PlanEvent]:
        """Changes of the plan, oldest first; those of documents the principal may not read are left out."""

    def former_names(self) -> AbstractSet[str]:
        """Names documents had before their files were renamed."""

    def set_start(self, document: str, start: date | None) -> None:
        """Set the plan's first day for a document; survives re-ingest unless the front matter names one."""

    def revision(self) -> int:
        """Grows with every change; readers cache by it."""

    def use_collection(self, name: str, *, empty: bool) -> None:
        """Vectors go to the collection `name` from now on; after a change, or when it is `empty`, all are pending again."""

    def whole_collection(self) -> Collection | None:
        """The last collection that had a vector for every passage: searches ask it while another one is being filled."""

    def collection_filled(self, collection: Collection) -> None:
        """Searches ask this one from now on, where it is the target and nothing is pending; the one before is retired."""

    def retired_collections(self) -> Sequence[str]:
        """Collections to be dropped."""

    def collection_dropped(self, name: str) -> None:
        """Forget a retired collection."""

    def vectors_pending(self) -> int:
        """Number of chunks that have no vector yet."""

    def pending_vectors(self, limit: int) -> Sequence[Chunk]:
        """Chunks of active versions that have no vector yet."""

    def vectors_written(self, ids: Sequence[str]) -> None:
        """Take these chunks off the pending list."""

    def orphaned_vectors(self, limit: int) -> Sequence[str]:
        """Ids of chunks of replaced or removed versions that may still have a vector."""

    def vectors_deleted(self, ids: Sequence[str]) -> None:
        """Forget these orphans."""


class LexicalIndex(Protocol):
    """Full-text search over the active versions' chunks."""

    def search(self, query: str, *, documents: Sequence[str] | None, k: int) -> Sequence[tuple[str, float]]:
        """Chunk ids and scores (higher is better, any scale), best first. `documents` None: all."""


class ChunkStore(Protocol):
    """Vectors by chunk id."""

    def upsert(self, ids: Sequence[str], vectors: Sequence[Sequence[float]], documents: Sequence[str]) -> None:
        """Write vectors; an id that exists is replaced."""

    def query(self, vector: Sequence[float], *, documents: Sequence[str] | None, k: int) -> Sequence[tuple[str, float]]:
        """Chunk ids and cosine similarity, best first."""

    def delete(self, ids: Sequence[str]) -> None:
        """Forget vectors; unknown ids are fine."""

    def count(self) -> int:
        """Number of vectors."""

    def sibling(self, collection: str) -> ChunkStore:
        """Another collection of the same workspace; it lives as long as this one."""

    def drop(self, collection: str) -> None:
        """Forget a collection with all its vectors; an unknown one is fine."""


class Embedder(Protocol):
    """Texts to vectors. `name` and `dimension` name the collection."""

    @property
    def name(self) -> str:
        """Model and analyser version, fit for a collection name."""

    @property
    def model(self) -> str:
        """What to ask for to have the same embedder again."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def weight(self) -> float:
        """How much nearness counts beside the words of a text, 0..1."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One unit vector a text, in order."""


class ConversationStore(Protocol):
    """Turns of conversations."""

    def turns(self, principal: Principal, conversation_id: str, *, limit: int) -> Sequence[Turn]:
        """The last turns, oldest first. Raises UserCanFix(`unknown_conversation`) when it is not the principal's."""

    def append(self, principal: Principal, conversation_id: str, turn: Turn, answer_json: str, *, at: datetime) -> None:
        """Add a turn; the conversation is made on first use."""

    def unsummarised(
        self, principal: Principal, conversation_id: str, *, limit: int
    ) -> tuple[ConversationSummary | None, Sequence[Turn]]:
        """The summary, if any, and the turns it does not reach, oldest first and at most `limit` of them. Raises as `turns`."""

    def summary(self, principal: Principal, conversation_id: str) -> ConversationSummary | None:
        """What stands for the older turns; None while all are short enough to be read. Raises as `turns`."""

    def summarise(self, principal: Principal, conversation_id: str, summary: ConversationSummary) -> None:
        """Keep a summary; one that reaches further is not replaced by one that does not. Raises as `turns`."""

    def title(self, principal: Principal, conversation_id: str) -> str | None:
        """What the conversation is called; None before it was named. Raises as `turns`."""

    def entitle(self, principal: Principal, conversation_id: str, title: str) -> None:
        """Name the conversation; one that is not there yet stays without. Raises as `turns`."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Aware, UTC."""


class CountTokens(Protocol):
    """How many tokens a text is, never less than the truth where it matters."""

    def __call__(self, text: str) -> int:
        """Tokens of the text."""


class OpenChunkStore(Protocol):
    """Opens the vectors on first use: loading them is slow, and a figure or a task needs none."""

    def __call__(self) -> ChunkStore:
        """The store, the same one each time. Raises OperatorMustFix(`vector_store_unavailable` or `vector_folder_owned`)."""
