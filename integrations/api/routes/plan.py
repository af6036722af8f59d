"""The compiled plan: metrics, conflicts, return on investment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from copilot.domain.journal import Reading
from copilot.domain.plan import Conflict
from copilot.journal.metrics import metrics_of
from integrations.api.door import Caller, door_of
from integrations.render import json_ready

router = APIRouter(prefix="/v1", tags=["plan"])

DocumentQuery = Annotated[str | None, Query(max_length=500, description="Only of this document.")]


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


@router.get("/conflicts", response_model=list[Conflict])
def conflicts(request: Request, who: Caller) -> JSONResponse:
    """Things the plan gives two values for, with both."""
    return JSONResponse(json_ready(door_of(request).office.workspace.plan(who).conflicts))
