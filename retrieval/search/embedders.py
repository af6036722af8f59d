"""Vectors from an OpenAI-compatible endpoint. Loads the openai client: import it only where an endpoint is set."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import openai

from copilot.domain.errors import OperatorMustFix

BATCH: Final = 64
"""Texts a request; compatible servers accept fewer than the original."""
NO_KEY: Final = "none"
"""Local servers want no key, the client insists on one."""


class OpenAIEmbedder:
    """Implements the port Embedder."""

    weight: Final = 0.5
    """Even with the words; a multilingual model deserves it."""

    def __init__(
        self,
        *,
        model: str,
        base_url: str,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        max_retries: int = 2,
        dimension: int | None = None,
    ) -> None:
        self.model = model
        self._base_url = base_url
        self._asked_dimension = dimension
        self._client = openai.OpenAI(base_url=base_url, api_key=api_key or NO_KEY, timeout=timeout_s, max_retries=max_retries)
        slug = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:40] or "model"
        # Two models may differ in nothing a collection's name can hold.
        self.name = f"{slug}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"

    @cached_property
    def dimension(self) -> int:
        """As asked for, else as the endpoint answers. Raises OperatorMustFix like `embed`."""
        return self._asked_dimension or len(self._request(["dimension"])[0])

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One unit vector a text, in order.

        Raises:
            OperatorMustFix: `embeddings_unavailable`, `embeddings_refused` or `embeddings_nonsense`.
        """
        vectors: list[list[float]] = []
        for at in range(0, len(texts), BATCH):
            vectors.extend(self._request(list(texts[at : at + BATCH])))
        if any(len(vector) != self.dimension for vector in vectors):
            raise OperatorMustFix("embeddings_nonsense", url=self._base_url, model=self.model, reason="dimension changed")
        return vectors

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _request(self, texts: list[str]) -> list[list[float]]:
        # Servers refuse an empty text, and one blank embeds as well as another.
        asked = [text if text.strip() else "-" for text in texts]
        dimensions = openai.omit if self._asked_dimension is None else self._asked_dimension
        try:
            reply = self._client.embeddings.create(model=self.model, input=asked, encoding_format="float", dimensions=dimensions)
            rows = sorted(reply.data, key=lambda row: row.index)
            vectors = [[float(value) for value in row.embedding] for row in rows]
        except openai.APIConnectionError as error:
            raise OperatorMustFix("embeddings_unavailable", url=self._base_url, model=self.model) from error
        except openai.APIStatusError as error:
            raise OperatorMustFix("embeddings_refused", url=self._base_url, model=self.model, status=error.status_code) from error
        except (openai.APIError, AttributeError, TypeError, ValueError) as error:
            raise self._nonsense(type(error).__name__) from error
        if len(vectors) != len(texts) or not all(vectors):
            raise self._nonsense(f"{len(vectors)} vectors for {len(texts)} texts")
        return [_unit(vector) for vector in vectors]

    def _nonsense(self, reason: str) -> OperatorMustFix:
        return OperatorMustFix("embeddings_nonsense", url=self._base_url, model=self.model, reason=reason)


def _unit(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else vector
