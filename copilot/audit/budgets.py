"""Rules about budgets of phases: salaries and tools priced by the month against what the phase has for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from copilot.audit.remark import Remark, at, joined, shown
from copilot.audit.sheet import Line, Sheet, is_exactly, says
from copilot.domain.fact import FinanceFact
from copilot.domain.quantity import Period
from retrieval.extract.identity import holds_elsewhere
from retrieval.language.periods import find_periods, heading_period, parse_period
from tools.calc.amounts import Amount
from tools.calc.arithmetic import total

LONGEST_PHASE = 36
LATEST = 60


def budget_salaries(sheet: Sheet) -> Iterator[Remark]:
    """What a phase has for salaries pays the roles hired by then, each from its month on."""
    hired = [(fact, month) for fact in _monthly(sheet, "salary") if (month := _month_of(sheet, fact)) is not None]
    for one, span in _budget_lines(sheet, "salary"):
        paid = [(fact, span[1] - max(span[0], month) + 1) for fact, month in hired if month <= span[1]]
        yield from _short(sheet, one, paid, "salaries listed")


def budget_tools(sheet: Sheet) -> Iterator[Remark]:
    """What a phase has for tools pays those the phase introduces."""
    listed = list(_monthly(sheet, "tool"))
    for one, span in _budget_lines(sheet, "tools"):
        own = [(fact, span[1] - span[0] + 1) for fact in listed if _phase_span(fact.heading_path) == span]
        yield from _short(sheet, one, own, "tools listed")


def budget_exceeded(sheet: Sheet) -> Iterator[Remark]:
    """No single outlay of a plan is more than the budget assigned to it."""
    finance = [fact for fact in sheet.facts if isinstance(fact, FinanceFact) and fact.amount_low and not holds_elsewhere(fact)]
    budgets = [
        fact for fact in finance if fact.role == "budget" and says("assigned", fact.name) and not fact.per and not fact.in_table
    ]
    if len(budgets) != 1:
        return
    own = budgets[0]
    for fact in finance:
        outlay = fact.role in ("investment", "cost") and not fact.per and fact.currency == own.currency and fact.period is None
        if outlay and (fact.amount_low or Decimal(0)) > (own.amount_high or Decimal(0)):
            yield Remark(
                places=at(sheet, own.lines[0], fact.lines[0]),
                severity="high",
                confidence="likely",
                claim=f"{own.name}: {own.raw}; {fact.name}: {fact.raw}",
                problem="one outlay is more than the whole budget",
                expected=f"at most {own.raw}, or another source of the money",
            )


def _short(sheet: Sheet, one: Line, paid: Sequence[tuple[FinanceFact, int]], what: str) -> Iterator[Remark]:
    stated = one.money
    if stated is None or not paid or any(fact.currency != stated.unit for fact, _ in paid):
        return
    inputs = [
        Amount(
            value=(fact.amount_low or Decimal(0)) * months,
            high=(fact.amount_high or fact.amount_low or Decimal(0)) * months,
            unit=stated.unit,
            name=f"{fact.name} x {months}",
            citation=fact.citation(),
        )
        for fact, months in paid
    ]
    low = sum((item.value for item in inputs), Decimal(0))
    high = sum((item.top for item in inputs), Decimal(0))
    if low <= stated.high * Decimal("1.02"):
        return
    told = joined([f"{fact.raw} x {months}" for fact, months in paid])
    yield Remark(
        places=at(sheet, *sorted({one.line, *(fact.lines[0] for fact, _ in paid)})),
        severity="high",
        confidence="certain",
        claim=f"{one.statement.label} ({one.statement.list_label or one.statement.heading}): {stated.raw}",
        problem=f"the {what} cost {told} = {shown(low, stated.unit, high)}",
        expected=f"at least {shown(low, stated.unit)}",
        calculations=total(inputs),
    )


def _budget_lines(sheet: Sheet, table: str) -> Iterator[tuple[Line, tuple[int, int]]]:
    """Items that give a phase of known months one amount for this."""
    for one in sheet.lines:
        stated = one.money
        if stated is None or stated.per is not None or not is_exactly(table, one.label) or says("monthly", one.statement.text):
            continue
        label = one.statement.block.label
        named = parse_period(label) if label else None
        span = (_span(named) if named is not None else None) or _phase_span(one.statement.block.heading_path)
        if span is not None and span[1] - span[0] < LONGEST_PHASE:
            yield one, span


def _monthly(sheet: Sheet, role: str) -> Iterator[FinanceFact]:
    """Amounts paid every month by one payer, with the line they stand on."""
    for fact in sheet.facts:
        if isinstance(fact, FinanceFact) and fact.role == role and fact.per == "month" and fact.amount_low and not fact.in_table:
            yield fact


def _month_of(sheet: Sheet, fact: FinanceFact) -> int | None:
    """Month of the plan in which a role begins: of the label above, else the first of its phase."""
    block = next((block for block in sheet.doc.blocks if block.lines[0] <= fact.lines[0] <= block.lines[1]), None)
    label = block.label if block is not None else None
    seat = sheet.doc.blocks[block.parent].label if block is not None and block.parent is not None else None
    for text in (label, seat):
        hits = [
            hit.period for hit in find_periods(text or "") if hit.form in ("point", "stretch") and hit.period.unit == "months"
        ]
        if len(hits) == 1 and hits[0].start is not None:
            return hits[0].start
    span = _phase_span(fact.heading_path)
    return span[0] if span else None


def _phase_span(path: Sequence[str]) -> tuple[int, int] | None:
    found = heading_period(list(path))
    return _span(found) if found is not None else None


def _span(period: Period) -> tuple[int, int] | None:
    if period.unit != "months" or period.start is None or period.end is None or period.year is not None:
        return None
    return (max(1, period.start), period.end) if period.start <= period.end <= LATEST else None
