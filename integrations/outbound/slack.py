"""Posts messages to Slack channels, with their key in the message's metadata; reads a channel's history for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.domain.ports import Clock
from copilot.domain.work import OutboxMessage
from integrations.outbound.slack_blocks import message_blocks

EVENT_TYPE = "rumbo_message"
HISTORY_DAYS = 14
PAGE = 200
MAX_TEXT = 4_000
"""Of the fallback text beside the blocks; Slack advises no more."""
PASSING = ("ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "message_limit_exceeded")
"""Refusals that time alone can lift; every other one needs a person."""
UNCERTAIN = ("internal_error", "fatal_error", "request_timeout")
"""Slack documents these as errors after which the call may have had its effect."""


class SlackPublisher:
    """Publisher for `slack:CHANNEL`. Never retries: after a lost connection the SDK's own handler would post twice."""

    def __init__(self, *, token: str, clock: Clock, base_url: str = WebClient.BASE_URL, timeout_s: int = 15) -> None:
        self._client = WebClient(token=token, base_url=base_url, timeout=timeout_s, retry_handlers=[])
        self._clock = clock

    def publish(self, message: OutboxMessage) -> str:
        """Post the message; its timestamp."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
        blocks = message_blocks(message)
        told = self._call(
            "chat_postMessage", channel=_channel(message), text=message.text[:MAX_TEXT], blocks=blocks, metadata=metadata
        )
        return f"{told['channel']}/{told['ts']}"

    def find(self, message: OutboxMessage) -> str | None:
        """`CHANNEL/TIMESTAMP` of the message with this key, in the last two weeks."""
        oldest = self._since(self._clock.now())
        cursor, channel = "", _channel(message)
        while True:
            try:
                page = self._call(
                    "conversations_history", channel=channel, include_all_metadata=True, limit=PAGE, cursor=cursor, oldest=oldest
                )
            except OutcomeUnknown as err:  # a question without an answer changed nothing
                raise NotDelivered("history_unavailable") from err
            for said in page.get("messages", []):
                if (said.get("metadata") or {}).get("event_payload", {}).get("key") == message.key:
                    return f"{channel}/{said['ts']}"
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    def _since(self, now: datetime) -> str:
        return f"{(now - timedelta(days=HISTORY_DAYS)).timestamp():.6f}"

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        given = {key: value for key, value in arguments.items() if value not in (None, "")}
        try:
            told = getattr(self._client, method)(**given)
        except SlackApiError as err:
            raise failure_of(err) from err
        except (SlackClientError, HTTPException, OSError) as err:
            # Also a refused connection: whether bytes had left is not told apart, and looking first costs little.
            raise OutcomeUnknown(type(err).__name__) from err
        return dict(told.data)


def _channel(message: OutboxMessage) -> str:
    return message.destination.removeprefix("slack:")


def failure_of(err: SlackApiError) -> NotDelivered | OutcomeUnknown:
    """What is known of a refused call: surely not done, for now or for good, or perhaps done."""
    status = getattr(err.response, "status_code", 200)
    data = err.response.data if isinstance(err.response.data, dict) else {}
    code = str(data.get("error") or f"http_{status}")
    if status == 429 or code in PASSING:
        headers = {key.lower(): value for key, value in (err.response.headers or {}).items()}
        return NotDelivered(code, retry_after_s=float(headers.get("retry-after", 30)))
    if status >= 500 or code in UNCERTAIN:
        return OutcomeUnknown(code)
    return NotDelivered(code, final=True)
