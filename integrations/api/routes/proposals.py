"""Changes that wait for a person's yes: read, confirm, reject."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse

from copilot.domain.work import Proposal
from integrations.api.door import Caller, IdempotencyKey, Member, door_of, once
from integrations.render import json_ready

router = APIRouter(prefix="/v1/proposals", tags=["proposals"])

ProposalId = Annotated[str, PathParameter(min_length=1, max_length=40)]


@router.get("", response_model=list[Proposal])
def proposals(
    request: Request,
    who: Caller,
    every: Annotated[bool, Query(alias="all", description="Decided and expired ones too.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """Proposals the caller may decide, the newest first."""
    desk = door_of(request).office.workspace.proposal_desk
    return JSONResponse(_told(list(desk.proposals(who, every=every, limit=limit))))


@router.get("/{proposal_id}", response_model=Proposal)
def proposal(request: Request, proposal_id: ProposalId, who: Caller) -> JSONResponse:
    """A proposal with exactly what it would change."""
    return JSONResponse(_told(door_of(request).office.workspace.proposal_desk.proposal(proposal_id, who)))


@router.post("/{proposal_id}/confirm", response_model=Proposal)
def confirm(request: Request, proposal_id: ProposalId, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """Say yes: the change is written, once."""
    desk = door_of(request).office.workspace.proposal_desk
    return once(request, who, key, None, lambda: _told(desk.confirm(proposal_id, by=who)))


@router.post("/{proposal_id}/reject", response_model=Proposal)
def reject(request: Request, proposal_id: ProposalId, who: Member, key: IdempotencyKey = None) -> JSONResponse:
    """Say no: nothing is written."""
    desk = door_of(request).office.workspace.proposal_desk
    return once(request, who, key, None, lambda: _told(desk.reject(proposal_id, by=who)))


def _told(found: Any) -> Any:
    return json_ready(found)
