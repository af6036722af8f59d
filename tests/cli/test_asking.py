"""ask, chat, search and eval on the sample plans, offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Rumbo


def test_an_answer_names_its_source_by_file_and_line(plans: Rumbo) -> None:
    done = plans("ask", "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?")

    assert done.code == 0
    assert "$120K" in done.out
    assert "[1] palancas_crecimiento.md:142" in done.out


def test_an_answer_as_json_has_the_documented_fields(plans: Rumbo) -> None:
    answer = plans("ask", "--json", "--language", "en", "¿Qué NPS se espera en el Mes 9 según las palancas?").json()

    assert answer["answered"] is True
    assert answer["language"] == "en"
    assert answer["citations"][0].keys() >= {"n", "document", "lines", "heading_path", "quote"}
    assert answer.keys() >= {
        "question", "answer", "calculations", "claims", "gaps", "proposals", "tool_calls", "model", "prompt", "usage",
        "conversation_id", "elapsed_ms",
    }  # fmt: skip


def test_what_the_documents_do_not_say_is_not_answered(plans: Rumbo) -> None:
    answer = plans("ask", "--json", "What is the phone number of the trade fair organiser?").json()

    assert answer["answered"] is False


def test_a_question_comes_from_standard_input(plans: Rumbo) -> None:
    done = plans("ask", "-", typed="¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?")

    assert "$120K" in done.out


def test_an_empty_question_says_how_to_ask(plans: Rumbo) -> None:
    done = plans("ask", "   ")

    assert done.code == 2
    assert "rumbo ask" in done.err
    assert done.out == ""


@pytest.mark.parametrize("way", ["argument", "standard input", "chat"])
def test_bytes_that_are_no_text_do_not_break_a_question(plans: Rumbo, way: str) -> None:
    asked = "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas? \udcff"
    typed = asked.encode(errors="surrogateescape")

    done = plans("ask", asked) if way == "argument" else plans(*(["chat"] if way == "chat" else ["ask", "-"]), typed=typed)

    assert (done.code, "$120K" in done.out) == (0, True)


def test_a_question_of_a_hundred_thousand_characters_is_refused_with_both_lengths(plans: Rumbo) -> None:
    done = plans("ask", "-", typed="¿" + "a" * 99_999)

    assert done.code == 2
    assert "100000" in done.err
    assert len(done.err) < 300


def test_a_language_that_is_not_ours_names_those_that_are(plans: Rumbo) -> None:
    done = plans("ask", "--language", "de", "NPS?")

    assert done.code == 2
    assert "es, en, pt, fr" in done.err


def test_asking_before_ingesting_says_what_to_do(rumbo: Rumbo) -> None:
    done = rumbo("ask", "What is the churn target?")

    assert done.code == 2
    assert "rumbo ingest" in done.err


def test_a_chat_keeps_the_conversation_and_survives_a_bad_question(plans: Rumbo) -> None:
    typed = f"¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?\n{'x' * 5000}\n¿Y en el Mes 9?\n\n"

    done = plans("chat", typed=typed)

    assert done.code == 0
    assert "$120K" in done.out
    assert "$171K" in done.out
    assert "5000" in done.err


def test_search_gives_passages_with_lines_and_scores(plans: Rumbo) -> None:
    hits = plans("search", "reservas de restaurantes", "-k", "3", "--json").json()

    assert 1 <= len(hits) <= 3
    assert hits[0]["score"] == 1
    assert hits[0].keys() == {"document", "lines", "score", "text"}


def test_an_empty_search_says_how_to_search(plans: Rumbo) -> None:
    assert plans("search", " ").code == 2


def test_a_set_of_questions_is_answered_with_its_history(plans: Rumbo, tmp_path: Path) -> None:
    first = "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?"
    history = [{"user": first, "assistant": "$120K [1]"}]
    rows = [{"id": "A", "question": first}, {"id": "B", "question": "¿Y en el Mes 9?", "history": history}]
    questions, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")

    done = plans("eval", "run", str(questions), "--out", str(answers))

    assert done.code == 0
    told = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["answered"]) for row in told] == [("A", True), ("B", True)]
    assert "$171K" in told[1]["answer"]


def test_a_set_of_queries_is_searched(plans: Rumbo, tmp_path: Path) -> None:
    queries, hits = tmp_path / "queries.jsonl", tmp_path / "hits.jsonl"
    queries.write_text('{"id": 1, "query": "churn"}\n', encoding="utf-8")

    plans("eval", "search", str(queries), "--out", str(hits), "-k", "2")

    (row,) = [json.loads(line) for line in hits.read_text(encoding="utf-8").splitlines()]
    assert row["id"] == "1"
    assert len(row["hits"]) == 2
    assert row["hits"][0].keys() == {"document", "lines", "score"}


def test_a_bad_line_of_a_set_is_named(plans: Rumbo, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "1", "question": "NPS?"}\n{"id": 2}\n', encoding="utf-8")

    done = plans("eval", "run", str(questions), "--out", str(tmp_path / "answers.jsonl"))

    assert done.code == 2
    assert "2" in done.err
    assert not (tmp_path / "answers.jsonl").exists()
