"""The Slack door in motion: inside `rumbo serve` over HTTP, or by itself over Socket Mode. Both work what they receive."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from copilot.domain.errors import OperatorMustFix, RumboError
from copilot.office import Office
from copilot.settings import Settings, variable
from integrations.slack.app import Reception
from integrations.slack.decisions import Decisions
from integrations.slack.manifest import PATH
from integrations.slack.people import People
from integrations.slack.web import Web, web_client
from integrations.slack.worker import LEASE_S, SlackWorker
from integrations.worker import Worker, beside

log = logging.getLogger(__name__)


class SlackDoor:
    """Reception and worker of one workspace, on one client."""

    def __init__(self, office: Office, *, client: AsyncWebClient | None = None, lease_s: float = LEASE_S) -> None:
        self._office = office
        self._web = Web(client or web_client(office.workspace.settings))
        people = People(office, self._web)
        decisions = Decisions(office, self._web, people)
        self.worker = SlackWorker(office, self._web, people=people, decisions=decisions, lease_s=lease_s)
        self._reception = Reception(office, self._web, people=people, decisions=decisions, wake=self.worker.wake)
        self.app = self._reception.app()

    def router(self) -> APIRouter:
        """The request URL: events, commands and interactions."""
        handler = AsyncSlackRequestHandler(self.app)
        router = APIRouter()

        @router.post(PATH, include_in_schema=False)
        async def slack(request: Request) -> Response:
            if not is_readable(await request.body(), request.headers.get("content-type", "")):
                return Response(status_code=400)
            return await handler.handle(request)

        return router

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work for as long as a server lives."""
        task = asyncio.create_task(self._work())
        try:
            yield
        finally:
            self.worker.stop()
            with suppress(asyncio.CancelledError):
                await task
            self._reception.close()

    async def _work(self) -> None:
        try:
            # Loading the agent takes a while; receipts are taken meanwhile, and the first person waits less.
            await asyncio.to_thread(lambda: self._office.workspace.copilot)
        except RumboError as failure:  # each question will be told
            log.warning("slack_agent_unready", extra={"code": failure.code})
        await self.worker.run()


def is_readable(content: bytes, media_type: str) -> bool:
    """Whether a body is what bolt reads without breaking: an object, as JSON or in a form's `payload`."""
    try:
        text = content.decode()
        if not text.startswith("{") and not media_type.startswith("application/json"):
            text = dict(parse_qsl(text)).get("payload", "")
        return isinstance(json.loads(text or "{}"), dict)
    except (ValueError, RecursionError):
        return False


def takes_http(settings: Settings) -> bool:
    """Whether `rumbo serve` can take Slack's requests."""
    return settings.slack_bot_token is not None and settings.slack_signing_secret is not None


def run_socket_mode(office: Office) -> None:
    """Answer over a socket until interrupted or told to end. Raises OperatorMustFix(`slack_setting_missing`)."""

    async def until_stopped() -> None:
        stop = asyncio.Event()
        with suppress(NotImplementedError):  # Windows: Ctrl-C only
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await over_socket(office, stop=stop)

    with suppress(KeyboardInterrupt):
        asyncio.run(until_stopped())


async def over_socket(office: Office, *, stop: asyncio.Event, door: SlackDoor | None = None) -> None:
    """Take events over a socket and work them, and deliver what is approved, until stopped."""
    known = office.workspace.settings
    token = _secret(known, "slack_app_token")
    _secret(known, "slack_bot_token")
    opened = door or SlackDoor(office)
    handler = AsyncSocketModeHandler(opened.app, token)
    async with opened.working(), beside(Worker(office)):
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt is untyped here
            await stop.wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt is untyped here


def _secret(settings: Settings, field: str) -> str:
    value: SecretStr | None = getattr(settings, field)
    if value is None:
        raise OperatorMustFix("slack_setting_missing", setting=variable(field))
    return value.get_secret_value()
