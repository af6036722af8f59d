"""A server on loopback over a workspace that holds one small plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.office import Office
from integrations.server.serving import build, running

PLAN = """---
start: 2026-01-01
---
# Plan de crecimiento

## Fase 1: Base (Meses 1-3)

- [ ] Contratar Data Analyst
- [ ] Firmar convenio con el proveedor

**Inversión:** $25K - $50K
**ROI esperado:** 2:1 en 6 meses

### Métricas
| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |
| NPS | 40 | 55 |
"""
LOCAL = Principal(id="local:test", role=Role.admin)


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the plan in it, to be copied."""
    folder = tmp_path_factory.mktemp("ingested")
    (folder / "plan.md").write_text(PLAN, encoding="utf-8")
    workspace = Workspace(settings.load(home=folder / "home"))
    workspace.ingest([folder / "plan.md"])
    workspace.close()
    return folder / "home"


@pytest.fixture
def office(ingested: Path, tmp_path: Path) -> Iterator[Office]:
    workspace = Workspace(settings.load(home=Path(shutil.copytree(ingested, tmp_path / "home"))))
    yield Office(workspace)
    workspace.close()


@pytest.fixture
def url(office: Office) -> Iterator[str]:
    with running(build(office, host="127.0.0.1", local=LOCAL, worker=False)) as address:
        yield address


@pytest.fixture
def locked(office: Office) -> Iterator[str]:
    """A server that asks for keys."""
    office.doorkeeper.create("first", Role.viewer)
    with running(build(office, host="127.0.0.1", local=LOCAL, always_key=True, worker=False)) as address:
        yield address


@pytest.fixture
def http(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=30) as client:
        yield client
