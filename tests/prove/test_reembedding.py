"""Another embedding model on a real endpoint and a real Chroma server: searches answer throughout, and a kill costs nothing."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from copilot.bootstrap import Workspace
from copilot.domain.access import Principal
from copilot.settings import Settings
from integrations.dev.model import running
from retrieval.store.vectors import BATCH
from tests.store.chroma_server import ChromaServer

ANA = Principal(id="local:ana")
OLD, NEW = "small-model", "large-model"
PASSAGES = 2 * BATCH + 40
REQUESTS_A_BATCH = 4
PATIENCE_S = 120.0
QUESTION = "proveedor suplente de harina"
forked = multiprocessing.get_context("forkserver")


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A model endpoint of this test's own."""
    with running() as url:
        yield url


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    """A Chroma server of this test's own."""
    made = ChromaServer(tmp_path / "chroma_server")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One document with as many passages as fill two batches, and one that is asked for."""
    made = tmp_path / "plans"
    made.mkdir()
    # Words of their own: among hundreds of passages that are nearly the same, an approximate index overlooks the one that is not.
    rng = random.Random(5)
    words = ["".join(rng.choices("abdelmnorst", k=7)) for _ in range(8 * PASSAGES)]
    parts = "\n".join(f"## Parte {at}\n\n{' '.join(words[8 * at : 8 * at + 8])}.\n" for at in range(PASSAGES))
    (made / "turnos.md").write_text(f"# Turnos\n\n{parts}", encoding="utf-8")
    (made / "riesgos.md").write_text("# Riesgos\n\nUn proveedor suplente de harina queda contratado.\n", encoding="utf-8")
    return made


def options(home: Path, endpoint: str, chroma: str, model: str) -> dict[str, Any]:
    return {
        "home": home,
        "embeddings_model": model,
        "embeddings_url": endpoint,
        "embeddings_api_key": "any",
        "chroma_url": chroma,
        "model_timeout_s": PATIENCE_S,
    }


def ingest(given: dict[str, Any], folder: Path) -> None:
    """What runs in a process of its own, and is killed there."""
    workspace = Workspace(Settings(**given))
    workspace.ingest([folder])
    workspace.close()


def control(endpoint: str, model: str) -> str:
    return f"{endpoint.removesuffix('/v1')}/dev/embeddings/{model}"


def texts_embedded(endpoint: str, model: str) -> int:
    return int(httpx2.get(control(endpoint, model)).json()["texts"])


def wait_for(endpoint: str, model: str, *, waiting: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while httpx2.get(control(endpoint, model)).json()["waiting"] != waiting:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_answered(workspace: Workspace) -> bool:
    return "riesgos.md" in {hit.chunk.document for hit in workspace.search(ANA, QUESTION, documents=None, k=3)}


def test_searches_answer_while_a_new_model_takes_over_and_a_kill_costs_no_vector(
    folder: Path, tmp_path: Path, endpoint: str, server: ChromaServer
) -> None:
    home = tmp_path / "home"
    before, after = (options(home, endpoint, server.url, model) for model in (OLD, NEW))
    ingest(before, folder)
    reader = Workspace(Settings(**after))
    # The first search with the new model asks how long its vectors are.
    first = is_answered(reader)
    httpx2.put(control(endpoint, NEW), params={"answers": 1 + REQUESTS_A_BATCH})

    process = forked.Process(target=ingest, args=(after, folder))
    process.start()
    wait_for(endpoint, NEW, waiting=1)
    asked_old = texts_embedded(endpoint, OLD)
    meanwhile = is_answered(reader)
    process.kill()
    process.join()
    killed, waiting = is_answered(reader), reader.plans.vectors_pending()
    asked_by_searches = texts_embedded(endpoint, OLD) - asked_old
    reader.close()
    httpx2.put(control(endpoint, NEW), params={"answers": 10**6})
    wait_for(endpoint, NEW, waiting=0)
    embedded = texts_embedded(endpoint, NEW)
    resumed = Workspace(Settings(**after))
    report = resumed.ingest([folder])
    embedded_again = texts_embedded(endpoint, NEW) - embedded
    last, whole = is_answered(resumed), resumed.plans.whole_collection()
    resumed.close()

    assert (first, meanwhile, killed, last) == (True, True, True, True)
    assert asked_by_searches >= 2
    assert (report.trouble, report.pending_vectors) == (None, 0)
    assert PASSAGES - BATCH <= waiting < PASSAGES
    assert embedded_again == waiting + 1
    assert whole is not None
    assert whole.model == NEW
