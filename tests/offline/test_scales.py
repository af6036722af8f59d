"""Scales in words: what stands on a step of `Priority` or `Probabilidad`, and what a superlative is said of."""

from __future__ import annotations

from functools import cache

import pytest

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView, rank_values

VINEDO = """# Plan de Bodega: Viñedos del Norte

## Amenazas del viñedo
| Amenaza | Impacto | Probabilidad | Puntuación |
|---------|---------|--------------|------------|
| Helada de abril | Crítico | Media | 8/10 |
| Plaga de la vid | Alto | 🔴 Alta | 9/10 |
| Huelga del puerto | Bajo | Alta | 3/10 |
| Granizo | Alto | Baja | 5/10 |

## Obras de la bodega
| Obra | Presupuesto | ROI esperado | Prioridad |
|------|-------------|--------------|-----------|
| Depósitos nuevos | $90K | 120% | Media |
| Sala de catas | $40K | 310% | Alta |
| Aparcamiento | $15K | 60% | Baja |
| Total | $145K | 180% | Alta |
"""

LIBRARY = """# Reading Rooms: Library Renewal

## Backlog
| Feature | Effort | Demand |
|---------|--------|--------|
| Night lockers | Low | High |
| Podcast booth | High | Medium |
| Map of shelves | Low | Low |
"""


FERRY = """# Ferry Service: Second Line

## Risks
### Late hull
- Probability: Medium
- Impact: High
- Mitigation: Order the steel in March

### Storm season
- Probability: High
- Impact: Medium
- Mitigation: Keep two spare crossings a week
"""


@cache
def view() -> PlanView:
    return compiled({"vinedos_bodega.md": VINEDO, "library_renewal.md": LIBRARY})


@cache
def ferry() -> PlanView:
    return compiled({"ferry_service.md": FERRY})


def ask(question: str) -> Reply:
    return ask_in(view(), question)


@pytest.mark.parametrize(
    ("question", "named", "left_out"),
    [
        ("¿Qué amenazas tienen probabilidad alta?", ("Plaga de la vid", "Huelga del puerto"), ("Granizo", "Helada")),
        ("¿Qué amenazas son de impacto crítico?", ("Helada de abril",), ("Plaga", "Granizo")),
        ("Which features take low effort?", ("Night lockers", "Map of shelves"), ("Podcast",)),
        ("Which feature has high demand?", ("Night lockers",), ("Podcast", "Map")),
        ("Quais obras têm prioridade baixa?", ("Aparcamiento",), ("Sala", "Depósitos")),
        ("Quelles menaces ont une probabilité faible ?", ("Granizo",), ("Plaga", "Helada")),
        ("¿Qué obras tienen prioridad alta?", ("Sala de catas",), ("Total", "Aparcamiento")),
    ],
)
def test_the_rows_of_a_step_are_told_and_no_others(question: str, named: tuple[str, ...], left_out: tuple[str, ...]) -> None:
    reply = ask(question)

    assert not reply.refused
    assert all(name in reply.text for name in named)
    assert not any(name in reply.text for name in left_out)


@pytest.mark.parametrize(
    ("question", "named", "left_out"),
    [
        ("Which risks have a high impact?", "Late hull", "Storm season"),
        ("¿Qué riesgos son de impacto medio?", "Storm season", "Late hull"),
        ("Quels risques ont une probabilité élevée ?", "Storm season", "Late hull"),
    ],
)
def test_risks_that_are_told_in_fields_are_chosen_by_their_step_too(question: str, named: str, left_out: str) -> None:
    reply = ask_in(ferry(), question)

    assert not reply.refused
    assert named in reply.text
    assert left_out not in reply.text


def test_a_step_that_no_risk_stands_on_is_refused() -> None:
    assert ask_in(ferry(), "Which risks have a low impact?").refused


@pytest.mark.parametrize(
    ("question", "named", "left_out"),
    [
        ("¿Qué amenaza tiene la menor probabilidad?", "Granizo", "Huelga"),
        ("Which feature has the highest effort?", "Podcast booth", "Night"),
        ("¿Qué amenaza tiene la mayor puntuación?", "más alto es 9/10", "Crítico"),
    ],
)
def test_the_first_of_a_scale_is_found_by_the_column_the_superlative_names(question: str, named: str, left_out: str) -> None:
    head = ask(question).text.split("\n")[0]

    assert named in head
    assert left_out not in head


@pytest.mark.parametrize(
    "question",
    ["¿Qué obra tiene el mayor ROI esperado?", "¿Cuál es la obra con el ROI más alto?", "Quelle obra a le meilleur ROI ?"],
)
def test_what_is_measured_stands_beside_the_superlative_and_not_before_it(question: str) -> None:
    head = ask(question).text.split("\n")[0]

    assert "310%" in head
    assert "Sala de catas" in head


def test_a_named_step_may_come_in_another_language_than_the_table() -> None:
    result = rank_values(view(), item="amenazas", level="high probability")

    assert [row["of"] for row in result.rows] == ["Plaga de la vid", "Huelga del puerto"]
