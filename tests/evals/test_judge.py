"""What makes an answer right, cited and supported."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.answer import Answer, Calculation
from copilot.domain.source import Citation
from copilot.evals.judge import judge, place_of
from copilot.evals.sets import GoldSource, SetQuestion

LINE = Citation(document="plan.md", lines=(5, 5), quote="| MRR | $50K | $120K |", n=1)


def asked(**given: object) -> SetQuestion:
    return SetQuestion.model_validate({"id": "q", "question": "¿Meta de MRR en el Mes 6?", "lang": "es", **given})


def said(text: str, *, answered: bool = True, language: str = "es", steps: tuple[Calculation, ...] = ()) -> Answer:
    return Answer.model_validate(
        {
            "question": "?",
            "answer": text,
            "answered": answered,
            "language": language,
            "citations": (LINE,),
            "calculations": steps,
            "model": "offline",
        }
    )


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        pytest.param("120,000", "MRR: $120K", id="thousands"),
        pytest.param("2.25M", "un total de $2,250,000", id="millions"),
        pytest.param("92%", "el 92 % de los casos", id="space before the sign"),
        pytest.param("redundan", "Redundancia de datos", id="stem"),
        pytest.param("automatico", "Escalado automático", id="accent"),
        pytest.param("6-12", "Meses 6-12", id="stretch"),
    ],
)
def test_a_value_is_found_however_it_is_written(wanted: str, told: str) -> None:
    assert place_of(wanted, told) is not None


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        pytest.param("5", "15 tareas", id="part of a number"),
        pytest.param("5", "5.5 puntos", id="whole part of a number"),
        pytest.param("120K", "$120M", id="other scale"),
        pytest.param("92%", "$92", id="other unit"),
    ],
)
def test_another_value_is_not_taken_for_it(wanted: str, told: str) -> None:
    assert place_of(wanted, told) is None


def test_an_answer_with_the_value_is_right() -> None:
    assert judge(asked(must_contain=[["120K"]]), said("La meta es $120K [1]")).right


def test_an_answer_without_the_value_says_what_it_lacks() -> None:
    assert judge(asked(must_contain=[["120K"]]), said("La meta es $50K [1]")).reasons == ("lacks 120K",)


def test_a_forbidden_value_is_a_contrast_only_behind_the_right_one() -> None:
    question = asked(must_contain=[["120K"]], must_not_contain=["$50K"])

    assert judge(question, said("$120K [1], antes $50K [1]")).right
    assert not judge(question, said("$50K [1] y luego $120K [1]")).right


def test_a_refusal_is_right_only_where_there_is_no_answer() -> None:
    refused = said("Los documentos no lo dicen.", answered=False)

    assert judge(asked(type="unanswerable"), refused).right
    assert judge(asked(), refused).reasons == ("refused",)


def test_an_answer_where_there_is_none_is_wrong() -> None:
    assert not judge(asked(type="unanswerable"), said("Es $120K [1]")).right


def test_the_language_of_the_question_is_asked_for() -> None:
    assert not judge(asked(), said("It is $120K [1]", language="en")).right


def test_a_question_in_return_that_names_the_values_answers_an_ambiguous_one() -> None:
    question = asked(type="ambiguous", must_contain=[["50K"], ["120K"]])

    assert judge(question, said("¿La de $50K [1] o la de $120K [1]?")).right
    assert not judge(question, said("¿Cuál de ellas?")).right


def test_it_is_cited_on_a_line_of_a_file_of_that_stem() -> None:
    on, off = (asked(sources=[GoldSource(file="plan.txt", lines=(line,))]) for line in (5, 6))

    assert (judge(on, said("x")).cited, judge(off, said("x")).cited) == (True, False)


@pytest.mark.parametrize("text", ["La meta es $120K [1]", "Son $120,000 [1] en el mes 6", "1. $50K [1]\n2. $120K [1]"])
def test_figures_of_cited_lines_and_the_question_are_supported(text: str) -> None:
    assert judge(asked(), said(text)).unsupported == ()


def test_a_figure_from_nowhere_is_named_and_makes_the_answer_wrong() -> None:
    found = judge(asked(), said("La meta es $130K [1]"))

    assert (found.unsupported, found.right) == (("130",), False)


def test_a_calculated_figure_may_be_shown_rounded() -> None:
    step = Calculation(formula="170 / 120", inputs=(), result=Decimal("1.41667"), unit="x")

    assert judge(asked(), said("1.42 veces", steps=(step,))).unsupported == ()
    assert judge(asked(), said("1.52 veces", steps=(step,))).unsupported == ("1.52",)
