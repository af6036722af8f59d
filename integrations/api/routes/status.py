"""Status drafts: make, read, decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from copilot.domain.answer import Language
from copilot.domain.work import Draft, DraftState, check_destination
from integrations.api.door import Approver, Caller, IdempotencyKey, Member, aside, door_of, once
from integrations.render import json_ready

router = APIRouter(prefix="/v1/status/drafts", tags=["status"])

DraftId = Annotated[str, PathParameter(min_length=1, max_length=40)]
DESTINATION = (
    r"^(slack:[CDG][A-Z0-9]{2,}|file:(?!uploads/|chroma/)[A-Za-z0-9_][A-Za-z0-9_ -]*(/[A-Za-z0-9_][A-Za-z0-9_ -]*)*\.md)$"
)
"""What is documented; `check_destination` allows some more."""
LINKS = {
    name: {"operationId": f"{name}_v1_status_drafts__draft_id__{name}_post", "parameters": {"draft_id": "$response.body#/id"}}
    for name in ("approve", "reject", "edit")
}
MADE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The draft",
        "links": {
            **LINKS,
            "read": {"operationId": "draft_v1_status_drafts__draft_id__get", "parameters": {"draft_id": "$response.body#/id"}},
        },
    }
}
EXAMPLE: dict[str, JsonValue] = {"audience": "team", "language": "es", "destination": "file:avance.md"}


class NewDraft(BaseModel):
    """What to draft."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    audience: str = Field("team", min_length=1, max_length=60, pattern=r"^[\w.-]+$")
    language: Language = "es"
    destination: str = Field(
        max_length=300,
        description="`slack:C0123ABCD` or `file:PATH.md`, below the workspace's home.",
        json_schema_extra={"pattern": DESTINATION},
    )


class Decision(BaseModel):
    """A person's yes, for the version they have read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1, le=1_000_000)


class Rejection(Decision):
    """A person's no."""

    reason: str | None = Field(None, max_length=1000)


class Edit(Decision):
    """A person's own text."""

    text: str = Field(min_length=1, max_length=20_000, json_schema_extra={"pattern": r"\S"})


@router.post("", status_code=201, response_model=Draft, responses=MADE)
async def compose(request: Request, wanted: NewDraft, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """This week's draft for an audience: the one there is, or a new one. Nothing is posted before an approval."""
    desk = door_of(request).office.desk
    place = check_destination(wanted.destination)

    def act() -> Any:
        return json_ready(desk.compose(by=who, audience=wanted.audience, language=wanted.language, destination=place))

    return await aside(request, lambda: once(request, who, key, wanted, act, status=201))


@router.get("", response_model=list[Draft])
def drafts(
    request: Request,
    _who: Caller,
    state: Annotated[list[DraftState], Query(default_factory=list, max_length=20)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """Drafts, the newest first."""
    return JSONResponse(json_ready(list(door_of(request).office.drafts.drafts(states=state, limit=limit))))


@router.get("/{draft_id}", response_model=Draft)
def draft(request: Request, draft_id: DraftId, _who: Caller) -> JSONResponse:
    """A draft with its text, its sentences and their evidence."""
    return JSONResponse(json_ready(door_of(request).office.drafts.draft(draft_id)))


@router.post("/{draft_id}/approve", response_model=Draft)
def approve(request: Request, draft_id: DraftId, decision: Decision, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Approve a version: it is posted once."""
    desk = door_of(request).office.desk
    return once(request, who, key, decision, lambda: json_ready(desk.approve(draft_id, version=decision.version, by=who)))


@router.post("/{draft_id}/reject", response_model=Draft)
def reject(request: Request, draft_id: DraftId, decision: Rejection, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Reject a version: nothing is posted."""
    desk = door_of(request).office.desk

    def act() -> Any:
        return json_ready(desk.reject(draft_id, version=decision.version, by=who, reason=decision.reason))

    return once(request, who, key, decision, act)


@router.post("/{draft_id}/edit", response_model=Draft)
def edit(request: Request, draft_id: DraftId, change: Edit, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Replace the text; the new version needs an approval of its own."""
    desk = door_of(request).office.desk

    def act() -> Any:
        return json_ready(desk.edit(draft_id, version=change.version, by=who, text=change.text))

    return once(request, who, key, change, act)
