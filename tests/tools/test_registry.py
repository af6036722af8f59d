"""Tools as the model sees them, and the calculator that takes no invented figure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.prebuilt import ToolRuntime

from copilot.domain.answer import Evidence, ToolResult
from copilot.domain.errors import ModelCanRetry, UserCanFix
from copilot.domain.plan import Plan
from copilot.domain.source import Citation
from copilot.grounding.evidence import TurnEvidence
from tools.lookup.view import PlanView
from tools.registry.calculator import AmountArgument, calculate
from tools.registry.tools import all_tools


@dataclass
class Context:
    view: PlanView
    turn: TurnEvidence


@cache
def tools() -> dict[str, BaseTool]:
    return {tool.name: tool for tool in all_tools()}


def runtime(question: str, *quotes: str) -> ToolRuntime[Any, Any]:
    """A turn with one line of evidence for each quote: e1, e2 ..."""
    turn = TurnEvidence(question)
    evidence = tuple(
        Evidence(id=str(line), citation=Citation(document="plan.md", lines=(line, line), quote=quote))
        for line, quote in enumerate(quotes, start=1)
    )
    turn.admit(ToolResult(tool="test", evidence=evidence))
    view = PlanView(plan=Plan(), parsed=lambda name: pytest.fail(name), search=lambda *_: ())
    return ToolRuntime(
        state={}, context=Context(view, turn), config={}, stream_writer=lambda _: None, tool_call_id="1", store=None, tools=[]
    )


def amount(value: str, unit: str = "USD", e: str | None = None, high: str | None = None) -> AmountArgument:
    return AmountArgument(value=Decimal(value), unit=unit, e=e, high=None if high is None else Decimal(high))


@pytest.mark.parametrize("name", sorted(tools()))
def test_every_tool_is_described_and_hides_what_the_turn_brings(name: str) -> None:
    told = convert_to_openai_tool(tools()[name])["function"]

    assert told["description"]
    assert not {"view", "runtime"} & set(told["parameters"]["properties"])
    assert all({"type", "enum"} & set(field) for field in told["parameters"]["properties"].values())


def test_a_result_in_the_question_is_calculated_and_kept_under_an_id() -> None:
    used = runtime("Si invierto $200K y vuelven $500K, ¿cuál es el ROI?")

    content, result = calculate("roi_net", [amount("200000"), amount("500000")], used)

    assert [(step.id, step.result) for step in result.calculations] == [("c1", Decimal(150))]
    assert content.splitlines()[-1].split("\t") == ["c1", "ROI (net)", "(500000 - 200000) / 200000 * 100", "150", "%"]


def test_a_figure_of_a_cited_line_brings_its_citation_along() -> None:
    used = runtime("¿Payback?", "Inversión: $30K", "Ahorro: $10K al mes")

    _, result = calculate("payback", [amount("30000", e="e1"), amount("10000", "USD", e="e2")], used, per="month")

    cited = [item.citation.lines for step in result.calculations for item in step.inputs if item.citation]
    assert cited == [(1, 1), (2, 2)]
    assert result.calculations[0].result == 3


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(amount("35000", e="e1"), id="another figure than the line's"),
        pytest.param(amount("30000", "EUR", e="e1"), id="another currency"),
        pytest.param(amount("30000", "%", e="e1"), id="another unit"),
        pytest.param(amount("30000"), id="not in the question"),
        pytest.param(amount("30000", e="e1", high="40000"), id="an end of a range that is not there"),
        pytest.param(amount("30000", e="e7"), id="no such evidence"),
    ],
)
def test_a_figure_that_is_not_where_the_model_says_is_refused(given: AmountArgument) -> None:
    used = runtime("¿Cuánto suma?", "Inversión: $30K")

    with pytest.raises(ModelCanRetry):
        calculate("total", [given], used)


def test_a_result_may_go_into_the_next_calculation_with_everything_it_rests_on() -> None:
    used = runtime("Inversiones de $100 y $200, retorno de $900: ¿ROI?")
    turn: TurnEvidence = used.context.turn

    calculate("total", [amount("100"), amount("200")], used)
    calculate("roi_net", [amount("300", e="c1"), amount("900")], used)

    assert turn.calculations["c2"].result == 200
    assert turn.calculations_behind("c2") == ("c1", "c2")


def test_a_present_value_without_a_rate_is_refused() -> None:
    used = runtime("Flujos de $100 y $200")

    with pytest.raises(UserCanFix, match="calculation_needs"):
        calculate("npv", [amount("-100"), amount("200")], used)


def test_a_rate_nobody_named_is_refused() -> None:
    used = runtime("Flujos de $100 y $200")

    with pytest.raises(ModelCanRetry, match="input_not_found"):
        calculate("npv", [amount("-100"), amount("200")], used, rate_percent=Decimal(10))


def test_zero_investment_is_refused_with_a_reason_the_model_can_pass_on() -> None:
    used = runtime("Invierto $0 y vuelven $5")

    with pytest.raises(UserCanFix, match="not_positive"):
        calculate("roi_net", [amount("0"), amount("5")], used)


def test_a_pair_of_three_is_refused() -> None:
    used = runtime("$1, $2, $3")

    with pytest.raises(UserCanFix, match="wrong_number_of_amounts"):
        calculate("ratio", [amount("1"), amount("2"), amount("3")], used)
