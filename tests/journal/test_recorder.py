"""A person records a value or a state by the name they know; what does not fit is refused with what would."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import KpiFact, TaskFact
from copilot.domain.plan import Plan
from copilot.journal.naming import find_named
from copilot.journal.recorder import Recorder
from retrieval.store.database import open_database
from retrieval.store.journal import SqlJournalStore

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ANA = Principal(id="local:ana", role=Role.member)


class StillClock:
    def now(self) -> datetime:
        return NOW


def kpi(name: str, unit: str, document: str = "plan.md", period: str = "Mes 1", line: int = 3) -> KpiFact:
    raw = f"{name} 5"
    return KpiFact(
        id=f"{name}{period}{document}",
        document=document,
        lines=(line, line),
        raw=raw,
        quote=raw,
        name=name,
        value=Decimal(5),
        unit=unit,
        period=period,
    )


def task(id: str, text: str) -> TaskFact:
    return TaskFact(id=id, document="plan.md", lines=(9, 9), raw=text, quote=f"- [ ] {text}", text=text, done=False)


PLAN = Plan(
    facts=(
        kpi("Retención mensual", "%"),
        kpi("Retención mensual", "%", period="Mes 3", line=4),
        kpi("NPS", "score"),
        kpi("Churn", "%"),
        kpi("Churn", "%", document="otro.md"),
        kpi("Satisfacción", "score/10"),
        task("t1", "Contratar Operations Manager"),
        task("t2", "Contratar Data Analyst"),
        task("t3", "Setup de CRM"),
        task("t4", "Setup de CRM"),
    )
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournalStore]:
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    yield SqlJournalStore(database)
    database.close()


@pytest.fixture
def recorder(journal: SqlJournalStore) -> Recorder:
    return Recorder(plan=lambda _by: PLAN, journal=journal, clock=StillClock())


@pytest.mark.parametrize(
    ("name", "value", "stored", "unit"),
    [
        pytest.param("retencion MENSUAL", "81,5 %", "81.5", "%", id="case, accents and comma"),
        pytest.param("Retencion mensul", "81", "81", "%", id="a slip, and a bare number"),
        pytest.param("NPS", "-5", "-5", "score", id="below zero"),
        pytest.param("Satisfacción", "9.2", "9.2", "score/10", id="bare score"),
        pytest.param("Satisfacción", "9.2/10", "9.2", "score/10", id="score with scale"),
    ],
)
def test_a_value_is_recorded_in_the_metrics_unit(recorder: Recorder, name: str, value: str, stored: str, unit: str) -> None:
    reading = recorder.record(ANA, name, value)

    assert (reading.value, reading.unit, reading.on, reading.by) == (Decimal(stored), unit, NOW.date(), "local:ana")


def test_a_second_value_for_a_day_corrects_the_first(recorder: Recorder, journal: SqlJournalStore) -> None:
    first = recorder.record(ANA, "NPS", "41", on=date(2026, 11, 2))
    second = recorder.record(ANA, "NPS", "42", on=date(2026, 11, 2))

    assert [reading.id for reading in journal.readings()] == [second.id]
    assert [reading.id for reading in journal.history(first.metric_id)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        pytest.param("NPS", "$5", "wrong_unit", id="dollars for a score"),
        pytest.param("NPS", "mucho", "bad_reading", id="no number"),
        pytest.param("NPS", "40-50", "bad_reading", id="a range"),
        pytest.param("NPS", ">40", "bad_reading", id="a bound"),
        pytest.param("NPS", "40 y 50", "bad_reading", id="two numbers"),
        pytest.param("NPS", "1.234", "ambiguous_number", id="two readings of one number"),
        pytest.param("NPS", "9" * 100_000, "bad_reading", id="huge"),
        pytest.param("Net Promoter", "5", "unknown_metric", id="unknown"),
        pytest.param("Churn", "5", "ambiguous_metric", id="in two documents"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    recorder: Recorder, journal: SqlJournalStore, name: str, value: str, code: str
) -> None:
    with pytest.raises(UserCanFix, match=code):
        recorder.record(ANA, name, value)

    assert journal.readings() == []


def test_an_unknown_name_is_answered_with_the_near_ones(recorder: Recorder) -> None:
    with pytest.raises(UserCanFix) as err:
        recorder.change_task(ANA, "Contratar manager", "done")

    assert "Contratar Operations Manager" in err.value.params["near"]  # type: ignore[operator]


def test_an_ambiguous_name_is_answered_with_where_each_stands(recorder: Recorder) -> None:
    with pytest.raises(UserCanFix) as err:
        recorder.change_task(ANA, "setup de crm", "done")

    assert err.value.params["known"] == ["t3 plan.md:9", "t4 plan.md:9"]


def test_the_document_decides_between_two_metrics_of_one_name(recorder: Recorder) -> None:
    assert recorder.record(ANA, "Churn", "4", document="otro.md").document == "otro.md"


def test_a_metric_told_in_two_sections_without_contradiction_is_one(journal: SqlJournalStore) -> None:
    table = [kpi("MRR", "USD", period=f"Mes {n}").model_copy(update={"segment": "Ingresos"}) for n in (1, 3)]
    listed = kpi("MRR", "USD", period="Q1").model_copy(update={"segment": "Q1 2026: Base"})
    recorder = Recorder(plan=lambda _by: Plan(facts=(listed, *table)), journal=journal, clock=StillClock())

    assert recorder.record(ANA, "MRR", "$5K").value == 5000


def test_a_metric_of_two_departments_is_asked_back(journal: SqlJournalStore) -> None:
    sales = kpi("Coste", "USD").model_copy(update={"segment": "Ventas"})
    support = kpi("Coste", "USD").model_copy(update={"segment": "Soporte", "value": Decimal(9)})
    recorder = Recorder(plan=lambda _by: Plan(facts=(sales, support)), journal=journal, clock=StillClock())

    with pytest.raises(UserCanFix, match="ambiguous_metric"):
        recorder.record(ANA, "Coste", "$5K")


def test_an_id_names_one_of_two_equal_tasks(recorder: Recorder, journal: SqlJournalStore) -> None:
    recorder.change_task(ANA, "t4", "blocked", note="sin licencia")

    assert {key: (change.status, change.note) for key, change in journal.task_states().items()} == {
        "t4": ("blocked", "sin licencia")
    }


def test_a_date_to_come_is_refused(recorder: Recorder) -> None:
    with pytest.raises(UserCanFix, match="date_in_future"):
        recorder.record(ANA, "NPS", "5", on=date(2026, 11, 21))


def test_a_viewer_records_nothing(recorder: Recorder) -> None:
    with pytest.raises(UserCanFix, match="not_allowed"):
        recorder.record(Principal(id="v", role=Role.viewer), "NPS", "5")


@pytest.mark.parametrize("name", ["coste por lead", "cost per lead", "custo por lead"])
def test_neither_side_of_a_cost_per_something_is_that_metric(name: str) -> None:
    costs = [kpi("Coste", "USD"), kpi("Leads", "count"), kpi("Cost", "USD")]

    assert find_named(name, costs, lambda one: one.name, lambda one: one.id)[0] == []
    both = [*costs, kpi("Costo por lead captado", "USD")]
    assert [one.name for one in find_named("costo por lead", both, lambda one: one.name, lambda one: one.id)[0]] == [
        "Costo por lead captado"
    ]
