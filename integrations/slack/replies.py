"""One reply to one event, in its thread, once, whatever dies in between.

Every finished message carries the event's key in its metadata; only a stream has none until it is stopped. A second attempt
reads the thread first: our key means done, an unfinished stream of a dead attempt is taken over and completed.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.domain.errors import UserCanFix
from copilot.domain.ports import Clock
from copilot.domain.state_ports import Idempotency
from integrations.outbound.slack import EVENT_TYPE, MAX_TEXT, PASSING
from integrations.outbound.slack_blocks import MAX_MARKDOWN
from integrations.slack.events import Said
from integrations.slack.web import Web

BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")
GONE = "message_not_found"


@dataclass(frozen=True)
class Parts:
    """Messages of one reply that are in the thread."""

    stamps: dict[int, str]
    """Number of the part, from 1, to its timestamp."""
    of: int
    """How many the reply has."""

    @property
    def complete(self) -> bool:
        """Nothing is missing."""
        return 0 < self.of == len(self.stamps)


class Replies:
    """Says things in threads."""

    def __init__(self, web: Web, claims: Idempotency, clock: Clock, *, lease_s: float) -> None:
        """`lease_s`: of the events; a stream older than half of it, and unfinished, is nobody's any more.

        An attempt that died was last seen at least two thirds of a lease before the next one begins, and a living one
        finishes its stream in less than half of it.
        """
        self._web = web
        self._claims = claims
        self._clock = clock
        self._dead_after_s = lease_s / 2
        self._stop_within_s = lease_s / 6

    async def whole(self, said: Said, key: str) -> str | None:
        """`CHANNEL/TIMESTAMP` of this event's reply, when all of it is in the thread."""
        there = _parts(await self._web.thread(said.channel, said.root), key)
        return f"{said.channel}/{there.stamps[min(there.stamps)]}" if there.complete else None

    async def say(self, said: Said, key: str, text: str, *, again: bool) -> str:
        """Reply, in as many messages as the text needs; `CHANNEL/TIMESTAMP` of the first.

        Args:
            said: what is replied to.
            key: of the event.
            text: markdown.
            again: an earlier attempt may have said it, or parts of it.

        Raises:
            NotDelivered: refused. OutcomeUnknown: look before saying it again.
        """
        pieces = split(text)
        thread = await self._web.thread(said.channel, said.root) if again else []
        there = _parts(thread, key)
        stamps = []
        for number, piece in enumerate(pieces, start=1):
            message = self._message(said, piece, {"key": key, "part": number, "parts": len(pieces)})
            if number in there.stamps:
                # What is written now may differ from what the earlier attempt wrote: one reply has one text.
                if not there.complete:
                    await self._update(there.stamps[number], message)
                stamps.append(there.stamps[number])
                continue
            left = await self._left_behind(said, thread, key)
            stamps.append(await (self._complete(left, message) if left else self._deliver(said, piece, message)))
        return f"{said.channel}/{stamps[0]}"

    def _message(self, said: Said, piece: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "channel": said.channel,
            "text": piece[:MAX_TEXT],
            "blocks": [{"type": "markdown", "text": piece}],
            "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
            "thread_ts": said.root,
        }

    async def _deliver(self, said: Said, piece: str, message: dict[str, Any]) -> str:
        """Streamed where Slack lets us, else posted."""
        try:
            recipient = {} if said.is_direct else {"recipient_user_id": said.user, "recipient_team_id": said.team}
            head, rest = _halves(piece)
            started = await self._web.call(
                "chat_startStream", channel=said.channel, thread_ts=said.root, markdown_text=head, **recipient
            )
        except NotDelivered as refusal:
            if refusal.reason in PASSING:
                raise
            return await self._post(message)
        ts = str(started["ts"])
        try:
            async with asyncio.timeout(self._stop_within_s):
                await self._web.call(
                    "chat_stopStream", channel=said.channel, ts=ts, markdown_text=rest, metadata=message["metadata"]
                )
        except TimeoutError as err:
            raise OutcomeUnknown("stream_slow") from err
        except NotDelivered as refusal:
            if refusal.reason in PASSING:
                raise OutcomeUnknown(refusal.reason) from refusal  # there is a beginning already: take it over, later
            return await self._complete(ts, message)
        return ts

    async def _post(self, message: dict[str, Any]) -> str:
        try:
            told = await self._web.call("chat_postMessage", **message)
        except NotDelivered as refusal:
            if refusal.reason not in BLOCKS_REFUSED:
                raise
            told = await self._web.call("chat_postMessage", **_bare(message))
        return str(told["ts"])

    async def _complete(self, ts: str, message: dict[str, Any]) -> str:
        """Give a stream its end, its whole text and its key."""
        try:
            await self._web.call("chat_stopStream", channel=message["channel"], ts=ts)
        except NotDelivered as refusal:
            if refusal.reason in PASSING:
                raise
        return await self._update(ts, message)

    async def _update(self, ts: str, message: dict[str, Any]) -> str:
        changed = {key: value for key, value in message.items() if key != "thread_ts"}
        try:
            await self._web.call("chat_update", ts=ts, **changed)
        except NotDelivered as refusal:
            if refusal.reason == GONE:
                return await self._post(message)
            if refusal.reason not in BLOCKS_REFUSED:
                raise
            await self._web.call("chat_update", ts=ts, **_bare(changed))
        return ts

    async def _left_behind(self, said: Said, thread: list[dict[str, Any]], key: str) -> str | None:
        """An unfinished stream after the event, old enough to be nobody's, claimed for this event."""
        me = await self._web.me()
        now = self._clock.now()
        for one in thread:
            mine = one.get("user") == me.user and not one.get("metadata") and float(one["ts"]) > float(said.ts)
            if not mine or now.timestamp() - float(one["ts"]) < self._dead_after_s:
                continue
            try:
                await asyncio.to_thread(
                    self._claims.remember_request, f"slack-stream:{said.channel}:{one['ts']}", digest=key, now=now
                )
            except UserCanFix:  # another event's
                continue
            thread.remove(one)
            return str(one["ts"])
        return None


def split(text: str, longest: int = MAX_MARKDOWN) -> list[str]:
    """Pieces that fit a message, cut between paragraphs, else lines, else anywhere; nothing is lost but white space."""
    pieces, rest = [], safe(text).strip()
    while len(rest) > longest:
        cut = max(rest.rfind("\n\n", 0, longest), 0) or max(rest.rfind("\n", 0, longest), 0) or longest
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip("\n")
    return [*pieces, rest]


def safe(text: str) -> str:
    """Without Slack's commands: a document's `<!channel>` must not call everybody."""
    return re.sub(r"<(?=[!@#])", "&lt;", text)


def _parts(thread: list[dict[str, Any]], key: str) -> Parts:
    stamps, of = {}, 0
    for one in thread:
        payload = (one.get("metadata") or {}).get("event_payload") or {}
        if payload.get("key") == key:
            stamps[int(payload.get("part", 1))] = str(one["ts"])
            of = int(payload.get("parts", 1))
    return Parts(stamps, of)


def _halves(piece: str) -> tuple[str, str]:
    """The answer itself, and what follows it."""
    end = piece.find("\n\n")
    return (piece, "") if end < 0 else (piece[: end + 2], piece[end + 2 :])


def _bare(message: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in message.items() if key != "blocks"}, "text": message["blocks"][0]["text"]}
