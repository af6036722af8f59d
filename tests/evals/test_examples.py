"""The offline model on the questions about the sample plans: below these shares the suite fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.evals.runs import Asked
from tests.evals.rounds import EXAMPLES, LANGUAGES, answered, examples, opened, rows, wrong

RIGHT, RIGHT_IN_A_LANGUAGE, CITED = 0.95, 0.75, 0.95


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Asked]]:
    folder: Path = tmp_path_factory.mktemp("examples")
    workspace = opened(folder / "home", EXAMPLES / "plans")
    yield answered(workspace, examples(), folder / "answers.jsonl")
    workspace.close()


def test_the_offline_model_answers_right(results: list[Asked]) -> None:
    assert rows(results)[""].right_share >= RIGHT, wrong(results)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_behind(results: list[Asked], language: str) -> None:
    assert rows(results)[language].right_share >= RIGHT_IN_A_LANGUAGE, wrong(results)


def test_answers_cite_a_line_that_holds_them(results: list[Asked]) -> None:
    total = rows(results)[""]

    assert total.cited / total.answerable >= CITED, [one.id for one in results if not one.judged.cited]


def test_what_has_no_answer_is_refused(results: list[Asked]) -> None:
    row = rows(results)["unanswerable"]

    assert row.refused == row.questions > 0


def test_no_figure_is_shown_without_a_source(results: list[Asked]) -> None:
    assert [(one.id, one.judged.unsupported) for one in results if one.judged.unsupported] == []
