"""What health says of a metric and of a group of them; figures are Decimal in the metric's unit. Knows no words and no stores."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from copilot.domain.answer import Calculation
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Confidence, Reading
from copilot.domain.source import Citation, Frozen

Status = Literal["green", "amber", "red", "grey"]
WORST_FIRST: tuple[Status, ...] = ("red", "amber", "green", "grey")
Direction = Literal["up", "down", "inside"]
DirectionFrom = Literal["comparator", "change", "range", "baseline", "targets", "name"]
Reason = Literal[
    "met",
    "on_path",
    "behind",
    "far_behind",
    "missed",
    "near",
    "off",
    "no_target",
    "not_begun",
    "no_reading",
    "stale",
    "other_unit",
    "unclear_change",
    "no_direction",
    "no_start",
    "no_baseline",
]
"""The rule that gave the status; docs/health.md has a line for each."""
SILENT: tuple[Reason, ...] = ("no_reading", "stale")
"""Nobody said anything, or not lately: that is no failure, and no success either."""
StartFrom = Literal["baseline", "actual", "target_before", "first_reading"]
NoForecast = Literal["no_readings", "too_few_readings", "no_due_date", "due_is_past", "due_too_far", "not_comparable"]
Outcome = Literal["reached", "open", "missed"]
"""Where the interval lies: all of it reaches the target, a part, none."""


class Rules(Frozen):
    """Thresholds of the colours and of silence."""

    green_within: Decimal = Field(Decimal(10), ge=0)
    """Percent of the way from baseline to target that a reading may lag behind its path and still be green."""
    amber_within: Decimal = Field(Decimal(25), ge=0)
    """The same for amber; beyond it is red."""
    near_target: Decimal = Field(Decimal(10), ge=0)
    """Percent a reading may miss a target without a date by, and be amber."""
    cadence_days: int = Field(31, ge=1)
    """Days between readings where neither the plan nor the readings tell."""
    grace: Decimal = Field(Decimal("1.5"), ge=1)
    """A reading is silent when it is older than this many times its cadence."""


class Goal(Frozen):
    """A target as bounds in the metric's unit."""

    fact: KpiFact
    low: Decimal | None = None
    """Reached from here up; None: no lower bound."""
    high: Decimal | None = None
    """Reached up to here; None: no upper bound."""
    is_strict: bool = False
    """The bound itself does not reach it (`< 5 %`)."""
    direction: Direction
    direction_from: DirectionFrom
    resolved: Calculation | None = None
    """How a change (`+30 %`) became a level."""

    def is_met(self, value: Decimal) -> bool:
        """Whether a value reaches it."""
        if self.low is not None and (value < self.low or self.is_strict and value == self.low):
            return False
        return self.high is None or value < self.high or value == self.high and not self.is_strict

    def aim(self, value: Decimal | None = None) -> Decimal:
        """The bound to be reached; of a range to stay in, the one nearer to the value."""
        low, high = self.low, self.high
        if low is None or high is None:
            return high if low is None else low  # type: ignore[return-value]  # a goal has a bound
        if self.direction == "inside" and value is not None:
            return low if abs(value - low) <= abs(value - high) else high
        return high if self.direction == "down" else low


class Path(Frozen):
    """The straight line to the target on its last day, from where the metric stood or from the target before it."""

    first: date
    start: Decimal
    start_from: StartFrom
    citation: Citation
    """Of the start's value."""
    due: date
    aim: Decimal
    base: Decimal
    """Where the whole way began, of which this line may be the last stretch: lags are measured by its length."""
    base_from: StartFrom
    base_citation: Citation

    def expected(self, day: date) -> Decimal:
        """What the line says for a day; before its first day the start, after its last the target."""
        total = (self.due - self.first).days
        done = min(max((day - self.first).days, 0), total)
        return self.start + (self.aim - self.start) * done / total


class Forecast(Frozen):
    """Where the readings lead by the due date, with an 80 % interval."""

    on: date
    value: Decimal
    low: Decimal
    high: Decimal
    per_day: Decimal
    """Pace of the readings, in the metric's unit a day."""
    readings: int
    method: Literal["trend", "drift"]
    outcome: Outcome


class MetricHealth(Frozen):
    """One metric: what the plan wants, what people said, and what follows from both."""

    metric_id: str
    name: str
    document: str
    segment: str | None = None
    unit: str
    target: KpiFact | None = None
    """The target that holds today, else the next one."""
    goal: Goal | None = None
    first: date | None = None
    """First day of the target's period; None: unknown."""
    due: date | None = None
    """Last day of it; None: unknown."""
    dated_by: str | None = None
    """The period or phase that dates it, as written."""
    path: Path | None = None
    readings: tuple[Reading, ...] = ()
    """The latest, by day."""
    cadence_days: int
    status: Status
    reason: Reason
    shortfall: Decimal | None = None
    """Percent of the way that the latest reading lags behind its path; negative: ahead."""
    attainment: Decimal | None = None
    """Percent of the target reached: of the way from the start where that is known, else of the value itself."""
    gap: Decimal | None = None
    """Latest reading less the bound to be reached."""
    expected: Decimal | None = None
    """What the path says for the day of the latest reading."""
    forecast: Forecast | None = None
    no_forecast: NoForecast | None = None
    calculations: tuple[Calculation, ...] = ()
    """Every figure above with its formula; named `gap`, `attainment`, `expected`, `shortfall` or `lead`, `forecast` ..."""

    @property
    def latest(self) -> Reading | None:
        """The newest reading."""
        return self.readings[-1] if self.readings else None

    @property
    def is_silent(self) -> bool:
        """Nobody reported it, or not lately."""
        return self.reason in SILENT

    @property
    def confidence(self) -> Confidence | None:
        """The colour a person gave with the latest reading; stands beside the computed one and is never merged with it."""
        return self.latest.confidence if self.latest else None

    def calculation(self, name: str) -> Calculation | None:
        """The calculation of that name."""
        return next((one for one in self.calculations if one.name == name), None)


class GroupHealth(Frozen):
    """A section, phase, document or the whole plan: as healthy as its weakest metric."""

    kind: Literal["section", "phase", "document", "plan"]
    name: str
    document: str | None = None
    status: Status
    """Of the weakest metric that has a colour; grey when none has."""
    green: int = 0
    amber: int = 0
    red: int = 0
    grey: int = 0
    """Without a colour, the silent ones included."""
    silent: int = 0
    weakest: tuple[str, ...] = ()
    """Ids of the metrics that have the group's colour, the furthest behind first; none for a grey group."""


class PlanHealth(Frozen):
    """All metrics on a day, and their groups."""

    today: date
    rules: Rules
    metrics: tuple[MetricHealth, ...] = ()
    groups: tuple[GroupHealth, ...] = ()
    """The whole plan first."""
