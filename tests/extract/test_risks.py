"""Risks in registers, blocks and lists, and what only looks like one."""

from __future__ import annotations

import pytest

from copilot.domain.fact import RiskFact
from retrieval.extract.risks import extract_risks
from retrieval.ingest.blocks import parse


def risks(text: str) -> list[RiskFact]:
    return [fact for fact in extract_risks(parse("plan.md", text)).facts if isinstance(fact, RiskFact)]


def only(text: str) -> RiskFact:
    found = risks(text)
    assert len(found) == 1, [fact.risk for fact in found]
    return found[0]


def test_heading_with_labelled_lines_is_a_risk_with_their_span() -> None:
    found = only(
        "# Plan\n\n## Gestión de riesgos\n\n### Riesgos de suministro\n- **Mitigación**: Dos proveedores\n"
        "- **Contingencia**: Existencias para un mes\n- **Monitoreo**: Informe semanal\n"
    )

    assert (found.risk, found.lines) == ("Riesgos de suministro", (5, 8))
    assert (found.mitigation, found.contingency, found.monitoring) == (
        "Dos proveedores",
        "Existencias para un mes",
        "Informe semanal",
    )


def test_bold_line_names_the_risk_of_the_list_below() -> None:
    found = only(
        "## Riesgos\n\n**1. ROTURA DE STOCK**\n- **Síntomas**: Pedidos tarde\n- **Prevención**: Previsión\n"
        "- **Contingencia**: Compra urgente\n"
    )

    assert (found.risk, found.symptoms, found.mitigation, found.contingency) == (
        "ROTURA DE STOCK",
        "Pedidos tarde",
        "Previsión",
        "Compra urgente",
    )


def test_details_nested_in_an_item_belong_to_it() -> None:
    first, second = risks("## Riesgos\n- **Helada**\n  - Mitigación: Cubrir\n- **Plaga**\n  - Mitigación: Revisar\n")

    assert (first.risk, first.mitigation) == ("Helada", "Cubrir")
    assert (second.risk, second.mitigation) == ("Plaga", "Revisar")


def test_details_beside_the_item_of_a_risk_list_belong_to_it() -> None:
    first, second = risks("## Riesgos\n- Helada\n- **Mitigación**: Cubrir\n- Plaga\n- **Mitigación**: Revisar\n")

    assert [first.mitigation, second.mitigation] == ["Cubrir", "Revisar"]


def test_field_of_another_name_does_not_hide_the_risk() -> None:
    found = only("## Riesgos\n\n**1. ROTURA**\n- **Causa raíz**: Un solo almacén\n- **Mitigación**: Dos almacenes\n")

    assert (found.risk, found.mitigation, found.lines) == ("ROTURA", "Dos almacenes", (3, 5))


def test_labelled_risk_takes_the_lines_that_follow() -> None:
    found = only(
        "## Anexo\n\n**Riesgo 2: Fuga de talento**\n- Probabilidad: Alta\n- Impacto: Medio\n- Mitigación: Plan de carrera\n"
    )

    assert (found.risk, found.probability, found.impact, found.mitigation) == (
        "Fuga de talento",
        "Alta",
        "Medio",
        "Plan de carrera",
    )


def test_list_below_the_label_is_joined() -> None:
    found = only("## Riesgos\n\n### Incendio\n\n**Mitigación:**\n- Extintores\n- Simulacro anual\n")

    assert found.mitigation == "Extintores; Simulacro anual"


@pytest.mark.parametrize(
    ("line", "mitigation"),
    [
        ("1. **Retraso**: Mitigación mediante turnos extra", "turnos extra"),
        ("- **Retraso** → Mitigación: turnos extra", "turnos extra"),
        ("- Retraso: turnos extra", "turnos extra"),
        ("- Retraso - turnos extra", "turnos extra"),
    ],
)
def test_one_line_names_risk_and_mitigation(line: str, mitigation: str) -> None:
    found = only(f"## Riesgos y mitigaciones\n{line}\n")

    assert (found.risk, found.mitigation) == ("Retraso", mitigation)


def test_grades_in_brackets_are_read() -> None:
    found = only("## Riesgos\n- Retraso (Probabilidad: Alta, Impacto: Medio)\n")

    assert (found.risk, found.probability, found.impact) == ("Retraso", "Alta", "Medio")


def test_register_is_read_by_its_columns() -> None:
    found = only(
        "## Top risks\n| ID | Risk | Impact | Probability | Mitigation Strategy | Owner |\n|---|---|---|---|---|---|\n"
        "| R1 | **Late supplier** | High | Low | Second source | Ana |\n"
    )

    assert (found.risk, found.impact, found.probability, found.mitigation, found.lines) == (
        "Late supplier",
        "High",
        "Low",
        "Second source",
        (4, 4),
    )


@pytest.mark.parametrize(
    ("text", "risk", "mitigation"),
    [
        pytest.param("## Riscos\n- **Atraso**: Mitigação através de turnos\n", "Atraso", None, id="pt"),
        pytest.param(
            "## Risques\n### Retard\n- **Atténuation** : équipes\n- **Plan B** : location\n", "Retard", "équipes", id="fr"
        ),
        pytest.param("## Risks\n### Delay\n- **Mitigation:** extra shifts\n", "Delay", "extra shifts", id="en"),
    ],
)
def test_other_languages_are_read(text: str, risk: str, mitigation: str | None) -> None:
    found = only(text)

    assert found.risk == risk
    if mitigation:
        assert found.mitigation == mitigation


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Risk Score Trends\n- Supply: rising\n- Demand: stable\n", id="trends"),
        pytest.param("## Riesgos\n\n### Plan de contingencia\n- Revisión semanal\n", id="contingency plan"),
        pytest.param("| Proyecto | Retorno | Riesgo |\n|---|---|---|\n| Norte | 20% | Alto |\n", id="a column of grades"),
        pytest.param("| Risk | KRI | Current | Target |\n|---|---|---|---|\n| Supply | Lead time | 5 | 3 |\n", id="indicators"),
        pytest.param("## Factores de riesgo\n- Bajo riesgo: 75%\n- Alto riesgo: 5%\n", id="shares by grade"),
        pytest.param("## Risk report\n- Resolved: 2\n- Mitigation: 65%\n", id="progress of mitigation"),
        pytest.param("## Ventas\n- **Objeción**: precio\n- **Respuesta**: valor\n", id="answers to objections"),
    ],
)
def test_text_about_risks_lists_none(text: str) -> None:
    assert risks(text) == []


def test_blank_register_row_is_dropped() -> None:
    found = extract_risks(
        parse("plan.md", "| Riesgo | Probabilidad | Mitigación |\n|---|---|---|\n| [Riesgo] | [Alta] | [Plan] |\n")
    )

    assert found.facts == ()
    assert [lost.reason for lost in found.dropped] == ["placeholder"]
