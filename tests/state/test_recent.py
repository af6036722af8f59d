"""What health reads: of each metric the first reading and the latest ones, corrections in their place."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from copilot.domain.journal import Reading
from retrieval.store.database import open_database
from retrieval.store.journal import SqlJournalStore
from retrieval.store.recent import last_reading, recent_readings

DAY = date(2026, 1, 1)


def reading(metric: str, day: int, value: int = 0, supersedes: str | None = None) -> Reading:
    return Reading(
        id=f"{metric}{day}{supersedes or ''}",
        metric_id=metric,
        name=metric,
        document="plan.md",
        value=Decimal(value),
        unit="%",
        on=DAY + timedelta(days=day),
        by="local:ana",
        at=datetime(2026, 2, 1, tzinfo=UTC),
        supersedes=supersedes,
    )


def test_the_first_and_the_latest_readings_of_every_metric_come_by_day(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    journal = SqlJournalStore(database)
    for day in (5, 1, 3, 4, 2):
        journal.record(reading("a", day))
    journal.record(reading("b", 3))

    found = [(one.metric_id, (one.on - DAY).days) for one in recent_readings(database, per_metric=2)]

    assert found == [("a", 1), ("b", 3), ("a", 4), ("a", 5)]
    database.close()


def test_a_corrected_reading_is_left_out_and_its_correction_is_counted_in_its_place(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    journal = SqlJournalStore(database)
    for day in (1, 2, 3):
        journal.record(reading("a", day, day))
    before = last_reading(database)
    journal.record(reading("a", 1, 100, supersedes="a1"))

    found = [int(one.value) for one in recent_readings(database, per_metric=1)]

    assert found == [100, 3]
    assert last_reading(database) > before
    database.close()
