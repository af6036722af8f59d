"""Stretches of plan time: what names one, at which level, with which span."""

from __future__ import annotations

import pytest

from copilot.domain.fact import PhaseFact
from retrieval.extract.phases import extract_phases
from retrieval.ingest.blocks import parse


def phases(text: str) -> list[PhaseFact]:
    return [fact for fact in extract_phases(parse("plan.md", text)).facts if isinstance(fact, PhaseFact)]


def only(text: str) -> PhaseFact:
    found = phases(text)
    assert len(found) == 1, [fact.name for fact in found]
    return found[0]


@pytest.mark.parametrize(
    ("heading", "start", "end", "unit"),
    [
        ("FASE 2: CRECER (Meses 4-6)", 4, 6, "months"),
        ("Fase 1 (0-6 meses)", 0, 6, "months"),
        ("PRIMEROS 30 DÍAS: APRENDER", 1, 30, "days"),
        ("Días 31-60", 31, 60, "days"),
        ("Mes 5: Abrir", 5, 5, "months"),
        ("Q1 2024: Base", 1, 1, "quarter 2024"),
        ("Trimestre 3: Abrir", 3, 3, "quarter"),
        ("Año 2: Consolidar", 2, 2, "year"),
        ("Phase 3: Scale (Months 13-18)", 13, 18, "months"),
        ("Fase 3: Seguir (Mes 7+)", 7, None, "months"),
        ("Lançamento (Semanas 3-4)", 3, 4, "weeks"),
        ("Mois 2 : Ouverture", 2, 2, "months"),
    ],
)
def test_span_is_numbered_as_the_text_numbers_it(heading: str, start: int, end: int | None, unit: str) -> None:
    found = only(f"# Plan\n\n## Hoja de ruta\n\n### {heading}\n")

    assert (found.start, found.end, found.unit, found.lines) == (start, end, unit, (5, 5))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Plan 30-60-90 Días\n", id="title"),
        pytest.param("# Plan\n\n## KPIs del Mes 1\n", id="metrics of a month"),
        pytest.param("# Plan\n\n## Métricas (Meses 1-3)\n", id="metrics with a span"),
        pytest.param("# Plan\n\n## Hitos clave (90 días)\n", id="duration"),
        pytest.param("# Plan\n\n## Ingresos\n- Mes 6: $50,000 MRR\n", id="value of a month"),
        pytest.param("# Plan\n\n## Costos\n\n**FASE 1 (Meses 1-3): $45,000**\n- Salarios: $35,000\n", id="price of a phase"),
        pytest.param("# Plan\n\n**Compras (Mes 1)**\n- **Jefe de compras**\n", id="department with its month"),
        pytest.param("# Plan\n\nEn el Mes 3 abriremos.\n", id="prose"),
        pytest.param("| Trimestre | Ingresos |\n|---|---|\n| Q1 2024 | $5K |\n", id="metric table"),
        pytest.param("# Guía\n\n## Caso 1\n- **Semana 1**: Propuesta\n", id="case study"),
    ],
)
def test_statement_that_measures_or_mentions_a_stretch_names_none(text: str) -> None:
    assert phases(text) == []


def test_levels_follow_from_where_a_stretch_stands() -> None:
    text = """# Plan
## Objetivos por trimestre
### Q1 2024: Base
## Ruta
### FASE 1: Base (Meses 1-3)
#### Mes 1: Preparar
## Palancas
### Palanca 1: Precio
**Timeline:** Meses 2-4
**Prioridad:** ALTA
## Capacidad
### Plan de escalamiento
**Fase 1 (0-6 meses)**: 2x capacidad
## Próximos pasos
### Semana 1-2: Preparar
### Hitos clave (90 días)
#### Día 30: Listo
### Trimestre 2: Expandir
"""

    assert [(fact.name, fact.level) for fact in phases(text)] == [
        ("Q1 2024: Base", "objective_quarter"),
        ("FASE 1: Base (Meses 1-3)", "phase"),
        ("Mes 1: Preparar", "subphase"),
        ("Palanca 1: Precio", "lever"),
        ("Fase 1 (0-6 meses)", "scaling_phase"),
        ("Semana 1-2: Preparar", "next_steps"),
        ("Día 30: Listo", "milestone"),
        ("Trimestre 2: Expandir", "phase"),
    ]


def test_line_below_gives_term_and_priority() -> None:
    found = only("# Plan\n\n## Palanca 1: Precio\n**Prioridad:** ALTA\n**Timeline:** Meses 2-4\n")

    assert (found.start, found.end, found.priority, found.lines) == (2, 4, "ALTA", (3, 5))


def test_objective_below_is_the_goal() -> None:
    assert only("# Plan\n\n## FASE 1 (Meses 1-3)\n### Objetivo: Dejar lista la base\n").goal == "Dejar lista la base"


def test_bullet_says_what_its_stretch_is_for() -> None:
    found = only("# Plan\n\n## Cronograma\n- **Mes 2**: Automatizar el cobro\n")

    assert (found.name, found.goal, found.start) == ("Mes 2", "Automatizar el cobro", 2)


def test_term_of_the_whole_plan_is_read_where_the_plan_is_introduced() -> None:
    found = only("# Plan\n\n## Contexto\n- **Timeline**: Implementación en 90 días\n")

    assert (found.level, found.start, found.end, found.unit) == ("overall", 1, 90, "days")


def test_rows_of_a_plan_table_are_phases() -> None:
    first, second = phases(
        "| Fase | Meses | Objetivo |\n|---|---|---|\n| Fase 1: Base | 1-3 | Preparar |\n| Fase 2: Crecer | 4-6 | Vender |\n"
    )

    assert (first.name, first.start, first.end, first.unit, first.goal) == ("Fase 1: Base", 1, 3, "months", "Preparar")
    assert (second.start, second.lines) == (4, (4, 4))


def test_year_column_dates_the_phase_of_its_row() -> None:
    found = only("| Año | Fase | Actividades |\n|---|---|---|\n| Año 1-2 | Fundación | Abrir |\n")

    assert (found.name, found.start, found.end, found.unit) == ("Fundación", 1, 2, "year")


def test_how_long_a_row_takes_is_not_when_it_is() -> None:
    found = only("| Fase | Actividad | Tiempo |\n|---|---|---|\n| Fase 1: Salida | Auditoría | 12-18 meses |\n")

    assert (found.start, found.end) == (None, None)
