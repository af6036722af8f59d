"""The Slack door in motion: inside `rumbo serve` over HTTP, or by itself over Socket Mode. Both work what they receive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, Request
from fastapi.responses import Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from copilot.domain.errors import OperatorMustFix
from copilot.office import Office
from copilot.settings import Settings, variable
from integrations.slack.app import Reception
from integrations.slack.decisions import Decisions
from integrations.slack.people import People
from integrations.slack.web import Web, web_client
from integrations.slack.worker import LEASE_S, SlackWorker
from integrations.worker import Worker, beside

log = logging.getLogger(__name__)

PATH = "/slack/events"


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
            return await handler.handle(request)

        return router

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work for as long as a server lives."""
        # Loading the agent takes a second or two, which the first person should not wait for.
        await asyncio.to_thread(lambda: self._office.workspace.copilot)
        task = asyncio.create_task(self.worker.run())
        try:
            yield
        finally:
            self.worker.stop()
            with suppress(asyncio.CancelledError):
                await task
            self._reception.close()


def takes_http(settings: Settings) -> bool:
    """Whether `rumbo serve` can take Slack's requests."""
    return settings.slack_bot_token is not None and settings.slack_signing_secret is not None


async def run_socket_mode(office: Office, *, door: SlackDoor | None = None, stop: asyncio.Event | None = None) -> None:
    """Take events over a socket and work them, and deliver what is approved, until stopped.

    Raises:
        OperatorMustFix: `slack_setting_missing`.
    """
    known = office.workspace.settings
    for field in ("slack_bot_token", "slack_app_token"):
        if getattr(known, field) is None:
            raise OperatorMustFix("slack_setting_missing", setting=variable(field))
    opened = door or SlackDoor(office)
    token = known.slack_app_token.get_secret_value() if known.slack_app_token is not None else ""
    handler = AsyncSocketModeHandler(opened.app, token)
    async with opened.working(), beside(Worker(office)):
        await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt is untyped here
        try:
            await (stop or asyncio.Event()).wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt is untyped here
