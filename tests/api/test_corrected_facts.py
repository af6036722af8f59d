"""What a person corrected reaches the metrics over HTTP and the weekly report."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx2

from copilot.domain.correction import Correction
from copilot.domain.fact import KpiFact
from copilot.office import Office
from tests.api.conftest import LOCAL

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def correct(office: Office, name: str, period: str, **fields: str) -> None:
    fact = next(
        fact
        for fact in office.workspace.plan(LOCAL).facts
        if isinstance(fact, KpiFact) and (fact.name, fact.period) == (name, period)
    )
    office.workspace.corrections.add(
        Correction(id="c1", document=fact.document, action="correct", fact_id=fact.id, fields=fields, by="local:ana", at=NOW)
    )


def test_metrics_over_http_have_the_corrected_value_and_its_author(http: httpx2.Client, office: Office) -> None:
    correct(office, "Churn", "Mes 3", value="3.5")

    churn = next(row for row in http.get("/v1/kpis").json() if row["name"] == "Churn")

    assert [(mention["value"], mention.get("by")) for mention in churn["mentions"]] == [(6, None), (3.5, "local:ana")]


def test_an_answer_over_http_cites_the_correction(http: httpx2.Client, office: Office) -> None:
    correct(office, "NPS", "Mes 3", value="58")

    answer = http.post("/v1/ask", json={"question": "¿Cuál es el NPS del mes 3?"}).json()

    assert "58" in answer["answer"]
    assert "local:ana" in answer["citations"][0]["correction"]


def test_the_report_measures_against_the_corrected_target(http: httpx2.Client, office: Office) -> None:
    http.post("/v1/kpis/readings", json={"name": "churn", "value": "3.8 %", "on": "2026-03-01"})
    correct(office, "Churn", "Mes 3", value="3.5")

    report = office.report(LOCAL, NOW, None)

    told = [item for item in report.items if item.section == "metrics" and "3.5" in str(item.slots)]
    assert told
    assert any(cited.correction for cited in told[0].evidence)
