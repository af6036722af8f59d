"""Whatever happens to an ingest, the next one leaves what an undisturbed one leaves: facts, passages, index rows, vectors."""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from copilot import settings
from copilot.bootstrap import DATABASE_FILE, VECTORS_FOLDER, Workspace
from copilot.domain.errors import OperatorMustFix
from retrieval.pipeline import Pipeline
from retrieval.search.hashed import HashedEmbedder
from retrieval.store import schema
from retrieval.store.check import check_database
from retrieval.store.chroma import open_folder, open_server
from retrieval.store.database import Database, open_database
from retrieval.store.sql import SqlPlanStore
from retrieval.store.vectors import Vectors, collection_name
from tests.postgres_server import PostgresServer
from tests.prove.conftest import Scale
from tests.store.chroma_server import ChromaServer

DOCUMENTS = 50
KILLS_A_ROUND = 10
"""Then an ingest may end, and everything is compared."""
State = dict[str, Any]
NewUrl = Callable[[], str | None]

forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(["copilot.bootstrap", "retrieval.pipeline", "retrieval.store.chroma", "retrieval.store.sql"])


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest) -> NewUrl:
    """Addresses of new databases; None is the file in the home."""
    if request.param == "sqlite":
        return lambda: None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plans"
    made.mkdir()
    write(made, 0)
    return made


def write(folder: Path, version: int) -> None:
    """Every document anew, each with figures of its own."""
    for number in range(DOCUMENTS):
        text = f"# Plan {number}\n\n## Metas\n\n| KPI | Meta |\n|---|---|\n| Churn | {number + version + 1}.5% |\n\n"
        text += f"## Inversión\n\n- Automatización: ${version + 1}0K\n- [ ] Contratar a la persona {version}\n"
        (folder / f"{number:02}.md").write_text(text, encoding="utf-8")


def ingest(home: Path, url: str | None, folder: Path, largest: int | None = None) -> None:
    """What runs in a process of its own."""
    if largest is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    workspace = Workspace(settings.load(home=home, database_url=url))
    try:
        workspace.ingest([folder])
    except OperatorMustFix as error:
        (home.parent / "told").write_text(error.code)
    workspace.close()


def start(*arguments: Any) -> Any:
    process = forked.Process(target=ingest, args=arguments)
    process.start()
    return process


def whole(home: Path, url: str | None, folder: Path) -> State:
    """The state after an ingest that nobody disturbs."""
    process = start(home, url, folder)
    process.join()
    assert process.exitcode == 0
    return state(home, url)


def state(home: Path, url: str | None) -> State:
    """All that answers come from, without what names a moment."""
    database = open_database(url or f"sqlite:///{home / DATABASE_FILE}")
    names = passages(database)
    lexical = "SELECT chunks.id, s, g FROM lexical JOIN chunks ON chunks.row = lexical.rowid"
    if url is not None:
        lexical = 'SELECT chunks.id, terms::text, length FROM lexical JOIN chunks ON chunks."row" = lexical."row"'
    with database.read() as connection:
        facts = sorted(connection.execute(sa.select(schema.facts.c.payload)).scalars())
        index = sorted((names[row[0]], *row[1:]) for row in connection.exec_driver_sql(lexical))
    assert [check.name for check in check_database(database) if not check.is_good] == []
    assert SqlPlanStore(database).vectors_pending() == 0
    assert not SqlPlanStore(database).orphaned_vectors(1)
    database.close()
    return {"facts": facts, "passages": sorted(names.values()), "index": index, "vectors": vectors(home, names)}


def passages(database: Database) -> dict[str, tuple[Any, ...]]:
    """By id, which has the moment of its version in it: document, number and text."""
    columns = (schema.chunks.c.id, schema.chunks.c.document, schema.chunks.c.indexed, schema.chunks.c.first_line)
    with database.read() as connection:
        found = connection.execute(sa.select(*columns)).all()
    return {row.id: (row.document, row.id.partition(":")[2], row.indexed, row.first_line) for row in found}


