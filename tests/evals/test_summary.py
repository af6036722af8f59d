"""Counts over a run of questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.domain.answer import Answer
from copilot.domain.errors import UserCanFix
from copilot.domain.source import Citation
from copilot.evals.sets import GoldSource, SetQuestion, read_questions
from copilot.evals.summary import Result, SummaryRow, summarise


def result(kind: str, lang: str, *, answered: bool, cited: int | None = None, ms: float = 10.0, gap: bool = False) -> Result:
    question = SetQuestion(id="q", question="?", type=kind, lang=lang, sources=(GoldSource(file="plan.txt", lines=(5,)),))
    citations = () if cited is None else (Citation(document="plan.md", lines=(cited, cited), quote="x", n=1),)
    answer = Answer(
        question="?",
        answer="x",
        answered=answered,
        language="es",
        citations=citations,
        model="offline",
        elapsed_ms=ms,
        gaps=("cut",) if gap else (),
    )
    return Result(question, answer)


def test_a_refusal_is_as_expected_only_where_there_is_no_answer() -> None:
    refused = result("unanswerable", "es", answered=False)
    missed = result("kpi_lookup", "es", answered=False)

    assert [row.as_expected for row in summarise([refused, missed]) if row.group in ("kpi_lookup", "unanswerable")] == [0, 1]


def test_types_come_first_then_languages_then_all() -> None:
    rows = summarise([result("risk", "es", answered=True), result("kpi_lookup", "en", answered=True)])

    assert [row.group for row in rows] == ["kpi_lookup", "risk", "en", "es", ""]


def test_a_citation_counts_when_it_lies_on_a_source_line_of_a_file_of_that_stem() -> None:
    on, off = result("risk", "es", answered=True, cited=5), result("risk", "es", answered=True, cited=6)

    assert summarise([on, off])[-1] == SummaryRow(
        group="", questions=2, as_expected=2, cited=2, on_source=1, withheld=0, median_ms=10.0, slowest_ms=10.0
    )


def test_without_gold_sources_nothing_is_said_about_them() -> None:
    plain = Result(SetQuestion(id="q", question="?"), result("", "", answered=True).answer)

    assert summarise([plain])[-1].on_source is None


def test_withheld_statements_and_slow_answers_are_counted() -> None:
    results = [result("risk", "es", answered=True, ms=ms, gap=ms > 90) for ms in range(1, 101)]

    total = summarise(results)[-1]

    assert (total.withheld, total.median_ms, total.slowest_ms) == (10, 51, 96)


def test_a_line_that_is_not_a_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"id": "1", "question": "?"}) + "\n\n" + json.dumps({"id": "2"}) + "\n", encoding="utf-8")

    with pytest.raises(UserCanFix) as caught:
        read_questions(path)

    assert caught.value.params["line"] == 3


def test_a_question_takes_its_history_along(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    record = {"id": "1", "question": "¿Y en el Mes 6?", "history": [{"user": "¿NPS?", "assistant": "60"}], "must_contain": []}
    path.write_text(json.dumps(record), encoding="utf-8")

    (question,) = read_questions(path)

    assert [turn.user for turn in question.asked().history] == ["¿NPS?"]
