"""Conversations of any length are read within their budget: the last turns as said, notes in place of the older ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage

from copilot.agent.limits import Limits
from copilot.agent.memory import Memory, Remembered
from copilot.agent.scribe import Scribe, notes_of, title_of
from copilot.agent.service import Options
from copilot.domain.answer import Answer, Question, Turn
from copilot.domain.errors import OperatorMustFix
from copilot.llm.scripted import ScriptedModel, calls
from copilot.llm.tokens import upper_bound
from retrieval.store.conversations import SqlConversationStore
from retrieval.store.database import open_database
from tests.agent.desk import ANA, NOW, desk

LIMITS = Limits(history_tokens=600, notes_tokens=120)
LOOK = calls(("find_kpis", {"metric": "NPS", "document": "escalamiento"}))
NPS = "La meta de NPS es más de 60 [e1]."


@pytest.fixture
def store() -> Iterator[SqlConversationStore]:
    database = open_database("sqlite://")
    yield SqlConversationStore(database)
    database.close()


def memory(store: SqlConversationStore, model: BaseChatModel | None = None) -> Memory:
    scribe = Scribe(model, upper_bound, summary_tokens=LIMITS.notes_tokens)
    return Memory(store, scribe, upper_bound, history_tokens=LIMITS.history_tokens, history_turns=6)


def asked(text: str) -> Question:
    return Question(text=text, conversation_id="c")


async def said(kept: Memory, user: str, assistant: str) -> Remembered:
    """One turn of the conversation; what a model would have read of it before."""
    question = asked(user)
    remembered = await kept.recall(ANA, question, "es")
    answer = Answer(question=user, answer=assistant, answered=True, language="es", model="scripted")
    await kept.keep(ANA, question, answer, at=NOW)
    return remembered


def tokens(remembered: Remembered) -> int:
    return sum(upper_bound(turn.user) + upper_bound(turn.assistant) for turn in remembered.turns)


async def test_two_hundred_long_turns_never_exceed_the_budget(store: SqlConversationStore) -> None:
    kept = memory(store)

    for number in range(200):
        long = f"La métrica {number} " + "crece según el plan. " * (5 + 37 * number % 60)
        read = await said(kept, f"¿Cuál es la meta de la métrica {number}?", long)
        assert tokens(read) <= LIMITS.history_tokens
        assert upper_bound(read.notes) <= LIMITS.notes_tokens
        assert number == 0 or read.turns[-1].user == f"¿Cuál es la meta de la métrica {number - 1}?"


async def test_a_turn_longer_than_the_budget_is_read_cut(store: SqlConversationStore) -> None:
    kept = memory(store)
    await said(kept, "¿Todo?", "línea larga " * 2000)

    read = await kept.recall(ANA, asked("¿Y ahora?"), "es")

    assert read.turns[-1].user == "¿Todo?"
    assert tokens(read) <= LIMITS.history_tokens


async def test_older_turns_become_notes_once_and_stay_in_the_store(store: SqlConversationStore) -> None:
    kept = memory(store)
    for number in range(12):
        await said(kept, f"¿Pregunta {number}?", f"La respuesta {number} es clara [1]. " + "Sigue el detalle. " * 10)

    notes = store.summary(ANA, "c")

    assert notes is not None
    assert "¿Pregunta" in notes.text
    assert "[1]" not in notes.text
    assert len(store.turns(ANA, "c", limit=50)) == 12


async def test_a_model_writes_the_notes_of_a_live_conversation(store: SqlConversationStore) -> None:
    model = ScriptedModel(script=[AIMessage("- NPS del plan de escalamiento: más de 60")])
    kept = memory(store, model)
    for _ in range(3):
        await said(kept, "¿Meta de NPS?", "Más de 60. " + "Detalle del plan. " * 40)

    read = await kept.recall(ANA, asked("¿Y el churn?"), "es")

    assert read.notes == "- NPS del plan de escalamiento: más de 60"
    assert "Spanish" in model.seen[0][0].text


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(AIMessage("- La meta de NPS es 77"), id="a figure nobody gave"),
        pytest.param(AIMessage("palabra " * 2000), id="too long"),
        pytest.param(AIMessage("[unanswered] No."), id="a refusal"),
        pytest.param(OperatorMustFix("model_unavailable", endpoint="x", hint="timed out"), id="a failure"),
    ],
)
async def test_notes_are_made_by_rules_where_the_model_fails_or_invents(written: AIMessage | Exception) -> None:
    scribe = Scribe(ScriptedModel(script=[written]), upper_bound, summary_tokens=120)

    notes, _ = await scribe.summary("", [Turn(user="¿Meta de NPS?", assistant="Más de 60 [1].")], "es")

    assert notes == "- ¿Meta de NPS? -> Más de 60."


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ('Depende del documento:\n- "Plan A": NPS: Mes 3: 44 [1]\n- "Plan B": NPS: 52 [2]', "44"),
        ('Según "Plan 30-60-90 Días: Producto": **NPS**: Mes 9: 58 [1]', "58"),
    ],
    ids=["a list", "a title with a colon"],
)
def test_notes_by_rules_hold_what_was_answered_and_not_its_introduction_alone(answer: str, kept: str) -> None:
    assert kept in notes_of("", [Turn(user="¿Y el NPS?", assistant=answer)], upper_bound, 200)


def test_notes_by_rules_drop_the_oldest_first() -> None:
    turns = [Turn(user=f"¿Pregunta {number}?", assistant="Sí.") for number in range(30)]

    notes = notes_of("- antes -> nada", turns, upper_bound, 60)

    assert "¿Pregunta 29?" in notes
    assert "antes" not in notes
    assert upper_bound(notes) <= 60


async def test_a_conversation_gets_its_title_from_the_model_at_its_second_question(store: SqlConversationStore) -> None:
    kept = memory(store, ScriptedModel(script=[AIMessage("«Metas de NPS y churn».")]))
    await said(kept, "¿Meta de NPS?", "60")
    read = await kept.recall(ANA, asked("¿Y churn?"), "es")

    await kept.entitle(ANA, asked("¿Y churn?"), read, "es")

    assert store.title(ANA, "c") == "Metas de NPS y churn"


async def test_a_title_of_the_model_with_a_figure_gives_way_to_the_question() -> None:
    scribe = Scribe(ScriptedModel(script=[AIMessage("NPS de 77 puntos")]), upper_bound, summary_tokens=120)

    title, _ = await scribe.title(["¿Cuál es la meta de NPS?", "¿Y el churn?"], "es")

    assert title == "Cuál es la meta de NPS"


def test_a_title_by_rules_is_the_first_question() -> None:
    assert title_of("¿Cuál es la meta   de NPS?") == "Cuál es la meta de NPS"
    assert len(title_of("palabra " * 50)) <= 60


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("¿Cuál es la meta de NPS en el Mes 6?", "¿Cuál es la meta de NPS en el Mes 6?", id="made whole"),
        pytest.param("¿Cuál es la meta de NPS, que hoy es 33?", "¿Y en el Mes 6?", id="an invented figure"),
        pytest.param("Claro.\n¿Cuál es la meta?", "¿Y en el Mes 6?", id="more than a question"),
    ],
)
async def test_a_follow_up_is_made_whole_from_what_was_said_and_nothing_else(written: str, read: str) -> None:
    scribe = Scribe(ScriptedModel(script=[AIMessage(written)]), upper_bound, summary_tokens=120)

    whole, _ = await scribe.standalone("¿Y en el Mes 6?", [Turn(user="¿Meta de NPS?", assistant="60")])

    assert whole == read


async def test_a_follow_up_on_a_long_conversation_is_read_whole_and_alone_by_a_language_model() -> None:
    whole = "¿Cuál es la meta de NPS del plan de escalamiento?"
    model = ScriptedModel(script=[AIMessage(whole), LOOK, AIMessage(NPS)])
    copilot = desk(model, live=True, options=Options(rewrite_from_tokens=100))
    history = (Turn(user="¿Meta de NPS del plan de escalamiento?", assistant="Más de 60. " + "Detalle. " * 100),)

    answer = await copilot.ask(ANA, Question(text="¿Me lo repites?", history=history))

    assert [message.text for message in model.seen[1] if isinstance(message, HumanMessage)] == [whole]
    assert (answer.question, answer.answered) == ("¿Me lo repites?", True)


async def test_notes_reach_the_model_with_its_rules_and_a_follow_up_still_works(store: SqlConversationStore) -> None:
    model = ScriptedModel(script=[LOOK, AIMessage(NPS)] * 4)
    copilot = desk(model, conversations=store, options=Options(limits=Limits(history_tokens=60)))

    for text in ("¿Meta de NPS del plan de escalamiento?", "¿Y cuál era la meta?", "¿Sigue igual la meta?", "¿Y ahora?"):
        answer = await copilot.ask(ANA, asked(text))

    assert answer.answered
    assert "¿Meta de NPS del plan de escalamiento?" in model.seen[-1][0].text
    assert [message.text for message in model.seen[-1][1:]][0] == "¿Sigue igual la meta?"
