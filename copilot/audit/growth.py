"""Rules about growth over several years: compound rates against their path, present values against their flows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from copilot.audit.numbers import TWO, Number, off_by
from copilot.audit.remark import Remark, at, shown
from copilot.audit.sheet import Line, Row, Sheet, says
from copilot.domain.quantity import Period
from retrieval.extract.terms import finance_class
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods
from tools.calc.amounts import Amount
from tools.calc.finance import cagr

HUNDRED = Decimal(100)
LEAST_RATE = Decimal(3)
"""Percent a year: money that is discounted by less is as good as not discounted."""
_CAGR = re.compile(r"(?<!\w)(?:cagr|tcac|tasa de crecimiento anual compuest\w+|compound annual growth)(?!\w)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def cagr_of_row(sheet: Sheet) -> Iterator[Remark]:
    """A CAGR column follows from the first and the last year of its row."""
    for table in sheet.tables:
        column = next((n for n, head in enumerate(table.columns) if _CAGR.search(folded(head.header))), None)
        years = [(n, year) for n, head in enumerate(table.columns) if (year := _year(head.period)) is not None]
        if column is None or len(years) < 2:
            continue
        for row in table.rows:
            stated = row.cells[column].number if column < len(row.cells) else None
            found = _path(row, years)
            if stated is not None and stated.unit == "%" and not stated.is_range and found is not None:
                first, last, intervals = found
                yield from _compound(sheet, (row.line,), row.name, first, last, intervals, stated)


def cagr_of_line(sheet: Sheet) -> Iterator[Remark]:
    """A CAGR on one line with a move and its two years follows from them."""
    for one in sheet.lines:
        text = one.statement.text
        if not _CAGR.search(folded(text)):
            continue
        years = sorted({int(year) for year in _YEAR.findall(text)})
        paths = [found for amount in one.amounts if (found := _ends(amount)) is not None]
        rates = [amount for amount in one.amounts if amount.unit == "%" and not amount.is_range and amount.before is None]
        if len(years) == 2 and len(paths) == len(rates) == 1:
            first, last = paths[0]
            yield from _compound(sheet, (one.line,), one.statement.label or "", first, last, years[1] - years[0], rates[0])


def cagr_of_growth(sheet: Sheet) -> Iterator[Remark]:
    """A monthly growth and a move over months on one line agree."""
    for one in sheet.lines:
        moves = [amount for amount in one.amounts if amount.before is not None and amount.unit != "%" and not amount.is_range]
        rates = [amount for amount in one.amounts if amount.unit == "%" and not amount.is_range and amount.before is None]
        terms = [hit.period for hit in find_periods(one.statement.body) if hit.form == "duration" and hit.period.unit == "months"]
        if len(moves) != 1 or len(rates) != 1 or len(terms) != 1 or not says("monthly", one.statement.text):
            continue
        months, start = terms[0].end, moves[0].before
        if not months or terms[0].start is not None or not start or moves[0].value <= 0:
            continue
        step = cagr(Amount(value=start, unit=moves[0].unit), moves[0].amount(), intervals=Decimal(months), unit="month")[0]
        if abs(step.result - rates[0].value) > TWO * rates[0].half:
            yield Remark(
                places=at(sheet, one.line),
                severity="medium",
                confidence="likely",
                claim=f"{moves[0].raw} ({terms[0].raw}), {rates[0].raw}",
                problem=f"{step.formula} = {shown(step.result, '%')} a month",
                expected=shown(step.result, "%"),
                calculations=(step,),
            )


def npv_of_flows(sheet: Sheet) -> Iterator[Remark]:
    """A present value is below the sum of its flows, by a rate that money costs."""
    for lines in sheet.lists:
        stated_line = next((one for one in lines if finance_class(one.label) == "npv" and one.money), None)
        cost_line = _only(lines, ("investment", "cost"))
        gain_line = _only(lines, ("saving", "return", "benefit"))
        if stated_line is None or cost_line is None or gain_line is None:
            continue
        years = next((hit.period.end for hit in find_periods(stated_line.statement.text) if hit.period.unit == "year"), None)
        stated, cost, gain = stated_line.money, cost_line.money, gain_line.money
        if not years or years < 2 or stated is None or cost is None or gain is None or gain.is_range or cost.is_range:
            continue
        if not stated.unit == cost.unit == gain.unit or says("monthly", gain_line.statement.text):
            continue
        rate = _rate(cost.value, gain.value, years, stated.value)
        if rate is not None and LEAST_RATE <= rate <= 40:
            continue
        undiscounted = gain.value * years - cost.value
        yield Remark(
            places=at(sheet, *sorted((cost_line.line, gain_line.line, stated_line.line))),
            severity="high" if rate is None else "medium",
            confidence="certain" if rate is None else "likely",
            claim=f"NPV ({years} years): {stated.raw}",
            problem=f"undiscounted the flows give {shown(undiscounted, stated.unit)}"
            + ("" if rate is None else f"; the value needs a rate of about {shown(rate, '%')} a year"),
            expected=f"{shown(_npv(cost.value, gain.value, years, Decimal(10)), stated.unit)} at 10%",
        )


def omission_discount_rate(sheet: Sheet) -> Iterator[Remark]:
    """A present value without its discount rate cannot be checked."""
    for path, lines in sheet.sections.items():
        stated = next((one for one in lines if finance_class(one.label) == "npv" and one.money), None)
        if stated is None or any(says("discount", one.statement.text) for one in lines if one is not stated):
            continue
        if says("discount", stated.statement.text) or any(amount.unit == "%" for amount in stated.amounts):
            continue
        if any(
            says("discount", one.statement.text)
            for other, found in sheet.sections.items()
            if other[:1] == path[:1]
            for one in found
        ):
            continue
        yield Remark(
            places=at(sheet, stated.line),
            severity="low",
            confidence="certain",
            claim=f"{stated.statement.label}: {stated.money.raw if stated.money else ''}",
            problem="no discount rate is stated for the present value",
            expected="the rate per year",
        )


def _compound(
    sheet: Sheet, lines: tuple[int, ...], name: str, first: Number, last: Number, intervals: int, stated: Number
) -> Iterator[Remark]:
    if first.unit != last.unit or first.is_range or last.is_range or first.value <= 0 or last.value <= 0 or intervals < 1:
        return
    step = cagr(first.amount(), last.amount(), intervals=Decimal(intervals))[0]
    rough = min(first.half / first.value + last.half / last.value, Decimal("0.04")) * (HUNDRED + abs(step.result)) / intervals
    if abs(step.result - stated.signed) <= TWO * stated.half + rough or (
        not stated.sign and abs(abs(step.result) - stated.value) <= rough
    ):
        return
    change = (last.value - first.value) / first.value * HUNDRED
    if first.unit == "%" and abs(last.value - first.value - stated.signed) <= TWO * stated.half:
        # A margin's rise in points is no rate, and is not meant as one.
        return
    is_total = abs(change - stated.signed) <= TWO * stated.half
    yield Remark(
        places=at(sheet, *lines),
        severity="low" if off_by(step.result, stated.signed) < Decimal("0.1") else "medium" if is_total else "high",
        confidence="certain",
        claim=f"{name.strip(' *:')}: {first.raw or shown(first.value, first.unit)} -> {last.raw}, CAGR {stated.raw}",
        problem=f"{step.formula} = {shown(step.result, '%')}" + ("; the value stated is the change in all" if is_total else ""),
        expected=shown(step.result, "%"),
        calculations=(step,),
    )


def _ends(amount: Number) -> tuple[Number, Number] | None:
    """First and last value of a move; `de $10M a $40M` is read as a range."""
    if amount.unit == "%" or (amount.before is None and not amount.is_range):
        return None
    start = amount.value if amount.before is None else amount.before
    first = replace(amount, value=start, high=start, before=None, raw="", half=amount.before_half or amount.half)
    return first, replace(amount, value=amount.high, before=None, raw=shown(amount.high, amount.unit))


def _path(row: Row, years: Sequence[tuple[int, int]]) -> tuple[Number, Number, int] | None:
    cells = [(year, row.cells[n].number) for n, year in years if n < len(row.cells)]
    stated = [(year, number) for year, number in cells if number is not None]
    if len(stated) != len(years):
        return None
    (start, first), (end, last) = stated[0], stated[-1]
    return first, last, end - start


def _year(period: Period | None) -> int | None:
    """Number of the year a column is about: 2 for `Año 2`, 2026 for `2026`."""
    if period is None or period.unit != "year":
        return None
    return period.end if period.year is None else period.year


def _only(lines: Sequence[Line], kinds: tuple[str, ...]) -> Line | None:
    found = [one for one in lines if one.money is not None and finance_class(one.label) in kinds]
    return found[0] if len(found) == 1 else None


def _npv(cost: Decimal, gain: Decimal, years: int, rate: Decimal) -> Decimal:
    factor = 1 + rate / HUNDRED
    return sum((gain / factor**year for year in range(1, years + 1)), -cost)


def _rate(cost: Decimal, gain: Decimal, years: int, stated: Decimal) -> Decimal | None:
    """Percent a year that gives the stated value; None where it is not below the undiscounted sum."""
    if stated >= _npv(cost, gain, years, Decimal(0)):
        return None
    low, high = Decimal(0), Decimal(1000)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _npv(cost, gain, years, middle) > stated else (low, middle)
    return low
