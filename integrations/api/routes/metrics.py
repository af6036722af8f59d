"""How metrics stand: all of them with their groups, or one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from copilot.health.choose import metric_health_named
from copilot.health.export import exported, exported_metric
from integrations.api.door import Caller, door_of
from integrations.render import json_ready

router = APIRouter(prefix="/v1", tags=["plan"])

DocumentQuery = Annotated[str | None, Query(max_length=500, description="Only of this document.")]
Named = Annotated[str, Path(min_length=1, max_length=500, description="Name or id; near matches are offered.")]


@router.get("/kpis/health")
def health(request: Request, who: Caller, document: DocumentQuery = None) -> dict[str, Any]:
    """Colour with its reason, path and forecast of every metric; groups are as healthy as their weakest one."""
    found = door_of(request).office.workspace.view(who).health()
    metrics = [one for one in found.metrics if document in (None, one.document)]
    groups = [group for group in found.groups if document in (None, group.document)]
    told: dict[str, Any] = json_ready(exported(found.model_copy(update={"groups": tuple(groups)}), metrics))
    return told


@router.get("/kpis/{name}/health")
def health_of_one(request: Request, name: Named, who: Caller) -> dict[str, Any]:
    """The same of one metric, with every calculation and its inputs."""
    found = door_of(request).office.workspace.view(who).health()
    told: dict[str, Any] = json_ready(exported_metric(metric_health_named(name, found)))
    return told
