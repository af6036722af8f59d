"""The agent's tool for health, and the answers of the model of rules that rest on it: readings are cited, figures checked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.answer import Answer, Question
from copilot.domain.errors import ModelCanRetry
from copilot.office import Office
from tools.lookup import kpi_health

TODAY = datetime.now(UTC).date()
ANA = Principal(id="local:ana", role=Role.admin)
PLAN = f"""---
start: {TODAY - timedelta(days=90)}
---
# Plan de crecimiento

## Metas

| Métrica | Actual | Mes 5 |
|---|---|---|
| Churn | 6% | 3% |
| MRR | $10K | $40K |
| NPS | 40 | 60 |

## Otros

- CAC: < $50
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("health")
    (folder / "plan.md").write_text(PLAN, encoding="utf-8")
    made = Workspace(settings.load(home=folder / "home"))
    made.ingest([folder / "plan.md"])
    recorder = Office(made).recorder
    for week in range(8):
        day = TODAY - timedelta(days=7 * (7 - week) + 1)
        recorder.record(ANA, "churn", f"{6 + week % 2 / 10}%", on=day, confidence="green")
        recorder.record(ANA, "mrr", f"${12000 + 2500 * week + week % 2 * 300}", on=day)
    return made


def asked(workspace: Workspace, question: str) -> Answer:
    return asyncio.run(workspace.copilot.ask(ANA, Question(text=question)))


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("¿Cómo va el churn?", "del camino por detrás"),
        ("How is churn doing?", "of the way behind"),
        ("Como vai o churn no nosso plano?", "do caminho atrás"),
        ("Où en est le churn de notre plan ?", "du chemin de retard"),
    ],
)
def test_a_question_of_one_metric_is_answered_from_its_reading_with_the_target_cited(
    workspace: Workspace, question: str, word: str
) -> None:
    answer = asked(workspace, question)

    labels = [citation.label for citation in answer.citations]
    assert answer.answered
    assert word in answer.answer
    assert f"{TODAY - timedelta(days=1)} Churn: 6.1 %" in labels
    assert "plan.md:10" in labels
    assert answer.gaps == ()


@pytest.mark.parametrize(
    "question", ["which KPIs are behind?", "¿Qué KPIs van atrasados?", "quais KPIs estão em risco?", "quels KPI sont en retard ?"]
)
def test_metrics_behind_their_path_are_listed_and_those_on_it_are_not(workspace: Workspace, question: str) -> None:
    answer = asked(workspace, question)

    assert answer.answered
    assert "Churn" in answer.answer
    assert "MRR" not in answer.answer
    assert answer.gaps == ()


def test_every_figure_of_a_metric_ahead_with_its_forecast_passes_the_check(workspace: Workspace) -> None:
    answer = asked(workspace, "¿Cómo va el MRR?")

    assert "por delante" in answer.answer
    assert "previsión para el" in answer.answer
    assert answer.gaps == ()


def test_a_metric_nobody_reported_is_answered_from_the_plan(workspace: Workspace) -> None:
    answer = asked(workspace, "¿Cómo va el CAC?")

    assert "50" in answer.answer
    assert [call.name for call in answer.tool_calls].count("kpi_health") == 1


def test_a_future_in_words_is_no_question_of_health(workspace: Workspace) -> None:
    answer = asked(workspace, "¿Cómo va a bajar el churn?")

    assert "kpi_health" not in [call.name for call in answer.tool_calls]


def test_a_row_names_the_reading_the_target_and_each_calculation(workspace: Workspace) -> None:
    result = kpi_health(workspace.view(ANA), metric="churn")

    row = result.rows[0]
    cited = {one.id: one.citation.label for one in result.evidence}
    assert [cited[mark] for mark in row["e"]] == [f"{TODAY - timedelta(days=1)} Churn: 6.1 %", "plan.md:10"]
    assert (row["status"], row["stated"], row["gap"]) == ("red", "green", "3.1 %")
    assert {step.id for step in result.calculations} >= {row["expected_e"][0], row["shortfall_e"][0]}


def test_the_tool_names_its_states_when_given_another(workspace: Workspace) -> None:
    with pytest.raises(ModelCanRetry) as refused:
        kpi_health(workspace.view(ANA), state="purple")

    assert "silent" in str(refused.value.params["allowed"])


def test_readings_of_documents_that_may_not_be_read_are_not_told(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text(PLAN.replace("---\nstart", "---\naccess: board\nstart", 1), encoding="utf-8")
    workspace = Workspace(settings.load(home=tmp_path / "home"))
    workspace.ingest([tmp_path / "plan.md"])
    Office(workspace).recorder.record(ANA, "churn", "5%")

    assert len(kpi_health(workspace.view(ANA), metric="churn").rows) == 1
    assert kpi_health(workspace.view(Principal(id="x", role=Role.viewer)), metric="churn").rows == ()
    workspace.close()
