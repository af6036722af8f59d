"""Search for passages: full text and vectors, fused by weight; only what the principal may read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import ChunkStore, Embedder, LexicalIndex, OpenChunkStore, PlanStore
from copilot.domain.source import Found, Hit

POOL: Final = 3
"""Each leg is asked for this many times the hits that are wanted: one leg's tenth may be the other's first."""
LEADING_WEIGHT: Final = 0.2
"""Vectors of at most this weight only reorder what the words found; they are asked when the words found next to nothing."""
SCARCE: Final = 3
"""Fewer hits than this are next to nothing. Opening the vectors costs a second, which a question about a figure must not pay."""

Former = Callable[[], tuple[Embedder, ChunkStore] | None]
"""What to ask while a new collection is being filled; None when nothing is."""

log = logging.getLogger(__name__)


class HybridSearch:
    """Passages for a question. Without vectors, or when they fail, the words alone answer."""

    def __init__(
        self,
        store: PlanStore,
        lexical: LexicalIndex,
        embedder: Embedder | None = None,
        vectors: OpenChunkStore | None = None,
        *,
        former: Former | None = None,
        vector_weight: float | None = None,
    ) -> None:
        self._store = store
        self._lexical = lexical
        self._embedder = embedder
        self._vectors = vectors
        self._former = former
        asked = vector_weight if vector_weight is not None else embedder.weight if embedder else 0.0
        self._weight = min(max(asked, 0.0), 1.0)

    def search(self, principal: Principal, query: str, *, documents: Sequence[str] | None = None, k: int = 10) -> list[Hit]:
        """Hits, best first. `documents` None: all that may be read."""
        return list(self.find(principal, query, documents=documents, k=k).hits)

    def find(self, principal: Principal, query: str, *, documents: Sequence[str] | None = None, k: int = 10) -> Found:
        """Hits, and why the vectors had no say where they should have had one."""
        scope = self._store.scope(principal, documents)
        if k < 1 or not query.strip() or (scope is not None and not scope):
            return Found()
        pool = k * POOL
        words = dict(self._lexical.search(query, documents=scope, k=pool))
        near: Mapping[str, float] = {}
        weight = self._weight
        trouble: str | None = None
        if self._needs_vectors(len(words), k):
            try:
                near, weight = self._nearest(query, scope, pool)
            except OperatorMustFix as error:
                # A search is answered as well as it can be; what is wrong is told beside the hits.
                trouble = error.code
                log.warning("search_without_vectors", extra={"code": error.code})
        return Found(hits=self._hits(principal, _fused(words, near, weight), k), trouble=trouble)

    def _needs_vectors(self, found: int, k: int) -> bool:
        return self._weight > LEADING_WEIGHT or (self._weight > 0 and found < min(k, SCARCE))

    def _nearest(self, query: str, scope: Sequence[str] | None, k: int) -> tuple[Mapping[str, float], float]:
        if self._embedder is None or self._vectors is None:
            return {}, self._weight
        former = self._former() if self._former else None
        embedder, vectors = former or (self._embedder, self._vectors())
        [vector] = embedder.embed([query])
        found = vectors.query(vector, documents=scope, k=k) if any(vector) else ()
        return dict(found), min(self._weight, embedder.weight) if former else self._weight

    def _hits(self, principal: Principal, scores: Mapping[str, float], k: int) -> tuple[Hit, ...]:
        ranked = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
        # A vector may outlive its chunk until it is swept: the store knows which are active.
        active = self._store.chunks(principal, ranked)
        best = [chunk_id for chunk_id in ranked if chunk_id in active][:k]
        top = scores[best[0]] if best else 1.0
        return tuple(Hit(chunk=active[chunk_id], score=scores[chunk_id] / top) for chunk_id in best)


def _fused(words: Mapping[str, float], near: Mapping[str, float], weight: float) -> dict[str, float]:
    """Weighted sum of scores, each leg scaled to its best; a chunk one leg does not know has 0 there."""
    if not near:
        weight = 0.0
    if not words:
        weight = 1.0
    scaled_words, scaled_near = _scaled(words), _scaled(near)
    fused = {
        chunk_id: (1 - weight) * scaled_words.get(chunk_id, 0.0) + weight * scaled_near.get(chunk_id, 0.0)
        for chunk_id in words.keys() | near.keys()
    }
    return {chunk_id: score for chunk_id, score in fused.items() if score > 0}


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    best = max(scores.values(), default=0.0)
    return {chunk_id: max(score, 0.0) / best for chunk_id, score in scores.items()} if best > 0 else {}
