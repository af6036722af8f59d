"""Thumbs on answers: kept with their turn, one a person and turn, written out as questions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.domain.access import Principal
from copilot.domain.answer import Turn
from copilot.domain.errors import UserCanFix
from copilot.evals.feedback import FeedbackDesk, as_questions
from copilot.evals.sets import read_questions
from retrieval.store.conversations import SqlConversationStore
from retrieval.store.database import Database
from retrieval.store.feedback import SqlFeedback

ANA, LUIS = Principal(id="local:ana"), Principal(id="local:luis")
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Ticking:
    """A minute passes at each look."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


@pytest.fixture
def desk(database: Database) -> FeedbackDesk:
    """Ana has asked twice in one conversation and once, later, in another."""
    said, clock = SqlConversationStore(database), Ticking()
    for conversation, asked, answered in (("c1", "¿NPS?", "60"), ("c1", "¿Y en el mes 6?", "70"), ("c2", "¿Churn?", "4%")):
        told = json.dumps({"answered": True, "language": "es", "model": "offline"})
        said.append(ANA, conversation, Turn(user=asked, assistant=answered), told, at=clock.now())
    return FeedbackDesk(SqlFeedback(database), clock)


def test_a_thumb_without_a_place_is_about_the_last_answer(desk: FeedbackDesk) -> None:
    made = desk.vote(ANA, "down", note=" falta la fuente ")

    assert (made.said.question, made.said.answer, made.note) == ("¿Churn?", "4%", "falta la fuente")


def test_a_thumb_on_a_turn_keeps_what_was_said_before(desk: FeedbackDesk) -> None:
    said = desk.vote(ANA, "down", conversation_id="c1", turn=2).said

    assert (said.question, said.history, said.model) == ("¿Y en el mes 6?", (Turn(user="¿NPS?", assistant="60"),), "offline")


def test_a_second_thumb_on_an_answer_takes_the_place_of_the_first(desk: FeedbackDesk) -> None:
    desk.vote(ANA, "down")
    desk.vote(ANA, "up")

    assert [one.vote for one in desk.listed()] == ["up"]


def test_nobody_speaks_of_what_another_person_was_told(desk: FeedbackDesk) -> None:
    with pytest.raises(UserCanFix) as other:
        desk.vote(LUIS, "down", conversation_id="c1")
    with pytest.raises(UserCanFix) as nothing:
        desk.vote(LUIS, "down")

    assert (other.value.code, nothing.value.code) == ("unknown_conversation", "nothing_said")


def test_a_turn_that_was_not_is_refused(desk: FeedbackDesk) -> None:
    with pytest.raises(UserCanFix) as caught:
        desk.vote(ANA, "down", conversation_id="c1", turn=3)

    assert caught.value.code == "unknown_turn"


def test_the_latest_is_listed_first_and_only_what_is_asked_for(desk: FeedbackDesk) -> None:
    desk.vote(ANA, "down", conversation_id="c1", turn=1)
    desk.vote(ANA, "up", conversation_id="c1", turn=2)
    desk.vote(ANA, "down", conversation_id="c2")

    assert [one.said.question for one in desk.listed(vote="down")] == ["¿Churn?", "¿NPS?"]
    assert desk.listed(by=LUIS.id) == []


def test_thumbs_down_become_a_question_file_that_can_be_run(desk: FeedbackDesk, tmp_path: Path) -> None:
    desk.vote(ANA, "down", conversation_id="c1", turn=2)
    desk.vote(ANA, "down", conversation_id="c2", note="no es 4%")
    path = tmp_path / "set.jsonl"
    rows = as_questions(desk.listed(vote="down"))
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    read = read_questions(path)

    assert [(one.question, len(one.history), one.lang) for one in read] == [("¿Y en el mes 6?", 1, "es"), ("¿Churn?", 0, "es")]
    assert rows[1]["note"] == "no es 4%"
