"""Who comes in: keys, roles, rates, and writes that happen once. Shared by the HTTP doors as FastAPI dependencies."""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.office import Office
from integrations.api.problems import ApiError

T = TypeVar("T")
SLOW_AT_ONCE = 4
"""Threads for what may wait for an endpoint or work for seconds, so that it never holds up what is quick."""
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
bearer = HTTPBearer(auto_error=False, description="A key made with `rumbo key create`; not needed on loopback by default.")


@dataclass(frozen=True)
class Door:
    """What the doors of one server share."""

    office: Office
    needs_key: bool
    """False: requests without a key are the local person's. Only on a loopback address."""
    local: Principal
    slow: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(SLOW_AT_ONCE, thread_name_prefix="slow"))

    def close(self) -> None:
        """Begin nothing more."""
        self.slow.shutdown(wait=False, cancel_futures=True)


def door_of(request: Request) -> Door:
    """The server's door."""
    found: Door = request.app.state.door
    return found


def caller(request: Request, _shown: Annotated[object, Depends(bearer)] = None) -> Principal:
    """Who asks, within their rate.

    Raises:
        ApiError: `key_required`, `key_refused`, `foreign_origin`, `too_many_requests`.
    """
    door = door_of(request)
    secret = _secret(request)
    if secret is None:
        if door.needs_key:
            raise ApiError("key_required")
        _check_origin(request)
        found: Principal | None = door.local
    else:
        found = door.office.doorkeeper.principal(secret)
    if found is None:
        raise ApiError("key_refused")
    _count(door, found)
    return found


def at_least(role: Role) -> Callable[..., Principal]:
    """A dependency: the caller, who must have the role."""

    def checked(who: Annotated[Principal, Depends(caller)]) -> Principal:
        if who.role < role:
            raise UserCanFix("not_allowed", role=role.name)
        return who

    return checked


Caller = Annotated[Principal, Depends(caller)]
Member = Annotated[Principal, Depends(at_least(Role.member))]
Approver = Annotated[Principal, Depends(at_least(Role.approver))]
IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="Repeat a write safely: same key, one effect."),
]


def once(
    request: Request, who: Principal, key: str | None, body: Any, act: Callable[[], Any], *, status: int = 200
) -> JSONResponse:
    """Do a write once for its Idempotency-Key, and give the same response again for the same request.

    Raises:
        UserCanFix: `idempotency_key_reused`; ApiError: `request_in_progress`.
    """
    if key is None:
        return JSONResponse(jsonable_encoder(act()), status_code=status)
    store, now = door_of(request).office.idempotency, door_of(request).office.clock.now()
    told = json.dumps([request.method, request.url.path, jsonable_encoder(body)], sort_keys=True, ensure_ascii=False)
    scoped = f"{who.id}:{key}"
    before = store.remember_request(scoped, digest=hashlib.sha256(told.encode()).hexdigest(), now=now)
    if before == "":
        raise ApiError("request_in_progress", retry_after_s=1)
    if before is not None:
        return JSONResponse(json.loads(before), status_code=status, headers={"Idempotent-Replay": "true"})
    done = False
    try:
        result = jsonable_encoder(act())
        done = True
    finally:
        if not done:
            store.forget_request(scoped)
    store.remember_response(scoped, json.dumps(result, ensure_ascii=False))
    return JSONResponse(result, status_code=status)


async def aside(request: Request, work: Callable[[], T]) -> T:
    """Do slow work in its own few threads. A request that times out is answered; the work it began ends by itself."""
    inside = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(door_of(request).slow, lambda: inside.run(work))


def _secret(request: Request) -> str | None:
    """The key as it came; None where none was given. Raises ApiError(`key_refused`) for what is no key at all."""
    given = request.headers.get("authorization", "").strip()
    scheme, _, token = given.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if given:
        raise ApiError("key_refused")
    return request.headers.get("x-api-key") or None


def _check_origin(request: Request) -> None:
    """Without a key, only what talks to a loopback name: a page elsewhere that resolves to this machine is refused."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    origin = request.headers.get("origin")
    if host not in LOOPBACK or (origin is not None and (urlsplit(origin).hostname or "") not in LOOPBACK):
        raise ApiError("foreign_origin")


def _count(door: Door, who: Principal) -> None:
    now: datetime = door.office.clock.now()
    limit = door.office.workspace.settings.rate_per_minute
    if not door.office.access.count_request(f"http:{who.id}", window=now.strftime("%Y-%m-%dT%H:%M"), limit=limit):
        raise ApiError("too_many_requests", limit=limit, retry_after_s=60 - now.second)
