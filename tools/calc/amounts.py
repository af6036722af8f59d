"""Numbers on their way into a calculation: checked units, ranges as two ends, formulas with the numbers filled in.

Knows nothing of tools, documents or models; a number's citation is carried along untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from copilot.domain.answer import Calculation, CalculationInput
from copilot.domain.errors import UnitMismatch, UserCanFix
from copilot.domain.quantity import is_currency
from copilot.domain.source import Citation, Frozen

PLACES = Decimal("0.000001")
"""Results keep six decimals: more than any sheet shows, few enough to read in a formula's answer."""

LARGEST = Decimal(10) ** 30
"""No plan has a figure beyond it, and no surface could show one."""


class Amount(Frozen):
    """A value or a range that goes into a calculation."""

    value: Decimal
    """The value, or the low end of a range."""
    high: Decimal | None = None
    """High end of a range; None for one value."""
    unit: str = "count"
    name: str = ""
    citation: Citation | None = None
    """Where it stands; None: the person gave it."""

    @property
    def top(self) -> Decimal:
        """High end of a range, else the value."""
        return self.value if self.high is None else self.high

    @property
    def is_range(self) -> bool:
        """Whether the two ends differ."""
        return self.high is not None and self.high != self.value

    def inputs(self) -> tuple[CalculationInput, ...]:
        """The amount as calculation inputs: one, or the two ends of a range."""
        ends = (self.value, self.top) if self.is_range else (self.value,)
        return tuple(CalculationInput(name=self.name, value=end, unit=self.unit, citation=self.citation) for end in ends)


def plain(value: Decimal) -> str:
    """A number as a formula shows it: no exponent, no trailing zeros, negative in brackets."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"({text})" if value < 0 else text


def single(amount: Amount, of: str) -> Amount:
    """The amount, when it is one value: `of` has no sense over a range. Raises UserCanFix(`range_not_supported`)."""
    if amount.is_range:
        raise UserCanFix("range_not_supported", name=amount.name or "amount", calculation=of)
    return amount


def calculation(name: str, formula: str, result: Decimal, unit: str, amounts: Sequence[Amount]) -> Calculation:
    """A finished step; the result is rounded once, here. Raises UserCanFix(`result_too_large`)."""
    if not abs(result) < LARGEST:
        raise UserCanFix("result_too_large", calculation=name)
    rounded = result.quantize(PLACES, ROUND_HALF_UP) if abs(result) < Decimal(10) ** 18 else result
    trimmed = Decimal(plain(abs(rounded)))
    inputs = tuple(item for amount in amounts for item in amount.inputs())
    return Calculation(name=name, formula=formula, result=trimmed.copy_sign(rounded), unit=unit, inputs=inputs)


def same_unit(amounts: Sequence[Amount]) -> str:
    """The one unit of these amounts. Raises UnitMismatch."""
    if not amounts:
        raise UserCanFix("nothing_to_calculate")
    first = amounts[0]
    for other in amounts[1:]:
        if other.unit != first.unit:
            raise UnitMismatch(left=f"{first.name} {first.unit}".strip(), right=f"{other.name} {other.unit}".strip())
    return first.unit


def money(amount: Amount) -> Amount:
    """The amount, when it is money. Raises UnitMismatch."""
    if not is_currency(amount.unit):
        raise UnitMismatch("not_money", name=amount.name, unit=amount.unit)
    return amount


def positive(amount: Amount) -> Amount:
    """The amount, when its low end is above zero: nothing is divided by a cost of zero. Raises UserCanFix."""
    if amount.value <= 0:
        raise UserCanFix("not_positive", name=amount.name or "amount", value=plain(amount.value))
    return amount


def ends(
    name: str,
    cost: Amount,
    back: Amount,
    once: Callable[[Decimal, Decimal], tuple[str, Decimal]],
    unit: str,
) -> tuple[Calculation, ...]:
    """The calculation at the ends of its ranges, each stating how the ends were paired."""
    if not cost.is_range and not back.is_range:
        formula, result = once(cost.value, back.value)
        return (calculation(name, formula, result, unit, (cost, back)),)
    pairs = [("low ends", cost.value, back.value), ("high ends", cost.top, back.top)]
    if cost.is_range and back.is_range:
        pairs += [("worst: high first, low last", cost.top, back.value), ("best: low first, high last", cost.value, back.top)]
    results = []
    for label, low, high in pairs:
        formula, result = once(low, high)
        results.append(calculation(f"{name}, {label}", formula, result, unit, (cost, back)))
    return tuple(results)
