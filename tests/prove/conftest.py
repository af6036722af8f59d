"""Long proofs: a tenth of each runs with the suite, the whole with RUMBO_PROVE=1 (`make prove`)."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

Scale = Callable[[int], int]
"""How many of a proof's full number to do."""


@pytest.fixture(scope="session")
def scale() -> Scale:
    whole = os.environ.get("RUMBO_PROVE") == "1"
    return lambda full: full if whole else max(1, full // 10)
