"""Rules about units and about figures made of others: ratios, products, yearly and monthly values of one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from copilot.audit.numbers import TWO, Number, off_by
from copilot.audit.remark import MOST_LINES, Remark, at, shown
from copilot.audit.sheet import Case, Line, Row, Sheet, Table, is_exactly, rows_of, says
from copilot.domain.fact import KpiFact
from copilot.domain.quantity import is_currency
from retrieval.extract.identity import holds_elsewhere, name_key
from retrieval.language.folding import folded

TWELVE = Decimal(12)
LOOSE = Decimal("0.05")
"""Share by which a monthly and a yearly value may miss each other: both are rounded for show."""
_OPERATOR = re.compile(r"\s(?:[×x*])\s|\s?[×]\s?")
_PLUS = re.compile(r"\s\+\s")
_EQUALS = re.compile(r"\s=\s")
_QUOTIENT = re.compile(r"(?<!\w)([a-z]{2,})\s?[/:]\s?([a-z]{2,})(?!\w)")
_FORMULA = re.compile(r"[()÷^{}\[\]]|\s-\s|\s/\s|\bsi\b|\bif\b|por cada|\bcada\b|%\s*de\b|%\s*of\b")
_SCALES = {"%": "percent", "score": "score", "score/10": "ten", "score/5": "five", "score/100": "hundred"}


def unit_roi_in_money(sheet: Sheet) -> Iterator[Remark]:
    """A ROI is a ratio; a column of that name that holds money holds a benefit. Said once for each table."""
    for table in sheet.tables:
        column = next((n for n, head in enumerate(table.columns) if head.kind == "roi"), None)
        if column is None:
            continue
        cells = [(row, row.cells[column].number) for row in table.rows if column < len(row.cells)]
        money = [(row, number) for row, number in cells if number is not None and number.is_money]
        if not money or len(money) * 2 <= len([number for _, number in cells if number is not None]):
            continue
        yield Remark(
            places=at(sheet, *(row.line for row, _ in money[:MOST_LINES])),
            severity="medium",
            confidence="certain",
            claim=f"{table.columns[column].header}: {', '.join(number.raw for _, number in money[:4])}",
            problem="a return on investment is a ratio; these are amounts of money without an investment",
            expected="a column of benefits, or the ratio of each to its cost",
        )


def unit_scale_across(case: Case) -> Iterator[Remark]:
    """One metric is measured on one scale: not here in percent and there out of ten."""
    told: dict[str, dict[str, KpiFact]] = {}
    for fact in case.plan.facts:
        if (
            isinstance(fact, KpiFact)
            and fact.unit in _SCALES
            and not fact.comparator.startswith("delta")
            and fact.document in case.by_name
        ):
            key = name_key(fact.name)
            if says("company", fact.name) and not holds_elsewhere(fact) and is_exactly("company", key):
                told.setdefault(key, {}).setdefault(f"{_SCALES[fact.unit]}", fact)
    for scales in told.values():
        if len(scales) < 2:
            continue
        found = list(scales.values())
        yield Remark(
            places=tuple((case.by_name[fact.document], fact.lines[0]) for fact in found),
            severity="medium",
            confidence="certain",
            claim="; ".join(f"{fact.name}: {fact.raw}" for fact in found),
            problem=f"one metric on {len(found)} scales: {', '.join(fact.unit for fact in found)}",
            expected="one scale",
        )


def unit_month_and_year(sheet: Sheet) -> Iterator[Remark]:
    """ARR is twelve times MRR, in a table's columns and in a list."""
    for table in sheet.tables:
        pair = _named(table, "mrr"), _named(table, "arr")
        if pair[0] is not None and pair[1] is not None:
            yield from _by_columns(sheet, pair[0], pair[1])
        columns = [[n for n, head in enumerate(table.columns) if _is_named(head.header, name)] for name in ("mrr", "arr")]
        if len(columns[0]) == len(columns[1]) == 1:
            for row in table.rows:
                month, year = (row.cells[at_[0]].number if at_[0] < len(row.cells) else None for at_ in columns)
                yield from _twelve(sheet, (row.line,), row.name, month, year)
    for lines in sheet.lists:
        named = {name: [one for one in lines if _is_named(one.label, name)] for name in ("mrr", "arr")}
        if all(len(found) == 1 and len(found[0].amounts) == 1 for found in named.values()):
            first, second = named["mrr"][0], named["arr"][0]
            yield from _twelve(sheet, (first.line, second.line), "MRR, ARR", first.amounts[0], second.amounts[0])


