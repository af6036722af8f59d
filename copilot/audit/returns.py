"""Rules about return on investment and payback: of table rows and of lists, each in the senses people use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from copilot.audit.deals import Deal, deals, deals_of_table
from copilot.audit.numbers import TWO, Number, in_unit, off_by
from copilot.audit.remark import Remark, at, shown
from copilot.audit.sheet import Sheet
from copilot.domain.answer import Calculation
from copilot.domain.quantity import TIME_UNITS
from retrieval.extract.terms import finance_class
from retrieval.language.periods import find_periods
from tools.calc.finance import payback, roi, weighted_roi

HUNDRED = Decimal(100)
FIFTH = Decimal("0.2")
_YEARLY = Decimal(12)


def roi_of_investment(sheet: Sheet) -> Iterator[Remark]:
    """A ROI follows from the cost and the return beside it, net or gross."""
    for deal in deals(sheet):
        if deal.cost is None or deal.gain is None or deal.roi is None or _fits_any(deal):
            continue
        steps = _roi_steps(sheet, deal)
        net, gross = _bounds(deal, net=True), _bounds(deal, net=False)
        yield Remark(
            places=at(sheet, *deal.lines),
            severity="high" if not _is_close(deal) else "low",
            confidence="certain" if not deal.cost.is_range and not deal.gain.is_range else "likely",
            claim=f"{deal.name}: {deal.cost.raw} -> {deal.gain.raw}, ROI {deal.roi.raw}",
            problem=f"net ROI is {shown(net[0], '%', net[1])}, gross {shown(gross[0], '%', gross[1])}",
            expected=f"{shown(net[0], '%', net[1])} (net) or {shown(gross[0], '%', gross[1])} (gross)",
            calculations=steps,
        )


def roi_definition(sheet: Sheet) -> Iterator[Remark]:
    """A percentage that is the return divided by the cost is no net ROI; said once for each table and list."""
    by_place: dict[int, list[Deal]] = {}
    for deal in deals(sheet):
        if deal.roi is not None and deal.roi.unit == "%" and deal.cost is not None and deal.gain is not None:
            by_place.setdefault(deal.place, []).append(deal)
    for found in by_place.values():
        gross_only = [deal for deal in found if _fits(deal, net=False) and not _fits(deal, net=True)]
        if not gross_only or len(gross_only) < len(found):
            continue
        told = [f"{_bounds(deal, net=True)[0]:.0f}%" for deal in gross_only]
        yield Remark(
            places=at(sheet, *(line for deal in gross_only for line in deal.lines)),
            severity="medium",
            confidence="certain",
            claim=f"ROI {', '.join(deal.roi.raw for deal in gross_only if deal.roi)}",
            problem="each is the return divided by the cost (gross); net of the cost it is 100 points less",
            expected=f"{', '.join(told)} (net)",
            calculations=tuple(step for deal in gross_only[:1] for step in _roi_steps(sheet, deal)),
        )


def roi_total_of_rows(sheet: Sheet) -> Iterator[Remark]:
    """The ROI of a total row is that of its rows, weighted by their cost, where no return is stated."""
    for number, table in enumerate(sheet.tables):
        found = [deal for deal in deals_of_table(table, number) if deal.roi is not None and deal.cost is not None]
        total = next((deal for deal in found if deal.is_total), None)
        parts = [deal for deal in found if not deal.is_total]
        if total is None or total.roi is None or len(parts) < 2 or total.gain is not None or total.roi.is_range:
            continue
        rois = [deal.roi for deal in parts if deal.roi]
        costs = [deal.cost for deal in parts if deal.cost]
        if any(one.unit != total.roi.unit or one.is_range for one in rois) or len({one.unit for one in costs}) > 1:
            continue
        step = weighted_roi([one.amount() for one in costs], [one.amount() for one in rois])[0]
        mean = sum((one.value for one in rois), Decimal(0)) / len(rois)
        # A total may also be the plain average of its rows.
        if any(abs(exact - total.roi.value) <= max(TWO * total.roi.half, exact / HUNDRED) for exact in (step.result, mean)):
            continue
        yield Remark(
            places=at(sheet, *total.lines, *(line for deal in parts for line in deal.lines)),
            severity="high",
            confidence="certain",
            claim=f"{total.name}: ROI {total.roi.raw}",
            problem=f"weighted by cost the rows give {shown(step.result, total.roi.unit)}",
            expected=shown(step.result, total.roi.unit),
            calculations=(step,),
        )


def roi_horizon(sheet: Sheet) -> Iterator[Remark]:
    """A ROI stated for a term is the one the document's own path gives for that term."""
    path = _roi_path(sheet)
    if len({months for months, _, _ in path}) < 2:
        return
    for one in sheet.lines:
        text = one.statement.text
        stated = next((n for n in sheet.read(text) if n.unit == "%" and n.value >= HUNDRED), None)
        terms = [hit.period for hit in find_periods(text) if hit.form == "duration" and hit.period.unit == "months"]
        if stated is None or len(terms) != 1 or terms[0].end is None or "roi" not in text.lower():
            continue
        if any(one.line == line for _, _, line in path):
            continue
        own = next(((value, line) for months, value, line in path if months == terms[0].end), None)
        other = next(((months, line) for months, value, line in path if value == stated.value), None)
        if own is None or other is None or own[0] == stated.value:
            continue
        yield Remark(
            places=at(sheet, own[1], other[1], one.line),
            severity="high",
            confidence="certain",
            claim=f"{terms[0].raw}: ROI {stated.raw}",
            problem=f"{stated.raw} is stated for month {other[0]}; for month {terms[0].end} it is {shown(own[0], '%')}",
            expected=f"{shown(own[0], '%')} at {terms[0].end} months, {shown(stated.value, '%')} at {other[0]}",
        )


