"""Two years of weekly slots in three zones, with outages: one draft a week at the right local time, a missed one made up once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from copilot.domain.access import Principal
from copilot.domain.plan import Plan
from copilot.domain.schedule import Schedule
from copilot.domain.status import StatusReport
from copilot.domain.work import Draft
from copilot.status.report import Journal, build_report
from copilot.status.workflow import StatusDesk
from copilot.status.writer import write
from retrieval.store.database import Database, open_database
from retrieval.store.drafts import SqlDrafts, SqlSchedules
from retrieval.store.work import SqlOutbox
from tests.prove.conftest import Scale

START = datetime(2026, 3, 1, tzinfo=UTC)
WEEKS, OUTAGES, PROCESSES = 104, 30, 3
TICK, AWAY = timedelta(minutes=20), timedelta(hours=6)
"""Between looks of the workers: around the appointment, and on other days."""
ZONES = ("America/Mexico_City", "Europe/Madrid", "Pacific/Chatham")
# Sunday 02:30 falls into the gap in Madrid and Chatham (02:45 there) and comes twice in autumn: the hardest appointment there is.
WEEKDAY, AT = 7, time(2, 50)


class MovedClock:
    """Implements the port Clock; shared by all workers of a run."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class Outage:
    first: datetime
    last: datetime

    def holds(self, moment: datetime) -> bool:
        return self.first <= moment < self.last


def outages(rng: random.Random, number: int, weeks: int) -> list[Outage]:
    """Apart from each other; every fifth is longer than a week, up to five of them."""
    room = timedelta(weeks=weeks) / number
    found = []
    for n in range(number):
        longest = room * 0.8 if n % 5 == 0 else min(room * 0.5, timedelta(days=3))
        shortest = min(longest, timedelta(days=8)) if n % 5 == 0 else timedelta(hours=1)
        length = shortest + (longest - shortest) * rng.random()
        begin = START + room * n + (room - length) * rng.random()
        found.append(Outage(begin, begin + length))
    return found


def desk(database: Database, clock: MovedClock) -> StatusDesk:
    def report(_reader: Principal, now: datetime, since: datetime | None) -> StatusReport:
        return build_report(Plan(), Journal(), today=now.date(), since=since)

    return StatusDesk(
        report=report,
        write=lambda told, language: write(told, language),
        drafts=SqlDrafts(database),
        outbox=SqlOutbox(database),
        schedules=SqlSchedules(database),
        clock=clock,
    )


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[list[Database]]:
    """One database, opened by each process on its own."""
    made = [open_database(f"sqlite:///{tmp_path / 'state.db'}") for _ in range(PROCESSES)]
    yield made
    for one in made:
        one.close()


def ticked_at_once(desks: list[StatusDesk]) -> None:
    gate = threading.Barrier(len(desks))
    done: list[StatusDesk] = []

    def tick(one: StatusDesk) -> None:
        gate.wait()
        one.tick()
        done.append(one)

    threads = [threading.Thread(target=tick, args=(one,)) for one in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(desks)


def slot_of(week: str, zone: str) -> datetime:
    """The week's appointment, reckoned here on its own: the wall time, or the first one after a gap."""
    year, number = week.split("-W")
    wall = datetime.combine(date.fromisocalendar(int(year), int(number), WEEKDAY), AT)
    moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) > wall and (
        (moment - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) > wall
    ):
        moment -= timedelta(minutes=1)
    return moment


@pytest.mark.parametrize("zone", ZONES)
def test_every_week_has_one_draft_at_its_local_time_and_a_missed_one_is_made_up_once(
    databases: list[Database], zone: str, scale: Scale
) -> None:
    weeks, number = scale(WEEKS), scale(OUTAGES)
    clock = MovedClock(START)
    desks = [desk(database, clock) for database in databases]
    SqlSchedules(databases[0]).add_schedule(
        Schedule(
            id="weekly",
            weekday=WEEKDAY,
            at=AT,
            zone=zone,
            audience="team",
            destination="file:x.md",
            created_by="t",
            created_at=START,
        )
    )
    down = outages(random.Random(zone), number, weeks)
    ends = START + timedelta(weeks=weeks)

    ticks: list[datetime] = []
    while clock.moment < ends:
        if not any(outage.holds(clock.moment) for outage in down):
            near = timedelta(minutes=90) > abs(clock.moment - slot_of(_week(clock.moment, zone), zone))
            if near or not ticks or clock.moment - ticks[-1] >= AWAY:
                ticked_at_once(desks) if near and len(ticks) % 3 == 0 else desks[len(ticks) % PROCESSES].tick()
                ticks.append(clock.moment)
        clock.moment += TICK

    drafts = SqlDrafts(databases[0]).drafts(limit=10_000)
    assert max(Counter(draft.key for draft in drafts).values()) == 1
    made = {draft.key.split(":")[1]: draft for draft in drafts}
    assert len(made) == len(drafts)
    for week in _weeks(weeks):
        _check_week(week, zone, made.get(week), ticks, ends)


def _check_week(week: str, zone: str, draft: Draft | None, ticks: list[datetime], ends: datetime) -> None:
    slot, following = slot_of(week, zone), slot_of(_next(week), zone)
    if slot < START or following > ends:
        return
    seen = next((moment for moment in ticks if slot <= moment < following), None)
    if seen is None:  # nobody was up in the whole week after the slot: the next slot tells its news
        assert draft is None
    else:
        assert draft is not None, week
        assert draft.created_at == seen


def _week(moment: datetime, zone: str) -> str:
    year, week, _ = moment.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{week:02d}"


def _next(week: str) -> str:
    year, number = week.split("-W")
    later = date.fromisocalendar(int(year), int(number), 1) + timedelta(days=7)
    return f"{later.isocalendar().year}-W{later.isocalendar().week:02d}"


def _weeks(number: int) -> list[str]:
    found = [_week(START, "UTC")]
    while len(found) < number:
        found.append(_next(found[-1]))
    return found
