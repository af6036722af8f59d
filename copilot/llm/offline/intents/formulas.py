"""Calculations on figures the question gives: IRR, NPV, runway, break-even, LTV/CAC, payback, ROI; and what phases cost."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from copilot.domain.answer import Calculation
from copilot.domain.quantity import is_currency
from copilot.llm.offline.formulas import formula_in
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.phrasing import LONGEST, UNANSWERED, fitted
from copilot.llm.offline.question import Asked

CENT = Decimal("0.01")
MOST_STEPS = 4


class Formulas:
    """The figures are in the question, the tool works them out."""

    def fits(self, asked: Asked) -> bool:
        """By the name of the calculation and its amounts."""
        return formula_in(asked.text) is not None

    def calls(self, found: Found) -> list[Call]:
        """The calculator, once."""
        formula = formula_in(found.asked.text)
        if found.round or formula is None:
            return []
        return [("calculate", {"operation": formula.operation, **formula.arguments})]

    def draft(self, found: Found) -> str | None:
        """Name, formula and result of each step."""
        steps = found.calculations("calculate")[:MOST_STEPS]
        if not steps:
            return f"{UNANSWERED} {found.phrasing.say('not_calculated')}"
        return fitted([f"- {step.name}: {step.formula} = {shown(step)} [{step.id}]" for step in steps], LONGEST)


def shown(step: Calculation) -> str:
    """A result rounded to cents, with its unit."""
    value = step.result.quantize(CENT, ROUND_HALF_UP)
    number = f"{value.normalize():f}" if value else "0"
    if step.unit == "%":
        return f"{number}%"
    if step.unit == "ratio":
        return f"{number}:1"
    return f"{number} {step.unit}" if is_currency(step.unit) or step.unit == "months" else number