def payback_of_investment(sheet: Sheet) -> Iterator[Remark]:
    """A payback is the cost divided by what comes back each month."""
    for deal in deals(sheet):
        stated = _months(deal.payback)
        if stated is None or deal.payback is None or deal.cost is None or deal.gain is None or deal.gain_is_income:
            continue
        exact = _payback_ends(deal)
        if (
            any(_in_months(one, stated) for one in exact)
            or _covers(stated, exact)
            or deal.gain.value <= 0
            or deal.cost.value <= 0
        ):
            continue
        steps = payback(deal.cost.amount(), deal.gain.amount(), per="month" if deal.gain_is_monthly else "year")
        yield Remark(
            places=at(sheet, *deal.lines),
            severity="medium" if off_by(exact[0], stated.value) > FIFTH else "low",
            confidence="certain" if not deal.cost.is_range else "likely",
            claim=f"{deal.name}: {deal.cost.raw}, {deal.gain.raw}, payback {deal.payback.raw}",
            problem=f"{steps[0].formula} = {shown(steps[0].result, 'months')}",
            expected=shown(min(exact), "months", max(exact)),
            calculations=steps,
        )


def payback_by_roi(sheet: Sheet) -> Iterator[Remark]:
    """Without a stated return, a yearly ROI and a payback imply each other: 12 months / ROI."""
    by_place: dict[int, list[tuple[Deal, bool]]] = {}
    for deal in deals(sheet):
        stated = _months(deal.payback)
        if stated is None or deal.roi is None or deal.gain is not None or deal.roi.unit != "%" or deal.roi.is_range:
            continue
        if deal.roi.value > 0:
            by_place.setdefault(deal.place, []).append((deal, any(_in_months(one, stated) for one in _implied(deal))))
    for found in by_place.values():
        wrong = [deal for deal, fits in found if not fits]
        # Where most rows do not follow, the ROI is counted over another time.
        if len(found) < 3 or len(wrong) * 2 >= len(found):
            continue
        for deal in wrong:
            gross, net = _implied(deal)
            yield Remark(
                places=at(sheet, *deal.lines),
                severity="medium",
                confidence="likely",
                claim=f"{deal.name}: ROI {deal.roi.raw if deal.roi else ''}, payback {deal.payback.raw if deal.payback else ''}",
                problem=f"such a yearly ROI pays back in {shown(gross, 'months')} (gross) or {shown(net, 'months')} (net)",
                expected=f"{shown(gross, 'months')} or {shown(net, 'months')}",
            )


def _implied(deal: Deal) -> tuple[Decimal, Decimal]:
    """Months of payback that follow from a yearly ROI, gross and net."""
    assert deal.roi is not None
    return _YEARLY / (deal.roi.value / HUNDRED), _YEARLY / (1 + deal.roi.value / HUNDRED)


def _bounds(deal: Deal, *, net: bool) -> tuple[Decimal, Decimal]:
    """Percent at the low ends and at the high ends."""
    assert deal.cost is not None
    assert deal.gain is not None
    less = 1 if net else 0
    factor = _YEARLY if deal.gain_is_monthly else Decimal(1)
    ends = ((deal.cost.value, deal.gain.value), (deal.cost.high, deal.gain.high))
    low, high = (((back * factor / cost) - less) * HUNDRED if cost else Decimal(0) for cost, back in ends)
    return min(low, high), max(low, high)


