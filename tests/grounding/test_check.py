"""What the check keeps and what it cuts, one rule each."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from copilot.domain.answer import Calculation, CalculationInput, Evidence, Language, ToolResult
from copilot.domain.source import Citation
from copilot.grounding.compose import ground, problems_of
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.surroundings import Surroundings, surroundings
from retrieval.ingest.blocks import parse

PLAN = """# Plan comercial

## Metas del Mes 6

- NPS: > 60 puntos
- Churn mensual: -15%
- Inversión: $200K - $300K
- Responsable: «Ana Ruiz», equipo B2B

| Métrica | Mes 6 | Mes 12 |
|---|---|---|
| Respuesta (horas) | 4 | 2 |
| Ingresos | $500,000 | $1.2M |

### Contratación

- Mes 9:
  - Contratar 3 analistas
"""
PARSED = parse("plan.md", PLAN)


def cited(line: int, document: str = "plan.md") -> Evidence:
    block = next(one for one in PARSED.blocks if one.lines[0] <= line <= one.lines[1] and one.kind != "heading")
    quote = PARSED.quote((line, line))
    return Evidence(
        id=f"l{line}", citation=Citation(document=document, lines=(line, line), heading_path=block.heading_path, quote=quote)
    )


def turn(*lines: int, question: str = "¿Qué dice el plan?", calculations: tuple[Calculation, ...] = ()) -> TurnEvidence:
    """Evidence e1, e2 ... for these lines of the plan."""

    def around(citation: Citation) -> Surroundings:
        return surroundings(PARSED, citation)

    made = TurnEvidence(question, around=around)
    made.admit(ToolResult(tool="test", evidence=tuple(cited(line) for line in lines), calculations=calculations))
    return made


def roi() -> Calculation:
    inputs = (
        CalculationInput(name="cost", value=Decimal(300000), unit="USD", citation=cited(7).citation),
        CalculationInput(name="return", value=Decimal(500000), unit="USD", citation=cited(13).citation),
    )
    return Calculation(
        id="x", name="ROI (net)", formula="(500000 - 300000) / 300000 * 100", inputs=inputs, result=Decimal("66.666667"), unit="%"
    )


KEPT = [
    pytest.param("El NPS pasa de 60 [e1].", (5,), id="without its comparator"),
    pytest.param("El NPS es mayor de 60 puntos en el Mes 6 [e1].", (5,), id="period from the heading"),
    pytest.param("La inversión es de $200,000 a $300,000 [e1].", (7,), id="same range in full"),
    pytest.param("La inversión llega a 300K USD [e1].", (7,), id="one end of a range"),
    pytest.param("El churn baja un 15% [e1].", (6,), id="a minus said in words"),
    pytest.param("La respuesta tarda 4 horas en el Mes 6 [e1].", (12,), id="unit from the row's name"),
    pytest.param("Ingresos: $500K (Mes 6) y $1,200,000 (Mes 12) [e1].", (13,), id="two columns of one row"),
    pytest.param("La responsable es «ana ruiz», del equipo B2B [e1].", (8,), id="name and code in other case"),
    pytest.param("Se contratan 3 analistas en el Mes 9 [e1].", (18,), id="period from the item above"),
    pytest.param("Según plan.md:5, el NPS pasa de 60 [e1].", (5,), id="a cited line of a known document"),
    pytest.param("- NPS: > 60 [e1]\n- Churn: -15% [e2]", (5, 6), id="a list, line by line"),
    pytest.param("Hay 2 metas:\n- NPS: > 60 [e1]\n- Churn: -15% [e2]", (5, 6), id="an introduction that counts its points"),
    pytest.param("El NPS pasa de 60. Se mide en el Mes 6 [e1].", (5,), id="a mark lent within the line"),
]
CUT = [
    pytest.param("El NPS es 70 [e1].", (5,), id="another figure"),
    pytest.param("El NPS es menos de 60 [e1].", (5,), id="the opposite comparator"),
    pytest.param("El NPS es 60% [e1].", (5,), id="another unit"),
    pytest.param("El churn sube un 15% [e1].", (6,), id="a lost minus"),
    pytest.param("El churn es +15% [e1].", (6,), id="a plus for a minus"),
    pytest.param("La inversión es de €200K a €300K [e1].", (7,), id="another currency"),
    pytest.param("La inversión es de $200K a $350K [e1].", (7,), id="one end altered"),
    pytest.param("La inversión es de $200M [e1].", (7,), id="another scale"),
    pytest.param("El NPS pasa de 60 en el Mes 7 [e1].", (5,), id="another month"),
    pytest.param("Los ingresos del Mes 6 son $1.2M [e1].", (13,), id="a value of another month's column"),
    pytest.param("La responsable es «Eva Soto» [e1].", (8,), id="another name"),
    pytest.param("Lo lleva el equipo B2C2 [e1].", (8,), id="another code"),
    pytest.param("El NPS pasa de 60 [e2].", (5, 6), id="cited to the wrong line"),
    pytest.param("El NPS pasa de 60 [e9].", (5,), id="cited to nothing"),
    pytest.param("El NPS pasa de 60.", (5,), id="not cited"),
    pytest.param("Según otro.md, el NPS pasa de 60 [e1].", (5,), id="a document nobody has"),
    pytest.param("Según plan.md:9, el NPS pasa de 60 [e1].", (5,), id="a line that is not cited"),
    pytest.param("El 15 de marzo el NPS pasa de 60 [e1].", (5,), id="a date of its own"),
    pytest.param("Hay 3 metas:\n- NPS: > 60 [e1]\n- Churn: -15% [e2]", (5, 6), id="a wrong count"),
]


@pytest.mark.parametrize(("draft", "lines"), KEPT)
def test_a_statement_its_lines_hold_is_kept(draft: str, lines: tuple[int, ...]) -> None:
    assert problems_of(draft, turn(*lines)) == []


@pytest.mark.parametrize(("draft", "lines"), CUT)
def test_a_statement_its_lines_do_not_hold_is_cut(draft: str, lines: tuple[int, ...]) -> None:
    assert problems_of(draft, turn(*lines))


def test_only_the_unsupported_sentence_is_cut_and_its_figure_is_not_shown_in_the_gap() -> None:
    made = ground("El NPS pasa de 60 [e1]. El CAC es $70 [e1].", turn(5), "es")

    assert made.text == "El NPS pasa de 60 [1]."
    assert made.answered
    assert made.gaps == ("Omitido por falta de fuente: «El CAC es […]».",)


def test_a_gap_shows_no_figure_of_its_statement_not_even_one_that_is_supported() -> None:
    made = ground("El NPS pasa de 60 y el CAC es $70 [e1].", turn(5), "es")

    assert made.gaps == ("Omitido por falta de fuente: «El NPS pasa de […] y el CAC es […]».",)


def test_a_figure_of_the_question_is_cut_where_it_is_cited_to_evidence_that_is_not_there() -> None:
    asked = turn(question="¿Llegaremos a 500 clientes?")

    assert problems_of("El plan prevé 500 clientes [e99].", asked)
    assert not problems_of("No se dice nada de 500 clientes.", asked)


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("es", "La respuesta se ha omitido"),
        ("en", "The answer was withheld"),
        ("pt", "A resposta foi omitida"),
        ("fr", "La réponse a"),
    ],
)
def test_a_draft_of_which_nothing_is_left_is_told_as_withheld_and_not_as_absent(language: Language, opening: str) -> None:
    made = ground("The NPS is 70 [e1].", turn(5), language)

    assert (made.text.startswith(opening), made.answered, made.citations) == (True, False, ())
    assert made.gaps


def test_a_line_that_is_cut_leaves_no_empty_line_behind() -> None:
    made = ground("Values:\n- The NPS is 70 [e1]\n- El NPS pasa de 60 [e1]", turn(5), "en")

    assert made.text == "Values:\n- El NPS pasa de 60 [1]"


@pytest.mark.parametrize(
    ("draft", "held"),
    [
        ("El NPS pasa de sesenta por ciento [e1].", False),
        ("El coste es de tres millones de dólares [e1].", False),
        ("The cost is two hundred thousand dollars [e1].", False),
        ("Le délai est de six mois [e1].", False),
        ("São trinta e cinco por cento [e1].", False),
        ("Es el segundo de tres riesgos [e1].", True),
    ],
)
def test_an_amount_in_words_is_checked_like_one_in_digits(draft: str, held: bool) -> None:
    assert (problems_of(draft, turn(5)) == []) is held


def test_an_amount_in_words_is_the_one_the_question_wrote_in_digits() -> None:
    assert not problems_of("[unanswered] Nada dice tres millones de dólares.", turn(5, question="¿Hay $3M?"))


def test_an_unanswered_draft_keeps_the_nearest_thing_it_cites() -> None:
    made = ground("[unanswered] Los documentos no dicen el CAC. Lo más cercano: NPS > 60 [e1].", turn(5), "es")

    assert made.text == "Los documentos no dicen el CAC. Lo más cercano: NPS > 60 [1]."
    assert not made.answered
    assert [one.lines for one in made.citations] == [(5, 5)]


def test_citations_are_numbered_by_first_use_and_equal_ones_share_a_number() -> None:
    made = ground("Churn: -15% [e2]. NPS: > 60 [e1]. Otra vez, churn -15% [e2].", turn(5, 6), "es")

    assert made.text == "Churn: -15% [1]. NPS: > 60 [2]. Otra vez, churn -15% [1]."
    assert [(one.n, one.lines) for one in made.citations] == [(1, (6, 6)), (2, (5, 5))]


def test_only_used_evidence_is_cited() -> None:
    made = ground("NPS: > 60 [e1].", turn(5, 6, 7), "es")

    assert [one.lines for one in made.citations] == [(5, 5)]


def test_a_line_that_lends_its_period_is_cited_too() -> None:
    made = ground("Se contratan 3 analistas en el Mes 9 [e1].", turn(18), "es")

    assert made.text == "Se contratan 3 analistas en el Mes 9 [1][2]."
    assert {one.lines for one in made.citations} == {(18, 18), (17, 17)}


@pytest.mark.parametrize("shown", ["66.67%", "67%", "66.7 %"])
def test_a_calculated_figure_may_be_shown_rounded(shown: str) -> None:
    made = ground(f"El ROI neto es {shown} [c1].", turn(calculations=(roi(),)), "es")

    assert made.answered
    assert [one.id for one in made.calculations] == ["c1"]
    assert {one.lines for one in made.citations} == {(7, 7), (13, 13)}


@pytest.mark.parametrize("shown", ["70%", "66.6%", "-67%", "$67", "67 meses"])
def test_a_calculated_figure_shown_otherwise_is_cut(shown: str) -> None:
    assert problems_of(f"El ROI neto es {shown} [c1].", turn(calculations=(roi(),)))


def test_inputs_of_a_cited_calculation_may_be_named() -> None:
    draft = "ROI neto de 66.67% con $300K de inversión y $500,000 de ingresos [c1]."

    assert problems_of(draft, turn(calculations=(roi(),))) == []


def test_a_figure_of_the_question_may_be_repeated_when_nothing_is_found() -> None:
    asked = turn(5, question="¿El CAC es de $70 en el Mes 8?")

    assert problems_of("[unanswered] Los documentos no dicen si el CAC es de $70 en el Mes 8.", asked) == []


def test_a_figure_of_the_question_is_not_confirmed_by_a_line_that_says_another() -> None:
    asked = turn(7, question="¿La inversión es de $900K?")

    assert problems_of("Sí, la inversión es de $900K [e1].", asked)


def test_what_an_earlier_answer_said_supports_nothing() -> None:
    made = TurnEvidence("¿Y ahora?", said=["¿Cuál es el NPS?"])

    assert problems_of("El NPS es 60.", made)


def test_numbers_a_model_makes_up_as_citations_are_removed() -> None:
    made = ground("NPS: > 60 [e1] [3].", turn(5), "es")

    assert made.text == "NPS: > 60 [1]."


def test_an_introduction_goes_with_the_last_of_its_points() -> None:
    made = ground("Lo que importa:\n- NPS: 70 [e1]\n\nChurn: -15% [e2].", turn(5, 6), "es")

    assert made.text == "Churn: -15% [1]."


def test_a_draft_without_any_evidence_is_not_an_answer() -> None:
    made = ground("La estrategia va muy bien.", turn(5), "es")

    assert not made.answered


def test_ids_of_two_tool_results_never_meet() -> None:
    made = TurnEvidence("?")
    first = made.admit(ToolResult(tool="a", rows=({"v": 1, "e": ["l5"]},), evidence=(cited(5),)))
    second = made.admit(ToolResult(tool="b", rows=({"v": 2, "e": ["l6"]},), evidence=(cited(6),)))
    again = made.admit(ToolResult(tool="c", rows=({"v": 1, "e": ["l5"]},), evidence=(cited(5),)))

    assert [result.rows[0]["e"] for result in (first, second, again)] == [["e1"], ["e2"], ["e1"]]


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param("1" * 200_000, id="digits"),
        pytest.param("El NPS es 70. " * 20_000, id="sentences"),
        pytest.param(" " * 200_000 + "7", id="spaces"),
        pytest.param("a.b" * 60_000 + "7", id="one word"),
        pytest.param("[e1]" * 50_000 + " 7", id="marks"),
    ],
)
def test_an_endless_draft_is_not_read_for_ever_and_nothing_of_it_is_shown(draft: str) -> None:
    began = time.process_time()

    made = ground(draft, turn(5), "es")

    assert not made.answered
    assert time.process_time() - began < 5
