"""Retrieval quality on 240 Spanish encyclopedia passages with questions: a fall here means the analyser or the ranking broke."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.store.database import open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from tests.store.material import put, record

PASSAGES_AN_ARTICLE = 5
EVERY = 4
"""Every fourth question: enough to see a fall of two points, and quick."""


@pytest.fixture(scope="module")
def ranks(shared: Path) -> list[int | None]:
    """Place of the right passage among ten, for each question."""
    articles = json.loads((shared / "data" / "squad_es_dev.json").read_text(encoding="utf-8"))["data"]
    database = open_database("sqlite://")
    store, index = SqlPlanStore(database), SqlLexicalIndex(database)
    asked: list[tuple[str, str]] = []
    for number, article in enumerate(articles):
        kept = article["paragraphs"][:: max(1, len(article["paragraphs"]) // PASSAGES_AN_ARTICLE)][:PASSAGES_AN_ARTICLE]
        chunks = put(store, record(f"{number}.md"), [paragraph["context"] for paragraph in kept])
        asked += [(qa["question"], chunk.id) for chunk, paragraph in zip(chunks, kept, strict=True) for qa in paragraph["qas"]]
    found = [([one for one, _ in index.search(question, documents=None, k=10)], right) for question, right in asked[::EVERY]]
    database.close()
    return [ids.index(right) if right in ids else None for ids, right in found]


def test_the_right_passage_leads(ranks: list[int | None]) -> None:
    assert sum(1 / (rank + 1) for rank in ranks if rank is not None) / len(ranks) > 0.90


def test_the_right_passage_is_among_ten(ranks: list[int | None]) -> None:
    assert sum(rank is not None for rank in ranks) / len(ranks) > 0.97
