from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from retrieval.search.hashed import HashedEmbedder

CODE = "from retrieval.search.hashed import HashedEmbedder as H; print(H(64).embed(['Churn de 5%'])[0])"


def near(one: str, other: str) -> float:
    left, right = HashedEmbedder().embed([one, other])
    return float(np.dot(left, right))


def test_vectors_have_the_dimension_and_length_one() -> None:
    [vector] = HashedEmbedder(256).embed(["Reducir la cancelación de clientes"])

    assert len(vector) == 256
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_texts_with_words_in_common_are_nearer() -> None:
    assert (
        near("cancelación de clientes", "clientes que cancelan")
        > near("cancelación de clientes", "inversión en servidores") + 0.2
    )


def test_the_same_text_is_the_same_vector_in_every_process() -> None:
    told = {subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout for _ in range(2)}

    assert told == {f"{HashedEmbedder(64).embed(['Churn de 5%'])[0]}\n".encode()}


def test_a_text_without_words_is_the_zero_vector() -> None:
    assert not np.any(HashedEmbedder().embed(["— ¿? —"])[0])