def _fits(deal: Deal, *, net: bool) -> bool:
    assert deal.roi is not None
    stated = deal.roi
    scale = Decimal(1) if stated.unit == "%" else HUNDRED
    low, high = _bounds(deal, net=net)
    value, top, slack = stated.value * scale, stated.high * scale, TWO * stated.half * scale + _rough(deal, high)
    if stated.comparator in (">", ">="):
        return high >= value - slack
    if stated.is_range or low != high:
        crossed = _crossed(deal, net=net)
        return crossed[0] - slack <= value and top <= crossed[1] + slack
    return abs(low - value) <= slack


def _rough(deal: Deal, roi_percent: Decimal) -> Decimal:
    """What the rounding of the amounts alone may move the result by."""
    assert deal.cost is not None
    assert deal.gain is not None
    if not deal.cost.value or not deal.gain.value:
        return Decimal(0)
    share = deal.cost.half / deal.cost.value + deal.gain.half / deal.gain.value
    return min(share, Decimal("0.03")) * (abs(roi_percent) + HUNDRED)


def _crossed(deal: Deal, *, net: bool) -> tuple[Decimal, Decimal]:
    assert deal.cost is not None
    assert deal.gain is not None
    less = 1 if net else 0
    factor = _YEARLY if deal.gain_is_monthly else Decimal(1)
    return (
        (deal.gain.value * factor / deal.cost.high - less) * HUNDRED,
        (deal.gain.high * factor / deal.cost.value - less) * HUNDRED,
    )


def _fits_any(deal: Deal) -> bool:
    """Net or gross, of the year or of the months as stated, or over the years the document counts."""
    assert deal.cost is not None
    assert deal.gain is not None
    if not deal.cost.value or not deal.cost.high:
        return True
    variants = [deal, replace(deal, gain_is_monthly=not deal.gain_is_monthly)]
    if deal.years != 1:
        scaled = replace(deal.gain, value=deal.gain.value * deal.years, high=deal.gain.high * deal.years)
        variants.append(replace(deal, gain=scaled))
    return any(_fits(one, net=net) for one in variants for net in (True, False))


def _is_close(deal: Deal) -> bool:
    assert deal.roi is not None
    scale = Decimal(1) if deal.roi.unit == "%" else HUNDRED
    ends = [end for net in (True, False) for end in _bounds(deal, net=net)]
    return min(off_by(end, deal.roi.value * scale) for end in ends) < FIFTH / 2


def _roi_steps(sheet: Sheet, deal: Deal) -> tuple[Calculation, ...]:
    assert deal.cost is not None
    assert deal.gain is not None
    if deal.cost.value <= 0:
        return ()
    cost = deal.cost.amount("cost", sheet.citation(deal.lines[0])).model_copy(update={"unit": deal.cost.unit})
    gain = deal.gain.amount("return", sheet.citation(deal.lines[-1]))
    return (*roi(cost, gain, sense="net")[:2], *roi(cost, gain, sense="gross")[:2])


def _months(stated: Number | None) -> Number | None:
    if stated is None or stated.unit not in TIME_UNITS:
        return None
    factor = in_unit(Decimal(1), stated.unit, "months")
    if factor is None or stated.before is not None:
        return None
    return Number(
        value=stated.value * factor,
        high=stated.high * factor,
        unit="months",
        half=stated.half * factor,
        comparator=stated.comparator,
        raw=stated.raw,
    )


def _payback_ends(deal: Deal) -> list[Decimal]:
    assert deal.cost is not None
    assert deal.gain is not None
    if deal.gain.value <= 0:
        return []
    factor = Decimal(1) if deal.gain_is_monthly else _YEARLY
    return [deal.cost.value * factor / deal.gain.value, deal.cost.high * factor / deal.gain.high]


def _in_months(exact: Decimal, stated: Number) -> bool:
    """Rounded to the stated months, or up to the next whole one."""
    if stated.comparator in ("<", "<="):
        return exact <= stated.value + stated.half
    if stated.comparator in (">", ">="):
        return exact >= stated.value - stated.half
    up = exact <= stated.high and stated.value - exact < TWO * stated.half
    return stated.value - stated.half - Decimal("0.05") <= exact <= stated.high + stated.half + Decimal("0.05") or up


def _covers(stated: Number, exact: list[Decimal]) -> bool:
    return (
        bool(exact) and stated.is_range and stated.value - stated.half <= min(exact) and max(exact) <= stated.high + stated.half
    )


def _roi_path(sheet: Sheet) -> list[tuple[int, Decimal, int]]:
    """Months, percent and line of each ROI the document states for a month of the plan."""
    found = []
    for one in sheet.lines:
        hits = [hit.period for hit in find_periods(one.statement.text) if hit.form == "point" and hit.period.unit == "months"]
        stated = next((n for n in one.amounts if n.unit == "%"), None)
        if len(hits) == 1 and stated is not None and hits[0].end is not None and finance_class(one.statement.body) == "roi":
            found.append((hits[0].end, stated.value, one.line))
    return found
