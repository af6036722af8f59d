"""The weekly report tells who is behind, what a forecast misses and whose readings are old, and all of it passes the check."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from copilot.domain.answer import Language
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Reading
from copilot.domain.plan import Plan
from copilot.domain.quantity import Period
from copilot.journal.metrics import metrics_of
from copilot.status.report import Journal, build_report
from copilot.status.writer import write
from tests.status.conftest import NOW, kpi, reading, record

TODAY = NOW.date()
FLAT = ("6", "5.9", "5.95", "5.8", "5.9", "5.85", "5.8", "5.85")


@pytest.fixture
def churn() -> Plan:
    six = Period(raw="Mes 6", unit="months", start=6, end=6)
    fact: KpiFact = kpi("Churn", "3%", "3", "%", "=", 3)
    told = {"when": six, "period": "Mes 6", "baseline": Decimal(6), "quote": "| Churn | 3% | 6% | Mes 6 |"}
    return Plan(documents=(record(start=date(2026, 8, 1)),), facts=(fact.model_copy(update=told),))


def weekly(*values: str, last: date = TODAY - timedelta(days=2)) -> list[Reading]:
    days = [last - timedelta(days=7 * back) for back in range(len(values))][::-1]
    return [
        reading(value).model_copy(update={"id": f"r{number}", "on": day})
        for number, (value, day) in enumerate(zip(values, days, strict=True))
    ]


def whats(plan: Plan, readings: list[Reading]) -> list[str]:
    report = build_report(plan, Journal(readings=readings), today=TODAY, since=None)
    return [item.what for item in report.items if item.section in ("metrics", "silent")]


def test_a_metric_behind_its_path_is_told_with_what_was_expected_and_its_forecast_miss(churn: Plan) -> None:
    report = build_report(churn, Journal(readings=weekly(*FLAT)), today=TODAY, since=None)

    behind, miss = (item for item in report.items if item.section == "metrics")

    assert (behind.what, miss.what) == ("reading_behind", "forecast_missed")
    assert behind.slots["expected"] == "4.213 %"
    assert [step.name for step in behind.calculations] == ["expected", "shortfall"]


def test_a_metric_on_its_path_is_said_to_be_so(churn: Plan) -> None:
    assert whats(churn, weekly("4.8", "4.6", "4.5", "4.3", "4.2")) == ["reading_on_path"]


def test_an_old_reading_is_silence_and_no_miss(churn: Plan) -> None:
    old = weekly("5.9", "5.8", "5.7", "5.6", last=TODAY - timedelta(days=40))

    assert whats(churn, old) == ["metric_stale"]


def test_the_furthest_behind_is_told_first(churn: Plan) -> None:
    nps = churn.facts[0].model_copy(
        update={"id": "nps", "name": "NPS", "value": Decimal(60), "unit": "score", "baseline": Decimal(20), "lines": (4, 4)}
    )
    plan = churn.model_copy(update={"facts": (*churn.facts, nps)})
    good = [
        one.model_copy(update={"id": f"n{one.id}", "metric_id": "", "name": "Aaa", "unit": "score"}) for one in weekly("40", "45")
    ]
    from_plan = [one.model_copy(update={"metric_id": _id_of(plan, "NPS")}) for one in good]

    report = build_report(plan, Journal(readings=[*from_plan, *weekly("6", "5.9")]), today=TODAY, since=None)

    assert [item.slots["name"] for item in report.items if item.section == "metrics"] == ["Churn", "Aaa"]


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr"])
def test_every_figure_of_a_metric_behind_its_path_passes_the_check(churn: Plan, language: Language) -> None:
    readings = weekly(*FLAT)
    readings[-1] = readings[-1].model_copy(update={"confidence": "green"})
    report = build_report(churn, Journal(readings=readings), today=TODAY, since=None)

    written = write(report, language).grounded

    assert "4.213" in written.text
    assert report.items[1].slots["low"] in written.text
    assert {"es": "verde", "en": "green", "pt": "verde", "fr": "vert"}[language] in written.text
    assert written.gaps == ()


def test_old_readings_and_forecasts_have_words_in_every_language(churn: Plan) -> None:
    old = weekly("5.9", "5.8", "5.7", "5.6", last=TODAY - timedelta(days=40))
    report = build_report(churn, Journal(readings=old), today=TODAY, since=None)

    for language in ("es", "en", "pt", "fr"):
        grounded = write(report, language).grounded
        assert grounded.gaps == ()
        assert "5.6 %" in grounded.text


def _id_of(plan: Plan, name: str) -> str:
    return next(metric.id for metric in metrics_of(plan) if metric.name == name)
