"""Actions, deliverables, milestones, objectives and roles."""

from __future__ import annotations

import pytest

from copilot.domain.fact import TextFact
from retrieval.extract.notes import extract_notes
from retrieval.ingest.blocks import parse


def notes(text: str) -> list[TextFact]:
    return [fact for fact in extract_notes(parse("plan.md", text)).facts if isinstance(fact, TextFact)]


def told(text: str) -> list[tuple[str, str]]:
    return [(fact.kind, fact.text) for fact in notes(text)]


def test_numbered_next_steps_are_actions_with_their_term() -> None:
    first, second = notes(
        "# Plan\n\n## Próximos pasos\n\n### Semana 1-2: Preparar\n1. **Auditar** las tiendas\n   - Norte\n2. Elegir equipo\n"
    )

    assert (first.kind, first.text, first.period) == ("action", "Auditar las tiendas", "Semana 1-2")
    assert second.text == "Elegir equipo"


def test_boxes_are_left_to_the_tasks() -> None:
    assert told("# Plan\n\n## Próximos pasos\n- [ ] Auditar las tiendas\n") == []


def test_label_says_what_a_list_holds() -> None:
    text = "# Plan\n\n## Mes 2: Obra\n\n**Entregables:**\n- Planos firmados\n- Licencia\n\n**Notas:**\n- Sin ruido\n"

    assert told(text) == [("deliverable", "Planos firmados"), ("deliverable", "Licencia")]
    assert notes(text)[0].period == "Mes 2"


@pytest.mark.parametrize("title", ["Objetivos principales", "Objetivos del trimestre", "Goals", "Objectifs", "1. Objetivos"])
def test_items_under_objectives_are_objectives(title: str) -> None:
    assert told(f"# Plan\n\n## {title}\n- Conocer a los clientes\n") == [("objective", "Conocer a los clientes")]


def test_metric_under_objectives_is_left_to_the_metrics() -> None:
    assert told("# Plan\n\n## Objetivos\n- NPS: 50+\n- Ingresos: $2M\n") == []


def test_labelled_objective_and_sentence_under_its_heading_are_objectives() -> None:
    text = "# Plan\n\n**Objetivo**: Abrir en el sur\n\n## Objetivo\nCrecer con calma.\n"

    assert told(text) == [("objective", "Objetivo: Abrir en el sur"), ("objective", "Crecer con calma.")]


def test_milestones_without_a_box_are_read() -> None:
    assert told("# Plan\n\n## Hitos clave\n- Apertura de la tienda\n") == [("milestone", "Apertura de la tienda")]


def test_role_takes_salary_duties_and_hiring_month() -> None:
    (role,) = notes(
        "# Plan\n\n## Roles a contratar\n\n**Tienda (Mes 2)**\n- **Encargada** (Full-time)\n"
        "  - Responsabilidades: Turnos, caja\n  - Salario: $2,000-2,500/mes\n"
    )

    assert (role.kind, role.name, role.salary, role.responsibilities, role.period, role.lines) == (
        "role",
        "Encargada",
        "$2,000-2,500/mes",
        "Turnos, caja",
        "Mes 2",
        (6, 8),
    )


def test_blank_deliverable_is_dropped() -> None:
    found = extract_notes(parse("plan.md", "# Plan\n\n**Entregables:**\n- [Entregable 1]\n- Licencia\n"))

    assert [fact.raw for fact in found.facts] == ["Licencia"]
    assert [(lost.line, lost.reason) for lost in found.dropped] == [(4, "placeholder")]