def unit_quotient(sheet: Sheet) -> Iterator[Remark]:
    """A row or an item named `A/B` is the value of A divided by that of B."""
    for table in sheet.tables:
        for row in table.rows:
            yield from _quotient_row(sheet, table, row)
    for lines in sheet.lists:
        for one in lines:
            yield from _quotient_item(sheet, lines, one)


def _quotient_row(sheet: Sheet, table: Table, row: Row) -> Iterator[Remark]:
    match = _QUOTIENT.search(folded(row.name))
    top, bottom = (_named(table, match[1]), _named(table, match[2])) if match else (None, None)
    if top is None or bottom is None:
        return
    for index, cell in enumerate(row.cells):
        if cell.number is not None and index < min(len(top.cells), len(bottom.cells)):
            lined = (top.line, bottom.line, row.line)
            yield from _divided(sheet, lined, row.name, (top.cells[index].number, bottom.cells[index].number), cell.number)


def _quotient_item(sheet: Sheet, lines: Sequence[Line], one: Line) -> Iterator[Remark]:
    match = _QUOTIENT.search(one.label)
    if match is None or len(one.amounts) != 1:
        return
    ends = [[line for line in lines if line is not one and _holds(line.label, match[n]) and line.money] for n in (1, 2)]
    if all(len(found) == 1 for found in ends):
        (top,), (bottom,) = ends
        lined = (top.line, bottom.line, one.line)
        yield from _divided(sheet, lined, one.statement.label or "", (top.money, bottom.money), one.amounts[0])


def unit_revenue_per_user(sheet: Sheet) -> Iterator[Remark]:
    """Revenue per user times users is the monthly revenue, where a document gives all three for the same months."""
    rows = [(table, row) for table, row in rows_of(sheet)]
    each = [(table, row) for table, row in rows if _is_named(row.name, "arpu") or _is_named(row.name, "arpa")]
    income = [(table, row) for table, row in rows if _is_named(row.name, "mrr")]
    users = [(table, row) for table, row in rows if is_exactly("users", row.name)]
    if not len(each) == len(income) == len(users) == 1:
        return
    found = [_by_header(table, row) for table, row in (each[0], users[0], income[0])]
    shared = [head for head in found[0] if head in found[1] and head in found[2]]
    wrong = [
        head for head in shared if off_by(found[0][head].value * found[1][head].value, found[2][head].value) > Decimal("0.15")
    ]
    if len(shared) < 2 or not wrong:
        return
    told = [
        f"{head}: {found[0][head].raw} x {found[1][head].raw} = {shown(found[0][head].value * found[1][head].value, 'USD')}"
        for head in wrong
    ]
    yield Remark(
        places=at(sheet, *sorted(pair[1].line for pair in (each[0], users[0], income[0]))),
        severity="medium",
        confidence="likely",
        claim=", ".join(f"MRR {head}: {found[2][head].raw}" for head in wrong),
        problem="; ".join(told),
        expected="revenue per user times users, or the number of users who pay",
    )


