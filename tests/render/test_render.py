from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.answer import Answer, Calculation, CalculationInput
from copilot.domain.source import Citation
from integrations.render import answer_text, calculation_lines, clean, json_ready, number, quantity, table_text, unmarked

LINE = Citation(document="plan.md", lines=(12, 12), quote="- **MRR**:  $45K", n=1)


def test_an_answer_is_plain_text_that_ends_with_its_numbered_sources() -> None:
    answer = Answer(question="?", answer="MRR is $45K [1].", answered=True, language="en", citations=(LINE,), model="offline")

    assert answer_text(answer, str).split("\n") == ["MRR is $45K [1].", "", "sources:", "  [1] plan.md:12  - **MRR**: $45K"]


def test_a_calculation_shows_formula_result_and_where_each_input_stands() -> None:
    made = Calculation(
        name="ROI (net)",
        formula="(3 - 2) / 2 * 100",
        inputs=(
            CalculationInput(name="cost", value=Decimal(2), unit="USD", citation=LINE),
            CalculationInput(name="return", value=Decimal(3), unit="USD"),
        ),
        result=Decimal(50),
        unit="%",
    )
    answer = Answer(question="?", answer="50%", answered=True, language="en", calculations=(made,), model="offline")

    assert answer_text(answer, str).split("\n")[2:] == [
        "calculations:",
        "  ROI (net): (3 - 2) / 2 * 100 = 50%",
        "    cost = $2  (plan.md:12)",
        "    return = $3  (given)",
    ]


def test_bold_marks_go_and_other_stars_stay() -> None:
    assert unmarked("**MRR** (a): 2 ** 3, *churn*, **NPS: 60**") == "MRR (a): 2 ** 3, *churn*, NPS: 60"


def test_a_calculated_result_is_shown_with_two_decimals() -> None:
    made = Calculation(formula="100 / 3", inputs=(), result=Decimal("33.333333"), unit="%")

    assert calculation_lines(made, str) == ["  100 / 3 = 33.33%"]


def test_gaps_are_shown_even_where_nothing_was_answered() -> None:
    answer = Answer(question="?", answer="Not there.", answered=False, language="en", gaps=("No phone number.",), model="offline")

    assert answer_text(answer, str) == "Not there.\n\ngaps:\n  - No phone number."


@pytest.mark.parametrize(
    ("value", "high", "unit", "comparator", "shown"),
    [
        ("45000", None, "USD/month", "=", "$45,000/month"),
        ("95", None, "%", ">=", "≥ 95%"),
        ("200000", "500000", "USD", "range", "$200,000 - $500,000"),
        ("5", None, "ratio", "=", "5:1"),
        ("10", None, "x", "=", "10x"),
        ("24", None, "hours", "<", "< 24 hours"),
        ("9", None, "score/10", "=", "9/10"),
        ("-1200.5", None, "EUR", "=", "-€1,200.5"),
        ("300", None, "MXN", "=", "300 MXN"),
        ("15", None, "%", "delta_down", "-15%"),
        ("1200", None, "count", "=", "1,200"),
    ],
)
def test_quantities_carry_their_unit(value: str, high: str | None, unit: str, comparator: str, shown: str) -> None:
    assert quantity(Decimal(value), unit, high=Decimal(high) if high else None, comparator=comparator) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("1234567.50", "1,234,567.5"), ("0.005", "0.005"), ("100", "100"), ("1E+3", "1,000")]
)
def test_numbers_are_grouped_and_never_rounded(value: str, shown: str) -> None:
    assert number(Decimal(value)) == shown


def test_control_characters_of_a_document_never_reach_the_terminal() -> None:
    assert clean("a\x1b[31mred\x07\u202egnp.exe\n\tb") == "a[31mredgnp.exe\n\tb"


def test_a_plain_table_is_aligned_and_has_no_tabs() -> None:
    text = table_text(["name", "value"], [["café\tcon leche", "1"], ["té", "22"]])

    assert text.split("\n") == ["name            value", "café con leche  1", "té              22"]


def test_json_has_numbers_where_python_has_decimals() -> None:
    assert json_ready({"a": (Decimal("1.50"), Decimal(2)), "b": LINE})["a"] == [1.5, 2]
