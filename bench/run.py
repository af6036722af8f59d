"""`make bench`: retrieval beside other libraries, ingest, questions on the reference documents, what HTTP costs.

Writes `results/latest.json` and `results/README.md`. What needs ../shared is left out, and said so, where that is absent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench import answering, business, crowd, health, ingesting, overhead, retrieval, tokens
from bench.report import markdown

ROOT: Final = Path(__file__).resolve().parent.parent
SHARED: Final = ROOT.parent / "shared"
EXAMPLES: Final = ROOT / "examples"
RESULTS: Final = ROOT / "bench" / "results"
PARTS: Final = ("retrieval", "ingest", "business", "tokens", "answering", "crowd", "overhead", "health")
SIZES: Final = (100, 300, 1000)
FULL_SIZES: Final = (100, 300, 1000, 3000, 12_000)
LIBRARIES: Final = (
    "rumbo",
    "langchain-community",
    "langchain-text-splitters",
    "rank-bm25",
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "bm25s",
    "chromadb",
    "PyStemmer",
)


def main() -> None:
    """Run the parts asked for; the results of the others stay."""
    asked = _arguments()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    kept = RESULTS / "latest.json"
    results: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}

    def keep(part: str, found: dict[str, Any]) -> None:
        results.update({part: {"date": datetime.now(UTC).date().isoformat(), **found}, **_circumstances()})
        _write(results)

    parts: dict[str, tuple[tuple[Path, ...], Callable[[], dict[str, Any]]]] = {
        "retrieval": ((asked.set,), lambda: retrieval.run(asked.set, None if asked.full else asked.questions)),
        "ingest": ((), lambda: ingesting.run(asked.sizes or (FULL_SIZES if asked.full else SIZES), partial(keep, "ingest"))),
        "business": (
            (SHARED / "corpus" / "seeds", SHARED / "gold" / "questions_dev.jsonl"),
            lambda: business.run(SHARED / "corpus" / "seeds", SHARED / "gold" / "questions_dev.jsonl"),
        ),
        "tokens": (
            (SHARED / "corpus" / "seeds", SHARED / "gold" / "questions_dev.jsonl"),
            lambda: tokens.run(SHARED / "corpus" / "seeds", SHARED / "gold" / "questions_dev.jsonl"),
        ),
        "answering": ((), lambda: answering.run(EXAMPLES / "plans", EXAMPLES / "questions.jsonl")),
        "crowd": ((), lambda: crowd.run(EXAMPLES / "plans", EXAMPLES / "questions.jsonl")),
        "overhead": ((), overhead.measure),
        "health": ((), health.measure),
    }
    for name in asked.parts or parts:
        needed, measure = parts[name]
        missing = [path for path in needed if not path.exists()]
        if missing:
            print(f"bench: {name} left out, {missing[0].name} is not beside the project (../shared)")
            continue
        print(f"bench: {name}", flush=True)
        keep(name, measure())
    print(markdown(results) if results else "bench: nothing was run")


def _write(results: dict[str, Any]) -> None:
    # After each part: a run in full takes an hour, and what was measured before it is stopped is kept.
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (RESULTS / "README.md").write_text(markdown(results), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all without one")
    parser.add_argument("--full", action="store_true", help="all questions, and up to 12,000 documents")
    parser.add_argument("--questions", type=int, default=1000, help="size of the sample of questions")
    parser.add_argument("--sizes", type=int, nargs="*", help="numbers of documents to ingest")
    parser.add_argument("--set", type=Path, default=SHARED / "data" / "squad_es_dev.json", help="question set in SQuAD's form")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown part {sorted(unknown)[0]!r}: {', '.join(PARTS)}")
    return asked


def _circumstances() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "versions": {name: version(name) for name in LIBRARIES},
    }


if __name__ == "__main__":
    main()
