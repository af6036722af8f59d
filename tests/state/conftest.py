"""Databases the state stores are tested on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.store.database import Database, open_database


@pytest.fixture(params=["file", "memory"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = open_database("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'state.db'}")
    yield made
    made.close()
