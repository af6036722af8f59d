"""Ingest of generated documents, from a hundred up: speed, how it grows, memory, and what a second ingest costs."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench import generate
from bench.metrics import growth_exponent
from bench.process import Watch, memory_peak_mb


def run(sizes: Sequence[int], keep: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A fresh workspace and a fresh process for each size; `keep` gets what is known after each: the largest takes an hour."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        print(f"bench: ingest of {size} documents", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                rows.append(pool.submit(_measure, size, Path(folder)).result())
        keep(_found(rows))
    return _found(rows)


def _found(measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = sorted(measured, key=lambda row: int(row["documents"]))
    found: dict[str, Any] = {"runs": rows}
    if len(rows) > 1:
        counts = [float(row["documents"]) for row in rows]
        found["growth_exponent_cpu"] = growth_exponent(counts, [row["cpu_s"] for row in rows])
        found["growth_exponent_wall"] = growth_exponent(counts, [row["wall_s"] for row in rows])
    return found


def _measure(size: int, folder: Path) -> dict[str, Any]:
    from copilot.bootstrap import Workspace
    from copilot.settings import Settings

    documents = folder / "documents"
    bytes_written = generate.write(documents, size)
    # Libraries load, and the schema is made, on a document that is not counted.
    warm = folder / "warm.md"
    warm.write_text(generate.document(-1), encoding="utf-8")
    workspace = Workspace(Settings(home=folder / "home"))
    workspace.ingest([warm])
    watch = Watch()
    report = workspace.ingest([documents])
    spent, peak = watch.spent(), memory_peak_mb()
    watch = Watch()
    again = workspace.ingest([documents])
    respent = watch.spent()
    workspace.close()
    stored = sum(path.stat().st_size for path in (folder / "home").rglob("*") if path.is_file())
    return {
        "documents": size,
        "mb": bytes_written / 1e6,
        "facts": sum(sum(one.facts.values()) for one in report.documents),
        "chunks": sum(one.chunks for one in report.documents),
        "statuses": dict(Counter(one.status for one in report.documents)),
        "cpu_s": spent.cpu_s,
        "wall_s": spent.wall_s,
        "documents_per_cpu_s": size / spent.cpu_s,
        "mb_per_cpu_s": bytes_written / 1e6 / spent.cpu_s,
        "documents_per_s": size / spent.wall_s,
        "mb_per_s": bytes_written / 1e6 / spent.wall_s,
        "peak_memory_mb": peak,
        "home_mb": stored / 1e6,
        "again_statuses": dict(Counter(one.status for one in again.documents)),
        "again_cpu_s": respent.cpu_s,
        "again_wall_s": respent.wall_s,
    }
