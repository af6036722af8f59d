"""Tasks: where they stand, how far their phases are, and changing one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import TaskChange, TaskStatus
from copilot.journal.checklist import KEEP, MAX_OWNER
from integrations.api.door import Caller, IdempotencyKey, Member, door_of, once
from integrations.render import json_ready
from tools.calc.checklist import progress_by_document, progress_by_phase
from tools.calc.choice import Choice, chosen, due_days

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

CHANGES = ("status", "owner", "due", "note")
EXAMPLE: dict[str, JsonValue] = {"owner": "Ana", "due": "2026-12-01"}
NEEDED: list[JsonValue] = [{"required": [name]} for name in CHANGES]
DUE = r"^(today|week|\d{4}-\d{2}-\d{2})$"
Words = Annotated[str | None, Query(max_length=200)]
DocumentQuery = Annotated[str | None, Query(max_length=500, description="Only of this document.")]


class TaskPatch(BaseModel):
    """What is to change; what is not given stays, null takes it away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE], "anyOf": NEEDED})

    status: TaskStatus | None = None
    owner: str | None = Field(None, min_length=1, max_length=MAX_OWNER, json_schema_extra={"pattern": r"^[A-Za-z][A-Za-z .-]*$"})
    due: date | None = Field(None, description="null: the time the document gives it.")
    note: str | None = Field(None, max_length=1000)
    document: str | None = Field(None, max_length=500, description="Decides between tasks of one name.")


@router.get("")
def tasks(
    request: Request,
    who: Caller,
    status: Annotated[list[TaskStatus], Query(default_factory=list, max_length=5, description="Only in these states.")],
    document: DocumentQuery = None,
    owner: Words = None,
    phase: Words = None,
    due: Annotated[
        str | None, Query(max_length=10, description="today, week, or a date, which means up to it.", pattern=DUE)
    ] = None,
    overdue: Annotated[bool, Query(description="Only what should have been done by now.")] = False,
) -> list[dict[str, Any]]:
    """Tasks with state, owner, due day and what says it; everything asked for must hold."""
    office = door_of(request).office
    today = office.clock.now().date()
    choice = Choice(
        document=document,
        statuses=tuple(status),
        owner=owner,
        phase=phase,
        due=None if due is None else due_days(due, today),
        is_overdue=overdue,
    )
    found = chosen(office.checklist.standings(who), choice, today)
    return [{**one.exported(today), "state": None if one.change is None else json_ready(one.change)} for one in found]


@router.get("/progress")
def progress(request: Request, who: Caller, document: DocumentQuery = None) -> dict[str, Any]:
    """Done, in progress, blocked and overdue, by document and by phase; what was dropped does not count as to be done."""
    office = door_of(request).office
    today = office.clock.now().date()
    found = [one for one in office.checklist.standings(who) if document in (None, one.task.document)]
    return {
        "documents": [asdict(row) for row in progress_by_document(found, today)],
        "phases": [asdict(row) for row in progress_by_phase(found, today)],
    }


@router.patch("/{name}", response_model=TaskChange)
def patch(
    request: Request,
    name: Annotated[str, PathParameter(min_length=1, max_length=500, description="Name or id; near matches are offered.")],
    wanted: TaskPatch,
    who: Member,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Change a task's state, owner, due day or note."""
    given = wanted.model_fields_set
    if not given & set(CHANGES):
        raise UserCanFix("nothing_to_change", known=list(CHANGES))
    checklist = door_of(request).office.checklist

    def act() -> Any:
        changed = checklist.change(
            who,
            name,
            status=wanted.status,
            note=wanted.note,
            owner=wanted.owner if "owner" in given else KEEP,
            due=wanted.due if "due" in given else KEEP,
            document=wanted.document,
        )
        return json_ready(changed)

    return once(request, who, key, [name, wanted.model_dump(mode="json", exclude_unset=True)], act)
