"""What people record: readings of metrics, states of tasks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from copilot.domain.journal import Confidence, Reading, TaskChange, TaskStatus
from integrations.api.door import Caller, IdempotencyKey, Member, door_of, once
from integrations.render import json_ready

router = APIRouter(prefix="/v1", tags=["state"])

Note = Annotated[str | None, Field(max_length=1000)]
Name = Annotated[str, Field(min_length=1, max_length=500, description="Name or id; near matches are offered.")]
Named = Annotated[str, PathParameter(min_length=1, max_length=500, description="Name or id; near matches are offered.")]
READING: dict[str, JsonValue] = {"name": "Churn", "value": "4.2 %", "on": "2026-11-18", "note": "cierre de semana"}

DONE: dict[str, JsonValue] = {"status": "done", "note": "firmado"}


class NewReading(BaseModel):
    """A metric's value on a day."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [READING]})

    name: Name
    value: str = Field(min_length=1, max_length=60, description="With its unit, or a bare number in the metric's unit.")
    on: date | None = Field(None, description="Today, when not given.")
    note: Note = None
    source: str | None = Field(None, max_length=200)
    confidence: Confidence | None = Field(None, description="How sure its giver is of reaching the target.")
    document: str | None = Field(None, max_length=500, description="Decides between metrics of one name.")


class NewState(BaseModel):
    """A task's new state."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DONE]})

    status: TaskStatus
    note: Note = None
    document: str | None = Field(None, max_length=500)


@router.post("/kpis/readings", status_code=201, response_model=Reading)
def record(request: Request, reading: NewReading, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """Record a reading. A second one for the same day corrects the first; both are kept."""
    recorder = door_of(request).office.recorder

    def act() -> Any:
        return json_ready(recorder.record(who, **reading.model_dump()))

    return once(request, who, key, reading, act, status=201)


@router.get("/kpis/{name}/readings", response_model=list[Reading])
def readings(request: Request, name: Named, who: Caller) -> JSONResponse:
    """A metric's history, corrected readings too, as they were recorded."""
    office = door_of(request).office
    return JSONResponse(json_ready(list(office.journal.history(office.recorder.metric(who, name).id))))


@router.post("/tasks/{name}/state", response_model=TaskChange)
def change(request: Request, name: Named, state: NewState, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """Give a task a new state."""
    recorder = door_of(request).office.recorder

    def act() -> Any:
        return json_ready(recorder.change_task(who, name, state.status, note=state.note, document=state.document))

    return once(request, who, key, state, act)
