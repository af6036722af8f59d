"""A corrected fact is what every answer, list and audit says, with the person's name and the line it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Rumbo

PLAN = """# Plan de crecimiento

## Métricas

- **Renovación**: 82% en el Mes 6
- Servicio disponible sin cortes

| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |

## Presupuesto

| Partida | Monto |
|---|---|
| Plataforma | $40,000 |
| Formación | $20,000 |
| Total | $60,000 |

## Tareas

- [ ] Contratar Data Analyst
"""


@pytest.fixture(autouse=True)
def folder(rumbo: Rumbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "plan.md").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert rumbo("ingest", "plans").code == 0


def fact(rumbo: Rumbo, line: int, **wanted: Any) -> str:
    facts = rumbo("facts", "review", "plan", "--json").json()["facts"]
    return str(next(f["id"] for f in facts if f["lines"][0] == line and all(f[key] == is_ for key, is_ in wanted.items())))


def test_an_answer_gives_the_corrected_value_and_cites_line_and_person(rumbo: Rumbo) -> None:
    rumbo("facts", "correct", fact(rumbo, 10, period="Mes 3"), "value=3.5")

    answer = rumbo("ask", "--json", "¿Cuál es el churn objetivo en el mes 3?").json()

    assert "3.5%" in answer["answer"]
    assert "4%" not in answer["answer"]
    (cited,) = answer["citations"]
    assert (cited["lines"], cited["quote"]) == ([10, 10], "| Churn | 6% | 4% |")
    assert cited["correction"].startswith("Churn: 3.5% (Mes 3) (local:")


def test_the_terminal_shows_the_correction_behind_the_quoted_line(rumbo: Rumbo) -> None:
    rumbo("facts", "correct", fact(rumbo, 5), "value=85")

    shown = rumbo("ask", "¿Cuál es la renovación en el mes 6?").out

    assert "82% en el Mes 6  → Renovación: 85% (Mes 6) (local:" in shown


def test_an_added_fact_is_answered_from_its_line(rumbo: Rumbo) -> None:
    rumbo("facts", "add", "plan", "6", "kpi", "name=Disponibilidad", "value=99.9", "unit=%")

    answer = rumbo("ask", "--json", "¿Cuál es la disponibilidad?").json()

    assert "99.9%" in answer["answer"]
    assert [cited["lines"] for cited in answer["citations"]] == [[6, 6]]


def test_a_withdrawn_fact_is_no_longer_answered(rumbo: Rumbo) -> None:
    rumbo("facts", "withdraw", fact(rumbo, 5))

    answer = rumbo("ask", "--json", "¿Cuál es la renovación en el mes 6?").json()

    assert "82" not in answer["answer"]


def test_an_audit_adds_up_the_corrected_amounts(rumbo: Rumbo) -> None:
    before = rumbo("audit", "--json").json()
    rumbo("facts", "correct", fact(rumbo, 16), "amount_low=50000")

    after = rumbo("audit", "--json").json()

    findings = before["findings"] if isinstance(before, dict) else before
    assert not findings
    told = after["findings"] if isinstance(after, dict) else after
    assert any("70" in finding["expected"] for finding in told)


def test_the_tasks_and_metrics_listed_are_the_corrected_ones(rumbo: Rumbo) -> None:
    rumbo("facts", "correct", fact(rumbo, 22), "text=Contratar Data Engineer")
    rumbo("facts", "correct", fact(rumbo, 5), "name=Recompra")

    assert "Data Engineer" in rumbo("ask", "¿Qué tareas hay?").out
    assert "Recompra" in rumbo("kpi", "list").out
    assert "82%" in rumbo("ask", "¿Cuál es la recompra?").out
