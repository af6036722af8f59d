"""Questions of every kind, in four languages, answered by rules alone."""

from __future__ import annotations

import pytest

from tests.offline.desk import ask, line_of

BAKERY, BIKES = "apertura_panaderias.md", "delivery_strategy.md"


@pytest.mark.parametrize(
    ("question", "said", "place"),
    [
        pytest.param("¿Cuál es el CAC en el Mes 6 del plan de apertura?", ["$5"], (BAKERY, "| CAC | $9"), id="es-month"),
        pytest.param(
            "What is the delivery time target and what is it today?", ["<25", "40"], (BIKES, "| Delivery"), id="en-both"
        ),
        pytest.param("Quel est le CAC prévu au mois 3 dans le plan d'ouverture ?", ["$7"], (BAKERY, "| CAC | $9"), id="fr-month"),
        pytest.param("Quantos clientes diários se esperam no mês 3?", ["140"], (BAKERY, "| Clientes"), id="pt-month"),
    ],
)
def test_a_metric_is_found_by_name_and_period_in_any_language(question: str, said: list[str], place: tuple[str, str]) -> None:
    reply = ask(question)

    assert not reply.refused
    assert all(one in reply.text for one in said)
    assert (place[0], line_of(*place)) in reply.lines


def test_a_question_that_fits_several_documents_lists_each_with_its_value() -> None:
    reply = ask("What is the CAC target?")

    assert "$4" in reply.text
    assert "$5" in reply.text
    assert {document for document, _ in reply.lines} == {BAKERY, BIKES}


def test_a_document_is_known_by_its_nickname() -> None:
    reply = ask("What is the CAC target in the delivery strategy?")

    assert {document for document, _ in reply.lines} == {BIKES}


def test_a_sum_of_ranges_is_calculated_end_by_end_with_its_addends() -> None:
    reply = ask("¿Cuánto suma la inversión de la Fase 1 (Meses 1-3)?")

    assert reply.results == ("30000", "45000")
    assert "$30K - $45K" in reply.text
    assert (BAKERY, line_of(BAKERY, "$10K - $15K")) in reply.lines


def test_net_roi_is_worked_out_and_named_by_its_sense() -> None:
    reply = ask("What is the net ROI of the cargo bikes?")

    assert "200%" in reply.text
    assert "Net ROI" in reply.text


def test_a_weighted_roi_is_shown_beside_the_stated_total() -> None:
    reply = ask('What is the weighted ROI of the lines of "Cost by Initiative"?')

    assert reply.results == ("333.333333",)
    assert "320%" in reply.text


def test_the_highest_value_comes_with_what_stands_beside_it() -> None:
    reply = ask("¿Qué mes tiene el mayor ROI esperado y cuánto hay que invertir en él?")

    assert "4:1" in reply.text
    assert "Mes 2" in reply.text
    assert "$20K - $30K" in reply.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        pytest.param("¿Qué tareas hay en el Mes 2?", ["Instalar el horno"], id="month"),
        pytest.param("What must be done on Tuesday of week 1?", ["Lend three bikes"], id="weekday"),
        pytest.param('¿Qué incluye la tarea "Pedir la licencia de obra"?', ["Presentar planos", "tasa municipal"], id="parts"),
        pytest.param("¿Qué tareas del plan de apertura ya están hechas?", ["Pedir la licencia"], id="done"),
    ],
)
def test_tasks_are_listed_by_period_weekday_or_name(question: str, said: list[str]) -> None:
    reply = ask(question)

    assert not reply.refused
    assert all(one in reply.text for one in said)


def test_tasks_of_another_month_are_left_out() -> None:
    assert "Firmar el alquiler" not in ask("¿Qué tareas hay en el Mes 2?").text


def test_a_number_of_tasks_is_a_calculation_with_the_lines_counted() -> None:
    reply = ask("How many tasks does the delivery strategy have?")

    assert reply.results == ("2",)
    assert reply.lines


def test_a_phase_is_dated_by_its_heading() -> None:
    assert "Meses 1-3" in ask("¿Cuándo es la fase de obra?").text


def test_a_risk_is_told_with_all_that_is_set_against_it() -> None:
    reply = ask("Quelle contingence est prévue pour les risques de suministro ?")

    assert "mercado mayorista" in reply.text
    assert "Contingence" in reply.text


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("¿Quién es el responsable del plan de apertura?", id="placeholder"),
        pytest.param("What is the phone number of the flour mill?", id="no-such-thing"),
        pytest.param("¿Qué escuelas firman las alianzas?", id="only-their-number"),
        pytest.param("Which bank finances the cargo bikes?", id="no-such-side-of-it"),
        pytest.param("Qual é o CAC no mês 9 do plano de abertura?", id="no-such-period"),
        pytest.param("Combien de boulangeries ouvriront au Chili ?", id="no-such-place"),
        pytest.param("¿Qué contingencia tienen los riesgos de la delivery strategy?", id="document-without-risks"),
        pytest.param("", id="empty"),
        pytest.param("¿?", id="nothing-asked"),
    ],
)
def test_what_the_documents_do_not_say_is_refused(question: str) -> None:
    assert ask(question).refused


def test_a_follow_up_keeps_metric_and_document_and_changes_the_period() -> None:
    reply = ask("¿Y en el Mes 6?", ("¿Cuál es la merma en el Mes 1 del plan de apertura?", "8%."))

    assert "4%" in reply.text
    assert "8%" not in reply.text


def test_a_follow_up_for_another_metric_keeps_the_thing() -> None:
    reply = ask("And the annual saving?", ("What is the investment in cargo bikes?", "$20K."))

    assert "$60K" in reply.text


def test_the_answer_speaks_the_language_of_the_question_and_quotes_the_document() -> None:
    reply = ask("Quelles sont les tâches du mois 2 dans le plan d'ouverture ?")

    assert reply.text.startswith("Selon")
    assert '"Instalar el horno de leña"' in reply.text


def test_a_question_of_a_hundred_thousand_characters_is_answered_in_time() -> None:
    assert len(ask("¿Cuál es la merma? " * 5_000).text) < 2_500


def test_the_same_question_gets_the_same_answer() -> None:
    assert ask("What is the CAC target?") == ask("What is the CAC target?")
