"""Calculations on figures in the question: which is meant, and its amounts in their order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.llm.offline.formulas import formula_in


@pytest.mark.parametrize(
    ("asked", "operation", "values"),
    [
        ("¿Cuál es la TIR de invertir $1.000.000 y recibir $600K durante 2 años?", "irr", ["-1000000", "600000", "600000"]),
        ("Quel est le TRI de -1000 €, 600 € et 600 € ?", "irr", ["-1000", "600", "600"]),
        ("What is the NPV of investing $100K and receiving $60K for 3 years at 10%?", "npv", ["-100000", *["60000"] * 3]),
        ("Quanto dura o caixa de R$ 600 mil gastando R$ 50 mil por mês?", "runway", ["600000", "50000"]),
        ("If we invest $200K and get back $500K, what is the ROI?", "roi_net", ["200000", "500000"]),
        ("¿Cuál es el LTV/CAC con LTV de $1250 y CAC de $250?", "ltv_cac", ["1250", "250"]),
        ("Seuil de rentabilité : 10 000 € fixes, prix de 50 €, coût variable de 30 €", "break_even", ["10000", "50", "30"]),
    ],
)
def test_a_calculation_with_its_figures_is_recognised(asked: str, operation: str, values: list[str]) -> None:
    formula = formula_in(asked)

    assert formula is not None
    assert formula.operation == operation
    assert [one["value"] for one in formula.arguments["amounts"]] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    "asked",
    [
        "¿Cuál es el ROI de la campaña?",
        "¿Qué ROI tiene la inversión de $200K que devuelve $500K?",
        "What is the payback of the $30K onboarding investment that saves $120K?",
        "¿Cuál es el VAN del plan?",
        "What is the NPV of investing $100K and receiving $60K for 3 years?",
        "¿Cuánto suben los ingresos de $200K a $500K?",
    ],
)
def test_a_question_to_the_documents_is_left_to_them(asked: str) -> None:
    assert formula_in(asked) is None
