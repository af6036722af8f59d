"""Events, drafts and messages happen once: known keys are refused, takes are exclusive, leases run out."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.work import ApiKey, Draft, InboxEvent, OutboxMessage, Proposal
from retrieval.store.access import SqlAccessStore
from retrieval.store.database import Database, open_database
from retrieval.store.drafts import SqlDrafts, SqlIdempotency
from retrieval.store.proposals import SqlProposals
from retrieval.store.work import SqlInbox, SqlOutbox

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def event(n: int) -> InboxEvent:
    return InboxEvent(key=f"slack:A:T:{n}", kind="message", payload={"text": "¿ROI?"}, received_at=NOW + timedelta(seconds=n))


def message(key: str = "plan:2026-W47:weekly:team") -> OutboxMessage:
    return OutboxMessage(key=key, draft_id="d1", destination="file:out.md", text="Hola")


def draft() -> Draft:
    return Draft(
        id="d1",
        key="plan:2026-W47:weekly:team",
        week="2026-W47",
        audience="team",
        language="es",
        destination="file:out.md",
        state="awaiting_approval",
        text="Hola",
        created_by="worker",
        created_at=NOW,
    )


def test_a_redelivered_event_is_stored_once(database: Database) -> None:
    inbox = SqlInbox(database)

    assert [inbox.receive(event(1)), inbox.receive(event(1))] == [True, False]


def test_an_event_under_a_lease_is_not_taken_again_until_the_lease_runs_out(database: Database) -> None:
    inbox = SqlInbox(database)
    inbox.receive(event(1))

    first = inbox.take_event("w1", now=NOW, lease_s=30)
    during = inbox.take_event("w2", now=NOW + timedelta(seconds=29), lease_s=30)
    after = inbox.take_event("w2", now=NOW + timedelta(seconds=31), lease_s=30)

    assert first is not None
    assert during is None
    assert after is not None
    assert (after.attempts, after.owner, after.payload) == (2, "w2", {"text": "¿ROI?"})


def test_a_worker_that_lost_its_lease_cannot_finish_the_event(database: Database) -> None:
    inbox = SqlInbox(database)
    inbox.receive(event(1))
    inbox.take_event("w1", now=NOW, lease_s=30)
    inbox.take_event("w2", now=NOW + timedelta(seconds=31), lease_s=30)

    assert not inbox.finish_event(event(1).key, "w1", result="1.1")
    assert inbox.finish_event(event(1).key, "w2", result="1.2")
    assert inbox.take_event("w3", now=NOW + timedelta(days=1), lease_s=30) is None


def test_a_message_whose_sender_died_is_taken_again_as_one_that_may_have_arrived(database: Database) -> None:
    outbox = SqlOutbox(database)
    outbox.enqueue(message(), at=NOW)

    first = outbox.take_message("w1", now=NOW, lease_s=30)
    again = outbox.take_message("w2", now=NOW + timedelta(seconds=31), lease_s=30)

    assert first is not None
    assert (first.state, first.attempts) == ("sending", 1)
    assert again is not None
    assert again.attempts == 2


def test_a_returned_message_waits_until_it_may_go(database: Database) -> None:
    outbox = SqlOutbox(database)
    outbox.enqueue(message(), at=NOW)
    outbox.take_message("w1", now=NOW, lease_s=30)
    outbox.return_message(message().key, "w1", error="ratelimited", not_before=NOW + timedelta(seconds=60), give_up=False)

    assert outbox.take_message("w1", now=NOW + timedelta(seconds=59), lease_s=30) is None
    assert outbox.take_message("w1", now=NOW + timedelta(seconds=60), lease_s=30) is not None


def test_an_approval_moves_the_draft_and_queues_its_message_together(database: Database) -> None:
    drafts = SqlDrafts(database)
    drafts.add_draft(draft())

    moved = drafts.move_draft("d1", version=1, to="approved", at=NOW, message=message(), decided_by="slack:T:U")

    assert (moved.state, moved.decided_by, moved.decided_at) == ("approved", "slack:T:U", NOW)
    assert SqlOutbox(database).message(message().key) is not None


def test_a_second_approval_is_refused_and_queues_nothing_more(database: Database) -> None:
    drafts = SqlDrafts(database)
    drafts.add_draft(draft())
    drafts.move_draft("d1", version=1, to="approved", at=NOW, message=message())

    with pytest.raises(UserCanFix, match="draft_moved_on"):
        drafts.move_draft("d1", version=1, to="approved", at=NOW, message=message("other"))

    assert SqlOutbox(database).message("other") is None


def test_an_approval_given_for_an_older_text_is_refused(database: Database) -> None:
    drafts = SqlDrafts(database)
    drafts.add_draft(draft())
    edited = drafts.move_draft("d1", version=1, to="awaiting_approval", at=NOW, text="Hola, equipo")

    with pytest.raises(UserCanFix, match="draft_moved_on"):
        drafts.move_draft("d1", version=1, to="approved", at=NOW)

    assert edited.version == 2


def test_a_slot_has_one_draft(database: Database) -> None:
    drafts = SqlDrafts(database)

    assert [drafts.add_draft(draft()), drafts.add_draft(draft().model_copy(update={"id": "d2"}))] == [True, False]


def test_a_proposal_is_decided_once_in_time_and_by_the_role_it_names(database: Database) -> None:
    proposals = SqlProposals(database)
    made = Proposal(
        id="p1",
        action="kpi.record",
        payload={},
        summary="",
        requested_by="a",
        confirm_role=Role.approver,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    proposals.propose(made)
    boss = Principal(id="b", role=Role.approver)

    with pytest.raises(UserCanFix, match="not_allowed"):
        proposals.decide("p1", by=Principal(id="m", role=Role.member), accept=True, now=NOW)
    with pytest.raises(UserCanFix, match="proposal_closed"):
        proposals.decide("p1", by=boss, accept=True, now=NOW + timedelta(hours=2))
    assert proposals.decide("p1", by=boss, accept=True, now=NOW).state == "applied"
    with pytest.raises(UserCanFix, match="proposal_closed"):
        proposals.decide("p1", by=boss, accept=True, now=NOW)


def test_an_idempotency_key_returns_the_first_response_and_refuses_another_request(database: Database) -> None:
    keys = SqlIdempotency(database)

    assert keys.remember_request("k", digest="x", now=NOW) is None
    assert keys.remember_request("k", digest="x", now=NOW) == ""
    keys.remember_response("k", "{}")
    assert keys.remember_request("k", digest="x", now=NOW) == "{}"
    with pytest.raises(UserCanFix, match="idempotency_key_reused"):
        keys.remember_request("k", digest="y", now=NOW)


def test_a_revoked_key_is_no_longer_valid_and_is_revoked_once(database: Database) -> None:
    access = SqlAccessStore(database)
    access.add_key(ApiKey(id="ab", name="ci", sha256="0" * 64, role=Role.viewer, created_at=NOW))

    assert [access.revoke_key("ab", at=NOW), access.revoke_key("ab", at=NOW)] == [True, False]
    found = access.key_by_hash("0" * 64)
    assert found is not None
    assert not found.valid(NOW)


def test_requests_over_the_limit_of_their_window_are_refused(database: Database) -> None:
    access = SqlAccessStore(database)

    assert [access.count_request("k", window="10:05", limit=2) for _ in range(3)] == [True, True, False]
    assert access.count_request("k", window="10:06", limit=2)


def take_all(url: str, name: str) -> list[str]:
    database = open_database(url, busy_timeout_ms=30_000)
    inbox, taken = SqlInbox(database), []
    while (found := inbox.take_event(name, now=NOW, lease_s=600)) is not None:
        taken.append(found.key)
        inbox.finish_event(found.key, name, result="ok")
    database.close()
    return taken


def test_two_processes_share_the_events_and_none_is_taken_twice(shared_url: str) -> None:
    database = open_database(shared_url)
    inbox = SqlInbox(database)
    for n in range(60):
        inbox.receive(event(n))

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        taken = pool.starmap(take_all, [(shared_url, "w1"), (shared_url, "w2")])

    assert sorted(taken[0] + taken[1]) == sorted(event(n).key for n in range(60))
    database.close()
