"""Doors to the state that lives beside the plan: journal, work that happens once, access. One engine, one schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from copilot.domain.access import Principal
from copilot.domain.journal import Reading, TaskChange
from copilot.domain.schedule import Schedule
from copilot.domain.work import ApiKey, Draft, DraftState, InboxEvent, OutboxMessage, Proposal


class JournalStore(Protocol):
    """Readings and task states; nothing is ever deleted or overwritten."""

    def record(self, reading: Reading) -> None:
        """Add a reading. Raises UserCanFix(`reading_superseded`) when it corrects one that was corrected already."""

    def record_all(self, readings: Iterable[Reading]) -> int:
        """Add many readings, all or nothing; how many. The iterable is read while the transaction is open.

        Raises UserCanFix(`reading_superseded`) as `record` does.
        """

    def readings(self, *, metric_id: str | None = None, since: datetime | None = None) -> Sequence[Reading]:
        """Readings that no other one supersedes, by day, then in the order they were recorded."""

    def history(self, metric_id: str) -> Sequence[Reading]:
        """All readings of a metric, superseded ones too, in the order they were recorded."""

    def change_task(self, change: TaskChange) -> None:
        """Add a task's new state."""

    def task_states(self) -> dict[str, TaskChange]:
        """The newest change of every task that has one, by task id."""

    def task_changes(self, *, task_id: str | None = None, since: datetime | None = None) -> Sequence[TaskChange]:
        """Changes, oldest first."""


class Inbox(Protocol):
    """Events from outside, stored before any work; a take is a compare-and-swap."""

    def receive(self, event: InboxEvent) -> bool:
        """Store an event; False when its key is known already (a redelivery)."""

    def take_event(self, owner: str, *, now: datetime, lease_s: float) -> InboxEvent | None:
        """The oldest event that is received, or whose lease ran out; None when there is none. Raises attempts by one."""

    def extend_lease(self, key: str, owner: str, *, until: datetime) -> bool:
        """Keep an event; False when it is no longer the owner's."""

    def finish_event(self, key: str, owner: str, *, result: str, failed: bool = False) -> bool:
        """Mark an event answered (or failed for good); False when it is no longer the owner's."""

    def event(self, key: str) -> InboxEvent | None:
        """One event by key."""


class Drafts(Protocol):
    """Status drafts; every change of state is a compare-and-swap."""

    def add_draft(self, draft: Draft) -> bool:
        """Insert a draft; False when its key is taken already."""

    def draft(self, draft_id: str) -> Draft:
        """Raises UserCanFix(`unknown_draft`)."""

    def draft_by_key(self, key: str) -> Draft | None:
        """The draft of a slot."""

    def drafts(self, *, states: Sequence[DraftState] = (), limit: int = 50) -> Sequence[Draft]:
        """Newest first; no states: all."""

    def move_draft(
        self, draft_id: str, *, version: int, to: DraftState, at: datetime, message: OutboxMessage | None = None, **changes: Any
    ) -> Draft:
        """Move a draft, with its outgoing message in the same transaction. `changes` are Draft fields.

        Raises UserCanFix(`draft_moved_on`) when it is at another version or may not go there.
        """


class Outbox(Protocol):
    """Messages on their way out, each delivered once."""

    def enqueue(self, message: OutboxMessage, *, at: datetime) -> bool:
        """Put a message on its way; False when its key is there already."""

    def take_message(self, owner: str, *, now: datetime, lease_s: float) -> OutboxMessage | None:
        """The oldest message that is queued and due, or `sending` with its lease run out (its outcome is unknown).

        It becomes `sending`; `attempts` over 1 tells that an earlier try may have arrived.
        """

    def keep_message(self, key: str, owner: str, *, until: datetime) -> bool:
        """Lengthen the lease; False when the message is no longer the owner's."""

    def finish_message(self, key: str, owner: str, *, receipt: str) -> bool:
        """Mark a message sent; False when it is no longer the owner's."""

    def return_message(self, key: str, owner: str, *, error: str, not_before: datetime | None, give_up: bool) -> bool:
        """Put a message back in the queue, or give it to the operator."""

    def message(self, key: str) -> OutboxMessage | None:
        """One message by key."""


class Schedules(Protocol):
    """Weekly schedules."""

    def add_schedule(self, schedule: Schedule) -> None:
        """Insert a schedule. Raises UserCanFix(`schedule_exists`)."""

    def schedules(self) -> Sequence[Schedule]:
        """Active ones, by id."""

    def remove_schedule(self, schedule_id: str) -> bool:
        """Deactivate; False when there is none."""


class Proposals(Protocol):
    """Changes that wait for a person's yes."""

    def propose(self, proposal: Proposal) -> None:
        """Store a proposal."""

    def proposal(self, proposal_id: str) -> Proposal:
        """Raises UserCanFix(`unknown_proposal`)."""

    def proposals(self, *, open_at: datetime | None = None, limit: int = 50) -> Sequence[Proposal]:
        """Newest first; `open_at`: only those that may still be decided then."""

    def decide(
        self, proposal_id: str, *, by: Principal, accept: bool, now: datetime, change: Reading | TaskChange | None = None
    ) -> Proposal:
        """Take an open proposal, once; `change` is what it writes, in the same transaction.

        Raises UserCanFix(`proposal_closed`) when it is decided or expired, UserCanFix(`not_allowed`) without the role,
        UserCanFix(`reading_superseded`) as the journal does; then it stays open.
        """

    def replace(self, proposal_id: str, successor: Proposal, *, by: Principal, now: datetime) -> Proposal:
        """Close an open proposal and store the one that takes its place, at once. Raises as `decide` does."""


class Idempotency(Protocol):
    """Responses of writes by their Idempotency-Key."""

    def remember_request(self, key: str, *, digest: str, now: datetime) -> str | None:
        """First use (keys are scoped to a principal by the caller): None, and the key is taken. Later: the stored response.

        The response is "" while the first is still running. Raises UserCanFix(`idempotency_key_reused`) for another digest.
        """

    def remember_response(self, key: str, response: str) -> None:
        """Store the response of the request that took the key."""

    def forget_request(self, key: str) -> None:
        """Free a key whose request failed without an effect."""


class AccessStore(Protocol):
    """Keys of the HTTP doors, roles of people, request counts."""

    def add_key(self, key: ApiKey) -> None:
        """Store a key's hash."""

    def keys(self) -> Sequence[ApiKey]:
        """All keys, newest first."""

    def key_by_hash(self, sha256: str) -> ApiKey | None:
        """The key with this hash, valid or not."""

    def revoke_key(self, key_id: str, *, at: datetime) -> bool:
        """False when there is none."""

    def role_of(self, principal_id: str) -> str | None:
        """Role name set for a person (`slack:T1:U2`); None when never set."""

    def set_role(self, principal_id: str, role: str) -> None:
        """Set a person's role."""

    def count_request(self, bucket: str, *, window: str, limit: int) -> bool:
        """Count one request of a rate window (`2026-11-20T10:05`); False when over the limit. Shared by all processes."""


class Publisher(Protocol):
    """Delivers to one kind of destination. It never tries again by itself: the outbox decides that."""

    def publish(self, message: OutboxMessage) -> str:
        """Deliver, with the message's key where `find` will see it; the receipt.

        Raises NotDelivered when it surely did not arrive, OutcomeUnknown when it may have.
        """

    def find(self, message: OutboxMessage) -> str | None:
        """The receipt of an earlier delivery with this key; None when there is none. Raises NotDelivered when it cannot look."""
