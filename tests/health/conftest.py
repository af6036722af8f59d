"""Plans of a few metrics and readings of them, built by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from copilot.domain.fact import Fact, KpiFact, PhaseFact
from copilot.domain.journal import Reading
from copilot.domain.plan import DocumentRecord, Plan
from copilot.domain.quantity import Period
from copilot.health.assessment import assess
from copilot.health.state import MetricHealth
from retrieval.language.identity import metric_id

NOW = datetime(2026, 4, 16, 10, tzinfo=UTC)
TODAY = NOW.date()
START = date(2026, 1, 1)
HEADING = ("Plan", "Metas")


def months(first: int, last: int | None = None) -> Period:
    return Period(raw=f"Mes {last or first}", unit="months", start=first, end=last or first)


def kpi(name: str, value: str, unit: str = "%", *, when: Period | None = None, line: int = 3, **more: Any) -> KpiFact:
    told = {
        "id": f"{name}-{line}",
        "document": "plan.md",
        "lines": (line, line),
        "heading_path": HEADING,
        "raw": f"{value} {unit}",
        "quote": f"| {name} | {value} {unit} |",
        "name": name,
        "when": when,
        "period": when.raw if when else None,
        "value": Decimal(value),
        "unit": unit,
    }
    return KpiFact.model_validate({**told, **more})


def plan_of(*facts: Fact, start: date | None = START) -> Plan:
    record = DocumentRecord(
        document="plan.md", version_id="v", title="Plan", language="es", sha256="x", line_count=20, start=start, ingested_at=NOW
    )
    return Plan(documents=(record,), facts=facts)


def phase(name: str, first: int, last: int, heading: tuple[str, ...]) -> PhaseFact:
    return PhaseFact(
        id=name,
        document="plan.md",
        lines=(2, 2),
        heading_path=heading,
        raw=name,
        quote=name,
        name=name,
        start=first,
        end=last,
        unit="months",
    )


def readings(name: str, *values: str, unit: str = "%", last: date = TODAY - timedelta(days=1), every: int = 7) -> list[Reading]:
    days = [last - timedelta(days=every * back) for back in range(len(values))][::-1]
    return [
        Reading(
            id=f"{name}-{day}",
            metric_id=metric_id("plan.md", name),
            name=name,
            document="plan.md",
            value=Decimal(value),
            unit=unit,
            on=day,
            by="local:ana",
            at=NOW,
        )
        for value, day in zip(values, days, strict=True)
    ]


def health_of(plan: Plan, said: Sequence[Reading] = (), name: str | None = None, today: date = TODAY) -> MetricHealth:
    found = assess(plan, said, today=today).metrics
    return next(one for one in found if name in (None, one.name))
