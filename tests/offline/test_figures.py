"""Which figure of a list answers: the one called what was asked for, the whole rather than a part, never a line without one."""

from __future__ import annotations

from functools import cache

import pytest

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView

TALLER = """# Modelo Económico: Taller de Bicicletas

## Punto de equilibrio

**Payback de captación:**
- CAC: $31
- Ticket medio: $62
- Payback: 1.4 meses

## Caja prevista

**2027:**
- Inicio: $80K
- Operaciones: $45K
- Fin: $125K

## Cuotas
- Básica: $9/mes
- Enterprise: $79/mes

## Ventas por trimestre
- T1 2027: $12K de MRR
- T2 2027: $15K de MRR
"""

FLEET = """# Business Scaling Programme: Fleet Company

## Repair Budget by Phase
```
Phase 1 (Months 1-6): $200,000
- Personnel: 60% ($120,000)
- Repair and paint: 40% ($80,000)

Phase 2 (Months 7-12): $340,000
- Personnel: 50% ($170,000)
- Repair and paint: 50% ($170,000)
```

## Rivals
- **Rivals**: Long sales cycles and established competitors make the market hard
- **Enterprise deals**: 12 of 40

## CAC by channel
**CAC:**
- Posters: $14
"""


@cache
def view() -> PlanView:
    return compiled({"taller_bicicletas.md": TALLER, "fleet_programme.md": FLEET})


def ask(question: str) -> Reply:
    return ask_in(view(), question)


@pytest.mark.parametrize("question", ["¿Cuál es el payback del CAC?", "Quel est le payback du CAC ?"])
def test_the_line_called_what_was_asked_for_comes_before_the_one_it_is_of(question: str) -> None:
    lines = ask(question).text.split("\n")

    assert "1.4 meses" in next(line for line in lines if "**" in line)


def test_the_whole_of_a_phase_answers_before_a_part_that_shares_a_word() -> None:
    reply = ask("What is the repair budget for phase 2?")

    assert "$340,000" in reply.text
    assert "paint" not in reply.text


def test_a_part_that_is_asked_for_is_told() -> None:
    assert "$170,000" in ask("What is the budget for personnel in phase 2?").text


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le chiffre d'affaires des concurrents ?",
        "What is the revenue of the competitors?",
        "¿Cuál es el costo por lead?",
    ],
)
def test_a_question_for_an_amount_is_not_answered_by_a_line_without_one(question: str) -> None:
    assert ask(question).refused


@pytest.mark.parametrize("question", ["¿Cuánto cuesta el plan Enterprise?", "How much is the Enterprise plan?"])
def test_a_name_with_a_capital_is_no_synonym_of_a_title_and_its_price_is_money(question: str) -> None:
    reply = ask(question)

    assert "$79" in reply.text
    assert "12 of 40" not in reply.text


def test_asking_for_money_names_nothing_a_line_would_have_to_say() -> None:
    assert "$125K" in ask("¿Con cuánto dinero termina 2027 en la caja prevista?").text


def test_a_metric_told_by_quarter_is_told_with_its_quarters() -> None:
    reply = ask("Quel est le MRR ?")

    assert "$12K" in reply.text
    assert "$15K" in reply.text
