"""A document as a whole, several questions in one message, and what a follow-up leaves behind."""

from __future__ import annotations

import pytest

from tests.offline.desk import ask, line_of

BAKERY, BIKES = "apertura_panaderias.md", "delivery_strategy.md"
RISKS = ("¿Qué riesgos hay en el plan de apertura?", "- **Riesgos de suministro**: Mitigación: Dos molinos de harina [1]")


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Resume el plan de apertura", id="es"),
        pytest.param("¿De qué trata el documento de apertura?", id="es-about"),
        pytest.param("Hazme un resumen de apertura_panaderias.md", id="es-file"),
        pytest.param("Give me an overview of the apertura plan", id="en"),
        pytest.param("Résume le plan apertura", id="fr"),
        pytest.param("O que diz o plano de apertura?", id="pt"),
    ],
)
def test_a_document_in_short_names_its_sections_phases_money_and_risks_with_their_lines(question: str) -> None:
    reply = ask(question)

    assert not reply.refused
    assert {document for document, _ in reply.lines} == {BAKERY}
    for told in ("## Metas por mes", "## FASE 1", "**Inversión:** $10K", "### Riesgos de suministro"):
        assert (BAKERY, line_of(BAKERY, told)) in reply.lines


def test_a_question_for_a_part_of_a_document_is_no_question_for_the_whole() -> None:
    assert ask("Resume los riesgos del plan de apertura").tools.count("document_outline") == 0
    assert "Dos molinos" in ask("¿Qué dice el plan de apertura sobre los riesgos?").text


def test_what_the_documents_are_about_is_told_by_their_titles() -> None:
    reply = ask("¿De qué tratan los documentos?")

    assert "Red de Panaderías" in reply.text
    assert "Bikes and Boxes" in reply.text


def test_each_question_of_a_message_is_answered_and_a_later_one_may_lean_on_the_first() -> None:
    reply = ask("¿Cuál es el CAC en el Mes 3 del plan de apertura? ¿Y en el Mes 6? ¿Qué riesgos hay en ese plan?")

    assert [reply.text.find(one) >= 0 for one in ("$7", "$5", "Riesgos de suministro")] == [True] * 3
    assert reply.text.find("$7") < reply.text.find("$5")


def test_one_unanswerable_question_of_a_message_does_not_refuse_the_others() -> None:
    reply = ask("¿Quién pinta la fachada? ¿Cuál es el CAC en el Mes 6 del plan de apertura?")

    assert not reply.refused
    assert "$5" in reply.text
    assert ask("¿Quién pinta la fachada? ¿Cuánto cuesta el seguro del coche?").refused


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("¿Cuál es el CAC en el Mes 6 del plan de apertura? ", "quedan sin responder"),
        ("What is the delivery time target? ", "left unanswered"),
        ("Quantos clientes diários se esperam no mês 3? ", "ficam sem resposta"),
        ("Quel est le CAC prévu au mois 3 dans le plan d'ouverture ? ", "restent sans réponse"),
    ],
    ids=["es", "en", "pt", "fr"],
)
def test_of_fifty_questions_the_first_are_answered_and_the_rest_is_named(question: str, said: str) -> None:
    reply = ask(question * 50)

    assert not reply.refused
    assert said in reply.text
    assert len(reply.text) < 2_500


def test_a_question_for_tasks_after_one_for_risks_is_about_tasks() -> None:
    reply = ask("¿Cuáles son las tareas del Mes 2?", RISKS)

    assert "Instalar el horno" in reply.text
    assert "molinos" not in reply.text


def test_a_follow_up_takes_no_document_from_before_the_question_it_follows() -> None:
    whole = ("¿Qué CAC se espera alcanzar en el Mes 3?", "$7 [1]")
    about_bikes = ("What is the delivery time target in the delivery strategy?", "<25 minutes [1]")

    reply = ask("¿Y en el Mes 6?", about_bikes, whole)

    assert "$5" in reply.text
    assert (BAKERY, line_of(BAKERY, "| CAC | $9")) in reply.lines
