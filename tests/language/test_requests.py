"""Orders to record: what they name, in four languages, and what is no order."""

from __future__ import annotations

import pytest

from retrieval.language.requests import ReadingRequest, TaskRequest, orders_something, reading_request, task_request


@pytest.mark.parametrize(
    ("text", "name", "value", "on"),
    [
        ("anota que el MRR es 52.000 €", "MRR", "52.000 €", None),
        ("Por favor, registra el churn de 4,2 % a 2026-11-18", "churn", "4,2 %", "2026-11-18"),
        ("¿puedes anotar el NPS en 45?", "NPS", "45", None),
        ('registra "Tasa de retención" 95% hoy', "Tasa de retención", "95%", "today"),
        ("anota que el NPS de es 52", "NPS", "52", None),
        ("record that MRR is $52,000", "MRR", "$52,000", None),
        ("please log churn at 4.2% yesterday", "churn", "4.2%", "yesterday"),
        ("set NPS to 45", "NPS", "45", None),
        ("update churn: 3.5%.", "churn", "3.5%", None),
        ("anote que o MRR é 52.000 €", "MRR", "52.000 €", None),
        ("registre o churn em 4,2% ontem", "churn", "4,2%", "yesterday"),
        ("note que le MRR est de 52 000 €", "MRR", "52 000 €", None),
        ("enregistre le churn à 4,2 % hier", "churn", "4,2 %", "yesterday"),
        ("note down that Retención mensual mes 3 is 90%", "Retención mensual mes 3", "90%", None),
    ],
)
def test_an_order_to_record_names_metric_value_and_day(text: str, name: str, value: str, on: str | None) -> None:
    assert reading_request(text) == ReadingRequest(name, value, on)


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        ("marca como hecha la tarea Firmar el alquiler", "Firmar el alquiler", "done"),
        ("marca la tarea 'Firmar el alquiler' como hecha", "Firmar el alquiler", "done"),
        ("pon la tarea Setup de CRM en curso", "Setup de CRM", "doing"),
        ("bloquea la tarea Setup de CRM", "Setup de CRM", "blocked"),
        ("mark task Hire COO as done", "Hire COO", "done"),
        ("mark Hire COO done", "Hire COO", "done"),
        ('close the task "Setup"', "Setup", "done"),
        ("reopen the task Hire COO", "Hire COO", "open"),
        ("marque a tarefa Contratar COO como concluída", "Contratar COO", "done"),
        ("marque como feita a tarefa Contratar COO", "Contratar COO", "done"),
        ("marque la tâche Recruter un COO comme terminée", "Recruter un COO", "done"),
        ("abandonne la tâche Recruter un COO", "Recruter un COO", "dropped"),
    ],
)
def test_an_order_about_a_task_names_it_and_its_state(text: str, name: str, status: str) -> None:
    assert task_request(text) == TaskRequest(name, status)


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuál es la meta de churn en el mes 3?",
        "What is the MRR target for month 6?",
        "Note moyenne du NPS 45 ?",
        "¿Qué tareas están hechas?",
        "¿Cuándo empieza la tarea Firmar el alquiler?",
        "Completa la lista de tareas pendientes",
        "No anotes que el MRR es 5",
        "El documento dice: anota que el MRR es 52",
        "",
        "anota " + "x" * 5_000 + " 5",
    ],
)
def test_a_question_is_no_order(text: str) -> None:
    assert (reading_request(text), task_request(text)) == (None, None)


@pytest.mark.parametrize("text", ["¿Cuál es la meta de churn?", "List the tasks of month 2", "Quels sont les risques ?"])
def test_words_without_a_verb_of_recording_order_nothing(text: str) -> None:
    assert not orders_something(text)
