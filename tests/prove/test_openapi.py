"""The server does what its OpenAPI document says, whatever fits or does not fit it: schemathesis against a running server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.office import Office
from integrations.server.serving import build, running
from tests.prove.conftest import Scale

PLAN = """---
start: 2026-01-01
---
# Plan de crecimiento

## Fase 1: Base (Meses 1-3)

- [ ] Contratar Data Analyst

**Inversión:** $25K - $50K
**ROI esperado:** 2:1 en 6 meses

| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |
"""
LOCAL = Principal(id="local:test", role=Role.admin)
KNOWN = {"metric": "Churn", "task": "Contratar Data Analyst"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "plan.md").write_text(PLAN, encoding="utf-8")
    workspace = Workspace(settings.load(home=tmp_path / "home", rate_per_minute=100_000))
    workspace.ingest([tmp_path / "plan.md"])
    yield Office(workspace)
    workspace.close()


@pytest.mark.parametrize("locked", [False, True], ids=["open on loopback", "with a key"])
def test_every_answer_is_one_the_openapi_document_promises(
    office: Office, root: Path, tmp_path: Path, scale: Scale, locked: bool
) -> None:
    _key, secret = office.doorkeeper.create("prover", Role.admin)
    whole = scale(10) == 10
    phases = "examples,coverage,fuzzing,stateful" if whole else "fuzzing" if locked else "examples,stateful"
    with running(build(office, host="127.0.0.1", local=LOCAL, always_key=locked, worker=False)) as url:
        command = [str(root / ".venv/bin/schemathesis"), "run", f"{url}/openapi.json", "--phases", phases]
        command += ["--max-examples", str(scale(20)), "--continue-on-failure", "--generation-database", ":memory:"]
        # Replaced by `fitting_request_is_accepted`, which is the same but for refusals it names.
        command += ["--exclude-checks", "positive_data_acceptance", "--no-color", "--seed", "1"]
        command += ["--header", f"Authorization: Bearer {secret}"] if locked else []
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.prove.openapi_checks", "KNOWN_NAMES": json.dumps(KNOWN)}
        environment["PYTHONPATH"] = str(root)
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