def unit_price_times_count(sheet: Sheet) -> Iterator[Remark]:
    """A price times a number sold is the revenue of the row."""
    for table in sheet.tables:
        price = [n for n, head in enumerate(table.columns) if n and is_exactly("price", head.header)]
        count = [n for n, head in enumerate(table.columns) if n and is_exactly("sold", head.header)]
        income = [n for n, head in enumerate(table.columns) if n and is_exactly("turnover", head.header)]
        if not len(price) == len(count) == len(income) == 1:
            continue
        checked = []
        for row in table.rows:
            numbers = [row.cells[n].number if n < len(row.cells) else None for n in (price[0], count[0], income[0])]
            if all(number is not None and not number.is_range for number in numbers):
                checked.append((row, [number for number in numbers if number is not None]))
        wrong = [(row, found) for row, found in checked if found[0].is_money and found[2].is_money and not _multiplies(found)]
        # Where no row multiplies, the columns mean something else.
        if len(wrong) * 2 > len(checked):
            continue
        for row, (each, sold, stated) in wrong:
            exact = each.value * sold.value
            yield Remark(
                places=at(sheet, row.line),
                severity="high",
                confidence="certain",
                claim=f"{row.name}: {each.raw} x {sold.raw}, {stated.raw}",
                problem=f"{each.raw} x {sold.raw} = {shown(exact, stated.unit)}",
                expected=shown(exact, stated.unit),
            )


def unit_equation(sheet: Sheet) -> Iterator[Remark]:
    """A multiplication that is written out gives what stands behind its equals sign."""
    for line, text in _texts(sheet):
        yield from _equation(sheet, line, text, product=True)


def total_equation(sheet: Sheet) -> Iterator[Remark]:
    """A sum that is written out gives what stands behind its equals sign."""
    for line, text in _texts(sheet):
        yield from _equation(sheet, line, text, product=False)


def _texts(sheet: Sheet) -> Iterator[tuple[int, str]]:
    for one in sheet.lines:
        if " = " in one.statement.text:
            yield one.line, one.statement.text
    for _, row in rows_of(sheet):
        for cell in row.cells:
            if " = " in cell.text:
                yield row.line, cell.text


def _equation(sheet: Sheet, line: int, text: str, *, product: bool) -> Iterator[Remark]:
    sides = _EQUALS.split(text)
    if len(sides) != 2:
        return
    left = sides[0].rpartition(": ")[2]
    split = _OPERATOR if product else _PLUS
    other = _PLUS if product else _OPERATOR
    terms = split.split(left)
    if len(terms) < 2 or other.search(left) or _FORMULA.search(folded(left)):
        return
    numbers = [sheet.read(term) for term in terms]
    results = sheet.read(sides[1])
    if not results or any(len(found) != 1 or found[0].is_range for found in numbers) or results[0].start > 3:
        return
    parts, stated = [found[0] for found in numbers], results[0]
    if stated.is_range or stated.before is not None or any(part.before is not None for part in parts):
        return
    if not _same_dimension(parts, stated, product=product):
        return
    exact = _product(parts) if product else sum((part.signed for part in parts), Decimal(0))
    tolerance = TWO * stated.half + abs(exact) * Decimal("0.01")
    candidates = (exact, exact * TWELVE, exact / TWELVE) if product else (exact,)
    if any(abs(one - stated.value) <= tolerance for one in candidates):
        return
    yield Remark(
        places=at(sheet, line),
        severity="high" if off_by(exact, stated.value) > Decimal("0.1") else "medium",
        confidence="certain",
        claim=f"{(' x ' if product else ' + ').join(part.raw for part in parts)} = {stated.raw}",
        problem=f"it is {shown(exact, stated.unit)}",
        expected=shown(exact, stated.unit),
    )


def _same_dimension(parts: Sequence[Number], stated: Number, *, product: bool) -> bool:
    if not product:
        return (
            all(part.unit == stated.unit for part in parts)
            and stated.unit != "%"
            or (all(part.unit == "%" for part in parts) and stated.unit == "%")
        )
    money = sum(part.is_money for part in parts)
    others = all(part.is_money or part.unit in ("count", "x", "%", "hours", "months") for part in parts)
    return others and ((money == 1 and stated.is_money) or (money == 0 and stated.unit == "count" and _are_counts(parts)))


