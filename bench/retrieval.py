"""Retrieval on a public question set: each engine in its own process, all asked the same questions in turns.

A few questions go to one engine, then to the next, so that whatever else the machine does falls on all of them alike.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

from bench import engines
from bench.metrics import percentile, place, quality
from bench.process import Watch, memory_now_mb, memory_peak_mb

TURN: Final = 25
"""Questions an engine answers before it is the next one's turn."""

_ranks: dict[str, engines.Rank] = {}
"""The engine this process holds."""


def read(path: Path, most: int | None) -> tuple[list[str], list[tuple[str, int]]]:
    """All paragraphs, and questions (a fixed sample, or all) with the number of the paragraph that answers each."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [part for article in articles for part in article["paragraphs"]]
    asked = [(entry["question"], number) for number, part in enumerate(paragraphs) for entry in part["qas"]]
    if most is not None and most < len(asked):
        asked = random.Random(7).sample(asked, most)
    return [part["context"] for part in paragraphs], asked


def run(path: Path, most: int | None) -> dict[str, Any]:
    """Quality, times and memory of every engine."""
    passages, questions = read(path, most)
    held: dict[str, ProcessPoolExecutor] = {}
    measured: dict[str, dict[str, Any]] = {}
    answers: dict[str, list[tuple[list[int], float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in engines.ENGINES:
            work = Path(folder) / engines.slug(name)
            work.mkdir()
            held[name] = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            measured[name] = held[name].submit(_build, name, passages, work).result()
            answers[name] = []
        for start in range(0, len(questions), TURN):
            texts = [question for question, _ in questions[start : start + TURN]]
            for name, pool in held.items():
                answers[name] += pool.submit(_ask, name, texts).result()
        for pool in held.values():
            pool.shutdown()
    rows = [_row(name, measured[name], answers[name], [right for _, right in questions]) for name in engines.ENGINES]
    return {"set": path.name, "passages": len(passages), "questions": len(questions), "engines": rows}


def _row(
    name: str, measured: dict[str, Any], answers: Sequence[tuple[list[int], float, float]], right: Sequence[int]
) -> dict[str, Any]:
    places = [place(ranked, number) for (ranked, _, _), number in zip(answers, right, strict=True)]
    cpu, wall = [cpu for _, cpu, _ in answers], [wall for _, _, wall in answers]
    return {
        "engine": name,
        "kind": engines.ENGINES[name][1],
        **quality(places),
        **measured,
        "query_cpu_ms_p50": percentile(cpu, 0.5),
        "query_cpu_ms_p95": percentile(cpu, 0.95),
        "query_wall_ms_p50": percentile(wall, 0.5),
        "query_wall_ms_p95": percentile(wall, 0.95),
    }


def _build(name: str, passages: Sequence[str], work: Path) -> dict[str, Any]:
    build = engines.load(name)
    before = memory_now_mb()
    watch = Watch()
    rank = build(passages, work)
    spent = watch.spent()
    rank(passages[0][:80])
    _ranks[name] = rank
    return {
        "index_cpu_s": spent.cpu_s,
        "index_wall_s": spent.wall_s,
        "index_memory_mb": max(memory_now_mb() - before, 0.0),
        "peak_memory_mb": memory_peak_mb(),
    }


def _ask(name: str, questions: Sequence[str]) -> list[tuple[list[int], float, float]]:
    rank = _ranks[name]
    answers = []
    for question in questions:
        watch = Watch()
        ranked = rank(question)
        spent = watch.spent()
        answers.append((list(ranked), spent.cpu_s * 1000, spent.wall_s * 1000))
    return answers
