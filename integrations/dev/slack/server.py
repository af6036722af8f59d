"""The fake Slack as a server on loopback: `/api/METHOD`, Socket Mode, and `/dev/...` to look inside and plan faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Any

from aiohttp import WSMsgType, web

from integrations.dev.slack.methods import call
from integrations.dev.slack.sender import Sender
from integrations.dev.slack.workspace import APP, Fault, Workspace

WORKSPACE = web.AppKey("workspace", Workspace)
SOCKETS = web.AppKey("sockets", list[web.WebSocketResponse])
ACKS = web.AppKey("acks", list[dict[str, Any]])


def create_app(workspace: Workspace) -> web.Application:
    """The server of one workspace."""
    app = web.Application(client_max_size=8 * 2**20)
    app[WORKSPACE], app[SOCKETS], app[ACKS] = workspace, [], []
    app.router.add_post("/api/{method}", _web_api)
    app.router.add_get("/api/{method}", _web_api)
    app.router.add_get("/socket", _socket)
    app.router.add_post("/response/{ticket}", _response_url)
    app.router.add_get("/dev/state", _state)
    app.router.add_post("/dev/faults", _plan_fault)
    app.router.add_post("/dev/socket", _send_by_socket)
    app.router.add_post("/dev/say", _say)
    return app


@contextlib.contextmanager
def running(workspace: Workspace | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[tuple[Workspace, str]]:
    """The fake in a thread of its own; yields the workspace and the Web API's base URL (`http://127.0.0.1:PORT/api/`)."""
    space = workspace or Workspace()
    loop, ready, bound = asyncio.new_event_loop(), threading.Event(), []

    async def start() -> None:
        runner = web.AppRunner(create_app(space), shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound.extend([runner, runner.addresses[0][1]])
        ready.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=work, name="fake-slack", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield space, f"http://{host}:{bound[1]}/api/"
    finally:
        asyncio.run_coroutine_threadsafe(bound[0].cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def serve(*, host: str = "127.0.0.1", port: int = 8126, workspace: Workspace | None = None) -> None:
    """Serve until interrupted; what `rumbo dev slack` runs."""
    web.run_app(create_app(workspace or Workspace()), host=host, port=port, print=lambda _text: None)


async def _web_api(request: web.Request) -> web.StreamResponse:
    space, method = request.app[WORKSPACE], request.match_info["method"]
    args = await _arguments(request)
    fault = space.fault_for(method)
    if fault is not None and fault.kind in BEFORE:
        return await BEFORE[fault.kind](request, fault)
    wanted = space.app_token if method == "apps.connections.open" else space.token
    if _token(request, args) != wanted:
        return web.json_response({"ok": False, "error": "invalid_auth"})
    space.calls.append({"method": method, "args": args, "at": time.time()})
    if method == "apps.connections.open":
        return web.json_response({"ok": True, "url": f"ws://{request.host}/socket"})
    reply = call(space, method, args)
    if fault is not None:
        await asyncio.sleep(fault.seconds if fault.kind in ("accept_then_hang", "slow") else 0)
        if fault.kind.startswith("accept_then"):
            return _cut(request)
    return web.json_response(reply)


async def _rate_limited(_request: web.Request, fault: Fault) -> web.Response:
    headers = {"Retry-After": str(max(1, round(fault.seconds)))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def _error(_request: web.Request, fault: Fault) -> web.Response:
    return web.json_response({"ok": False, "error": fault.error})


async def _server_error(_request: web.Request, _fault: Fault) -> web.Response:
    return web.Response(status=500, text="internal error")


async def _disconnect(request: web.Request, _fault: Fault) -> web.Response:
    return _cut(request)


BEFORE: dict[str, Callable[[web.Request, Fault], Awaitable[web.Response]]] = {
    "ratelimited": _rate_limited,
    "error": _error,
    "server_error": _server_error,
    "disconnect": _disconnect,
}


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _token(request: web.Request, args: dict[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") or str(args.get("token", ""))


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    return {key: _decoded(key, value) for key, value in form.items()}


def _decoded(key: str, value: str) -> Any:
    if key not in ("blocks", "metadata", "attachments", "view", "chunks", "prompts"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    request.app[SOCKETS].append(socket)
    await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                request.app[ACKS].append({**json.loads(frame.data), "at": time.time()})
    finally:
        request.app[SOCKETS].remove(socket)
    return socket


async def _send_by_socket(request: web.Request) -> web.Response:
    envelope = await request.json()
    sockets = request.app[SOCKETS]
    if not sockets:
        return web.json_response({"ok": False, "error": "no_socket"}, status=409)
    await sockets[-1].send_json(envelope)
    return web.json_response({"ok": True})


async def _say(request: web.Request) -> web.Response:
    """A person says `text` (in a channel: to the app); sent over the socket. `channel`, `user` and `thread_ts` may be given."""
    told, space = await request.json(), request.app[WORKSPACE]
    channel, sockets = space.channel(str(told.get("channel", "D0ANA"))), request.app[SOCKETS]
    if channel is None or not sockets:
        return web.json_response({"ok": False, "error": "no_socket" if channel else "channel_not_found"}, status=409)
    sender = Sender(space, "")
    speak = sender.message if channel.is_im else sender.mention
    payload = speak(
        str(told.get("text", "")), channel=channel.id, user=told.get("user", "U0ANA"), thread_ts=told.get("thread_ts")
    )
    await sockets[-1].send_json({"type": "events_api", "envelope_id": payload["event_id"], "payload": payload})
    return web.json_response({"ok": True, "channel": channel.id, "ts": payload["event"]["ts"]})


async def _response_url(request: web.Request) -> web.Response:
    request.app[WORKSPACE].responses.append({"ticket": request.match_info["ticket"], **(await request.json())})
    return web.json_response({"ok": True})


async def _state(request: web.Request) -> web.Response:
    space = request.app[WORKSPACE]
    told = {
        "channels": [asdict(c) for c in space.channels.values()],
        "calls": space.calls,
        "views": space.views,
        "responses": space.responses,
        "reactions": space.reactions,
        "acks": request.app[ACKS],
        "sockets": len(request.app[SOCKETS]),
    }
    return web.json_response(told)


async def _plan_fault(request: web.Request) -> web.Response:
    try:
        fault = Fault(**(await request.json()))
    except (TypeError, ValueError) as err:
        return web.json_response({"ok": False, "error": str(err)}, status=400)
    request.app[WORKSPACE].faults.append(fault)
    return web.json_response({"ok": True})
