"""Vectors from nothing but the text: hashed stems and 4-grams. No model, no download, the same on every machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np

from retrieval.language.analyser import ANALYSER_VERSION, analyse
from retrieval.language.detect import decided_language

SATURATION: Final = 1.2
"""How fast repeating a term stops to count, as in BM25."""


class HashedEmbedder:
    """Implements the port Embedder. Near in this space means: many words or parts of words in common."""

    weight: Final = 0.2
    """Beside full-text search it adds little, so it never leads."""

    def __init__(self, dimension: int = 1024) -> None:
        self.dimension = dimension
        self.model = "hashed"
        self.name = f"hashed-{ANALYSER_VERSION}"

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One unit vector a text, in order; zeros for a text without words."""
        return [self._vector(text).tolist() for text in texts]

    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        terms = analyse(text, decided_language(text) or "es")
        counted = Counter([f"s{stem}" for stem in terms.stems] + [f"g{gram}" for gram in terms.grams])
        if not counted:
            return np.zeros(self.dimension)
        times = np.fromiter(counted.values(), dtype=np.float64)
        weights = times * (SATURATION + 1) / (times + SATURATION)
        places = np.array([_places(term) for term in counted], dtype=np.int64)
        # Each term goes to two places with a sign each, so that two terms seldom meet in both.
        vector = np.zeros(self.dimension)
        for column in range(places.shape[1]):
            signed = np.where(places[:, column] & 1, weights, -weights)
            vector += np.bincount((places[:, column] >> 1) % self.dimension, weights=signed, minlength=self.dimension)
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector


@lru_cache(maxsize=200_000)
def _places(term: str) -> tuple[int, int]:
    digest = blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
