"""The offline model on the reference questions, by the scorer beside them: below these shares the suite fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from copilot.evals.runs import Asked
from copilot.evals.sets import read_questions
from tests.evals.rounds import LANGUAGES, answered, opened, rows

RIGHT, RIGHT_IN_A_LANGUAGE, CITED = 0.85, 0.75, 0.95


@pytest.fixture(scope="module")
def run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Asked], dict[str, Any]]:
    """Our own judgements, and what the scorer says."""
    folder = tmp_path_factory.mktemp("gold")
    questions, answers = shared / "gold" / "questions_dev.jsonl", folder / "answers.jsonl"
    workspace = opened(folder / "home", shared / "corpus" / "seeds")
    results = answered(workspace, read_questions(questions), answers)
    workspace.close()
    command = [sys.executable, str(shared / "eval" / "score_answers.py"), str(questions), str(answers), "--json"]
    scored = subprocess.run([*command, "--corpus", str(shared / "corpus" / "seeds_clean")], check=True, stdout=subprocess.PIPE)
    return results, json.loads(scored.stdout)


def test_the_offline_model_answers_right(run: tuple[list[Asked], dict[str, Any]]) -> None:
    assert run[1]["share"] >= RIGHT


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_is_left_behind(run: tuple[list[Asked], dict[str, Any]], language: str) -> None:
    right, asked = map(int, run[1]["by_lang"][language].split("/"))

    assert right / asked >= RIGHT_IN_A_LANGUAGE


def test_answers_cite_a_gold_line(run: tuple[list[Asked], dict[str, Any]]) -> None:
    assert run[1]["cited"] >= CITED


def test_what_has_no_answer_is_refused(run: tuple[list[Asked], dict[str, Any]]) -> None:
    row = rows(run[0])["unanswerable"]

    assert row.refused == row.questions > 0


def test_no_figure_is_shown_without_a_source(run: tuple[list[Asked], dict[str, Any]]) -> None:
    assert (run[1]["unsupported"], rows(run[0])[""].unsupported) == (0, 0)


def test_our_judgement_is_that_of_the_scorer(run: tuple[list[Asked], dict[str, Any]]) -> None:
    total = rows(run[0])[""]

    assert (total.right, round(total.cited / total.answerable, 4)) == (run[1]["right"], run[1]["cited"])
