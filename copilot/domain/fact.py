"""Facts: one object a mention, each with the lines it stands on.

Field names are those of the export (`rumbo export --format jsonl`). Unknown is None, never zero. Periods, ROI,
payback, savings and horizons are kept as written; numbers are Decimal in the unit named beside them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from copilot.domain.quantity import Comparator, Period
from copilot.domain.source import Citation, Frozen, Lines

KpiRole = Literal[
    "target",
    "actual",
    "impact",
    "deliverable",
    "milestone",
    "capability",
    "benchmark",
    "price",
    "warning_threshold",
    "progress",
]
FinanceRole = Literal[
    "investment",
    "investment_item",
    "budget",
    "cost",
    "salary",
    "tool",
    "saving",
    "return",
    "benefit",
    "roi",
    "payback",
    "npv",
    "funding",
]
PhaseLevel = Literal[
    "overall",
    "phase",
    "subphase",
    "objective_quarter",
    "lever",
    "scaling_phase",
    "onboarding_step",
    "milestone",
    "next_steps",
]


class SubItem(Frozen):
    """A plain bullet under a task."""

    text: str
    line: int


class FactBase(Frozen):
    """What every mention has."""

    id: str = ""
    """Stable across re-ingests and moved lines; set by `retrieval.extract.merge`."""
    entry_id: str = ""
    """Id of the plan entry this mention belongs to; set by merge."""
    document: str
    lines: Lines
    """As short as the statement."""
    heading_path: tuple[str, ...] = ()
    raw: str
    """The exact string on the (first) line that states the fact."""
    quote: str
    """Repaired text of `lines`; an invariant test compares it with the document."""
    place: str | None = None
    """Page, or sheet and row, of `lines` in a file that is no text; exported only where there is one."""

    by: str | None = None
    """Who corrected or added the fact, or `model:<name>` that proposed it; None: the rules read it. Exported only where set."""
    correction: str | None = None
    """The fact in the words of the person who changed or added it; what its citation shows beside the quote. Not exported."""

    def citation(self) -> Citation:
        """The place of this mention."""
        return Citation(
            document=self.document,
            lines=self.lines,
            heading_path=self.heading_path,
            quote=self.quote,
            place=self.place,
            correction=self.correction,
        )

    def exported(self) -> dict[str, Any]:
        """JSON-ready fields of the export: Decimals as numbers, internal fields left out."""
        empty = {field for field in ("place", "by") if getattr(self, field) is None}
        fields = self.model_dump(exclude={"quote", "when", "correction", "series", *empty})
        return {key: _plain(value) for key, value in fields.items()}


class KpiFact(FactBase):
    """A metric's value, target, actual or promised change at one place."""

    kind: Literal["kpi"] = "kpi"
    name: str
    segment: str | None = None
    """Nearest heading, department or row group."""
    period: str | None = None
    """As written; inherited from the nearest heading or column that has one."""
    when: Period | None = None
    """Normal form of `period`; not exported."""
    comparator: Comparator = "="
    value: Decimal
    value_high: Decimal | None = None
    unit: str = "count"
    role: KpiRole = "target"
    baseline: Decimal | None = None
    baseline_high: Decimal | None = None
    """Upper end of a former value that is a range."""
    baseline_unit: str | None = None
    stated_change: str | None = None
    qualifier: str | None = None
    in_table: bool = False
    series: str | None = None
    """Id of the metric, where it had another name, heading or file when it was first seen; not exported."""


class FinanceFact(FactBase):
    """An amount of money, or a ROI, payback or saving that has none."""

    kind: Literal["finance"] = "finance"
    name: str
    segment: str | None = None
    period: str | None = None
    when: Period | None = None
    role: FinanceRole
    amount_low: Decimal | None = None
    amount_high: Decimal | None = None
    """Equal to `amount_low` for one amount."""
    currency: str | None = None
    """ISO 4217; None only where there is no amount."""
    per: str | None = None
    """`month`, `user/month`, `year` ...; None for a one-off amount."""
    roi_value: str | None = None
    roi_basis: str | None = None
    horizon: str | None = None
    payback: str | None = None
    savings: str | None = None
    comparator: Comparator = "="
    in_table: bool = False


class TaskFact(FactBase):
    """A checkbox, or a weekday item without one (`done` None). An empty box means not ticked, not "not started"."""

    kind: Literal["task"] = "task"
    text: str
    done: bool | None = None
    label: str | None = None
    parent: str | None = None
    subitems: tuple[SubItem, ...] = ()
    weekday: str | None = None
    period: str | None = None
    when: Period | None = None


class RiskFact(FactBase):
    """A risk and what the document sets against it."""

    kind: Literal["risk"] = "risk"
    risk: str
    mitigation: str | None = None
    contingency: str | None = None
    monitoring: str | None = None
    probability: str | None = None
    impact: str | None = None
    symptoms: str | None = None
    trigger: str | None = None


class PhaseFact(FactBase):
    """A heading, bullet or bold line that names a stretch of time of the plan."""

    kind: Literal["phase"] = "phase"
    name: str
    level: PhaseLevel = "phase"
    start: int | None = None
    end: int | None = None
    unit: str | None = None
    """days, weeks, months, `quarter 2024`, year."""
    goal: str | None = None
    priority: str | None = None


class TextFact(FactBase):
    """A statement of the plan without a figure of its own: an action, a deliverable, an objective, a role to hire."""

    kind: Literal["action", "deliverable", "milestone", "objective", "role", "note"]
    text: str
    name: str | None = None
    period: str | None = None
    when: Period | None = None
    salary: str | None = None
    responsibilities: str | None = None
    label: str | None = None


Fact = Annotated[KpiFact | FinanceFact | TaskFact | RiskFact | PhaseFact | TextFact, Field(discriminator="kind")]


class Dropped(Frozen):
    """Something that looked like a fact and was not made one, with the reason."""

    document: str
    line: int
    text: str
    reason: str
    """A stable code, e.g. `placeholder`, `no_unit`, `ambiguous_number`, `too_long`."""


class Extraction(Frozen):
    """What an extractor found in one document and what it left."""

    facts: tuple[Fact, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value
