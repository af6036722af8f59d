"""Weekly slots: local wall time, one a week, through daylight saving and downtime."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from copilot.domain.errors import UserCanFix
from copilot.domain.schedule import IsoWeek, Schedule

START = datetime(2025, 1, 1, tzinfo=UTC)


def make(zone: str, at: time = time(9, 0), weekday: int = 1) -> Schedule:
    return Schedule(
        id="s",
        weekday=weekday,
        at=at,
        zone=zone,
        audience="team",
        destination="file:out.md",
        created_by="local:ana",
        created_at=START,
    )


@pytest.mark.parametrize("zone", ["America/Mexico_City", "Europe/Madrid", "Pacific/Chatham", "UTC"])
def test_two_years_have_one_slot_a_week_at_the_same_wall_time(zone: str) -> None:
    schedule, moment, seen = make(zone), START, []

    while moment < START + timedelta(days=730):
        slot = schedule.next_slot(moment)
        seen.append(slot)
        moment = slot.at

    assert {slot.at.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for slot in seen} == {"Mon 09:00"}
    assert len({str(slot.week) for slot in seen}) == len(seen) in (104, 105)


def test_a_wall_time_that_daylight_saving_skips_becomes_the_end_of_the_gap() -> None:
    slot = make("Europe/Madrid", time(2, 30), weekday=7).slot(IsoWeek(year=2026, week=13))

    assert slot.at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert slot.at.astimezone(ZoneInfo("Europe/Madrid")).time() == time(3, 0)


def test_a_wall_time_that_comes_twice_is_the_first_of_the_two() -> None:
    slot = make("Europe/Madrid", time(2, 30), weekday=7).slot(IsoWeek(year=2026, week=43))

    assert slot.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_after_downtime_the_latest_slot_is_the_one_that_was_missed() -> None:
    schedule = make("America/Mexico_City")

    missed = schedule.latest_slot(datetime(2026, 3, 4, 12, tzinfo=UTC))

    assert missed is not None
    assert missed.at == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_a_schedule_has_no_slot_before_it_was_made() -> None:
    assert make("UTC").latest_slot(START + timedelta(hours=1)) is None


def test_the_week_around_new_year_is_counted_as_iso_does() -> None:
    assert str(IsoWeek.of(datetime(2027, 1, 1, tzinfo=UTC).date())) == "2026-W53"
    assert str(IsoWeek(year=2027, week=1).before()) == "2026-W53"


def test_an_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(UserCanFix) as err:
        make("Mars/Olympus")

    assert err.value.params["zone"] == "Mars/Olympus"
