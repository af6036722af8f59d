"""The turn of a model made of rules: it ends with a draft, and a tool call without end is an error."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from copilot.agent.context import TurnContext
from copilot.agent.events import StreamEvent, ToolFinished, ToolStarted
from copilot.agent.rules import RuleTurns
from copilot.domain.errors import OperatorMustFix
from copilot.grounding.evidence import TurnEvidence
from copilot.llm.offline import OfflineChatModel
from tests.offline.desk import view
from tools.registry.tools import all_tools

QUESTION = "¿Cuál es el CAC en el Mes 6 del plan de apertura?"


def context_for(events: list[StreamEvent]) -> TurnContext:
    return TurnContext(view=view(), turn=TurnEvidence(QUESTION), language="es", system_prompt="", notify=events.append)


def test_a_turn_ends_with_a_draft_and_tells_each_tool_before_and_after() -> None:
    events: list[StreamEvent] = []
    turns = RuleTurns(OfflineChatModel(), all_tools(), model_calls=8, endpoint="offline")

    made = asyncio.run(turns.run([HumanMessage(QUESTION, id="question")], context_for(events)))

    assert isinstance(made[-1], AIMessage)
    assert "$5" in made[-1].text
    started = [event.name for event in events if isinstance(event, ToolStarted)]
    assert started == [event.name for event in events if isinstance(event, ToolFinished)]
    assert "find_kpis" in started


def test_a_turn_that_does_not_end_within_its_calls_is_an_error() -> None:
    turns = RuleTurns(OfflineChatModel(), all_tools(), model_calls=1, endpoint="offline")

    with pytest.raises(OperatorMustFix) as caught:
        asyncio.run(turns.run([HumanMessage(QUESTION, id="question")], context_for([])))

    assert caught.value.code == "model_answered_nonsense"
