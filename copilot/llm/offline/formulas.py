"""Calculations asked for on figures that stand in the question itself: which one, and its amounts in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from copilot.domain.quantity import is_currency
from copilot.llm.offline.cues import data
from retrieval.language.analyser import fold
from retrieval.language.quantities import FoundQuantity, find_quantities

MOST_TIMES = 60
FLOWS = ("irr", "npv")


@dataclass(frozen=True)
class Formula:
    """An operation of the calculator with its arguments."""

    operation: str
    arguments: dict[str, Any]


def formula_in(text: str) -> Formula | None:
    """The calculation a question asks for with all its figures given; None where it asks the documents."""
    money = [hit for hit in find_quantities(text) if is_currency(hit.quantity.unit)]
    folded = fold(text)
    for known, pattern in _operations():
        if len(money) < known["amounts"] or not pattern.search(folded):
            continue
        if known.get("sure") or _pattern("supposing").search(folded):
            return _formula(known["name"], known["amounts"], money, text)
    return None


def _formula(operation: str, least: int, money: list[FoundQuantity], text: str) -> Formula | None:
    folded = fold(text)
    if len({hit.quantity.unit for hit in money}) > 1:
        return Formula(operation, {"amounts": [_amount(hit) for hit in money]})
    amounts = [_amount(hit) for hit in (money if operation in (*FLOWS, "runway") else money[:least])]
    arguments: dict[str, Any] = {"amounts": amounts}
    if operation in FLOWS:
        # What is put in flows out.
        amounts[0] = {**amounts[0], "value": -abs(amounts[0]["value"])}
        times = _pattern("times").search(folded)
        if times and len(amounts) == 2:
            arguments["amounts"] = [amounts[0], *[amounts[1]] * min(int(times[1]), MOST_TIMES)]
    if operation == "npv":
        rates = [hit.quantity.value for hit in find_quantities(text) if hit.quantity.unit == "%"]
        if len(rates) != 1:
            return None
        arguments["rate_percent"] = rates[0]
    if operation == "payback":
        arguments["per"] = "month" if _pattern("monthly").search(folded) else "year"
    if operation == "runway":
        arguments["amounts"] = amounts[:3]
    return Formula(operation, arguments)


def _amount(hit: FoundQuantity) -> dict[str, Any]:
    value = -hit.quantity.value if hit.sign == "-" else hit.quantity.value
    told: dict[str, Any] = {"value": value, "unit": hit.quantity.unit, "name": ""}
    if hit.quantity.high is not None:
        told["high"] = Decimal(hit.quantity.high)
    return told


@cache
def _operations() -> tuple[tuple[dict[str, Any], re.Pattern[str]], ...]:
    return tuple((known, re.compile(known["pattern"])) for known in data("formulas")["operation"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(data("formulas")[name]["pattern"])
