"""Arithmetic as one tool: the model names the operation and where each number comes from, code checks and calculates.

A number that is neither on the cited line, nor the result of an earlier calculation, nor in the person's own words is refused:
a calculation must not launder an invented figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolRuntime
from pydantic import BaseModel, Field

from copilot.domain.answer import Evidence, ToolResult
from copilot.domain.errors import ModelCanRetry
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.figures import Amount as FigureAmount
from copilot.grounding.figures import scaled
from copilot.grounding.support import Support, Wanted
from tools.calc.amounts import Amount, plain
from tools.calc.operations import Operation, Terms, described, run
from tools.registry.context import ToolContext, content_of
from tools.registry.schema import tool_from

LARGEST = Decimal(10) ** 15
"""No plan has more; keeps a hostile exponent from becoming a page of zeros."""
EXACT = 28
"""Digits an input is compared with: an earlier result goes in as it is, not rounded."""
DESCRIPTION = f"Calculate with figures you found or the person gave. Amounts in this order: {described()}."


class AmountArgument(BaseModel):
    """A number and where it comes from."""

    value: Decimal = Field(ge=-LARGEST, le=LARGEST, description="the number in full: 500000 for 500K; the low end of a range")
    high: Decimal | None = Field(default=None, ge=-LARGEST, le=LARGEST, description="high end of a range")
    unit: str = Field(description="ISO currency such as USD, with a rate where there is one (USD/month); %, count, months ...")
    name: str = Field(default="", description="what it is")
    e: str | None = Field(
        default=None, description="evidence or calculation id it was found under; leave out if the person gave it"
    )


def calculator_tool() -> BaseTool:
    """The tool `calculate`."""
    return tool_from(calculate, calculate, description=DESCRIPTION)


def calculate(
    operation: Operation,
    amounts: list[AmountArgument],
    runtime: ToolRuntime[Any, Any],
    per: Annotated[Literal["month", "year"], Field(description="payback: how often the gain comes")] = "year",
    rate_percent: Annotated[
        Decimal | None, Field(gt=-100, le=1000, description="npv: discount rate per period, found or given")
    ] = None,
    timing: Annotated[Literal["end", "start"], Field(description="npv: when in a period its flow comes")] = "end",
    intervals: Annotated[Decimal | None, Field(gt=0, le=1200, description="cagr: intervals between the two values")] = None,
    to: Annotated[str | None, Field(pattern="^[A-Z]{3}$", description="convert: ISO currency to convert into")] = None,
    vary: Annotated[Literal["return", "cost"], Field(description="roi_sensitivity: which input moves")] = "return",
) -> tuple[str, ToolResult]:
    """Check where the numbers come from, calculate, keep the result under an id of the turn."""
    context: ToolContext = runtime.context
    turn = context.turn
    checked = [_sourced(amount, turn) for amount in amounts]
    if rate_percent is not None:
        _found_or_given(rate_percent, "%", turn)
    terms = Terms(per=per, rate_percent=rate_percent, timing=timing, intervals=intervals, to=to, vary=vary)
    steps = run(operation, checked, terms)
    evidence = [turn.evidence[one.e] for one in amounts if one.e in turn.evidence]
    result = turn.admit(ToolResult(tool="calculate", evidence=_distinct(evidence), calculations=steps))
    sources = tuple(dict.fromkeys(one.e for one in amounts if one.e))
    for step in result.calculations:
        turn.rests_on[step.id] = sources
    return content_of(result), result


def _sourced(amount: AmountArgument, turn: TurnEvidence) -> Amount:
    """The amount with its citation, when its ends stand where the model says. Raises ModelCanRetry."""
    support = turn.asked() if amount.e is None else turn.support(amount.e)
    if support is None:
        raise ModelCanRetry("unknown_evidence", e=amount.e, allowed=[*turn.evidence, *turn.calculations])
    for end in (amount.value, amount.high):
        if end is not None and not _holds(support, end, amount.unit):
            raise ModelCanRetry(
                "input_not_found",
                value=plain(end),
                unit=amount.unit,
                looked_in=amount.e or "the question",
                hint="give the id of the line that holds the figure, with its unit",
            )
    citation = turn.evidence[amount.e].citation if amount.e in turn.evidence else None
    return Amount(value=amount.value, high=amount.high, unit=amount.unit, name=amount.name, citation=citation)


def _found_or_given(value: Decimal, unit: str, turn: TurnEvidence) -> None:
    places = [turn.asked(), *(support for mark in turn.evidence if (support := turn.support(mark)) is not None)]
    if not any(_holds(support, value, unit) for support in places):
        raise ModelCanRetry("input_not_found", value=plain(value), unit=unit, looked_in="question and evidence")


def _holds(support: Support, value: Decimal, unit: str) -> bool:
    number, kind = scaled(abs(value), unit)
    amount = FigureAmount(number, kind, abs(value), unit.partition("/")[0], digits=EXACT)
    # A cost may be written without a minus and flow out, a fall may be written with one: the sign is the operation's.
    return any(support.holds_amount(Wanted(replace(amount, sign=sign))) for sign in ("", "-"))


def _distinct(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple({one.id: one for one in evidence}.values())
