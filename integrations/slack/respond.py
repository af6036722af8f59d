"""What one person alone sees: replies to a command or a click, through the address Slack gave for it."""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from copilot.domain.delivery import OutcomeUnknown
from integrations.outbound.slack import MAX_TEXT
from integrations.slack.replies import split
from integrations.slack.web import TIMEOUT_S, Web

MOST_PARTS = 5
"""Uses Slack allows an address."""


class Whisper:
    """Says things to one person."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def tell(self, text: str, *, channel: str, user: str, response_url: str = "") -> None:
        """Say it, in parts where it is long. Raises NotDelivered, OutcomeUnknown."""
        for part in split(text)[:MOST_PARTS]:
            message: dict[str, Any] = {"text": part[:MAX_TEXT], "blocks": [{"type": "markdown", "text": part}]}
            if not (response_url and await self._by_address(response_url, message)):
                await self._web.call("chat_postEphemeral", channel=channel, user=user, **message)

    async def _by_address(self, response_url: str, message: dict[str, Any]) -> bool:
        """False when the address is used up or has expired."""
        client = AsyncWebhookClient(response_url, timeout=TIMEOUT_S)
        try:
            told = await client.send_dict({"response_type": "ephemeral", "replace_original": False, **message})
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as err:
            raise OutcomeUnknown(type(err).__name__) from err
        return told.status_code == 200
