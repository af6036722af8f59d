"""Is the process alive, and can it answer."""

from __future__ import annotations

from fastapi import APIRouter, Request

from copilot.version import __version__
from integrations.api.documentation import OPEN_TO_ALL
from integrations.api.door import door_of

router = APIRouter(tags=["health"])


@router.get("/health", responses=OPEN_TO_ALL)
async def health() -> dict[str, str]:
    """The process is alive. Touches nothing, waits for no thread."""
    return {"status": "ok", "version": __version__}


@router.get("/ready", responses=OPEN_TO_ALL)
def ready(request: Request) -> dict[str, str]:
    """The database answers; otherwise a problem says what is missing. What it holds is not told: no key is asked for here."""
    workspace = door_of(request).office.workspace
    workspace.plans.revision()
    return {"status": "ready", "version": __version__}
