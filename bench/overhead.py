"""What the HTTP door costs: `POST /v1/ask` on a warm server less the same question put to the service in this process."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.answer import Question
from copilot.office import Office
from integrations.server.serving import build, running

PLAN = """---
start: 2026-01-01
---
# Plan de crecimiento

## Fase 1: Base (Meses 1-3)

- [ ] Contratar Data Analyst

**Inversión:** $25K - $50K

| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |
| NPS | 40 | 55 |
"""
QUESTION = "¿Cuál es la meta de churn en el mes 3?"
WARM, ROUNDS = 10, 100
LIMIT_MS = 10.0
LOCAL = Principal(id="local:bench", role=Role.admin)


def measure() -> dict[str, Any]:
    """Medians in milliseconds. Both ways take turns, so that a busy machine is busy for both; the model is the offline one."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "plan.md").write_text(PLAN, encoding="utf-8")
        workspace = Workspace(settings.load(home=folder / "home", rate_per_minute=100_000))
        workspace.ingest([folder / "plan.md"])
        with running(build(Office(workspace), host="127.0.0.1", local=LOCAL, worker=False)) as url:
            direct, over_http = asyncio.run(_timed(workspace, url))
        workspace.close()
    overhead = statistics.median(over_http) - statistics.median(direct)
    return {
        "name": "overhead",
        "questions": ROUNDS,
        "service_ms": round(statistics.median(direct), 2),
        "http_ms": round(statistics.median(over_http), 2),
        "overhead_ms": round(overhead, 2),
        "ratio": round(statistics.median(over_http) / statistics.median(direct), 3),
        "limit_ms": LIMIT_MS,
        "passed": overhead < LIMIT_MS,
    }


async def _timed(workspace: Workspace, url: str) -> tuple[list[float], list[float]]:
    direct: list[float] = []
    over_http: list[float] = []
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        for turn in range(WARM + ROUNDS):
            began = time.perf_counter()
            # Each with a conversation of its own, as the door does it.
            await workspace.copilot.ask(LOCAL, Question(text=QUESTION, conversation_id=f"bench-{turn}"))
            between = time.perf_counter()
            (await client.post("/v1/ask", json={"question": QUESTION})).raise_for_status()
            if turn >= WARM:
                direct.append((between - began) * 1000)
                over_http.append((time.perf_counter() - between) * 1000)
    return direct, over_http


def main() -> int:
    """Measure, write `bench/results/overhead.json`, print it; 1 over the limit."""
    found = measure()
    results = Path(__file__).resolve().parent / "results"
    results.mkdir(exist_ok=True)
    (results / "overhead.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found))
    return 0 if found["passed"] else 1


# As `python -m bench.overhead`: run as a file, this folder would stand before the packages of the product.
if __name__ == "__main__":
    sys.exit(main())