def _are_counts(parts: Sequence[Number]) -> bool:
    return all(part.unit in ("count", "x", "%") for part in parts)


def _product(parts: Sequence[Number]) -> Decimal:
    exact = Decimal(1)
    for part in parts:
        exact *= part.value / 100 if part.unit == "%" else part.value
    return exact


def _multiplies(found: Sequence[Number]) -> bool:
    each, sold, stated = found
    exact = each.value * sold.value
    rough = exact * (each.half / each.value + sold.half / sold.value) if each.value and sold.value else Decimal(0)
    tolerance = TWO * stated.half + min(rough, exact * LOOSE) + exact * Decimal("0.005")
    return any(abs(one - stated.value) <= tolerance for one in (exact, exact * TWELVE, exact / TWELVE))


def _by_columns(sheet: Sheet, month: Row, year: Row) -> Iterator[Remark]:
    for mine, theirs in zip(month.cells, year.cells, strict=False):
        yield from _twelve(sheet, (month.line, year.line), mine.column.header, mine.number, theirs.number)


def _twelve(sheet: Sheet, lines: tuple[int, ...], name: str, month: Number | None, year: Number | None) -> Iterator[Remark]:
    if month is None or year is None or month.unit != year.unit or not is_currency(month.unit) or month.is_range or year.is_range:
        return
    exact = month.value * TWELVE
    rough = TWELVE * month.half + year.half
    if abs(exact - year.value) <= max(min(rough, exact * LOOSE * 2), exact * Decimal("0.02")):
        return
    yield Remark(
        places=at(sheet, *lines),
        severity="medium" if off_by(exact, year.value) < Decimal("0.3") else "high",
        confidence="certain",
        claim=f"{name}: MRR {month.raw}, ARR {year.raw}",
        problem=f"12 x {month.raw} = {shown(exact, year.unit)}",
        expected=shown(exact, year.unit),
    )


def _divided(
    sheet: Sheet, lines: tuple[int, ...], name: str, ends: tuple[Number | None, Number | None], stated: Number
) -> Iterator[Remark]:
    top, bottom = ends
    if top is None or bottom is None or top.unit != bottom.unit or not bottom.value or stated.unit not in ("count", "ratio", "x"):
        return
    if top.is_range or bottom.is_range or stated.is_range:
        return
    exact = top.value / bottom.value
    bounds = {one.comparator for one in (top, bottom, stated)}
    if bounds & {"<", "<=", ">", ">="} and stated.value <= exact * Decimal("1.02"):
        return
    rough = exact * (top.half / top.value + bottom.half / bottom.value) if top.value else Decimal(0)
    if abs(exact - stated.value) <= TWO * stated.half + min(rough, exact * LOOSE):
        return
    yield Remark(
        places=at(sheet, *lines),
        severity="medium",
        confidence="certain",
        claim=f"{name.strip(' *')}: {stated.raw}",
        problem=f"{top.raw} / {bottom.raw} = {shown(exact, 'count')}",
        expected=shown(exact, "count"),
    )


def _by_header(table: Table, row: Row) -> dict[str, Number]:
    """Amounts of the period columns."""
    return {
        folded(table.columns[cell.index].header): cell.number
        for cell in row.cells
        if cell.number is not None and not cell.number.is_range and cell.column.kind == "period"
    }


def _named(table: Table, name: str) -> Row | None:
    found = [row for row in table.rows if _is_named(row.name, name)]
    return found[0] if len(found) == 1 else None


def _is_named(text: str, name: str) -> bool:
    return re.sub(r"\([^)]*\)", "", folded(text)).strip(" *:") == name


def _holds(text: str, name: str) -> bool:
    return "/" not in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
