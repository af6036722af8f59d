"""While the model's endpoint hangs: health and writes answer at once, questions end in a clear problem."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.office import Office
from integrations.dev.model import running as fake_model
from integrations.server.serving import build, running
from tests.prove.conftest import Scale

LOCAL = Principal(id="local:test", role=Role.admin)
ASKS = 100
TIMEOUT_S = 10.0
"""What waited behind the questions would wait this long."""
PATIENCE_S = 120.0
"""Of the client; questions end long before."""
PLAN = "# Plan\n\n- [ ] Contratar Data Analyst\n\n| Métrica | Mes 1 |\n|---|---|\n| Churn | 6% |\n"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "plan.md").write_text(PLAN, encoding="utf-8")
    with fake_model() as endpoint:
        known = settings.load(
            home=tmp_path / "home",
            model="timeout-120",
            model_url=endpoint,
            model_api_key=SecretStr("none"),
            model_timeout_s=60,
            request_timeout_s=TIMEOUT_S,
            rate_per_minute=100_000,
        )
        workspace = Workspace(known)
        workspace.ingest([tmp_path / "plan.md"])
        with running(build(Office(workspace), host="127.0.0.1", local=LOCAL, worker=False)) as address:
            yield address
        workspace.close()


async def timed(client: httpx2.AsyncClient, method: str, path: str, **sent: object) -> tuple[int, float, str]:
    began = time.monotonic()
    response = await client.request(method, path, **sent)  # type: ignore[arg-type]
    told = response.json()
    return response.status_code, time.monotonic() - began, told.get("title", "") if isinstance(told, dict) else ""


async def test_health_and_writes_answer_while_every_question_waits_for_a_dead_model(url: str, scale: Scale) -> None:
    limits = httpx2.Limits(max_connections=500)
    async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S, limits=limits) as client:
        question = {"question": "¿Cuál es la meta de churn en el mes 1?"}
        asks = [asyncio.create_task(timed(client, "POST", "/v1/ask", json=question)) for _ in range(scale(ASKS))]
        drafts = [
            asyncio.create_task(
                timed(client, "POST", "/v1/status/drafts", json={"audience": f"a{n}", "destination": "file:x.md"})
            )
            for n in range(scale(ASKS) // 2)
        ]
        await asyncio.sleep(1)
        quick, writes = [], []
        while not all(task.done() for task in asks):
            quick.append(await timed(client, "GET", "/health"))
            writes.append(await timed(client, "POST", "/v1/tasks/Contratar Data Analyst/state", json={"status": "doing"}))
            await asyncio.sleep(0.05)
        told = await asyncio.gather(*asks)
        drafted = await asyncio.gather(*drafts)

    assert {status for status, _, _ in quick} == {200}
    assert {status for status, _, _ in writes} == {200}
    # What is quick takes milliseconds; a busy machine may hold one of them up, never as long as a question waits.
    assert statistics.median(seconds for _, seconds, _ in quick) < 1
    assert max(seconds for _, seconds, _ in [*quick, *writes]) < TIMEOUT_S
    assert {(status, code) for status, _, code in told} == {(504, "request_timed_out")}
    assert max(seconds for _, seconds, _ in told) < PATIENCE_S
    assert {(status, code) for status, _, code in drafted} == {(504, "request_timed_out")}
