"""Plays Slack towards the app: signed events, slash commands and clicks over HTTP, with redeliveries as Slack makes them."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
from slack_sdk.signature import SignatureVerifier

from integrations.dev.slack.workspace import APP, BOT_USER, TEAM, Workspace


@dataclass
class Sender:
    """Sends to one app's request URL (`http://127.0.0.1:PORT/slack/events`)."""

    workspace: Workspace
    url: str
    timeout_s: float = 10.0
    base: str = "http://127.0.0.1"
    """Where the fake's own server listens, for response_url addresses."""
    _tickets: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def mention(self, text: str, *, channel: str = "C0TEAM", user: str = "U0ANA", thread_ts: str | None = None) -> dict[str, Any]:
        """A message that mentions the app, stored in the channel; the event's payload."""
        return self._said("app_mention", f"<@{BOT_USER}> {text}", channel, user, thread_ts)

    def message(self, text: str, *, channel: str = "D0ANA", user: str = "U0ANA", thread_ts: str | None = None) -> dict[str, Any]:
        """A message without a mention (a direct message, a reply in a thread); the event's payload."""
        return self._said("message", text, channel, user, thread_ts)

    def deliver(self, payload: dict[str, Any], *, times: int = 1, reason: str = "http_timeout") -> list[httpx2.Response]:
        """Deliver an event, `times` times in all; the later ones carry Slack's retry headers."""
        found = []
        for number in range(times):
            retry = {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason} if number else {}
            found.append(self.post(json.dumps(payload), content_type="application/json", headers=retry))
        return found

    def command(self, text: str, *, command: str = "/rumbo", channel: str = "C0TEAM", user: str = "U0ANA") -> httpx2.Response:
        """A slash command."""
        form = {
            "command": command,
            "text": text,
            "channel_id": channel,
            "user_id": user,
            "team_id": TEAM,
            "api_app_id": APP,
            "trigger_id": uuid.uuid4().hex,
            "response_url": f"{self.base}/response/{next(self._tickets)}",
        }
        return self.post(urlencode(form), content_type="application/x-www-form-urlencoded")

    def click(self, message: dict[str, Any], action_id: str, *, channel: str, user: str = "U0ANA") -> httpx2.Response:
        """A click on a button of a message."""
        elements = [
            e for block in message.get("blocks", []) for e in block.get("elements", []) if e.get("action_id") == action_id
        ]
        if not elements:
            raise LookupError(f"the message has no button {action_id!r}")
        button, block = elements[0], next(b for b in message["blocks"] if elements[0] in b.get("elements", []))
        action = {
            "type": "button",
            "action_id": action_id,
            "block_id": block.get("block_id", ""),
            "value": button.get("value"),
            "action_ts": f"{time.time():.6f}",
        }
        return self.interact(
            {
                "type": "block_actions",
                "actions": [action],
                "channel": {"id": channel},
                "message": message,
                "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
            },
            user=user,
        )

    def submit(self, view: dict[str, Any], values: dict[str, Any], *, user: str = "U0ANA") -> httpx2.Response:
        """A modal's submission; `values` as in `view.state.values`."""
        return self.interact({"type": "view_submission", "view": {**view, "state": {"values": values}}}, user=user)

    def interact(self, payload: dict[str, Any], *, user: str) -> httpx2.Response:
        """An interactive payload."""
        full = {
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP,
            "trigger_id": uuid.uuid4().hex,
            "response_url": f"{self.base}/response/{next(self._tickets)}",
            **payload,
        }
        return self.post(urlencode({"payload": json.dumps(full)}), content_type="application/x-www-form-urlencoded")

    def post(
        self, body: str, *, content_type: str, headers: dict[str, str] | None = None, age_s: float = 0, secret: str | None = None
    ) -> httpx2.Response:
        """A signed request; `age_s` and `secret` make it too old or wrongly signed."""
        timestamp = str(int(time.time() - age_s))
        signature = SignatureVerifier(secret or self.workspace.signing_secret).generate_signature(timestamp=timestamp, body=body)
        signed = {"content-type": content_type, "x-slack-request-timestamp": timestamp, "x-slack-signature": signature or ""}
        return httpx2.post(self.url, content=body.encode(), headers={**signed, **(headers or {})}, timeout=self.timeout_s)

    def _said(self, kind: str, text: str, channel: str, user: str, thread_ts: str | None) -> dict[str, Any]:
        place = self.workspace.channels[channel]
        said = {"user": user, "text": text, **({"thread_ts": thread_ts} if thread_ts else {})}
        stored = self.workspace.post(place, said)
        event = {
            "type": kind,
            **said,
            "ts": stored["ts"],
            "event_ts": stored["ts"],
            "channel": channel,
            "team": TEAM,
            "channel_type": "im" if place.is_im else "channel",
        }
        return event_payload(event)


def event_payload(event: dict[str, Any]) -> dict[str, Any]:
    """An Events API envelope around an event, with a fresh event id."""
    return {
        "token": "unused",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
    }
