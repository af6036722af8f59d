"""The weekly report is computed: done is what someone said, overdue is what the calendar says, silence is said to be silence."""

from datetime import date

import pytest

from copilot.domain.audit import Finding
from copilot.domain.plan import Plan
from copilot.status.report import Journal, build_report
from copilot.status.wording import draft
from tests.status.conftest import NOW, done, reading, record

TODAY = NOW.date()


def told(plan: Plan, journal: Journal, today: date = TODAY) -> dict[str, list[str]]:
    report = build_report(plan, journal, today=today, since=None)
    found: dict[str, list[str]] = {}
    for item in report.items:
        found.setdefault(item.section, []).append(f"{item.what}:{item.slots.get('name', item.slots.get('document', ''))}")
    return found


def test_a_week_is_told_by_section(plan: Plan, journal: Journal) -> None:
    assert told(plan, journal) == {
        "changed": ["change_changed:ARR"],
        "done": ["task_done:Hacer 5 demos"],
        "overdue": ["task_overdue:Contratar CTO"],
        "metrics": ["reading_not_yet:Churn"],
        "money": ["phase_running:Fase 1 (Meses 1-3)", "money:Inversión"],
        "silent": ["metric_silent:NPS"],
    }


def test_a_task_is_due_in_the_week_before_its_period_ends(plan: Plan) -> None:
    assert told(plan, Journal(), date(2026, 11, 20)).get("due") is None
    assert told(plan, Journal(), date(2026, 11, 21))["due"] == ["task_due:Cerrar 3 pilotos"]


def test_a_finished_task_is_not_overdue(plan: Plan) -> None:
    state = done("t2", "Contratar CTO")

    assert told(plan, Journal(task_states={"t2": state}))["overdue"] == ["task_overdue:Hacer 5 demos"]


def test_without_the_plans_start_nothing_is_due_and_the_start_is_asked_for(plan: Plan) -> None:
    undated = plan.model_copy(update={"documents": (record(start=None),)})

    found = told(undated, Journal())

    assert "overdue" not in found
    assert "money" not in found
    assert found["asks"] == ["start_missing:plan.md"]


@pytest.mark.parametrize(("value", "verdict"), [("4.9", "reading_met"), ("5", "reading_not_yet"), ("6", "reading_not_yet")])
def test_a_reading_is_held_against_the_targets_comparator(plan: Plan, value: str, verdict: str) -> None:
    assert told(plan, Journal(readings=[reading(value)]))["metrics"] == [f"{verdict}:Churn"]


def test_the_latest_reading_of_a_metric_is_the_one_told(plan: Plan) -> None:
    report = build_report(plan, Journal(readings=[reading("9", day=10), reading("4", day=19)]), today=TODAY, since=None)

    assert [item.slots["value"] for item in report.items if item.section == "metrics"] == ["4 %"]


def test_a_reading_in_another_unit_is_shown_beside_the_target_without_a_verdict(plan: Plan) -> None:
    dollars = reading("4").model_copy(update={"unit": "USD"})

    assert told(plan, Journal(readings=[dollars]))["metrics"] == ["reading_beside:Churn"]


def test_a_running_phase_none_of_whose_tasks_was_touched_is_silent(plan: Plan) -> None:
    assert "phase_silent:Fase 1 (Meses 1-3)" in told(plan, Journal())["silent"]


def test_a_long_section_is_cut_and_the_rest_counted(plan: Plan) -> None:
    tasks = [fact.model_copy(update={"id": f"x{n}", "lines": (30 + n, 30 + n)}) for n in range(12) for fact in plan.facts[4:5]]
    many = plan.model_copy(update={"facts": (*plan.facts[:1], *tasks)})

    overdue = [item for item in build_report(many, Journal(), today=TODAY, since=None).items if item.section == "overdue"]

    assert len(overdue) == 9
    assert overdue[-1].slots == {"count": "4"}
    assert overdue[-1].calculations[0].formula == "12 - 8"


def test_findings_of_the_audit_that_matter_are_told_without_those_that_are_conflicts(plan: Plan) -> None:
    citation = plan.facts[1].citation()
    total = Finding(
        id="a",
        rule="total_of_column",
        severity="high",
        confidence="certain",
        sources=(citation,),
        claim="Total: 5%",
        problem="",
        expected="6%",
    )
    conflict = total.model_copy(update={"id": "b", "rule": "target_conflict"})
    doubt = total.model_copy(update={"id": "c", "severity": "low"})

    report = build_report(plan, Journal(), today=TODAY, since=None, findings=[conflict, doubt, total])
    text, _ = draft(report, "es")

    assert [item.slots["claim"] for item in report.items if item.section == "findings"] == ["Total: 5%"]
    assert "Lo que no cuadra" in text
