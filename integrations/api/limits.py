"""Around every request: an id, limits on body and time, one log line. Plain ASGI, so that streams stay streams."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.domain.errors import RumboError
from integrations.api.problems import MEDIA_TYPE, STATUSES
from integrations.translate import error_sentence

log = logging.getLogger(__name__)

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SMALL_BODY = 1_000_000
"""Bytes of a JSON request."""


class BodyTooLarge(Exception):
    """More bytes came than the limit allows."""


class Limits:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, timeout_s: float, large: Mapping[str, int]) -> None:
        """`large` gives another body limit, in bytes, to paths that start with a prefix."""
        self.app = app
        self.timeout_s = timeout_s
        self.large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Request(scope, receive, send, self._limit(scope["path"]))
        scope.setdefault("state", {})["request_id"] = request.id
        started = time.perf_counter()
        try:
            if request.announced > request.limit:
                raise BodyTooLarge
            async with asyncio.timeout(self.timeout_s):
                await self.app(scope, request.receive, request.send)
            if request.exceeded:
                raise BodyTooLarge
        except BodyTooLarge:
            await request.refuse(RumboError("body_too_large", limit=request.limit))
        except TimeoutError:
            await request.refuse(RumboError("request_timed_out", seconds=self.timeout_s))
        finally:
            ms = round((time.perf_counter() - started) * 1000, 1)
            fields = {"request": request.id, "method": scope["method"], "path": scope["path"], "status": request.status, "ms": ms}
            log.info("request", extra=fields)

    def _limit(self, path: str) -> int:
        return next((size for prefix, size in self.large.items() if path.startswith(prefix)), SMALL_BODY)


class _Request:
    """One request's counters, wrapped around its channel."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        self.id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        length = headers.get(b"content-length", b"").decode("latin-1")
        self.announced = int(length) if length.isdigit() and len(length) < 20 else 0
        self.limit = limit
        self.status = 0
        self.exceeded = False
        self._language = headers.get(b"accept-language", b"").decode("latin-1")[:2].lower()
        self._seen = 0
        self._refusing = False
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self.limit:
            self.exceeded = True
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self._refusing:
            return  # the framework's own word for a body that broke off; ours follows
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], (b"x-request-id", self.id.encode())]}
        await self._send(message)

    async def refuse(self, error: RumboError) -> None:
        """Answer with a problem, where nothing has been answered yet; a stream that has begun is cut."""
        if self.status:
            return
        self._refusing = True
        status = STATUSES[error.code]
        language = self._language if self._language in ("es", "pt", "fr") else "en"
        told: dict[str, object] = {
            "type": f"urn:rumbo:error:{error.code}",
            "title": error.code,
            "status": status,
            "detail": error_sentence(error, language),  # type: ignore[arg-type]  # one of the four
            "request_id": self.id,
            "errors": [],
        }
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
