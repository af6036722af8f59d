"""What a question calls by number or by price, columns a template left open, one value told in several places."""

from __future__ import annotations

from functools import cache

import pytest

from tests.offline.desk import Reply, ask_in, compiled
from tools.lookup import PlanView

COCINA = """# Programa de Cocina: Escuela Fogón

## Talleres

### Taller 1: Panes
#### Prácticas programadas
- [ ] Amasar masa madre
#### Cifras
- **Asistencia**: 81%

### Taller 2: Salsas
#### Prácticas programadas
- [ ] Ligar una mayonesa
#### Cifras
- **Asistencia**: 64%

## Escuelas rivales
- **Rivales**: Sartén Feliz ($35/mes), Olla Club ($48/mes)
- **Cuchara Azul**: dos sedes y un huerto

## Ingresos por canal
- **Suscripciones (62%)**: 18 grupos

## Satisfacción
- **Satisfacción del alumno**: 93%
"""

PERFUME = """# Brief: Perfume House

## Figures
| Metric | Current | Target |
|--------|---------|--------|
| Refill rate | X% | 35% |

## Guests
- **Satisfacción del alumno**: 93%
"""


@cache
def view() -> PlanView:
    return compiled({"cocina_fogon.md": COCINA, "perfume_brief.md": PERFUME})


def ask(question: str) -> Reply:
    return ask_in(view(), question)


@pytest.mark.parametrize(
    ("question", "told", "other"),
    [
        ("¿Qué prácticas están programadas para el taller 2?", "mayonesa", "masa madre"),
        ("¿Cuál es la asistencia del taller 1?", "81%", "64%"),
        ("Quelle est l'asistencia du taller 2 ?", "64%", "81%"),
    ],
)
def test_what_is_called_by_number_is_not_told_of_its_neighbour(question: str, told: str, other: str) -> None:
    reply = ask(question)

    assert told in reply.text
    assert other not in reply.text


@pytest.mark.parametrize("question", ["¿Cuál es el precio de Olla Club?", "What is the price of Olla Club?"])
def test_a_price_need_not_be_called_one(question: str) -> None:
    assert "$48" in ask(question).text


def test_what_has_no_amount_of_money_has_no_price() -> None:
    assert ask("¿Cuál es el precio de Cuchara Azul?").refused


def test_a_row_answers_by_the_column_asked_for_although_another_is_left_open() -> None:
    assert "35%" in ask("What is the target refill rate?").text
    assert ask("What is the current refill rate?").refused


def test_where_a_share_comes_from_is_no_word_a_line_would_have_to_say() -> None:
    assert "62%" in ask("¿Qué porcentaje de los ingresos viene de suscripciones?").text


def test_documents_that_state_the_same_value_do_not_differ() -> None:
    reply = ask("¿Cuál es la satisfacción del alumno?")

    assert len({document for document, _ in reply.lines}) == 2
    assert reply.text.startswith("Según los documentos:")


@pytest.mark.parametrize("question", ["Résume la stratégie d'escuela", "Que dit le document d’escuela ?"])
def test_an_elision_hides_no_word_of_a_title(question: str) -> None:
    assert [one.document for one in view().names.named_in(question)] == ["cocina_fogon.md"]
