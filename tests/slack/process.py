"""A process of the Slack door, to be killed: takes requests over HTTP and works events, until it dies."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from typing import Any

from fastapi import FastAPI

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.office import Office
from integrations.server.serving import running
from integrations.slack.running import SlackDoor
from integrations.slack.web import web_client

PRELOADED = ["tests.slack.process", "copilot.agent.service", "tools.registry.tools", "copilot.llm.offline.model"]
"""What a new process need not load again."""
LEASE_S = 5.0
TIMEOUT_S = 2
"""Of a call to Slack: a busy machine answers within it, so that only what is meant to hang does."""


def serve(told: Connection, given: dict[str, Any]) -> None:
    """Serve on a free port, and tell its address."""
    known = settings.load(**given)
    office = Office(Workspace(known))
    door = SlackDoor(office, client=web_client(known, timeout_s=TIMEOUT_S), lease_s=LEASE_S)
    app = FastAPI(lifespan=lambda _app: door.working())
    app.include_router(door.router())
    with running(app) as address:
        told.send(address)
        threading.Event().wait()
