"""Two times of one name, phrases against words, tasks of a document that is called by a risk, and another one asked for."""

from __future__ import annotations

from functools import cache

import pytest

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView

PESCA = """# Cuentas de la Cooperativa: Lonja Sur

## Márgenes
| Año | Gross Margin | Net Margin |
|-----|--------------|------------|
| 2026 | 40% | 6% |
| 2029 | 47% | 21% |

## Evolución
### Mes 1: Apertura
- **Barcos**: 4
### Mes 12: Madurez
- **Barcos**: 19

## Plazo hasta la primera venta
| Métrica | Mayoristas | Bares |
|---------|------------|-------|
| Plazo de cobro | 9 días | 26 días |
"""

STORMS = """# Storm Risk Mitigation: Lighthouse Trust

## Timeline
### Month 3
- [ ] Test the spare lamp
### Month 5
- [ ] Paint the tower

## Risks
- **Salt in the lamp**: Mitigation: rinse it every night
"""


@cache
def view() -> PlanView:
    return compiled({"lonja_sur.md": PESCA, "lighthouse_trust.md": STORMS})


def ask(question: str, *history: tuple[str, str]) -> Reply:
    return ask_in(view(), question, *history)


def test_a_phrase_means_the_column_that_holds_all_of_it() -> None:
    assert ask("¿En cuántos puntos sube el margen neto entre 2026 y 2029?").results[0] == "15"


def test_a_month_is_not_cut_out_of_another_that_begins_alike() -> None:
    assert ask("¿Cuánto crecen los barcos entre el mes 1 y el mes 12?").results[0] == "15"


def test_tasks_of_a_document_that_a_risk_names_are_tasks() -> None:
    reply = ask("What tasks are planned for month 3 in the storm risk mitigation timeline?")

    assert "spare lamp" in reply.text
    assert "rinse" not in reply.text


@pytest.mark.parametrize("another", ["¿Y para los bares?", "And for bares?", "Et pour les bares ?"])
def test_another_one_takes_the_place_of_what_was_asked_about_last(another: str) -> None:
    reply = ask(another, ("¿Cuál es el plazo de cobro para los mayoristas?", "Plazo de cobro: 9 días"))

    assert "26 días" in reply.text
