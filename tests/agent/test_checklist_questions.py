"""The offline model says where tasks stand, in four languages, and cites the line, the word said and the day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.answer import Answer, Question
from copilot.domain.status import COMPUTED, JOURNAL
from copilot.office import Office

ANA = Principal(id="local:ana", role=Role.admin)
PLAN = "---\nstart: 2020-01-06\n---\n# Plan de datos\n\n## Semana 3\n\n- [ ] Configurar el CRM\n- [x] Firmar convenio\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder: Path = tmp_path_factory.mktemp("checklist")
    (folder / "plan.md").write_text(PLAN, encoding="utf-8")
    workspace = Workspace(settings.load(home=folder / "home"))
    workspace.ingest([folder / "plan.md"])
    checklist = Office(workspace).checklist
    checklist.change(ANA, "Configurar el CRM", owner="João Silva")
    checklist.change(ANA, "Firmar convenio", status="blocked", due=date(2031, 5, 6))
    yield workspace
    workspace.close()


def asked(workspace: Workspace, question: str) -> Answer:
    return asyncio.run(workspace.copilot.ask(ANA, Question(text=question)))


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Qué tareas están vencidas?", "es"),
        ("Which tasks are overdue?", "en"),
        ("Quais tarefas estão atrasadas?", "pt"),
        ("Quelles sont les tâches en retard ?", "fr"),
    ],
)
def test_what_is_late_is_cited_to_its_line_and_its_day(workspace: Workspace, question: str, language: str) -> None:
    answer = asked(workspace, question)

    assert (answer.answered, answer.language) == (True, language)
    assert "Configurar el CRM" in answer.answer
    assert "2020-01-26" in answer.answer
    assert {citation.document for citation in answer.citations} >= {"plan.md", f"{COMPUTED}plan.md"}


@pytest.mark.parametrize(
    "question", ["¿Cuáles son las tareas de João?", "What are João's tasks?", "tarefas do João", "tâches de João"]
)
def test_somebodys_tasks_are_cited_to_what_was_said(workspace: Workspace, question: str) -> None:
    answer = asked(workspace, question)

    assert "Configurar el CRM" in answer.answer
    assert "Firmar convenio" not in answer.answer
    assert any(citation.document.startswith(JOURNAL) for citation in answer.citations)


def test_what_is_blocked_is_told_with_its_day(workspace: Workspace) -> None:
    answer = asked(workspace, "¿Qué tareas están bloqueadas?")

    assert "Firmar convenio" in answer.answer
    assert "2031-05-06" in answer.answer


@pytest.mark.parametrize(
    "question",
    ["what is due this week?", "¿Qué vence esta semana?", "O que vence esta semana?", "Quelles tâches cette semaine ?"],
)
def test_this_week_is_asked_of_the_tool(workspace: Workspace, question: str) -> None:
    calls = asked(workspace, question).tool_calls

    assert [call.args.get("due") for call in calls if call.name == "task_states"] == ["week"]


def test_tasks_of_what_is_nobodys_name_are_the_plans(workspace: Workspace) -> None:
    assert "Configurar el CRM" in asked(workspace, "¿Qué tareas hay de la Semana 3?").answer
