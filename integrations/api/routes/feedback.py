"""Thumbs on answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from copilot.domain.access import Role
from copilot.domain.feedback import Feedback, Vote
from integrations.api.door import Caller, IdempotencyKey, door_of, once
from integrations.render import json_ready

router = APIRouter(prefix="/v1", tags=["ask"])

DOWN: dict[str, JsonValue] = {"vote": "down", "note": "Falta el mes 6."}


class NewFeedback(BaseModel):
    """A word on an answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DOWN]})

    vote: Vote
    note: str | None = Field(None, max_length=2000)
    conversation_id: str | None = Field(None, min_length=1, max_length=100, description="Your last one, when not given.")
    turn: int | None = Field(None, ge=1, le=1_000_000, description="Number of the answer in it; the last, when not given.")


@router.post("/feedback", status_code=201, response_model=Feedback)
def give(request: Request, given: NewFeedback, who: Caller, key: IdempotencyKey = None) -> JSONResponse:
    """Say whether an answer of yours was good. A second vote on the same answer replaces the first."""
    desk = door_of(request).office.feedback

    def act() -> Any:
        return json_ready(desk.vote(who, **given.model_dump()))

    return once(request, who, key, given, act, status=201)


@router.get("/feedback", response_model=list[Feedback])
def listed(
    request: Request, who: Caller, vote: Vote | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> JSONResponse:
    """Votes, the latest first: everybody's for an admin, else your own."""
    by = None if who.role is Role.admin else who.id
    found = door_of(request).office.feedback.listed(vote=vote, by=by, limit=limit)
    return JSONResponse([json_ready(one) for one in found])
