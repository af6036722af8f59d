"""Finance worked out by code: return on investment, any of the calculations by name, what the phases of the plan cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from copilot.domain.answer import ToolResult
from copilot.domain.errors import UserCanFix
from integrations.api.door import Caller, door_of
from integrations.render import json_ready
from tools.calc.amounts import Amount
from tools.calc.finance import roi
from tools.calc.flows import Timing
from tools.calc.operations import Operation, Terms, name_of_amount, run
from tools.lookup import calculate_roi, phase_costs

router = APIRouter(prefix="/v1/finance", tags=["plan"])

DocumentQuery = Annotated[str | None, Query(max_length=500, description="Only of this document.")]
SMALLEST, LARGEST = Decimal("0.01"), Decimal("1e18")
"""A ratio of any two amounts between them fits a JSON number."""
EITHER: list[JsonValue] = [
    {"required": ["item"], "properties": {"item": {"type": "string"}}},
    {"required": ["cost", "return"], "properties": {"cost": {"type": "number"}, "return": {"type": "number"}}},
]


def _no_text(given: object) -> object:
    if not isinstance(given, int | float | Decimal) or isinstance(given, bool):
        raise ValueError("an amount is a JSON number")
    return given


Cost = Annotated[
    Decimal,
    BeforeValidator(_no_text),
    Field(ge=SMALLEST, le=LARGEST),
    WithJsonSchema({"type": "number", "minimum": float(SMALLEST), "maximum": float(LARGEST)}),
]
Gain = Annotated[
    Decimal,
    BeforeValidator(_no_text),
    Field(ge=0, le=LARGEST),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": float(LARGEST)}),
]


AnyNumber = Annotated[
    Decimal,
    BeforeValidator(_no_text),
    Field(ge=-LARGEST, le=LARGEST),
    WithJsonSchema({"type": "number", "minimum": -float(LARGEST), "maximum": float(LARGEST)}),
]
Rate = Annotated[
    Decimal,
    BeforeValidator(_no_text),
    Field(gt=-100, le=1000),
    WithJsonSchema({"type": "number", "exclusiveMinimum": -100, "maximum": 1000}),
]
Intervals = Annotated[
    Decimal,
    BeforeValidator(_no_text),
    Field(gt=0, le=1200),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1200}),
]


class RoiRequest(BaseModel):
    """An item of the plan by name, or two numbers."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"cost": 200000, "return": 500000, "currency": "USD"}], "anyOf": EITHER}
    )

    item: str | None = Field(None, max_length=500, pattern=r"\S")
    document: str | None = Field(None, max_length=500)
    cost: Cost | None = None
    gain: Gain | None = Field(None, alias="return")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")


class AmountGiven(BaseModel):
    """A number, or a range, with its unit."""

    model_config = ConfigDict(extra="forbid")

    value: AnyNumber
    high: AnyNumber | None = None
    unit: str = Field("USD", max_length=40, description="ISO 4217 code, with its rate (`EUR/month`); `%`, `count`.")
    name: str = Field("", max_length=200)


class CalculationRequest(BaseModel):
    """An operation and its amounts in their order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"operation": "irr", "amounts": [{"value": -1000}, {"value": 600}, {"value": 600}]}]},
    )

    operation: Operation
    amounts: list[AmountGiven] = Field(min_length=1, max_length=500)
    per: Literal["month", "year"] = "year"
    rate_percent: Rate | None = Field(None, description="npv: discount rate a period.")
    timing: Timing = "end"
    intervals: Intervals | None = Field(None, description="cagr: intervals between the two values.")
    to: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="convert: currency wanted.")
    vary: Literal["return", "cost"] = "return"


@router.post("/roi", response_model=ToolResult)
def return_on_investment(request: Request, asked: RoiRequest, who: Caller) -> JSONResponse:
    """ROI, net and gross, with formula and inputs: of a plan's item, or of two numbers."""
    return JSONResponse(json_ready(_roi(request, asked, who)))


def _roi(request: Request, asked: RoiRequest, who: Caller) -> ToolResult:
    if asked.item is not None:
        return calculate_roi(door_of(request).office.workspace.view(who), item=asked.item, document=asked.document)
    if asked.cost is None or asked.gain is None:
        raise UserCanFix("roi_needs")
    spent = Amount(value=asked.cost, unit=asked.currency, name="cost")
    back = Amount(value=asked.gain, unit=asked.currency, name="return")
    return ToolResult(tool="roi", calculations=(*roi(spent, back, sense="net"), *roi(spent, back, sense="gross")))


@router.post("/calculate", response_model=ToolResult)
def calculated(asked: CalculationRequest, _: Caller) -> JSONResponse:
    """Any calculation by name, on given amounts: formula, inputs and result of each step."""
    for one in asked.amounts:
        if one.high is not None and one.high < one.value:
            raise UserCanFix("range_upside_down", low=str(one.value), high=str(one.high))
    amounts = [
        Amount(value=one.value, high=one.high, unit=one.unit, name=one.name or name_of_amount(asked.operation, place))
        for place, one in enumerate(asked.amounts)
    ]
    terms = Terms(
        per=asked.per,
        rate_percent=asked.rate_percent,
        timing=asked.timing,
        intervals=asked.intervals,
        to=asked.to,
        vary=asked.vary,
    )
    return JSONResponse(json_ready(ToolResult(tool=asked.operation, calculations=run(asked.operation, amounts, terms))))


@router.get("/phases", response_model=ToolResult)
def costs_of_phases(request: Request, who: Caller, document: DocumentQuery = None) -> JSONResponse:
    """What each phase of the plan costs: its amounts added up, beside the total the document states."""
    return JSONResponse(json_ready(phase_costs(door_of(request).office.workspace.view(who), document=document)))