def vectors(home: Path, names: dict[str, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    store = open_folder(home / VECTORS_FOLDER, collection_name(HashedEmbedder()))
    held = store._collection.get(include=["embeddings"])
    store.close()
    assert held["embeddings"] is not None
    assert set(held["ids"]) == set(names)
    rounded = [np.round(np.asarray(vector, dtype=np.float64), 5) + 0.0 for vector in held["embeddings"]]
    return sorted((*names[one], vector.tobytes()) for one, vector in zip(held["ids"], rounded, strict=True))


def test_an_ingest_killed_at_any_point_is_made_good_by_the_next(
    folder: Path, tmp_path: Path, new_url: NewUrl, scale: Scale
) -> None:
    rng, kills, home, url = random.Random(7), scale(200), tmp_path / "home", new_url()
    whole(tmp_path / "warm", None, folder)
    began = time.monotonic()
    whole(home, url, folder)
    longest = time.monotonic() - began

    for number in range(1, kills + 1):
        write(folder, number)
        process = start(home, url, folder)
        process.join(rng.random() * longest)
        process.kill()
        process.join()
        if number % KILLS_A_ROUND == 0:
            assert whole(home, url, folder) == whole(tmp_path / f"undisturbed{number}", new_url(), folder)


def test_two_ingests_at_once_leave_what_one_leaves(folder: Path, tmp_path: Path, new_url: NewUrl) -> None:
    home, url = tmp_path / "home", new_url()

    both = [start(home, url, folder) for _ in range(2)]
    for process in both:
        process.join()

    assert [process.exitcode for process in both] == [0, 0]
    assert whole(home, url, folder) == whole(tmp_path / "one", new_url(), folder)


def test_renamed_edited_and_deleted_documents_leave_nothing_behind(folder: Path, tmp_path: Path, new_url: NewUrl) -> None:
    home, url = tmp_path / "home", new_url()
    whole(home, url, folder)
    (folder / "00.md").rename(folder / "renamed.md")
    (folder / "01.md").write_text("# Otro\n\n- NPS: 40\n", encoding="utf-8")
    (folder / "02.md").unlink()

    assert _unnamed(whole(home, url, folder)) == _unnamed(whole(tmp_path / "fresh", new_url(), folder))


def _unnamed(found: State) -> State:
    """Without the ids a renamed document keeps from before, on which states and readings hang."""
    facts = [json.loads(payload) for payload in found["facts"]]
    told = [json.dumps({**fact, "id": "", "series": None}, sort_keys=True) for fact in facts]
    return {**found, "facts": sorted(told)}


@pytest.mark.parametrize("largest", [60_000, 400_000])
def test_a_full_disk_is_named_and_costs_nothing(folder: Path, tmp_path: Path, largest: int) -> None:
    home = tmp_path / "home"
    process = start(home, None, folder, largest)
    process.join()

    told = tmp_path / "told"
    assert told.read_text() == "database_not_writable"
    assert whole(home, None, folder) == whole(tmp_path / "undisturbed", None, folder)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    """A Chroma server of this test's own, not started."""
    made = ChromaServer(tmp_path / "chroma_server")
    yield made
    made.stop()


class Interrupted(HashedEmbedder):
    """Calls somebody between two batches."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self._call = call
        self._batches = 0

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self._batches += 1
        if self._batches == 2:
            self._call()
        return super().embed(texts)


def test_a_chroma_server_that_is_down_and_goes_down_again_costs_nothing(
    folder: Path, tmp_path: Path, server: ChromaServer
) -> None:
    for number in range(DOCUMENTS, DOCUMENTS * 4):
        (folder / f"{number}.md").write_text(
            f"# Plan\n\n## A\n\n- Churn: {number}%\n\n## B\n\n- NPS: {number}\n", encoding="utf-8"
        )
    workspace = Workspace(settings.load(home=tmp_path / "home"))
    opened = Vectors(lambda: open_server(server.url, collection_name(HashedEmbedder()), timeout_s=5.0))
    pipeline = Pipeline(
        workspace.plans,
        clock=workspace.clock,
        count_tokens=lambda text: len(text),
        embedder=Interrupted(server.stop),
        vectors=opened,
    )

    down = pipeline.ingest([folder])
    server.start()
    broken = pipeline.write_vectors()
    waiting = workspace.plans.vectors_pending()
    server.start()
    mended = pipeline.write_vectors()

    assert (down.trouble, broken, mended) == ("vector_store_unavailable", "vector_store_unavailable", None)
    assert 0 < waiting < down.pending_vectors
    assert (workspace.plans.vectors_pending(), opened().count()) == (0, down.pending_vectors)
    workspace.close()
