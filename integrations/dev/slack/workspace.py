"""The fake workspace's memory: channels, people, messages, streams, faults. Knows nothing of HTTP."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

BOT_USER = "U0BOT"
BOT_ID = "B0BOT"
TEAM = "T0DEV"
APP = "A0DEV"


@dataclass
class Channel:
    """A conversation: public channel, direct message."""

    id: str
    name: str
    is_im: bool = False
    is_archived: bool = False
    has_bot: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Oldest first, replies among them (with `thread_ts`)."""


@dataclass
class Fault:
    """What to do wrong the next `times` times a method is called.

    kinds: `ratelimited` (429, Retry-After `seconds`), `error` (ok false, `error`), `server_error` (500), `disconnect`
    (connection cut before the call has an effect), `accept_then_hang` (the call has its effect, no answer for `seconds`),
    `accept_then_disconnect` (the call has its effect, then the connection is cut), `slow` (answers after `seconds`).
    """

    method: str
    kind: str
    times: int = 1
    error: str = "internal_error"
    seconds: float = 1.0


class Workspace:
    """One fake workspace."""

    def __init__(self, *, token: str = "xoxb-dev", app_token: str = "xapp-dev", signing_secret: str = "dev-secret") -> None:
        self.token = token
        self.app_token = app_token
        self.signing_secret = signing_secret
        self.channels = {
            c.id: c for c in (Channel("C0TEAM", "equipo"), Channel("C0PLAN", "plan"), Channel("D0ANA", "ana", is_im=True))
        }
        self.users = {"U0ANA": "Ana", "U0LUIS": "Luis", BOT_USER: "rumbo"}
        self.streaming: set[tuple[str, str]] = set()
        self.views: list[dict[str, Any]] = []
        self.reactions: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        """What the app sent to response_url addresses."""
        self.calls: list[dict[str, Any]] = []
        """Every Web API call, in order: `{method, args, at}`."""
        self.faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def channel(self, name: str) -> Channel | None:
        """By id or `#name`; a person's id opens their direct message, as in Slack."""
        if name in self.users:
            return next((c for c in self.channels.values() if c.is_im), None)
        bare = name.removeprefix("#")
        return self.channels.get(name) or next((c for c in self.channels.values() if c.name == bare and not c.is_im), None)

    def next_ts(self) -> str:
        """A new message's timestamp: unique, growing."""
        return f"{int(time.time())}.{next(self._numbers):06d}"

    def post(self, channel: Channel, message: dict[str, Any]) -> dict[str, Any]:
        """Store a message of the app, or of a person when it names a `user`."""
        stored = {"type": "message", "ts": self.next_ts(), **message}
        if "user" not in stored:
            stored.update(user=BOT_USER, bot_id=BOT_ID, app_id=APP)
        channel.messages.append(stored)
        return stored

    def find(self, channel: Channel, ts: str) -> dict[str, Any] | None:
        """A message by timestamp."""
        return next((m for m in channel.messages if m["ts"] == ts), None)

    def fault_for(self, method: str) -> Fault | None:
        """The next fault planned for a method (or for `*`); counts it."""
        for fault in self.faults:
            if fault.method in (method, "*") and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def answers(self, channel: str | None = None) -> list[dict[str, Any]]:
        """Messages of the app, oldest first."""
        chosen = [self.channels[channel]] if channel else list(self.channels.values())
        return [m for c in chosen for m in c.messages if m.get("bot_id") == BOT_ID]
