"""Readings and task states are kept, corrected by newer ones, never overwritten."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from copilot.domain.errors import UserCanFix
from copilot.domain.journal import Reading, TaskChange, TaskStatus
from retrieval.store.database import Database
from retrieval.store.journal import SqlJournalStore

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def reading(id: str, value: str, day: int, supersedes: str | None = None) -> Reading:
    return Reading(
        id=id,
        metric_id="churn",
        name="Churn",
        document="plan.md",
        value=Decimal(value),
        unit="%",
        on=date(2026, 11, day),
        by="local:ana",
        at=NOW + timedelta(minutes=day),
        supersedes=supersedes,
    )


def change(id: str, status: TaskStatus) -> TaskChange:
    return TaskChange(id=id, task_id="t1", name="Demo", document="plan.md", status=status, by="local:ana", at=NOW)


def test_readings_come_back_by_day_with_their_exact_decimals(database: Database) -> None:
    journal = SqlJournalStore(database)
    journal.record(reading("b", "4.20", 18))
    journal.record(reading("a", "5", 11))

    assert [(r.id, r.value) for r in journal.readings(metric_id="churn")] == [("a", Decimal(5)), ("b", Decimal("4.20"))]


def test_a_correction_hides_the_reading_it_supersedes_but_history_keeps_both(database: Database) -> None:
    journal = SqlJournalStore(database)
    journal.record(reading("a", "5", 11))
    journal.record(reading("b", "4", 11, supersedes="a"))

    assert [r.id for r in journal.readings()] == ["b"]
    assert [r.id for r in journal.history("churn")] == ["a", "b"]


def test_a_reading_is_corrected_at_most_once(database: Database) -> None:
    journal = SqlJournalStore(database)
    journal.record(reading("a", "5", 11))
    journal.record(reading("b", "4", 11, supersedes="a"))

    with pytest.raises(UserCanFix, match="reading_superseded"):
        journal.record(reading("c", "3", 11, supersedes="a"))


def test_the_last_change_of_a_task_is_its_state(database: Database) -> None:
    journal = SqlJournalStore(database)
    journal.change_task(change("1", "doing"))
    journal.change_task(change("2", "done"))

    assert journal.task_states()["t1"].status == "done"
    assert [c.status for c in journal.task_changes(task_id="t1")] == ["doing", "done"]
