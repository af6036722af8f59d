"""Runs commands in this process, as a person would type them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integrations.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
PLANS = ROOT / "examples" / "plans"


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Rumbo = Callable[..., Done]


def run(*arguments: str, typed: str | bytes = "") -> Done:
    """Run the command line with standard streams of its own."""
    streams = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode() if isinstance(typed, str) else typed), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    sys.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    code = 0
    try:
        try:
            main(arguments)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
        told = []
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            told.append(stream.buffer.getvalue().decode())
        return Done(code, *told)
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams


@pytest.fixture
def rumbo() -> Rumbo:
    """The command line on the test's own home."""
    return run


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample plans; tests that share it only read."""
    home = tmp_path_factory.mktemp("plans") / "home"
    done = run("--home", str(home), "ingest", str(PLANS))
    assert done.code == 0, done.err
    return home


@pytest.fixture
def plans(ingested: Path, monkeypatch: pytest.MonkeyPatch) -> Rumbo:
    """The command line on the sample plans."""
    monkeypatch.setenv("RUMBO_HOME", str(ingested))
    return run
