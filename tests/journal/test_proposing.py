"""A change that waits for a yes: shown exactly, for the person who asked, for a day, written once or not at all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.plan import Plan
from copilot.journal.proposing import Edited, ProposalDesk
from copilot.journal.recorder import Recorder
from copilot.journal.turns import TurnProposer
from retrieval.store.database import Database, open_database
from retrieval.store.journal import SqlJournalStore
from tests.journal.material import ANA, EVA, LUIS, NOW, Clock, desk_on, plan


@pytest.fixture
def database() -> Iterator[Database]:
    """In memory; what several processes do is shown on files and PostgreSQL below."""
    opened = open_database("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> ProposalDesk:
    return desk_on(database, clock)


def test_nothing_is_written_before_the_yes_and_exactly_what_was_shown_after_it(desk: ProposalDesk, database: Database) -> None:
    made = desk.propose_reading(ANA, "mrr", "52000 €", language="es", on=date(2026, 11, 18), note="cierre", confidence="amber")
    before = list(SqlJournalStore(database).readings())

    desk.confirm(made.id, by=ANA)

    (reading,) = SqlJournalStore(database).readings()
    assert before == []
    assert made.summary == 'Anotar MRR = 52000 EUR el 2026-11-18 (plan.md); confianza ámbar; "cierre"'
    assert (reading.value, reading.unit, reading.on, reading.note, reading.confidence, reading.by) == (
        Decimal(52000), "EUR", date(2026, 11, 18), "cierre", "amber", ANA.id,
    )  # fmt: skip


def test_a_task_is_changed_by_the_yes_and_not_before(desk: ProposalDesk, database: Database) -> None:
    made = desk.propose_change(ANA, "Firmar el alquiler del local", status="done", language="fr")

    assert SqlJournalStore(database).task_states() == {}
    assert "de ouverte à faite" in made.summary
    assert desk.confirm(made.id, by=ANA).state == "applied"
    assert SqlJournalStore(database).task_states()["t1"].status == "done"


@pytest.mark.parametrize("first", ["confirm", "reject"])
@pytest.mark.parametrize("second", ["confirm", "reject"])
def test_a_proposal_is_decided_once(desk: ProposalDesk, database: Database, first: str, second: str) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")
    getattr(desk, first)(made.id, by=ANA)

    with pytest.raises(UserCanFix, match="proposal_closed"):
        getattr(desk, second)(made.id, by=ANA)

    assert len(SqlJournalStore(database).history(made.payload["metric_id"])) == (1 if first == "confirm" else 0)


def confirm_many(url: str, ids: list[str]) -> list[str]:
    """In a process of its own: which of the proposals it was that confirmed them."""
    database = open_database(url)
    desk, won = desk_on(database), []
    for one in ids:
        try:
            desk.confirm(one, by=ANA)
        except UserCanFix:
            continue
        won.append(one)
    database.close()
    return won


def test_two_processes_that_confirm_the_same_proposals_apply_each_once(shared_url: str) -> None:
    database = open_database(shared_url)
    desk = desk_on(database)
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(15)]
    ids = [desk.propose_reading(ANA, "MRR", str(100 + n), language="en", on=day).id for n, day in enumerate(days)]

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        won = pool.starmap(confirm_many, [(shared_url, ids), (shared_url, ids)])

    assert sorted(won[0] + won[1]) == sorted(ids)
    assert [reading.on for reading in SqlJournalStore(database).readings()] == days
    assert len(SqlJournalStore(database).readings()) == len(ids)
    database.close()


def test_a_proposal_expires_after_a_day(desk: ProposalDesk, clock: Clock) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")
    clock.moment = NOW + timedelta(hours=24)

    with pytest.raises(UserCanFix, match="expired"):
        desk.confirm(made.id, by=ANA)
    assert desk.proposals(ANA) == []
    assert [one.state for one in desk.proposals(ANA, every=True)] == ["expired"]


def test_another_member_may_neither_see_nor_decide_it_and_an_approver_may(desk: ProposalDesk) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")

    with pytest.raises(UserCanFix, match="proposal_of_another"):
        desk.confirm(made.id, by=LUIS)
    assert desk.proposals(LUIS) == []
    assert desk.confirm(made.id, by=EVA).decided_by == EVA.id


def test_a_viewer_can_propose_nothing(desk: ProposalDesk) -> None:
    with pytest.raises(UserCanFix, match="not_allowed"):
        desk.propose_reading(Principal(id="v", role=Role.viewer), "MRR", "52000", language="en")


def test_who_lost_their_role_in_between_confirms_nothing(desk: ProposalDesk, database: Database) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")

    with pytest.raises(UserCanFix, match="not_allowed"):
        desk.confirm(made.id, by=ANA.model_copy(update={"role": Role.viewer}))
    assert list(SqlJournalStore(database).readings()) == []


def test_an_edited_change_is_a_new_proposal_and_the_old_one_is_closed(desk: ProposalDesk, database: Database) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")

    changed = desk.revise(made.id, Edited(value="53000"), by=ANA, language="en")

    assert (changed.id != made.id, changed.payload["value"]) == (True, "53000")
    with pytest.raises(UserCanFix, match="replaced"):
        desk.confirm(made.id, by=ANA)
    assert desk.proposal(made.id, ANA).replaced_by == changed.id
    desk.confirm(changed.id, by=ANA)
    assert [str(reading.value) for reading in SqlJournalStore(database).readings()] == ["53000"]


def test_an_edit_that_changes_nothing_is_refused(desk: ProposalDesk) -> None:
    made = desk.propose_change(ANA, "t1", status="doing", language="en")

    with pytest.raises(UserCanFix, match="proposal_unchanged"):
        desk.revise(made.id, Edited(status="doing"), by=ANA, language="en")


def test_a_value_recorded_in_between_makes_it_another_change(desk: ProposalDesk, database: Database, clock: Clock) -> None:
    made = desk.propose_reading(ANA, "MRR", "52000", language="en")
    Recorder(plan=lambda _by: plan(), journal=SqlJournalStore(database), clock=clock).record(LUIS, "MRR", "51000")

    with pytest.raises(UserCanFix, match="proposal_outdated"):
        desk.confirm(made.id, by=ANA)
    assert [str(reading.value) for reading in SqlJournalStore(database).readings()] == ["51000"]


def test_of_two_proposals_for_one_day_the_second_does_not_overwrite_the_first(desk: ProposalDesk) -> None:
    first = desk.propose_reading(ANA, "MRR", "52000", language="en")
    second = desk.propose_reading(EVA, "MRR", "60000", language="en")
    desk.confirm(first.id, by=ANA)

    with pytest.raises(UserCanFix, match="proposal_outdated"):
        desk.confirm(second.id, by=EVA)


def test_a_metric_that_left_the_plan_takes_no_value(database: Database) -> None:
    made = desk_on(database).propose_reading(ANA, "MRR", "52000", language="en")
    without = Plan(documents=plan().documents, facts=plan().facts[1:])

    with pytest.raises(UserCanFix, match="proposal_outdated"):
        desk_on(database, of=without).confirm(made.id, by=ANA)


def test_who_may_not_read_the_document_does_not_learn_of_the_proposal(database: Database) -> None:
    made = desk_on(database).propose_reading(ANA, "MRR", "52000", language="en")
    hidden = desk_on(database, of=Plan())

    with pytest.raises(UserCanFix, match="unknown_proposal"):
        hidden.proposal(made.id, EVA)
    assert hidden.proposals(EVA) == []


def test_the_same_change_asked_for_twice_is_one_proposal(desk: ProposalDesk) -> None:
    first = desk.propose_reading(ANA, "MRR", "52000", language="en")

    assert desk.propose_reading(ANA, "MRR", "52000", language="en").id == first.id


def test_a_task_that_is_so_already_needs_no_proposal(desk: ProposalDesk) -> None:
    with pytest.raises(UserCanFix, match="task_already"):
        desk.propose_change(ANA, "Instalar el horno", status="done", language="es")


@pytest.mark.parametrize(
    ("value", "language", "meant"),
    [("52.000 €", "es", "52000"), ("52.000", "pt", "52000"), ("52,000", "en", "52000"), ("1.234,5", "fr", "1234.5")],
)
def test_thousands_are_read_as_the_asker_s_language_writes_them(
    desk: ProposalDesk, value: str, language: str, meant: str
) -> None:
    turn = TurnProposer(desk, ANA, language, NOW.date())  # type: ignore[arg-type]  # the cases are languages

    made = turn.reading("MRR", value, day="yesterday", note=None, source=None, confidence=None, document=None)

    assert (made.payload["value"], made.payload["on"]) == (meant, "2026-11-19")


def test_a_comma_that_may_group_or_divide_is_not_guessed_in_spanish(desk: ProposalDesk) -> None:
    turn = TurnProposer(desk, ANA, "es", NOW.date())
    value = {"day": None, "note": None, "source": None, "confidence": None, "document": None}

    made = turn.reading("Usuarios activos", "1.234", **value)

    assert made.payload["value"] == "1234"
    assert turn.reading("Usuarios activos", "12,5", **value).payload["value"] == "12.5"
