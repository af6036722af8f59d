"""A draft is made once a week and audience, says only what is grounded, and goes out once, after an approver's yes."""

from collections.abc import Sequence
from datetime import time

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.plan import Plan
from copilot.domain.schedule import Schedule
from copilot.status.report import Journal, build_report
from copilot.status.workflow import StatusDesk
from copilot.status.writer import Ask, write
from retrieval.store.database import Database
from retrieval.store.drafts import SqlDrafts, SqlSchedules
from retrieval.store.work import SqlOutbox
from tests.status.conftest import NOW, StillClock

BOSS = Principal(id="local:boss", role=Role.approver)


class Office:
    """A desk over a real database."""

    def __init__(self, database: Database, plan: Plan, journal: Journal, ask: Ask | None = None) -> None:
        self.clock = StillClock()
        self.drafts, self.outbox, self.schedules = SqlDrafts(database), SqlOutbox(database), SqlSchedules(database)
        self.desk = StatusDesk(
            report=lambda _reader, now, since: build_report(plan, journal, today=now.date(), since=since),
            write=lambda report, language: write(report, language, ask=ask, model="live"),
            drafts=self.drafts,
            outbox=self.outbox,
            schedules=self.schedules,
            clock=self.clock,
        )

    def compose(self, language: Language = "es") -> str:
        return self.desk.compose(by=BOSS, audience="team", language=language, destination="file:out.md").id


@pytest.fixture
def office(database: Database, plan: Plan, journal: Journal) -> Office:
    return Office(database, plan, journal)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "no llega a la meta < 5%"),
        ("en", "not at the target < 5%"),
        ("pt", "não chega à meta < 5%"),
        ("fr", "pas encore à l'objectif < 5%"),
    ],
)
def test_a_draft_is_in_the_language_asked_for_with_its_sources(office: Office, language: Language, said: str) -> None:
    draft = office.drafts.draft(office.compose(language))

    assert said in draft.text
    assert "plan.md:3" in draft.text
    assert draft.gaps == ()
    assert draft.state == "awaiting_approval"


def test_a_week_and_audience_have_one_draft(office: Office) -> None:
    assert office.compose() == office.compose()


def test_a_rejected_draft_makes_room_for_another(office: Office) -> None:
    first = office.compose()
    office.desk.reject(first, version=1, by=BOSS, reason="faltan datos")

    second = office.compose()

    assert second != first
    assert office.drafts.draft(first).reason == "faltan datos"


def test_only_an_approver_decides(office: Office) -> None:
    draft_id = office.compose()

    with pytest.raises(UserCanFix, match="not_allowed"):
        office.desk.approve(draft_id, version=1, by=Principal(id="local:m", role=Role.member))

    assert office.outbox.message("plan:2026-W47:weekly:team") is None


def test_an_approved_draft_is_queued_with_exactly_the_text_that_was_approved(office: Office) -> None:
    draft_id = office.compose()
    office.desk.edit(draft_id, version=1, by=BOSS, text="Todo bien")

    office.desk.approve(draft_id, version=2, by=BOSS)

    message = office.outbox.message("plan:2026-W47:weekly:team")
    assert message is not None
    assert message.text == "Todo bien\n"
    assert office.drafts.draft(draft_id).edited_by == BOSS.id


def test_a_schedule_drafts_each_slot_once_and_shows_it_for_review(office: Office) -> None:
    office.schedules.add_schedule(
        Schedule(
            id="s1",
            weekday=5,
            at=time(9),
            zone="UTC",
            audience="team",
            destination="slack:C0TEAM",
            review="slack:C0PLAN",
            created_by="local:ana",
            created_at=NOW.replace(day=1),
        )
    )

    made = [office.desk.tick(), office.desk.tick()]
    office.clock.step(days=7)
    made.append(office.desk.tick())

    assert [len(drafts) for drafts in made] == [1, 0, 1]
    review = office.outbox.take_message("w", now=office.clock.now(), lease_s=10)
    assert review is not None
    assert (review.kind, review.destination, review.draft_id) == ("review", "slack:C0PLAN", made[0][0].id)


def test_after_weeks_of_downtime_the_latest_slot_is_made_up_once(office: Office) -> None:
    office.schedules.add_schedule(
        Schedule(
            id="s1",
            weekday=1,
            at=time(9),
            zone="UTC",
            audience="team",
            destination="file:o.md",
            created_by="a",
            created_at=NOW.replace(day=1),
        )
    )
    office.clock.step(days=21)

    assert [draft.week for draft in office.desk.tick() + office.desk.tick()] == ["2026-W50"]


def test_an_undecided_draft_expires_after_a_week(office: Office) -> None:
    draft_id = office.compose()
    office.clock.step(days=7, seconds=1)

    office.desk.tick()

    assert office.drafts.draft(draft_id).state == "expired"
    with pytest.raises(UserCanFix, match="draft_moved_on"):
        office.desk.approve(draft_id, version=1, by=BOSS)


def test_a_models_altered_figure_is_corrected_or_cut(database: Database, plan: Plan, journal: Journal) -> None:
    drafts: list[str] = []

    def alters(messages: Sequence[object]) -> str:
        drafts.append("asked")
        return "- Churn: 2.6 % el 2026-11-18 [e1]\n- Hecha: Hacer 5 demos [e2]"

    office = Office(database, plan, journal, ask=alters)

    text = office.drafts.draft(office.compose()).text

    assert "2.6" not in text
    assert len(drafts) == 2


def test_when_the_model_fails_the_templates_word_the_update(database: Database, plan: Plan, journal: Journal) -> None:
    def down(_messages: Sequence[object]) -> str:
        raise OperatorMustFix("model_unavailable")

    office = Office(database, plan, journal, ask=down)

    assert "Hacer 5 demos" in office.drafts.draft(office.compose()).text
