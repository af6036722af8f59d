"""Calls of Slack's Web API with what is known of their outcome, and who we are there."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.settings import Settings
from integrations.outbound.slack import failure_of
from integrations.slack.events import Identity

TIMEOUT_S = 15
PAGE = 200
WAITS = 2
"""Rate limits waited for inside one call."""


class Web:
    """Slack's Web API as the bot."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._me: Identity | None = None
        self._asking = asyncio.Lock()

    async def me(self) -> Identity:
        """Our workspace and user. Raises NotDelivered or OutcomeUnknown when Slack does not tell."""
        async with self._asking:
            if self._me is None:
                told = await self.call("auth_test")
                self._me = Identity(team=told["team_id"], user=told["user_id"])
            return self._me

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One call, by the client's own name of it.

        Raises:
            NotDelivered: refused, for now or for good.
            OutcomeUnknown: it may have had its effect.
        """
        given = {key: value for key, value in arguments.items() if value not in (None, "")}
        try:
            told = await getattr(self.client, method)(**given)
        except SlackApiError as err:
            raise failure_of(err) from err
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as err:
            raise OutcomeUnknown(type(err).__name__) from err
        return dict(told.data)

    async def look(self, method: str, **arguments: Any) -> dict[str, Any]:
        """A call that changes nothing: without an answer it simply did not happen. Raises NotDelivered."""
        try:
            return await self.call(method, **arguments)
        except OutcomeUnknown as err:
            raise NotDelivered(f"{method}_unanswered") from err

    async def thread(self, channel: str, root: str) -> list[dict[str, Any]]:
        """All messages of a thread with their metadata, oldest first; none when it is gone. Raises NotDelivered."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            try:
                page = await self.look(
                    "conversations_replies", channel=channel, ts=root, include_all_metadata=True, limit=PAGE, cursor=cursor
                )
            except NotDelivered as refusal:
                if refusal.reason == "thread_not_found":
                    return found
                raise
            found += page.get("messages", [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found


def web_client(settings: Settings, *, timeout_s: int = TIMEOUT_S) -> AsyncWebClient:
    """The official client. It waits out rate limits and retries nothing else: after a lost connection it would post twice."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token is not None else None
    handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=WAITS)]
    return AsyncWebClient(token=token, base_url=settings.slack_api_url, timeout=timeout_s, retry_handlers=list(handlers))
