"""A small plan with readings and task states to report on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from copilot.domain.fact import FinanceFact, KpiFact, PhaseFact, TaskFact
from copilot.domain.journal import Reading, TaskChange
from copilot.domain.plan import DocumentRecord, Plan, PlanEvent
from copilot.domain.quantity import Period
from copilot.status.report import Journal
from retrieval.language.identity import metric_id
from retrieval.store.database import Database, open_database

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
HEADING = ("Plan", "Fase 1 (Meses 1-3)")


class StillClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def step(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


def record(document: str = "plan.md", start: date | None = date(2026, 11, 1)) -> DocumentRecord:
    return DocumentRecord(
        document=document, version_id="v", title="Plan", language="es", sha256="x", line_count=20, start=start, ingested_at=NOW
    )


def kpi(name: str, raw: str, value: str, unit: str, comparator: str, line: int, document: str = "plan.md") -> KpiFact:
    return KpiFact.model_validate(
        {
            "id": f"{document}-{name}",
            "document": document,
            "lines": (line, line),
            "heading_path": HEADING,
            "raw": raw,
            "quote": f"- {name} en el Mes 1: {raw}",
            "name": name,
            "period": "Mes 1",
            "when": Period(raw="Mes 1", unit="months", start=1, end=1),
            "comparator": comparator,
            "value": Decimal(value),
            "unit": unit,
        }
    )


def task(id: str, text: str, line: int, week: int | None = None) -> TaskFact:
    when = None if week is None else Period(raw=f"Semana {week}", unit="weeks", start=week, end=week)
    return TaskFact(
        id=id,
        document="plan.md",
        lines=(line, line),
        heading_path=HEADING,
        raw=text,
        quote=f"- [ ] {text}",
        text=text,
        when=when,
        done=False,
    )


@pytest.fixture
def plan() -> Plan:
    phase = PhaseFact(
        id="p1",
        document="plan.md",
        lines=(2, 2),
        heading_path=HEADING,
        raw="Fase 1 (Meses 1-3)",
        quote="## Fase 1 (Meses 1-3)",
        name="Fase 1 (Meses 1-3)",
        start=1,
        end=3,
        unit="months",
    )
    money = FinanceFact(
        id="f1",
        document="plan.md",
        lines=(8, 9),
        heading_path=HEADING,
        raw="$25K - $50K",
        quote="**Inversión:** $25K - $50K\n**ROI:** 2:1 en 6 meses",
        name="Inversión",
        role="investment",
        amount_low=Decimal(25000),
        amount_high=Decimal(50000),
        currency="USD",
        roi_value="2:1",
        horizon="6 meses",
    )
    facts = (
        phase,
        kpi("Churn", "< 5%", "5", "%", "<", 3),
        kpi("NPS", "> 60", "60", "score", ">", 4),
        task("t1", "Hacer 5 demos", 6, week=2),
        task("t2", "Contratar CTO", 7, week=2),
        task("t3", "Cerrar 3 pilotos", 10, week=4),
        money,
    )
    return Plan(documents=(record(),), facts=facts)


def reading(value: str, name: str = "Churn", day: int = 18) -> Reading:
    return Reading(
        id=f"r{day}",
        metric_id=metric_id("plan.md", name),
        name=name,
        document="plan.md",
        value=Decimal(value),
        unit="%",
        on=date(2026, 11, day),
        by="local:ana",
        at=NOW,
    )


def done(task_id: str, name: str) -> TaskChange:
    return TaskChange(id=f"c-{task_id}", task_id=task_id, name=name, document="plan.md", status="done", by="local:ana", at=NOW)


@pytest.fixture
def journal() -> Journal:
    change = done("t1", "Hacer 5 demos")
    moved = PlanEvent(
        kind="changed", fact_kind="kpi", fact_id="k9", document="plan.md", name="ARR", before="$5M", after="$10M", at=NOW
    )
    return Journal(readings=[reading("6.2")], task_states={"t1": change}, task_changes=[change], events=[moved])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield made
    made.close()
