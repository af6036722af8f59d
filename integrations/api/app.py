"""The application: routes, limits, problems, documentation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI

from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix
from copilot.office import Office
from copilot.version import __version__
from integrations.api import problems
from integrations.api.documentation import PROBLEMS, describe
from integrations.api.door import Door
from integrations.api.limits import Limits
from integrations.api.routes import asking, documents, feedback, finance, health, metrics, plan, proposals, state, status, tasks

log = logging.getLogger(__name__)

ROUTERS = (
    health.router,
    asking.router,
    feedback.router,
    documents.router,
    metrics.router,
    plan.router,
    finance.router,
    proposals.router,
    state.router,
    status.router,
    tasks.router,
)
ABOUT = """Ask strategy documents and get cited answers; record readings and task states; draft, approve and post weekly updates.

Errors are `application/problem+json`. Writes take an `Idempotency-Key`. Every response has an `X-Request-Id`.
"""
Around = Callable[[], AbstractAsyncContextManager[None]]


def create_app(
    office: Office, *, needs_key: bool, local: Principal, more: Sequence[APIRouter] = (), around: Sequence[Around] = ()
) -> FastAPI:
    """The server of one workspace.

    Args:
        office: its parts.
        needs_key: refuse requests without a key; may only be False on a loopback address.
        local: who a request without a key is.
        more: other doors to hang in beside ours.
        around: what lives as long as the server does (workers, sockets).
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with _all(around):
            await asyncio.to_thread(_warm, office)
            yield
        app.state.door.close()

    app = FastAPI(title="Rumbo", version=__version__, description=ABOUT, lifespan=lifespan, responses=PROBLEMS, redoc_url=None)
    app.state.door = Door(office, needs_key, local)
    problems.install(app)
    for router in (*ROUTERS, *more):
        app.include_router(router)
    describe(app, needs_key=needs_key)
    known = office.workspace.settings
    large = {"/v1/documents": known.upload_mb * 1_000_000 + 10_000}
    app.add_middleware(Limits, timeout_s=known.request_timeout_s, large=large)
    return app


def _warm(office: Office) -> None:
    """Load what answers questions before the first one comes: it takes seconds, in which nothing else would be answered."""
    try:
        _ = office.workspace.copilot
    except OperatorMustFix as missing:  # everything else works, and each question will say it
        log.warning("model_not_ready", extra={"code": missing.code})


@asynccontextmanager
async def _all(around: Sequence[Around]) -> AsyncIterator[None]:
    if not around:
        yield
        return
    async with around[0](), _all(around[1:]):
        yield
