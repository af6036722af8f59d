"""Conversations on the command line: kept, taken up again, listed, shown, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PLANS, Rumbo, run

ASKED = "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?"


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a conversation of two questions was had; tests that share it only read."""
    home = tmp_path_factory.mktemp("talk") / "home"
    for arguments in (("ingest", str(PLANS)), ("ask", "--conversation", "mrr", ASKED), ("ask", "--continue", "¿Y en el Mes 9?")):
        done = run("--home", str(home), *arguments)
        assert done.code == 0, done.err
    return home


def test_a_follow_up_continues_the_conversation_spoken_in_last(talked: Path) -> None:
    told = run("--home", str(talked), "conversation", "show", "mrr", "--json").json()

    assert [turn["user"] for turn in told["turns"]] == [ASKED, "¿Y en el Mes 9?"]
    assert "MRR" in told["turns"][1]["assistant"]


def test_a_conversation_is_listed_with_its_title_and_its_length(talked: Path) -> None:
    (listed,) = run("--home", str(talked), "conversation", "list", "--json").json()

    assert (listed["id"], listed["turns"], listed["first_question"]) == ("mrr", 2, ASKED)
    assert listed["title"] == ASKED.strip("¿?")


def test_people_see_the_questions_and_the_answers(talked: Path) -> None:
    done = run("--home", str(talked), "conversation", "show", "mrr")

    assert f"> {ASKED}" in done.out
    assert "$120K" in done.out


def test_continue_without_a_conversation_says_how_to_start_one(plans: Rumbo, tmp_path: Path) -> None:
    done = plans("--home", str(tmp_path / "new"), "ask", "--continue", "¿Y ahora?")

    assert (done.code, "--continue" in done.err) == (2, True)


def test_continue_and_a_named_conversation_exclude_each_other(plans: Rumbo) -> None:
    done = plans("ask", "--continue", "--conversation", "a", "NPS")

    assert (done.code, "--conversation" in done.err) == (2, True)


def test_a_deleted_conversation_is_gone_with_its_turns(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    run(*home, "ingest", str(PLANS))
    run(*home, "ask", "--conversation", "mrr", ASKED)

    done = run(*home, "conversation", "delete", "mrr", "--yes")

    assert done.code == 0
    assert run(*home, "conversation", "list", "--json").json() == []
    assert run(*home, "conversation", "show", "mrr").code == 2


def test_deleting_a_conversation_nobody_had_names_it(plans: Rumbo) -> None:
    done = plans("conversation", "delete", "nobody", "--yes")

    assert (done.code, "nobody" in done.err) == (2, True)
