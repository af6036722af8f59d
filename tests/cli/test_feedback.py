"""`rumbo feedback`: a thumb on the last answer, the list, the question file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Rumbo

QUESTION = "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?"


def test_the_last_answer_gets_a_thumb_and_becomes_a_question(plans: Rumbo, tmp_path: Path) -> None:
    plans("ask", QUESTION)

    kept = plans("feedback", "down", "--note", "falta la fuente")
    listed = plans("feedback", "list", "--json").json()
    plans("feedback", "export", str(tmp_path / "set.jsonl"))

    assert QUESTION in kept.out
    assert (listed[0]["vote"], listed[0]["note"]) == ("down", "falta la fuente")
    (row,) = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (row["question"], row["must_contain"]) == (QUESTION, [])


def test_thumbs_up_are_listed_only_when_asked_for(plans: Rumbo) -> None:
    plans("ask", QUESTION, "--conversation", "good-one")
    plans("feedback", "up", "--conversation", "good-one")

    shown = [row["said"]["conversation_id"] for row in plans("feedback", "list", "--json").json()]
    everything = [row["said"]["conversation_id"] for row in plans("feedback", "list", "--all", "--json").json()]

    assert "good-one" not in shown
    assert "good-one" in everything


def test_without_an_answer_there_is_nothing_to_speak_of(rumbo: Rumbo) -> None:
    done = rumbo("feedback", "down")

    assert done.code == 2
    assert "rumbo:" in done.err
