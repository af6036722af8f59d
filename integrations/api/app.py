"""The application: routes, limits, problems, documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI

from copilot.domain.access import Principal
from copilot.office import Office
from copilot.version import __version__
from integrations.api import problems
from integrations.api.door import Door
from integrations.api.limits import Limits
from integrations.api.routes import asking, documents, health, plan, state, status

ROUTERS = (health.router, asking.router, documents.router, plan.router, state.router, status.router)
ABOUT = """Ask strategy documents and get cited answers; record readings and task states; draft, approve and post weekly updates.

Errors are `application/problem+json`. Writes take an `Idempotency-Key`. Every response has an `X-Request-Id`.
"""
PROBLEMS = {
    code: {"model": problems.Problem, "content": {problems.MEDIA_TYPE: {}}, "description": why}
    for code, why in {
        400: "The body is not JSON",
        401: "A key is needed, or is not valid",
        403: "The role does not suffice",
        404: "There is no such thing; the detail names near ones",
        409: "It has changed in between, or names several things",
        413: "The body is too large",
        422: "The request does not fit; `errors` says where",
        429: "Too many requests",
        502: "The model's endpoint failed",
        503: "The installation needs attention",
        504: "It took too long",
    }.items()
}
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
            yield

    app = FastAPI(title="Rumbo", version=__version__, description=ABOUT, lifespan=lifespan, responses=PROBLEMS, redoc_url=None)  # type: ignore[arg-type]
    app.state.door = Door(office, needs_key, local)
    problems.install(app)
    for router in (*ROUTERS, *more):
        app.include_router(router)
    known = office.workspace.settings
    large = {"/v1/documents": known.upload_mb * 1_000_000 + 10_000}
    app.add_middleware(Limits, timeout_s=known.request_timeout_s, large=large)
    return app


@asynccontextmanager
async def _all(around: Sequence[Around]) -> AsyncIterator[None]:
    if not around:
        yield
        return
    async with around[0](), _all(around[1:]):
        yield
