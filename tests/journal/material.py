"""A plan of one document, with its journal and desks on a real database: shared by the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from copilot.domain.access import Principal, Role
from copilot.domain.fact import KpiFact, TaskFact
from copilot.domain.plan import DocumentRecord, Plan
from copilot.journal.checklist import Checklist
from copilot.journal.proposing import ProposalDesk
from copilot.journal.recorder import Recorder
from retrieval.store.database import Database
from retrieval.store.journal import SqlJournalStore
from retrieval.store.proposals import SqlProposals

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ANA = Principal(id="local:ana", role=Role.member)
LUIS = Principal(id="local:luis", role=Role.member)
EVA = Principal(id="local:eva", role=Role.approver)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


def kpi(name: str, unit: str, line: int = 3) -> KpiFact:
    raw = f"{name} 5"
    return KpiFact(
        id=f"k-{name}", document="plan.md", lines=(line, line), raw=raw, quote=raw, name=name, value=Decimal(5), unit=unit
    )


def task(id: str, text: str, *, done: bool = False) -> TaskFact:
    return TaskFact(id=id, document="plan.md", lines=(9, 9), raw=text, quote=f"- [ ] {text}", text=text, done=done)


def plan(*more: KpiFact | TaskFact) -> Plan:
    record = DocumentRecord(
        document="plan.md", version_id="v", title="Plan", language="es", sha256="", line_count=9, ingested_at=NOW
    )
    facts = (
        kpi("MRR", "EUR"),
        kpi("Churn", "%", 4),
        kpi("Tasa de retención", "%", 5),
        kpi("Usuarios activos", "count", 6),
        kpi("Tiempo de alta", "days", 7),
        task("t1", "Firmar el alquiler del local"),
        task("t2", "Instalar el horno", done=True),
    )
    return Plan(documents=(record,), facts=(*facts, *more))


def desk_on(database: Database, clock: Clock | None = None, of: Plan | None = None) -> ProposalDesk:
    shown = of or plan()
    clock = clock or Clock()
    journal = SqlJournalStore(database)
    return ProposalDesk(
        plan=lambda _by: shown,
        recorder=Recorder(plan=lambda _by: shown, journal=journal, clock=clock),
        checklist=Checklist(plan=lambda _by: shown, journal=journal, clock=clock),
        journal=journal,
        proposals=SqlProposals(database),
        clock=clock,
    )
