"""A fake OpenAI-compatible endpoint: `serve` runs it, `running` runs it in a thread, `app` builds it.

Speaks the protocol truly (plain and streamed completions, tool calls, embeddings, errors, keys); what its models say is
`behaviours`. A development tool: it answers on the loopback unless a key is set, and it must not know the copilot.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from copilot.domain.errors import OperatorMustFix
from integrations.dev import wire
from integrations.dev.behaviours import BEHAVIOURS, Delivery, Page, Refusal, ScriptedReply, Session, Silence, act, known
from integrations.dev.wire import ChatRequest, EmbeddingRequest

EMBEDDING_MODEL = "hashed"
LOOPBACK = "127.0.0.1"
START_SECONDS = 60
WAIT_S = 0.02
SSE = {"cache-control": "no-cache"}
SCRIPT: TypeAdapter[list[ScriptedReply]] = TypeAdapter(list[ScriptedReply])


class _Denied(Exception):
    """The request has not the key this endpoint was started with."""


class _CutResponse(Response):
    """Begins a body and never ends it: the server then closes the connection, as a broken network would."""

    def __init__(self, parts: list[bytes], media_type: str) -> None:
        super().__init__(media_type=media_type)
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 # the ASGI signature
        headers = [(b"content-type", (self.media_type or "").encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})


class _PacedResponse(Response):
    """Events, one each `token_ms`. Written straight to the server: the framework's own streams take twice the time."""

    def __init__(self, events: list[bytes], token_ms: int) -> None:
        super().__init__(media_type="text/event-stream", headers=SSE)
        del self.headers["content-length"]
        self.events = events
        self.token_ms = token_ms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 # the ASGI signature
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        began = time.monotonic()
        for place, event in enumerate(self.events):
            # By the clock and not by naps: with a hundred streams at once, each nap ends late. The end follows at once.
            due = began + min(place, len(self.events) - 2) * self.token_ms / 1000
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def app(*, key: str | None = None) -> FastAPI:
    """The endpoint as an ASGI application.

    Args:
        key: what `Authorization: Bearer` must hold; None lets everyone in.
    """
    session = Session()

    async def allowed(request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key is not None and not secrets.compare_digest(given.encode(), key.encode()):
            raise _Denied

    api = FastAPI(title="Fake model", dependencies=[Depends(allowed)], openapi_url=None)
    _add_errors(api)
    _add_openai(api, session)
    _add_control(api, session)
    return api


def serve(host: str = LOOPBACK, port: int = 8099, *, key: str | None = None, log_level: str = "info") -> None:
    """Answer until interrupted. Raises OperatorMustFix(`open_address`) for an open address without a key."""
    if key is None and not _is_loopback(host):
        raise OperatorMustFix("open_address", host=host)
    uvicorn.run(app(key=key), host=host, port=port, log_level=log_level)


@contextmanager
def running(*, key: str | None = None) -> Iterator[str]:
    """The endpoint in a thread, on a free port of the loopback; gives its base URL, `http://127.0.0.1:PORT/v1`."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        config = uvicorn.Config(app(key=key), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="fake-model", daemon=True)
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://{LOOPBACK}:{listening.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()


def _add_errors(api: FastAPI) -> None:
    """Every failure as the protocol words it."""

    @api.exception_handler(_Denied)
    async def denied(_request: Request, _error: Exception) -> Response:
        return JSONResponse(wire.error("Incorrect API key provided.", code="invalid_api_key"), 401)

    @api.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse(wire.error(f"{first['msg']}: '{place}'", param=place or None), 400)

    @api.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        told = wire.error(f"{error.detail} ({request.method} {request.url.path})", code="unknown_url")
        return JSONResponse(told, error.status_code)


def _add_openai(api: FastAPI, session: Session) -> None:
    names = [*BEHAVIOURS, EMBEDDING_MODEL]

    @api.get("/v1/models")
    async def models() -> Mapping[str, Any]:
        return wire.models(names)

    @api.get("/v1/models/{name}")
    async def model(name: str) -> Response:
        return JSONResponse(wire.model(name)) if known(name) or name == EMBEDDING_MODEL else _no_model(name)

    @api.post("/v1/chat/completions")
    async def completions(body: ChatRequest, request: Request) -> Response:
        session.requests.append(body)
        if not known(body.model):
            return _no_model(body.model)
        if lost := _lost_tool_message(body):
            return JSONResponse(wire.error(lost, param="messages"), 400)
        return await _answered(body, request, session)

    @api.post("/v1/embeddings")
    async def embeddings(body: EmbeddingRequest) -> Mapping[str, Any]:
        await _turn_to_embed(body.model, session)
        told = wire.embeddings(body)
        session.embedded[body.model] += len(told["data"])
        return told


def _add_control(api: FastAPI, session: Session) -> None:
    @api.post("/dev/script")
    async def script(request: Request) -> Mapping[str, int]:
        try:
            session.script.extend(SCRIPT.validate_json(await request.body()))
        except ValueError as error:
            raise RequestValidationError([{"loc": ("body", "script"), "msg": str(error)}]) from error
        return {"waiting": len(session.script)}

    @api.get("/dev/requests")
    async def requests() -> list[wire.Body]:
        return [request.model_dump(mode="json", exclude_none=True) for request in session.requests]

    @api.put("/dev/embeddings/{model}")
    async def hold(model: str, answers: int) -> Mapping[str, int]:
        session.embeddings_left[model] = answers
        return {"answers": answers}

    @api.get("/dev/embeddings/{model}")
    async def embedded(model: str) -> Mapping[str, int]:
        return {"texts": session.embedded[model], "waiting": session.embeddings_waiting[model]}

    @api.delete("/dev/state")
    async def forget() -> Mapping[str, bool]:
        session.forget()
        return {"forgotten": True}


async def _turn_to_embed(model: str, session: Session) -> None:
    session.embeddings_waiting[model] += 1
    while session.embeddings_left.get(model, 1) < 1:
        await asyncio.sleep(WAIT_S)
    session.embeddings_waiting[model] -= 1
    if model in session.embeddings_left:
        session.embeddings_left[model] -= 1


async def _answered(body: ChatRequest, request: Request, session: Session) -> Response:
    action = act(body, session)
    if isinstance(action, Refusal):
        return JSONResponse(action.body, action.status, dict(action.headers))
    if isinstance(action, Page):
        return Response(action.text, media_type=action.media_type)
    if isinstance(action, Silence):
        return await _silent(action, request)
    await asyncio.sleep(action.first_ms / 1000)
    return _streamed(body, action) if body.stream else await _plain(body, action)


async def _plain(body: ChatRequest, action: Delivery) -> Response:
    completion = wire.completion(body, action.reply)
    # A plain reply is as long in the making as its stream would be.
    await asyncio.sleep(action.token_ms / 1000 * completion["usage"]["completion_tokens"])
    if action.cut:
        told = json.dumps(completion).encode()
        return _CutResponse([told[: len(told) // 2]], "application/json")
    return JSONResponse(completion)


def _streamed(body: ChatRequest, action: Delivery) -> Response:
    events = [f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode() for chunk in wire.chunks(body, action.reply)]
    if action.cut:
        return _CutResponse(events[: (len(events) + 1) // 2], "text/event-stream")
    return _PacedResponse([*events, b"data: [DONE]\n\n"], action.token_ms)


async def _silent(action: Silence, request: Request) -> Response:
    """Wait, but not for someone who has hung up."""
    until = time.monotonic() + action.seconds
    while time.monotonic() < until and not await request.is_disconnected():
        await asyncio.sleep(0.05)
    return JSONResponse(wire.error("The model took too long.", kind="server_error", code="timeout"), 504)


def _no_model(name: str) -> Response:
    told = f"The model `{name}` does not exist or you do not have access to it."
    return JSONResponse(wire.error(told, param="model", code="model_not_found"), 404)


def _lost_tool_message(body: ChatRequest) -> str | None:
    """What is wrong with the order of tool calls and their results, as the real endpoint checks it."""
    waiting: set[str] = set()
    for place, message in enumerate(body.messages):
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                return f"Invalid parameter: messages[{place}] with role 'tool' must be a response to a message with 'tool_calls'."
            waiting.discard(message.tool_call_id)
        elif waiting:
            return f"Tool calls without a result before messages[{place}]: {', '.join(sorted(waiting))}."
        waiting |= {call.id for call in message.tool_calls}
    return f"Tool calls without a result: {', '.join(sorted(waiting))}." if waiting else None


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise OperatorMustFix("dev_model_not_started")
        time.sleep(0.005)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
