"""What a question costs in the process: offline, warm, on five documents; memory over two thousand turns and with all loaded."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bench.process import memory_now_mb, memory_peak_mb

TURNS: Final = 2000
WARM: Final = 200
DOCUMENTS: Final = 5
P95_MS, MOST_MB, GROWTH_MB = 50.0, 400.0, 10.0


def run(plans: Path, questions: Path, turns: int = TURNS) -> dict[str, Any]:
    """Milliseconds a question and resident memory, in a process that has loaded the agent, the index and the vectors."""
    from copilot.bootstrap import Workspace
    from copilot.domain.access import Principal, Role
    from copilot.evals.sets import read_questions
    from copilot.settings import Settings

    reader = Principal(id="bench", role=Role.admin)
    asked = [one.asked() for one in read_questions(questions)]
    with tempfile.TemporaryDirectory() as folder:
        _ingested(Path(folder), plans)
        workspace = Workspace(Settings(home=Path(folder) / "home"))
        # A search loads the vectors, which most questions need not.
        workspace.search(reader, "churn", documents=None, k=3)
        with asyncio.Runner() as runner:
            times, cpu = [], []
            for turn in range(WARM + turns):
                if turn == WARM:
                    before = memory_now_mb()
                began, busy = time.perf_counter(), time.process_time()
                runner.run(workspace.copilot.ask(reader, asked[turn % len(asked)]))
                times.append((time.perf_counter() - began) * 1000)
                cpu.append((time.process_time() - busy) * 1000)
            after = memory_now_mb()
        workspace.close()
    warm = times[WARM:]
    p95 = quantiles(warm, n=100)[94]
    return {
        "documents": DOCUMENTS,
        "turns": turns,
        "p50_ms": round(median(warm), 1),
        "p95_ms": round(p95, 1),
        "p50_cpu_ms": round(median(cpu[WARM:]), 1),
        "p95_cpu_ms": round(quantiles(cpu[WARM:], n=100)[94], 1),
        "memory_before_mb": round(before),
        "memory_after_mb": round(after),
        "memory_peak_mb": round(memory_peak_mb()),
        "passed": p95 < P95_MS and after - before < GROWTH_MB and memory_peak_mb() < MOST_MB,
    }


def _ingested(folder: Path, plans: Path) -> None:
    """A home with the documents, made by a process of its own: what an ingest takes is not what a question takes."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    process = context.Process(target=ingest, args=(folder / "home", sorted(plans.glob("*.*"))[:DOCUMENTS]))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError("the ingest failed")


def ingest(home: Path, documents: Sequence[Path]) -> None:
    """Fill a home."""
    from copilot.bootstrap import Workspace
    from copilot.settings import Settings

    workspace = Workspace(Settings(home=home))
    workspace.ingest(documents)
    workspace.close()
