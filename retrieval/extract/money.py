"""Whether an amount of money is a metric's value or a money matter, and which. Decided here and nowhere else."""

from __future__ import annotations

from retrieval.extract.statements import Statement
from retrieval.extract.terms import WEAK, finance_class, finance_class_before, is_exactly, is_metric, is_role, says

Verdict = tuple[str, str]
"""`("kpi", role)` or `("finance", role)`."""
GAINS = frozenset({"return", "saving", "benefit"})
_KPI: Verdict = ("kpi", "")


def verdict(one: Statement, before: str, after: str, *, sign: str, per: str | None) -> Verdict:
    """What an amount on a line is; an empty role leaves it to the line's other words."""
    near = _nearby(before, after)
    if near is not None:
        return near
    above = _above(one)
    if sign == "+" and above in GAINS:
        return "finance", str(above)
    if above in ("cost", "budget", "investment") and is_metric(one.label) and not is_metric(one.label, strictly=True):
        return "finance", _listed_role(one, str(above))
    if above is None and not sign and _is_pay(one):
        return "finance", "salary"
    own = _of_label(one, above)
    if own is not None:
        return own
    if (says("price", one.label) and above != "tool") or (
        above is None and any(says("price", text) for text in one.contexts[:2])
    ):
        return "kpi", "price"
    if above is not None and above != "metric":
        return "finance", _listed_role(one, above)
    if finance_class(one.body) in ("roi", "payback"):
        return "finance", "investment"
    priced = per in ("month", "user/month", "year", "user/year") and one.label is not None and not sign
    return ("kpi", "price") if priced and not is_role(one.label, "impact") else _KPI


def column_verdict(header: str, row: str, contexts: tuple[str, ...]) -> Verdict:
    """What an amount in a table cell is, by its column, its row and the headings above."""
    above = next((found for text in contexts[:2] if (found := finance_class(text)) is not None), None)
    if above in ("cost", "budget") and is_metric(row) and not is_metric(row, strictly=True) and not is_metric(header):
        return "finance", str(above)
    for text in (header, row):
        if is_metric(text):
            return _KPI
        found = finance_class(text)
        if found is not None:
            return "finance", "investment" if found in ("roi", "payback") else found
    for text in contexts[:2]:
        if is_metric(text):
            return _KPI
        found = finance_class(text)
        if found is not None and found not in ("roi", "payback", "npv"):
            return "finance", found
    return _KPI


def _nearby(before: str, after: str) -> Verdict | None:
    """By the words right beside the amount: `$500K ARR`, `Ahorro de $800K`, `(programa de $2M)`."""
    behind = " ".join(after.split(",")[0].split(";")[0].split()[:4])
    if behind and is_metric(behind) and not behind.startswith("("):
        return _KPI
    ahead = " ".join(before.split()[-5:])
    if ahead:
        found = finance_class_before(ahead)
        if found in WEAK and is_metric(ahead, strictly=True):
            return _KPI
        if found is not None and not is_metric(ahead.rpartition(" ")[2]):
            return "finance", "investment" if found in ("roi", "payback") else found
        if is_metric(ahead):
            return _KPI
    found = finance_class(" ".join(behind.split()[:3])) if behind else None
    return ("finance", found) if found is not None and found not in ("roi", "payback") else None


def _is_pay(one: Statement) -> bool:
    """What stands beside a name under a heading of people."""
    named = finance_class(one.label) is not None or is_metric(one.label, strictly=True)
    return not named and any(is_exactly("staff", text) for text in one.contexts[:2])


def _of_label(one: Statement, above: str | None) -> Verdict | None:
    label = one.label
    if label is None:
        return None
    found = finance_class(label)
    if is_metric(label) and found not in ("return", "saving", "investment", "funding", "budget", "benefit"):
        return _KPI
    if found is None:
        return None
    if found in WEAK and above == "investment" and not one.is_title:
        return "finance", "investment_item"
    return "finance", "investment" if found in ("roi", "payback") else found


def _above(one: Statement) -> str | None:
    """The class the nearest context names: `metric`, a money matter, or None."""
    for text in one.contexts:
        found = finance_class(text)
        metric = is_metric(text, strictly=True)
        if found is not None and not (metric and found in WEAK):
            return found if found not in ("roi", "payback", "npv") else None
        if metric:
            return "metric"
    return None


def _listed_role(one: Statement, above: str) -> str:
    """Role of an amount whose label names no money matter, in a list that does."""
    if above != "investment" or one.is_title or is_exactly("total", one.label) or says("total", one.label):
        return above
    return "investment_item" if one.label is not None else "investment"
