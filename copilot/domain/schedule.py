"""Weekly slots in a time zone, safe across daylight saving and downtime. Pure: time comes in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from copilot.domain.errors import UserCanFix
from copilot.domain.source import Frozen

WEEK = timedelta(days=7)


class IsoWeek(Frozen):
    """A week as ISO 8601 counts it; Monday is day 1."""

    year: int
    week: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.week:02d}"

    @classmethod
    def of(cls, day: date) -> IsoWeek:
        """The week a day belongs to."""
        year, week, _ = day.isocalendar()
        return cls(year=year, week=week)

    def day(self, weekday: int) -> date:
        """A day of the week, 1 Monday to 7 Sunday."""
        return date.fromisocalendar(self.year, self.week, weekday)

    def before(self) -> IsoWeek:
        """The week before."""
        return IsoWeek.of(self.day(1) - WEEK)


class Slot(Frozen):
    """One appointed moment of a schedule."""

    week: IsoWeek
    at: datetime
    """UTC."""


class Schedule(Frozen):
    """When a weekly update is drafted, for whom, and where it goes once approved."""

    id: str
    weekday: int = Field(ge=1, le=7)
    """1 Monday to 7 Sunday."""
    at: time
    """Local wall time."""
    zone: str
    """IANA name, `Europe/Madrid`."""
    audience: str
    language: str = "es"
    destination: str
    """`slack:C0123ABCD` or `file:PATH`."""
    review: str | None = None
    """Where the draft is shown for approval, `slack:C0123ABCD`; None: only in the list of drafts."""
    created_by: str
    created_at: datetime
    active: bool = True

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as err:
            raise UserCanFix("unknown_time_zone", zone=zone) from err
        return zone

    def slot(self, week: IsoWeek) -> Slot:
        """The week's moment. A wall time that daylight saving skips becomes the first one after the gap; one that
        comes twice is the first of the two.
        """
        local = datetime.combine(week.day(self.weekday), self.at, tzinfo=ZoneInfo(self.zone))
        return Slot(week=week, at=local.astimezone(UTC) if _exists(local) else _after_gap(local))

    def latest_slot(self, now: datetime) -> Slot | None:
        """The last moment that has come, not before the schedule was made; None when there was none yet."""
        week = IsoWeek.of(now.astimezone(ZoneInfo(self.zone)).date())
        slot = self.slot(week)
        if slot.at > now:
            slot = self.slot(week.before())
        return slot if slot.at >= self.created_at else None

    def next_slot(self, now: datetime) -> Slot:
        """The first moment after `now`."""
        week = IsoWeek.of(now.astimezone(ZoneInfo(self.zone)).date())
        slot = self.slot(week)
        return slot if slot.at > now else self.slot(IsoWeek.of(week.day(1) + WEEK))


def _exists(local: datetime) -> bool:
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None) == local.replace(tzinfo=None)


def _after_gap(local: datetime) -> datetime:
    """The instant the clocks jump: of a wall time inside the gap, both readings of the offset bracket it."""
    early, late = sorted((local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)))
    offset = early.astimezone(local.tzinfo).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(local.tzinfo).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)  # clocks jump on a whole second, less than one before `late`
