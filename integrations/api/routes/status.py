"""Status drafts: make, read, decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from copilot.domain.answer import Language
from copilot.domain.work import DraftState, check_destination
from integrations.api.door import Approver, Caller, IdempotencyKey, Member, door_of, once
from integrations.render import json_ready

router = APIRouter(prefix="/v1/status/drafts", tags=["status"])

DraftId = Annotated[str, Field(max_length=40)]
EXAMPLE: dict[str, JsonValue] = {"audience": "team", "language": "es", "destination": "file:avance.md"}


class NewDraft(BaseModel):
    """What to draft."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    audience: str = Field("team", min_length=1, max_length=60, pattern=r"^[\w.-]+$")
    language: Language = "es"
    destination: str = Field(max_length=300, description="`slack:C0123ABCD` or `file:PATH`, below the workspace's home.")


class Decision(BaseModel):
    """A person's yes, for the version they have read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1, le=1_000_000)


class Rejection(Decision):
    """A person's no."""

    reason: str | None = Field(None, max_length=1000)


class Edit(Decision):
    """A person's own text."""

    text: str = Field(min_length=1, max_length=20_000)


@router.post("", status_code=201)
def compose(request: Request, wanted: NewDraft, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """This week's draft for an audience: the one there is, or a new one. Nothing is posted before an approval."""
    desk = door_of(request).office.desk
    place = check_destination(wanted.destination)

    def act() -> Any:
        return json_ready(desk.compose(by=who, audience=wanted.audience, language=wanted.language, destination=place))

    return once(request, who, key, wanted, act, status=201)


@router.get("")
def drafts(
    request: Request,
    _who: Caller,
    state: Annotated[list[DraftState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Drafts, the newest first."""
    return [json_ready(draft) for draft in door_of(request).office.drafts.drafts(states=state or (), limit=limit)]


@router.get("/{draft_id}")
def draft(request: Request, draft_id: str, _who: Caller) -> dict[str, Any]:
    """A draft with its text, its sentences and their evidence."""
    told: dict[str, Any] = json_ready(door_of(request).office.drafts.draft(draft_id))
    return told


@router.post("/{draft_id}/approve")
def approve(request: Request, draft_id: str, decision: Decision, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Approve a version: it is posted once."""
    desk = door_of(request).office.desk
    return once(request, who, key, decision, lambda: json_ready(desk.approve(draft_id, version=decision.version, by=who)))


@router.post("/{draft_id}/reject")
def reject(request: Request, draft_id: str, decision: Rejection, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Reject a version: nothing is posted."""
    desk = door_of(request).office.desk

    def act() -> Any:
        return json_ready(desk.reject(draft_id, version=decision.version, by=who, reason=decision.reason))

    return once(request, who, key, decision, act)


@router.post("/{draft_id}/edit")
def edit(request: Request, draft_id: str, change: Edit, who: Approver, key: IdempotencyKey = None) -> JSONResponse:
    """Replace the text; the new version needs an approval of its own."""
    desk = door_of(request).office.desk

    def act() -> Any:
        return json_ready(desk.edit(draft_id, version=change.version, by=who, text=change.text))

    return once(request, who, key, change, act)
