"""What Slack calls: every request is stored before anything else happens, and acknowledged at once.

The work is the worker's. Signatures and ages are bolt's to check; a request it lets through is only looked at for what it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from copilot.office import Office
from integrations.slack.decisions import Decisions
from integrations.slack.events import COMMAND, Body, EditClick, edit_click, received, team_of
from integrations.slack.people import People
from integrations.slack.web import Web
from integrations.slack.wording import say

log = logging.getLogger(__name__)

RECEIPT_THREADS = 2
"""Threads that store receipts: their own, so that work in progress never makes an acknowledgement wait."""


class Reception:
    """Takes in what Slack sends, over HTTP or a socket."""

    def __init__(self, office: Office, web: Web, *, people: People, decisions: Decisions, wake: Callable[[], None]) -> None:
        """`wake` tells a worker in this process that there is something to do."""
        self._office = office
        self._web = web
        self._people = people
        self._decisions = decisions
        self._wake = wake
        self._threads = ThreadPoolExecutor(RECEIPT_THREADS, thread_name_prefix="slack-receipts")
        self._forms: set[asyncio.Task[None]] = set()

    def app(self) -> AsyncApp:
        """The bolt application."""
        known = self._office.workspace.settings
        secret = known.slack_signing_secret

        async def receive(body: Body, next_: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
            # Bolt's own authorisation answers 200 when it fails, and what comes then is lost: ours runs before it.
            if body.get("type") in (None, "url_verification") and "command" not in body:
                await next_()
                return None
            return await self.take(body)

        return AsyncApp(
            signing_secret=secret.get_secret_value() if secret is not None else "",
            client=self._web.client,
            before_authorize=receive,
        )

    async def take(self, body: Body) -> BoltResponse:
        """Store a request; what Slack is told. An exception becomes a 500, after which Slack delivers again."""
        me = await self._web.me()
        if team_of(body) != me.team:
            log.warning("slack_unknown_team")
            return BoltResponse(status=403, body="")
        try:
            click = edit_click(body, me)
            event = received(body, me, self._office.clock.now())
        except (KeyError, TypeError, ValueError, AttributeError):  # no shape of Slack's we know
            log.exception("slack_unreadable")
            return BoltResponse(status=400, body="")
        if click is not None:
            self._open_form(click)
        if event is None:
            return BoltResponse(status=200, body="")
        stored = await asyncio.get_running_loop().run_in_executor(self._threads, self._office.inbox.receive, event)
        log.info("slack_received", extra={"kind": event.kind, "known": not stored})
        if stored:
            self._wake()
        if event.kind != COMMAND:
            return BoltResponse(status=200, body="")
        told = say("working", self._people.of_text(event.payload["text"]))
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": told})

    def close(self) -> None:
        """No more receipts."""
        self._threads.shutdown()

    def _open_form(self, click: EditClick) -> None:
        task = asyncio.create_task(self._decisions.open_form(click))
        self._forms.add(task)
        task.add_done_callback(self._forms.discard)
