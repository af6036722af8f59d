"""`make bench`: our full-text search beside other libraries, on the same passages and questions of a public question set.

Reads ../shared/data/squad_es_dev.json (SQuAD in Spanish): each question's own paragraph is the one right passage.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import bm25s
from langchain_community.retrievers import BM25Retriever
from rank_bm25 import BM25Okapi

from copilot.domain.plan import DocumentRecord
from copilot.domain.source import Chunk
from retrieval.store.database import open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore

SET = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "squad_es_dev.json"
QUESTIONS = 600
DEPTH = 10

Rank = Callable[[str], Sequence[int]]
"""A question to the numbers of passages, best first."""


def main() -> None:
    """One line an engine: recall at 1 and 10, mean reciprocal rank, milliseconds a question."""
    if not SET.is_file():
        sys.exit("bench: the question set is not beside the project (../shared/data)")
    passages, questions = read(SET)
    print(f"{len(passages)} passages, {len(questions)} questions\n{'engine':24} {'R@1':>6} {'R@10':>6} {'MRR':>6} {'ms':>7}")
    for name, build in ENGINES.items():
        rank = build(passages)
        began = time.perf_counter()
        places = [place(rank(question), right) for question, right in questions]
        each_ms = (time.perf_counter() - began) * 1000 / len(questions)
        first = sum(found == 1 for found in places) / len(places)
        within = sum(found > 0 for found in places) / len(places)
        reciprocal = sum(1 / found for found in places if found) / len(places)
        print(f"{name:24} {first:6.3f} {within:6.3f} {reciprocal:6.3f} {each_ms:7.2f}", flush=True)


def read(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """All paragraphs, and a fixed sample of questions with the number of the paragraph that answers each."""
    paragraphs = [part for article in json.loads(path.read_text(encoding="utf-8"))["data"] for part in article["paragraphs"]]
    asked = [(entry["question"], number) for number, part in enumerate(paragraphs) for entry in part["qas"]]
    return [part["context"] for part in paragraphs], random.Random(7).sample(asked, min(QUESTIONS, len(asked)))


def place(ranked: Sequence[int], right: int) -> int:
    """Place of the right passage from 1; 0 when it is not among the first."""
    first = list(ranked[:DEPTH])
    return first.index(right) + 1 if right in first else 0


def rumbo(passages: Sequence[str]) -> Rank:
    """Our index, in memory, filled the way an ingest fills it."""
    database = open_database("sqlite://")
    chunks = [
        Chunk(id=f"v:{number}", document="set", lines=(1, 1), text=text, indexed=text, language="es")
        for number, text in enumerate(passages)
    ]
    record = DocumentRecord(
        document="set", version_id="v", title="set", language="es", sha256="", line_count=1, ingested_at=datetime.now(UTC)
    )
    SqlPlanStore(database).replace(record, content=b"", text="", repairs=(), facts=(), dropped=(), chunks=chunks, events=())
    index = SqlLexicalIndex(database)
    return lambda question: [int(found.partition(":")[2]) for found, _ in index.search(question, documents=None, k=DEPTH)]


def okapi(passages: Sequence[str]) -> Rank:
    """rank_bm25 on lower-case words."""
    index = BM25Okapi([text.lower().split() for text in passages])

    def rank(question: str) -> Sequence[int]:
        scores = index.get_scores(question.lower().split())
        return [int(number) for number in scores.argsort()[::-1][:DEPTH]]

    return rank


def sparse(passages: Sequence[str]) -> Rank:
    """bm25s with its own tokenizer."""
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(passages), stopwords=None, show_progress=False), show_progress=False)

    def rank(question: str) -> Sequence[int]:
        found, _ = index.retrieve(bm25s.tokenize([question], stopwords=None, show_progress=False), k=DEPTH, show_progress=False)
        return [int(number) for number in found[0]]

    return rank


def langchain(passages: Sequence[str]) -> Rank:
    """LangChain's BM25 retriever as its quickstart has it."""
    places = [{"number": number} for number in range(len(passages))]
    index = BM25Retriever.from_texts(list(passages), metadatas=places, k=DEPTH)
    return lambda question: [int(found.metadata["number"]) for found in index.invoke(question)]


ENGINES: dict[str, Callable[[Sequence[str]], Rank]] = {
    "rumbo (FTS5)": rumbo,
    "rank_bm25": okapi,
    "bm25s": sparse,
    "langchain BM25Retriever": langchain,
}

if __name__ == "__main__":
    main()
