"""`rumbo serve`: the HTTP doors and, where asked for, a worker, on one address. Decides who needs a key."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import uvicorn
from fastapi import APIRouter, FastAPI

from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix
from copilot.office import Office
from integrations.api.app import Around, create_app
from integrations.openai_compat import routes as openai_routes
from integrations.slack.running import SlackDoor, takes_http
from integrations.worker import Worker, beside

GRACE_S = 20
"""Seconds running requests get to end after a stop."""
START_S = 60


def build(office: Office, *, host: str, local: Principal, always_key: bool = False, worker: bool = True) -> FastAPI:
    """The application for an address.

    Args:
        office: the workspace's parts.
        host: address it will listen on. Anything but loopback needs keys.
        local: who a request without a key is, on loopback.
        always_key: ask for keys on loopback too.
        worker: draft and deliver in this process.

    Raises:
        OperatorMustFix: `no_keys`, the address needs keys and there is no valid one.
    """
    needs_key = always_key or not is_loopback(host)
    if needs_key and not any(key.valid(office.clock.now()) for key in office.access.keys()):
        raise OperatorMustFix("no_keys", host=host)
    around: list[Around] = []
    routers: list[APIRouter] = [openai_routes.router]
    if takes_http(office.workspace.settings):
        door = SlackDoor(office)
        routers.append(door.router())
        around.append(door.working)
    if worker:
        around.append(lambda: beside(Worker(office)))
    return create_app(office, needs_key=needs_key, local=local, more=routers, around=around)


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Listen until interrupted; running requests may end. Raises OperatorMustFix(`address_in_use`)."""
    server = uvicorn.Server(_config(app, host, port))
    try:
        server.run()
    except SystemExit as error:  # how uvicorn tells that it could not start
        raise OperatorMustFix("address_in_use", host=host, port=port) from error
    if not server.started:
        raise OperatorMustFix("address_in_use", host=host, port=port)


@contextmanager
def running(app: FastAPI, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The application in a thread of its own; yields its base address."""
    server = uvicorn.Server(_config(app, host, port))
    thread = Thread(target=server.run, name="http", daemon=True)
    thread.start()
    until = monotonic() + START_S
    while not server.started:
        if not thread.is_alive() or monotonic() > until:
            raise OperatorMustFix("address_in_use", host=host, port=port)
        sleep(0.01)
    try:
        yield f"http://{host}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(GRACE_S)


def is_loopback(host: str) -> bool:
    """Whether an address is only reachable from this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _config(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    # Our own middleware logs requests, with their ids.
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
    )
