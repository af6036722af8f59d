"""A message is delivered once: whatever the network does, and whoever dies in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.domain.errors import UserCanFix
from copilot.domain.state_ports import Publisher
from copilot.domain.work import Draft, OutboxMessage, check_destination
from copilot.outbox.delivery import Delivery
from integrations.dev.slack.server import running
from integrations.dev.slack.workspace import Fault, Workspace
from integrations.outbound.files import FilePublisher
from integrations.outbound.slack import SlackPublisher
from retrieval.store.database import Database, open_database
from retrieval.store.drafts import SqlDrafts
from retrieval.store.work import SqlOutbox

KEY = "plan:2026-W47:weekly:team"


class SteppingClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment

    def step(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Bench:
    """An outbox with one approved draft, and workers that deliver it."""

    def __init__(self, database: Database, folder: Path, slack: tuple[Workspace, str], destination: str) -> None:
        self.clock = SteppingClock()
        self.drafts, self.outbox = SqlDrafts(database), SqlOutbox(database)
        slack_publisher = SlackPublisher(token=slack[0].token, base_url=slack[1], clock=self.clock, timeout_s=1)
        self.publishers: dict[str, Publisher] = {"slack": slack_publisher, "file": FilePublisher(folder)}
        self.workspace = slack[0]
        self.drafts.add_draft(
            Draft(
                id="d1",
                key=KEY,
                week="2026-W47",
                audience="team",
                language="es",
                destination=destination,
                state="awaiting_approval",
                text="Hola",
                created_by="worker",
                created_at=self.clock.now(),
            )
        )
        message = OutboxMessage(key=KEY, draft_id="d1", destination=destination, text="Hola")
        self.drafts.move_draft("d1", version=1, to="approved", at=self.clock.now(), message=message)

    def worker(self, name: str = "w1") -> Delivery:
        return Delivery(
            outbox=self.outbox, drafts=self.drafts, publishers=self.publishers, clock=self.clock, owner=name, lease_s=30
        )

    def posted(self) -> list[str]:
        return [message["text"] for message in self.workspace.answers()]


@pytest.fixture
def slack() -> Iterator[tuple[Workspace, str]]:
    with running() as found:
        yield found


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield made
    made.close()


@pytest.fixture
def bench(database: Database, tmp_path: Path, slack: tuple[Workspace, str]) -> Bench:
    return Bench(database, tmp_path, slack, "slack:C0TEAM")


def test_an_approved_draft_is_posted_and_marked_sent_with_its_receipt(bench: Bench) -> None:
    bench.worker().deliver_next()

    assert bench.posted() == ["Hola"]
    draft = bench.drafts.draft("d1")
    assert draft.state == "sent"
    assert draft.receipt == f"C0TEAM/{bench.workspace.answers()[0]['ts']}"
    assert bench.worker().deliver_next() is None


@pytest.mark.parametrize("fault", ["accept_then_hang", "accept_then_disconnect", "disconnect", "server_error"])
def test_an_unknown_outcome_is_looked_up_before_anything_is_posted_again(bench: Bench, fault: str) -> None:
    bench.workspace.faults.append(Fault("chat.postMessage", fault, seconds=1.5))

    bench.worker("w1").deliver_next()
    during = bench.drafts.draft("d1").state
    at_once = bench.worker("w2").deliver_next()
    bench.clock.step(31)
    bench.worker("w2").deliver_next()

    assert during == "sending"
    assert at_once is None
    assert bench.posted() == ["Hola"]
    assert bench.drafts.draft("d1").state == "sent"


def test_when_the_history_cannot_be_read_nothing_is_posted(bench: Bench) -> None:
    bench.workspace.faults += [
        Fault("chat.postMessage", "accept_then_disconnect"),
        Fault("conversations.history", "server_error"),
    ]

    bench.worker().deliver_next()
    bench.clock.step(31)
    bench.worker().deliver_next()
    bench.clock.step(600)
    bench.worker().deliver_next()

    assert bench.posted() == ["Hola"]
    assert bench.drafts.draft("d1").state == "sent"


def test_the_key_is_found_in_a_history_of_several_pages(bench: Bench) -> None:
    bench.workspace.faults.append(Fault("chat.postMessage", "accept_then_disconnect"))
    bench.worker().deliver_next()
    for n in range(450):
        bench.workspace.post(bench.workspace.channels["C0TEAM"], {"text": str(n), "user": "U0ANA"})

    bench.clock.step(31)
    bench.worker().deliver_next()

    assert bench.posted() == ["Hola"]


def test_a_rate_limited_message_waits_as_long_as_it_is_told_to(bench: Bench) -> None:
    bench.workspace.faults.append(Fault("chat.postMessage", "ratelimited", seconds=7))

    bench.worker().deliver_next()
    bench.clock.step(6)
    early = bench.worker().deliver_next()
    bench.clock.step(1)
    bench.worker().deliver_next()

    assert early is None
    assert bench.posted() == ["Hola"]


def test_a_channel_that_is_gone_is_handed_to_the_operator_with_slacks_reason(bench: Bench) -> None:
    bench.workspace.channels["C0TEAM"].is_archived = True

    bench.worker().deliver_next()

    draft = bench.drafts.draft("d1")
    assert (draft.state, draft.reason) == ("needs_operator", "is_archived")
    bench.clock.step(10_000)
    assert bench.worker().deliver_next() is None


def test_a_worker_that_died_after_posting_leaves_a_draft_that_is_settled(bench: Bench) -> None:
    message = bench.outbox.take_message("w1", now=bench.clock.now(), lease_s=30)
    assert message is not None
    receipt = bench.publishers["slack"].publish(message)
    bench.outbox.finish_message(KEY, "w1", receipt=receipt)

    bench.worker("w2").settle()

    assert (bench.drafts.draft("d1").state, bench.drafts.draft("d1").receipt) == ("sent", receipt)


def test_a_file_holds_the_message_once_however_often_it_is_delivered(
    database: Database, tmp_path: Path, slack: tuple[Workspace, str]
) -> None:
    bench = Bench(database, tmp_path, slack, "file:notes/progress.md")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/progress.md").write_text("# Before\n", encoding="utf-8")

    message = bench.outbox.take_message("w1", now=bench.clock.now(), lease_s=30)
    assert message is not None
    bench.publishers["file"].publish(message)
    bench.clock.step(31)
    bench.worker("w2").deliver_next()

    text = (tmp_path / "notes/progress.md").read_text(encoding="utf-8")
    assert text.startswith("# Before\n")
    assert text.count("Hola") == 1
    assert bench.drafts.draft("d1").state == "sent"


@pytest.mark.parametrize(
    "destination", ["slack:#team", "mail:ana", "file:", "file:/etc/passwd", "file:../x.md", "file:C:/x", "C0TEAM"]
)
def test_a_destination_that_cannot_be_searched_or_leads_outside_is_refused(destination: str) -> None:
    with pytest.raises(UserCanFix, match="bad_destination"):
        check_destination(destination)
