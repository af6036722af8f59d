"""Stores on a file and in memory, and Chroma in a folder and on a server: one suite for each pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.store.chroma import ChromaStore, open_folder, open_server
from retrieval.store.database import Database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from tests.store.chroma_server import ChromaServer


@pytest.fixture
def store(database: Database) -> SqlPlanStore:
    """A plan store without documents."""
    return SqlPlanStore(database)


@pytest.fixture
def lexical(database: Database) -> SqlLexicalIndex:
    """The full-text index of the same database."""
    return SqlLexicalIndex(database)


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A real Chroma server process on the loopback."""
    server = ChromaServer(tmp_path_factory.mktemp("chroma_server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "server"])
def open_chunks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], ChromaStore]]:
    """Opens a collection; what was opened is closed after the test."""
    opened: list[ChromaStore] = []

    def one(collection: str) -> ChromaStore:
        if request.param == "folder":
            store = open_folder(tmp_path / "chroma", collection)
        else:
            store = open_server(request.getfixturevalue("chroma_server").url, collection)
        opened.append(store)
        return store

    yield one
    for store in opened:
        store.close()
