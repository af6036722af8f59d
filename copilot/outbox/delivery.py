"""Delivers queued messages once each, whatever dies in between.

A message is `sending` before the network call. A taker that finds it so, with the lease run out, asks the destination for the
message's key first and posts only when it is not there. Knows nothing of Slack, files or SQL.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.domain.errors import UserCanFix
from copilot.domain.ports import Clock
from copilot.domain.state_ports import Drafts, Outbox, Publisher
from copilot.domain.work import Draft, OutboxMessage

log = logging.getLogger(__name__)

LEASE_S = 60.0
"""Longer than any publisher's own time-out, so that a live sender is never overtaken."""
MAX_ATTEMPTS = 12
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 600.0


class Delivery:
    """The worker's side of the outbox."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        drafts: Drafts,
        publishers: Mapping[str, Publisher],
        clock: Clock,
        owner: str,
        lease_s: float = LEASE_S,
    ) -> None:
        """Publishers by the destination's scheme (`slack`, `file`); `owner` names this process."""
        self._outbox = outbox
        self._drafts = drafts
        self._publishers = publishers
        self._clock = clock
        self._owner = owner
        self._lease_s = lease_s

    def deliver_next(self) -> OutboxMessage | None:
        """Take one message and see it through; None when nothing is to be done now."""
        message = self._outbox.take_message(self._owner, now=self._clock.now(), lease_s=self._lease_s)
        if message is None:
            return None
        self._move(message, "sending")
        publisher = self._publishers.get(message.destination.partition(":")[0])
        if publisher is None:
            self._give_back(message, NotDelivered("no_publisher", final=True))
            return self._outbox.message(message.key)
        try:
            receipt = publisher.find(message) if message.attempts > 1 else None
            if receipt is None and not self._still_ours(message):
                return self._outbox.message(message.key)
            receipt = receipt if receipt is not None else publisher.publish(message)
        except NotDelivered as failure:
            self._give_back(message, failure)
        except OutcomeUnknown as failure:
            # It stays `sending` under our lease: whoever takes it next looks before posting.
            log.warning(
                "delivery_outcome_unknown", extra={"key": message.key, "attempt": message.attempts, "reason": str(failure)}
            )
        else:
            self._sent(message, receipt)
        return self._outbox.message(message.key)

    def settle(self) -> None:
        """Bring drafts up to what the outbox knows: a process may have died between the two."""
        for draft in self._drafts.drafts(states=("approved", "sending")):
            message = self._outbox.message(draft.key)
            if message is not None and message.state == "sent":
                self._sent(message, message.receipt or "")
            elif message is not None and message.state == "needs_operator":
                self._to_operator(draft, message.error or "")

    def _still_ours(self, message: OutboxMessage) -> bool:
        """A long look through a history may outlast the lease; whoever has it now posts, not we."""
        until = self._clock.now() + timedelta(seconds=self._lease_s)
        return self._outbox.keep_message(message.key, self._owner, until=until)

    def _sent(self, message: OutboxMessage, receipt: str) -> None:
        self._outbox.finish_message(message.key, self._owner, receipt=receipt)
        log.info("delivered", extra={"key": message.key, "attempt": message.attempts})
        self._move(message, "sending")
        self._move(message, "sent", receipt=receipt)

    def _give_back(self, message: OutboxMessage, failure: NotDelivered) -> None:
        give_up = failure.final or message.attempts >= MAX_ATTEMPTS
        wait = failure.retry_after_s or min(FIRST_WAIT_S * 2 ** (message.attempts - 1), LONGEST_WAIT_S)
        not_before = None if give_up else self._clock.now() + timedelta(seconds=wait)
        self._outbox.return_message(message.key, self._owner, error=failure.reason, not_before=not_before, give_up=give_up)
        log.warning("not_delivered", extra={"key": message.key, "reason": failure.reason, "given_up": give_up})
        draft = self._drafts.draft_by_key(message.key)
        if give_up and draft is not None:
            self._to_operator(draft, failure.reason)

    def _to_operator(self, draft: Draft, reason: str) -> None:
        if draft.state == "approved":
            draft = self._drafts.move_draft(draft.id, version=draft.version, to="sending", at=self._clock.now())
        self._drafts.move_draft(draft.id, version=draft.version, to="needs_operator", at=self._clock.now(), reason=reason)

    def _move(self, message: OutboxMessage, to: Literal["sending", "sent"], *, receipt: str | None = None) -> None:
        draft = self._drafts.draft_by_key(message.key)
        if draft is None or draft.state == to or (to == "sending" and draft.state not in ("approved", "needs_operator")):
            return
        try:
            self._drafts.move_draft(draft.id, version=draft.version, to=to, at=self._clock.now(), receipt=receipt)
        except UserCanFix:  # another process moved it first; `settle` mends what is left
            log.info("draft_moved_elsewhere", extra={"draft": draft.id})
