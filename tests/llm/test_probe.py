"""The round trip of `rumbo doctor --model`: what it says of models that do less than they should."""

from __future__ import annotations

from langchain_core.messages import AIMessage

from copilot.domain.errors import OperatorMustFix
from copilot.llm.probe import probe
from copilot.llm.scripted import ScriptedModel, calls

OK = AIMessage("OK")


async def test_a_model_that_answers_without_its_tool_is_told_apart() -> None:
    steps = await probe(ScriptedModel(script=[OK, AIMessage("The target is 60.")]))

    told = [(step.step, step.ok, step.remark) for step in steps[:2]]
    assert told == [("model_plain", True, ""), ("model_tools", False, "model_no_tool_call")]


async def test_steps_that_worked_are_told_before_the_one_that_failed() -> None:
    failure = OperatorMustFix("model_unavailable", endpoint="x", hint="no reply in time")

    steps = await probe(ScriptedModel(script=[OK, calls(("find_kpis", {"metric": "NPS"})), failure]))

    assert [(step.step, step.ok) for step in steps] == [("model_plain", True), ("model_tools", False)]
    assert steps[-1].error == ("model_unavailable", failure.params)


async def test_a_model_that_is_not_there_is_asked_no_further() -> None:
    steps = await probe(ScriptedModel(script=[OperatorMustFix("model_refused_key", endpoint="x")]))

    assert [(step.step, step.ok) for step in steps] == [("model_plain", False)]
