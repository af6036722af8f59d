"""The compiled plan: metrics, tasks, conflicts, return on investment."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from copilot.domain.answer import ToolResult
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.journal import Reading
from copilot.domain.plan import Conflict
from copilot.journal.metrics import metrics_of
from integrations.api.door import Caller, door_of
from integrations.render import json_ready
from tools.calc.amounts import Amount
from tools.calc.finance import roi
from tools.lookup import calculate_roi

router = APIRouter(prefix="/v1", tags=["plan"])

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


@router.get("/kpis")
def kpis(request: Request, who: Caller, document: DocumentQuery = None) -> list[dict[str, Any]]:
    """Metrics with their mentions and, where there is one, the latest reading."""
    office = door_of(request).office
    latest: dict[str, Reading] = {reading.metric_id: reading for reading in office.journal.readings()}
    return [
        {
            "id": metric.id,
            "name": metric.name,
            "document": metric.document,
            "segment": metric.segment,
            "unit": metric.unit,
            "mentions": [fact.exported() for fact in metric.facts],
            "latest": json_ready(latest[metric.id]) if metric.id in latest else None,
        }
        for metric in metrics_of(office.workspace.plan(who))
        if document in (None, metric.document)
    ]


@router.get("/tasks")
def tasks(request: Request, who: Caller, document: DocumentQuery = None) -> list[dict[str, Any]]:
    """Tasks with the state people gave them."""
    office = door_of(request).office
    states = office.journal.task_states()
    found = [
        fact for fact in office.workspace.plan(who).facts if isinstance(fact, TaskFact) and document in (None, fact.document)
    ]
    return [{**task.exported(), "state": json_ready(states[task.id]) if task.id in states else None} for task in found]


@router.get("/conflicts", response_model=list[Conflict])
def conflicts(request: Request, who: Caller) -> JSONResponse:
    """Things the plan gives two values for, with both."""
    return JSONResponse(json_ready(door_of(request).office.workspace.plan(who).conflicts))


@router.post("/finance/roi", response_model=ToolResult)
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
