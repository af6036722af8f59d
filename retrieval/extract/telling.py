"""A fact in one line of words: what a citation shows of it once a person has changed it, and what lookups then read.

Written so that reading the line gives the fact's figures again. Knows no document.
"""

from __future__ import annotations

import re
from decimal import Decimal

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact, RiskFact, TaskFact
from copilot.domain.quantity import is_currency

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
SIZES = frozenset({"value", "amount_low", "amount_high"})
FIGURE = SIZES | {"value_high", "unit", "comparator", "currency", "per", "baseline", "baseline_high", "baseline_unit"}
"""Fields of a figure's string."""
_SYMBOLS = {"=": "", ">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "range": "", "delta_up": "+", "delta_down": "-"}
_NUMBER = re.compile(r"\d[\d.,]*(?:\s?(?:[KMB](?![^\W\d_])|mil(?:lones|lón)?\b))?\+?", re.I)


def told(fact: Fact) -> str:
    """`NPS: 40 → 65 (Mes 3)`, `Plataforma: $45,000/month, ROI 3:1`, a task's text."""
    match fact:
        case KpiFact():
            return _dated(f"{fact.name}: {value_of(fact)}", fact.period)
        case FinanceFact():
            amount = [amount_of(fact)] if fact.amount_low is not None else []
            parts = [*amount, *_labelled("ROI", fact.roi_value), *_labelled("payback", fact.payback)]
            parts += [fact.savings] if fact.savings and fact.savings != fact.raw else []
            return _dated(f"{fact.name}: {', '.join(parts)}", fact.period)
        case RiskFact():
            return " – ".join(part for part in (fact.risk, fact.mitigation, fact.contingency) if part)
        case PhaseFact():
            span = f"{fact.start}-{fact.end} {fact.unit}" if fact.start is not None and fact.unit else None
            return _dated(": ".join(part for part in (fact.name, fact.goal) if part), span)
        case TaskFact():
            box = "" if fact.done is None else "[x] " if fact.done else "[ ] "
            return _dated(f"{box}{fact.text}", fact.period)
        case _:
            said = fact.text if fact.name is None or fact.name in fact.text else f"{fact.name}: {fact.text}"
            return _dated(said, fact.period)


def value_of(fact: KpiFact) -> str:
    """The value with its unit, behind the former one where there is one: `40% → ≥ 65%`."""
    now = written(fact.value, fact.value_high, fact.unit)
    before = ""
    if fact.baseline is not None:
        before = f"{written(fact.baseline, fact.baseline_high, fact.baseline_unit or fact.unit)} → "
    return f"{before}{_SYMBOLS[fact.comparator]}{now}"


def amount_of(fact: FinanceFact) -> str:
    """`$45,000 - $60,000/month`; empty without an amount."""
    if fact.amount_low is None:
        return ""
    high = fact.amount_high if fact.amount_high != fact.amount_low else None
    unit = f"{fact.currency or 'USD'}/{fact.per}" if fact.per else fact.currency or "USD"
    return f"{_SYMBOLS[fact.comparator]}{written(fact.amount_low, high, unit)}"


def reworded(raw: str, fact: KpiFact | FinanceFact, *, only_size: bool) -> str:
    """What a figure's string becomes: its one number set anew where nothing but its size changed, else written anew."""
    size = fact.value if isinstance(fact, KpiFact) else fact.amount_low
    numbers = list(_NUMBER.finditer(raw))
    if only_size and size is not None and len(numbers) == 1:
        return f"{raw[: numbers[0].start()]}{abs(size).normalize():,f}{raw[numbers[0].end() :]}"
    return value_of(fact) if isinstance(fact, KpiFact) else amount_of(fact)


def is_range(fact: KpiFact | FinanceFact) -> bool:
    """Whether the fact has two ends."""
    high, low = (fact.value_high, fact.value) if isinstance(fact, KpiFact) else (fact.amount_high, fact.amount_low)
    return high is not None and high != low


def written(value: Decimal, high: Decimal | None, unit: str) -> str:
    """`$45,000/month`, `65%`, `3:1`, `5 - 7 days`."""
    head, _, rate = unit.partition("/") if unit != "score/10" else (unit, "", "")
    ends = [value] if high is None else [value, high]
    told_ends = " - ".join(_one(end, head) for end in ends)
    return f"{told_ends}/{rate}" if rate else told_ends


def _one(value: Decimal, head: str) -> str:
    number = f"{value.normalize():,f}"
    if is_currency(head):
        return f"{SIGNS[head]}{number}" if head in SIGNS else f"{number} {head}"
    return {"%": f"{number}%", "count": number, "score": number, "ratio": f"{number}:1", "x": f"{number}x"}.get(
        head, f"{number}{head.removeprefix('score')}" if head.startswith("score") else f"{number} {head}"
    )


def _labelled(name: str, value: str | None) -> list[str]:
    return [f"{name} {value}"] if value else []


def _dated(said: str, period: str | None) -> str:
    return f"{said} ({period})" if period and period not in said else said
