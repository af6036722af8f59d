"""What rows and lists say of an investment: its cost, what comes back, the ROI and the payback. Checks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.audit.numbers import Number
from copilot.audit.sheet import Cell, Line, Row, Sheet, Table, is_exactly, says
from copilot.domain.quantity import TIME_UNITS
from retrieval.extract.terms import finance_class
from retrieval.language.periods import find_periods

ROI_UNITS = ("%", "x", "ratio")
MONTHS_IN_YEAR = Decimal(12)


@dataclass(frozen=True)
class Deal:
    """What one row or one list says of an investment."""

    name: str
    cost: Number | None = None
    gain: Number | None = None
    roi: Number | None = None
    payback: Number | None = None
    gain_is_monthly: bool = False
    gain_is_income: bool = False
    """The return is a column of revenue, over a time that is not said."""
    years: Decimal = Decimal(1)
    """Over which the return is counted, where the document says so."""
    lines: tuple[int, ...] = ()
    place: int = 0
    """Number of the table or list it stands in."""
    is_total: bool = False


def deals(sheet: Sheet) -> tuple[Deal, ...]:
    """Every row and list that states a return."""
    found = [deal for place, table in enumerate(sheet.tables) for deal in deals_of_table(table, place)]
    for place, lines in enumerate(sheet.lists, start=len(sheet.tables)):
        deal = _of_list(lines, place)
        if deal is not None:
            found.append(deal)
    return tuple(deal for deal in found if _is_positive(deal.cost) and _is_positive(deal.gain))


def _is_positive(stated: Number | None) -> bool:
    """Nothing is returned on a cost of nothing, and a loss has no payback."""
    return stated is None or stated.signed > 0


def deals_of_table(table: Table, place: int) -> Iterator[Deal]:
    """Deals of the rows of one table."""
    for row in table.rows:
        cost = _one_of(row, ("investment",), ("cost",), ("budget",))
        back, income = _one_of(row, ("saving",), ("benefit",), ("return",)), _income(row)
        gain = back or income
        stated, term = row.number_of("roi"), row.number_of("payback")
        if stated is not None and (stated.unit not in ROI_UNITS or stated.before is not None):
            stated = None
        if cost is None or (stated is None and term is None):
            continue
        column = _column_of(row, gain)
        monthly = gain is not None and (gain.per == "month" or says("monthly", column.column.header if column else ""))
        yield Deal(
            name=row.name,
            cost=cost if cost.is_money else None,
            gain=gain if gain is not None and gain.unit == cost.unit else None,
            roi=stated,
            payback=term,
            gain_is_monthly=monthly,
            gain_is_income=back is None,
            years=_years(column.column.header if column else ""),
            lines=(row.line,),
            place=place,
            is_total=is_exactly("total", row.name),
        )


def _of_list(lines: Sequence[Line], place: int) -> Deal | None:
    """A list that names one cost, one return, and a ROI or a payback."""
    parts: dict[str, list[Line]] = {}
    for one in lines:
        kind = _kind(one)
        if kind is not None:
            parts.setdefault(kind, []).append(one)
    if any(len(found) > 1 for found in parts.values()) or "cost" not in parts or not {"roi", "payback"} & parts.keys():
        return None
    only = {kind: found[0] for kind, found in parts.items()}
    cost = only["cost"].money
    gain = only["gain"].money if "gain" in only else None
    stated = only["roi"].amounts[0] if "roi" in only else None
    term = only["payback"].amounts[0] if "payback" in only else None
    if "gain" in only and sum(amount.is_money for amount in only["gain"].amounts) > 1:
        return None
    if cost is None or cost.per is not None or (gain is not None and gain.unit != cost.unit):
        return None
    said = only["gain"].statement.text if "gain" in only else ""
    first = lines[0].statement
    return Deal(
        name=first.list_label or first.heading or "",
        cost=cost,
        gain=gain,
        roi=stated,
        payback=term,
        gain_is_monthly=gain is not None and (gain.per == "month" or says("monthly", said)),
        years=_years(f"{said} {only['roi'].statement.text if 'roi' in only else ''}"),
        lines=tuple(sorted(one.line for one in only.values())),
        place=place,
    )


def _kind(one: Line) -> str | None:
    if not one.label or not one.amounts:
        return None
    kind = finance_class(one.label)
    first = one.amounts[0]
    if kind == "roi":
        return "roi" if first.unit in ROI_UNITS else None
    if kind == "payback":
        return "payback" if first.unit in TIME_UNITS else None
    if not first.is_money:
        return None
    if kind in ("saving", "return", "benefit") or is_exactly("gain", one.label):
        return "gain"
    return "cost" if kind in ("investment", "cost", "budget") else None


def _one_of(row: Row, *choices: tuple[str, ...]) -> Number | None:
    found = [number for kinds in choices if (number := row.number_of(*kinds)) is not None and number.is_money]
    return found[0] if len(found) == 1 else None


def _income(row: Row) -> Number | None:
    """Revenue of the row, in a table that sets it beside an investment and a ROI."""
    found = [cell.number for cell in row.cells if cell.number is not None and is_exactly("income", cell.column.header)]
    return found[0] if len(found) == 1 and row.number_of("roi") is not None else None


def _column_of(row: Row, number: Number | None) -> Cell | None:
    return next((cell for cell in row.cells if number is not None and cell.number is number), None)


def _years(text: str) -> Decimal:
    """Over how many years a return is counted: 3 for `Retorno (3 años)`."""
    for hit in find_periods(text):
        if hit.form == "duration" and hit.period.end and hit.period.start is None:
            if hit.period.unit == "year":
                return Decimal(hit.period.end)
            if hit.period.unit == "months":
                return Decimal(hit.period.end) / MONTHS_IN_YEAR
    return Decimal(1)
