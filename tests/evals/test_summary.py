"""Counts over a run of questions, and runs read back and compared."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from copilot.domain.answer import Usage
from copilot.domain.errors import UserCanFix
from copilot.evals.judge import Judgement
from copilot.evals.runs import Asked, compare, line_of, read_run
from copilot.evals.sets import read_questions
from copilot.evals.summary import Prices, summarise


def one(
    name: str = "q", kind: str = "risk", lang: str = "es", *, right: bool = True, ms: float = 10.0, gap: bool = False
) -> Asked:
    judged = Judgement(right=right, cited=right, refused=kind == "unanswerable", reasons=() if right else ("lacks 5",))
    return Asked(
        id=name,
        question="?",
        type=kind,
        lang=lang,
        answer="x",
        answered=kind != "unanswerable",
        gaps=("cut",) if gap else (),
        model="offline",
        usage=Usage(input_tokens=1000, output_tokens=100),
        elapsed_ms=ms,
        judged=judged,
    )


def test_types_come_first_then_languages_then_all() -> None:
    rows = summarise([one(kind="risk", lang="es"), one(kind="kpi_lookup", lang="en")])

    assert [row.group for row in rows] == ["kpi_lookup", "risk", "en", "es", ""]


def test_citations_are_counted_where_there_is_something_to_cite() -> None:
    total = summarise([one(), one(right=False), one(kind="unanswerable")])[-1]

    assert (total.questions, total.right, total.answerable, total.cited, total.refused) == (3, 2, 2, 1, 1)


def test_withheld_statements_and_slow_answers_are_counted() -> None:
    total = summarise([one(ms=ms, gap=ms > 90) for ms in range(1, 101)])[-1]

    assert (total.withheld, total.median_ms, total.slowest_ms) == (10, 51, 96)


def test_tokens_cost_money_only_where_prices_are_set() -> None:
    prices = Prices(input=Decimal(2), output=Decimal(10))

    assert summarise([one(), one()], prices)[-1].cost == Decimal("0.006")
    assert summarise([one()])[-1].cost is None


def test_an_empty_run_has_a_row_all_the_same() -> None:
    (total,) = summarise([])

    assert (total.questions, total.right_share) == (0, 1.0)


def test_two_runs_tell_what_got_better_and_worse() -> None:
    before = [one("a", right=False), one("b"), one("c"), one("gone")]
    after = [one("a"), one("b", right=False), one("c"), one("new")]

    found = compare(before, after)

    assert ([pair.after.id for pair in found.better], [pair.after.id for pair in found.worse], found.same) == (["a"], ["b"], 1)
    assert (found.only_before, found.only_after) == (("gone",), ("new",))


def test_a_saved_run_is_read_back_as_it_was(tmp_path: Path) -> None:
    path, asked = tmp_path / "run.jsonl", one(right=False)
    whole = {"question": "?", "answer": "x", "answered": True, "language": "es", "model": "offline", "elapsed_ms": 10.0}
    usage = {"usage": {"input_tokens": 1000, "output_tokens": 100}}
    path.write_text(json.dumps(line_of(asked, {**whole, **usage})) + "\n", encoding="utf-8")

    assert read_run(path) == [asked]


def test_a_file_that_is_no_run_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text('{"id": "1", "answer": "x"}\n', encoding="utf-8")

    with pytest.raises(UserCanFix) as caught:
        read_run(path)

    assert caught.value.params["line"] == 1


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
