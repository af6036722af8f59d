"""The service every surface uses: questions in, grounded answers out, with a model that says what a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr
from typing_extensions import override

from copilot.agent.events import AnswerReady, Sentence, StreamEvent, ToolFinished, ToolStarted
from copilot.agent.limits import Limits
from copilot.agent.service import Options
from copilot.domain.access import Principal
from copilot.domain.answer import Question, Turn
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.ports import ConversationStore
from copilot.llm.scripted import ScriptedModel, calls
from prompts.loader import load
from retrieval.store.conversations import SqlConversationStore
from retrieval.store.database import open_database
from tests.agent.desk import ANA, NOW, desk, scripted, tools

LOOK = calls(("find_kpis", {"metric": "NPS", "document": "escalamiento"}))
NPS = "La meta de NPS es más de 60 [e1]."
ASKED = "¿Cuál es la meta de NPS del plan de escalamiento?"


class SlowFromTheSecondCall(ScriptedModel):
    """Stays in its second call until it may go on."""

    _go_on: threading.Event = PrivateAttr(default_factory=threading.Event)

    @property
    def go_on(self) -> threading.Event:
        return self._go_on

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = super()._generate(messages, stop, run_manager, **kwargs)
        assert len(self.seen) < 2 or self._go_on.wait(30)
        return reply


@pytest.fixture
def conversations() -> Iterator[ConversationStore]:
    database = open_database("sqlite://")
    yield SqlConversationStore(database)
    database.close()


def characters(text: str) -> int:
    return len(text)


async def test_an_answer_carries_its_source_its_prompt_and_its_steps() -> None:
    copilot, _ = scripted(LOOK, NPS)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert (answer.answer, answer.answered, answer.language) == ("La meta de NPS es más de 60 [1].", True, "es")
    assert [(one.document, one.quote) for one in answer.citations] == [("escalamiento_40_a_200_altas.md", "- NPS: >60")]
    assert [one.name for one in answer.tool_calls] == ["find_kpis"]
    assert answer.prompt == load("answer").info


@pytest.mark.parametrize("text", ["", "  \n\t "])
async def test_an_empty_question_is_refused(text: str) -> None:
    copilot, model = scripted()

    with pytest.raises(UserCanFix) as caught:
        await copilot.ask(ANA, Question(text=text))

    assert caught.value.code == "empty_question"
    assert model.seen == []


async def test_a_question_over_the_limit_is_refused_with_the_limit() -> None:
    copilot, _ = scripted()

    with pytest.raises(UserCanFix) as caught:
        await copilot.ask(ANA, Question(text="x" * 100_000))

    assert (caught.value.code, caught.value.params) == ("question_too_long", {"length": 100_000, "limit": 4000})


async def test_a_question_of_few_letters_and_many_tokens_is_refused_before_a_language_model_reads_it() -> None:
    copilot, model = scripted(live=True)

    with pytest.raises(UserCanFix) as caught:
        await copilot.ask(ANA, Question(text="目标" * 1_990))

    assert caught.value.code == "question_too_long"
    assert model.seen == []


async def test_a_reply_that_is_none_is_asked_for_once_more() -> None:
    broken = OperatorMustFix("model_answered_nonsense", endpoint="x", hint="not a chat completion")
    copilot, _ = scripted(broken, LOOK, NPS, live=True)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert answer.answered


async def test_without_documents_the_person_is_told_so() -> None:
    copilot, _ = scripted(empty=True)

    with pytest.raises(UserCanFix, match="nothing_ingested"):
        await copilot.ask(ANA, Question(text=ASKED))


async def test_an_unsupported_statement_of_rules_is_cut_at_once() -> None:
    copilot, model = scripted(LOOK, "La meta de NPS es más de 60 [e1]. El CAC es $70 [e1].")

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert answer.answer == "La meta de NPS es más de 60 [1]."
    assert len(answer.gaps) == 1
    assert len(model.seen) == 2


async def test_an_unsupported_statement_of_a_language_model_goes_back_with_what_is_wrong() -> None:
    copilot, model = scripted(LOOK, "La meta de NPS es 70 [e1].", NPS, live=True)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert answer.answer == "La meta de NPS es más de 60 [1]."
    sent_back = model.seen[2][-1]
    assert isinstance(sent_back, HumanMessage)
    assert '"70"' in sent_back.text


async def test_a_hostile_draft_that_ignores_the_correction_gets_nothing_through() -> None:
    copilot, _ = scripted(LOOK, "El NPS es 70 [e1].", "El NPS es 70 [e1].", live=True)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert not answer.answered
    assert answer.citations == ()


async def test_the_model_is_told_the_day_and_the_language() -> None:
    copilot, model = scripted(LOOK, "NPS: 60 [e1].")

    await copilot.ask(ANA, Question(text="What is the NPS target of the scaling plan?"))

    system = model.seen[0][0]
    assert isinstance(system, SystemMessage)
    assert NOW.date().isoformat() in system.text
    assert "English" in system.text


async def test_a_language_that_is_asked_for_comes_before_that_of_the_question() -> None:
    copilot, _ = scripted(LOOK, "NPS: 70 [e1].")

    answer = await copilot.ask(ANA, Question(text=ASKED, language="fr"))

    assert answer.language == "fr"
    assert answer.answer.startswith("La réponse a été retenue")


async def test_a_short_follow_up_is_answered_in_the_language_of_what_came_before() -> None:
    copilot, _ = scripted("[unanswered] Not in the documents.")
    before = Turn(user="What is the churn target for month 6?", assistant="5%")

    answer = await copilot.ask(ANA, Question(text="NPS?", history=(before,)))

    assert answer.language == "en"


async def test_history_given_with_the_question_is_read_by_the_model_before_it() -> None:
    copilot, model = scripted(LOOK, NPS)
    before = Turn(user="¿Y el churn?", assistant="5%")

    await copilot.ask(ANA, Question(text=ASKED, history=(before,)))

    assert [message.text for message in model.seen[0][1:]] == ["¿Y el churn?", "5%", ASKED]


async def test_a_conversation_is_remembered_for_the_one_who_had_it(conversations: ConversationStore) -> None:
    copilot, model = scripted(LOOK, NPS, LOOK, NPS, conversations=conversations)

    await copilot.ask(ANA, Question(text=ASKED, conversation_id="c"))
    await copilot.ask(ANA, Question(text="¿Y ahora?", conversation_id="c"))

    assert [message.text for message in model.seen[2][1:]] == [ASKED, "La meta de NPS es más de 60 [1].", "¿Y ahora?"]


async def test_a_conversation_of_someone_else_is_not_read(conversations: ConversationStore) -> None:
    copilot, _ = scripted(LOOK, NPS, conversations=conversations)
    await copilot.ask(ANA, Question(text=ASKED, conversation_id="c"))

    with pytest.raises(UserCanFix, match="unknown_conversation"):
        await copilot.ask(Principal(id="local:eva"), Question(text=ASKED, conversation_id="c"))


async def test_the_oldest_turns_are_left_out_when_a_history_does_not_fit() -> None:
    model = ScriptedModel(script=[LOOK, AIMessage(NPS)])
    copilot = desk(model, options=Options(limits=Limits(history_tokens=3000), count_tokens=characters))
    turns = tuple(Turn(user=f"pregunta {number}", assistant="palabra " * 150) for number in range(6))

    await copilot.ask(ANA, Question(text=ASKED, history=turns))

    assert [message.text for message in model.seen[0] if isinstance(message, HumanMessage)] == ["pregunta 4", "pregunta 5", ASKED]


async def test_a_refused_argument_is_read_by_the_model_and_not_by_the_person() -> None:
    copilot, model = scripted(calls(("find_notes", {"kind": "poem"})), LOOK, NPS)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    told = model.seen[1][-1]
    assert isinstance(told, ToolMessage)
    assert "unknown_kind" in told.text
    assert answer.answered


async def test_evidence_of_two_tools_has_different_ids() -> None:
    both = calls(("find_kpis", {"metric": "NPS"}), ("list_tasks", {"limit": 3}))
    copilot, model = scripted(both, "[unanswered] No.")

    await copilot.ask(ANA, Question(text=ASKED))

    results = [message.artifact for message in model.seen[1] if isinstance(message, ToolMessage)]
    ids = [{one.id for one in result.evidence} for result in results]
    assert all(ids)
    assert not ids[0] & ids[1]


async def test_a_model_that_calls_tools_without_end_is_stopped() -> None:
    copilot, _ = scripted(*[LOOK] * 30, live=True)

    with pytest.raises(OperatorMustFix) as caught:
        await copilot.ask(ANA, Question(text=ASKED))

    assert (caught.value.code, caught.value.params["hint"]) == ("model_answered_nonsense", "tool calls without end")


async def test_a_model_that_calls_too_many_tools_gets_no_more_results_and_answers_from_what_it_has() -> None:
    limits = Limits(tool_calls=4)
    look = calls(*[("find_kpis", {"metric": "NPS", "document": "escalamiento"})] * 2)
    model = ScriptedModel(script=[look, look, look, AIMessage(NPS)])
    copilot = desk(model, live=True, options=Options(limits=limits))

    answer = await copilot.ask(ANA, Question(text=ASKED))

    refused = [one for one in model.seen[-1] if isinstance(one, ToolMessage) and one.status == "error"]
    assert (len(answer.tool_calls), len(refused), answer.answered) == (limits.tool_calls, 2, True)


async def test_a_model_that_calls_too_many_tools_in_one_breath_gets_so_many_results_and_no_more() -> None:
    limits = Limits(tool_calls=4)
    many = calls(*[("find_kpis", {"metric": "NPS", "document": "escalamiento"})] * 9)
    model = ScriptedModel(script=[many, AIMessage(NPS)])
    copilot = desk(model, live=True, options=Options(limits=limits))

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert len(answer.tool_calls) == limits.tool_calls


@pytest.mark.parametrize("text", ["NPS 目标是多少？", "Какая цель по NPS на шестой месяц?", "12 + 7?"])
async def test_a_question_in_another_script_is_answered_in_english_whatever_metric_it_names(text: str) -> None:
    copilot, _ = scripted(LOOK, "[unanswered] No.")

    answer = await copilot.ask(ANA, Question(text=text))

    assert answer.language == "en"


async def test_a_stream_shows_steps_then_checked_sentences_then_the_answer() -> None:
    copilot, _ = scripted(LOOK, "La meta de NPS es más de 60 [e1]. El CAC es $70 [e1]. Se mide por encuesta.")

    events: list[StreamEvent] = [event async for event in copilot.stream(ANA, Question(text=ASKED))]

    kinds = [type(event) for event in events]
    assert kinds == [ToolStarted, ToolFinished, Sentence, Sentence, AnswerReady]
    spoken = "".join(event.text for event in events if isinstance(event, Sentence))
    assert spoken == "La meta de NPS es más de 60 [1]. Se mide por encuesta."
    last = events[-1]
    assert isinstance(last, AnswerReady)
    assert last.answer.answer == spoken


async def test_a_stream_raises_what_asking_raises() -> None:
    copilot, _ = scripted(OperatorMustFix("model_unavailable", endpoint="x", hint="no connection"))

    with pytest.raises(OperatorMustFix, match="model_unavailable"):
        _ = [event async for event in copilot.stream(ANA, Question(text=ASKED))]


async def test_a_surface_that_stops_listening_stops_the_work() -> None:
    model = SlowFromTheSecondCall(script=[LOOK] * 5)
    copilot = desk(model)

    stream = copilot.stream(ANA, Question(text=ASKED))
    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator has one
    model.go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()

    # The call that ran, or the one after it when the surface was slow to leave; never the three that were left.
    assert len(model.seen) <= 2


async def test_a_question_may_be_limited_to_documents() -> None:
    copilot, model = scripted(calls(("find_kpis", {"metric": "NPS"})), "[unanswered] No.")

    await copilot.ask(ANA, Question(text=ASKED, documents=("plan_antichurn.md",)))

    found = model.seen[1][-1]
    assert isinstance(found, ToolMessage)
    assert {row["document"] for row in found.artifact.rows} == {"plan_antichurn.md"}


async def test_what_a_turn_brings_is_not_copied_into_a_tools_arguments() -> None:
    copilot, model = scripted(LOOK, NPS)

    answer = await copilot.ask(ANA, Question(text=ASKED))

    assert answer.tool_calls[0].args == {"metric": "NPS", "document": "escalamiento"}
    assert all("runtime" not in tool.args for tool in tools())
    assert len(model.seen) == 2
