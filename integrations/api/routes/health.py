"""Is the process alive, and can it answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from copilot.domain.access import Principal, Role
from copilot.version import __version__
from integrations.api.documentation import OPEN_TO_ALL
from integrations.api.door import door_of

router = APIRouter(tags=["health"])
PROBE = Principal(id="probe", role=Role.admin)


@router.get("/health", responses=OPEN_TO_ALL)
async def health() -> dict[str, str]:
    """The process is alive. Touches nothing, waits for no thread."""
    return {"status": "ok", "version": __version__}


@router.get("/ready", responses=OPEN_TO_ALL)
def ready(request: Request) -> dict[str, Any]:
    """The database answers and holds documents or is ready for them; otherwise a problem says what is missing."""
    workspace = door_of(request).office.workspace
    return {"status": "ready", "documents": len(workspace.plans.documents(PROBE)), "model": workspace.settings.model}
