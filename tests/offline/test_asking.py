"""How short and oddly put questions are taken: their language, a bare year, words of a title that say what is asked."""

from __future__ import annotations

from functools import cache

import pytest

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView

GRANJA = """# Modelo de Negocio: Granja Solar

## Indicadores
- **Churn**: 6%

## Evolución

**Churn:**
- 2026: 5.1%
- 2027: 4.4%

## Peligros

**Riesgo 1: Mayor churn**
- Mitigación: Contratos de tres años
- Impacto: -9% de ingresos

**Riesgo 2: Menor radiación**
- Mitigación: Seguro climático
- Impacto: -4% de ingresos
"""

SAFETY = """# Risk Mitigation Handbook: Night Trains

## Crew
- **Month 4-6**: Market Leadership
- **Dispatcher**: Ana Prieto

## Risks
- **Broken couplings**: Mitigation: inspect them weekly
"""


@cache
def view() -> PlanView:
    return compiled({"granja_solar.md": GRANJA, "night_trains.md": SAFETY})


def ask(question: str, *history: tuple[str, str]) -> Reply:
    return ask_in(view(), question, *history)


@pytest.mark.parametrize("question", ["churn 2027 ?", "¿Churn 2027?", "Churn 2027"])
def test_a_bare_year_in_a_question_is_the_time_it_asks_for(question: str) -> None:
    reply = ask(question)

    assert "4.4%" in reply.text
    assert "6%" not in reply.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("¿Cómo se mitiga el riesgo de mayor churn?", "Contratos de tres años"),
        ("¿Cuál es la mitigación del riesgo de menor radiación?", "Seguro climático"),
    ],
)
def test_a_risk_called_by_a_superlative_and_by_words_of_a_title_is_still_a_risk(question: str, answer: str) -> None:
    reply = ask(question)

    assert answer in reply.text
    assert all(document == "granja_solar.md" for document, _ in reply.lines[:1])


def test_two_words_with_capitals_are_no_person_where_the_line_does_not_speak_of_one() -> None:
    assert ask("Who leads the market?").refused
    assert "Ana Prieto" in ask("Who is the dispatcher?").text


def test_a_question_too_short_to_tell_is_answered_in_the_language_of_the_conversation() -> None:
    assert ask("churn ?", ("Quel est le taux de churn ?", "Selon le plan : 6%")).text.startswith("Selon")
    assert ask("churn?", ("What is the churn rate?", "According to the plan: 6%")).text.startswith("According")
