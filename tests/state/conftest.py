"""Engines the state stores are tested on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from retrieval.store.state_schema import state_metadata


@pytest.fixture(params=["file", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'state.db'}"
    made = sa.create_engine(url, poolclass=sa.StaticPool) if request.param == "memory" else sa.create_engine(url)
    state_metadata.create_all(made)
    yield made
    made.dispose()
