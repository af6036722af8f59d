"""Rules about percentages: changes against their before and after, shares of a whole, what cannot exceed 100."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from copilot.audit.numbers import TWO, Number, in_unit, off_by
from copilot.audit.remark import Remark, at, shown
from copilot.audit.sheet import Row, Sheet, Table, is_exactly, rows_of, says
from copilot.domain.audit import Severity
from copilot.domain.quantity import is_currency
from retrieval.extract.columns import Column
from retrieval.extract.identity import name_key
from retrieval.language.analyser import stem
from retrieval.language.folding import folded
from tools.calc.amounts import Amount
from tools.calc.arithmetic import percent_change

HUNDRED = Decimal(100)
SLIGHT = Decimal(5)
"""Points of a percentage: a smaller error is of little weight."""
_MOVE_THEN_PERCENT = re.compile(r"\s*[(:,=|-]{0,2}\s*\(?\s*(?:de|del|from|desde)?\s*")
_GROWTH = re.compile(r"(?<!\w)(?:crecimiento|growth|crescimento|croissance|variacion|var|yoy|mom|qoq|change|cambio)(?!\w)")
_OVER_TIME = re.compile(r"(?<!\w)(?:anual|yoy|annual|interanual|cagr|acumulad\w+|cumulative|target|objetivo|meta)(?!\w)")
_SPARE_WORDS = re.compile(r"(?<!\w)(?:cost[oe]?s?|tools?|herramientas?|gastos?|optimization|optimizacion)(?!\w)")


def percent_change_of_row(sheet: Sheet) -> Iterator[Remark]:
    """A change column states the change from the row's former value to its target."""
    for _, row in rows_of(sheet):
        before, after, stated = row.number_of("baseline"), row.number_of("target"), row.number_of("change")
        if before is None or after is None or stated is None or before.is_range or after.is_range or stated.is_range:
            continue
        yield from _change(sheet, row.line, row.name, before, after, stated)


def percent_of_saving(sheet: Sheet) -> Iterator[Remark]:
    """A saving column states the difference between the former and the new amount of its row."""
    for _, row in rows_of(sheet):
        before, after, saved = row.number_of("baseline"), row.number_of("target"), row.number_of("saving")
        if before is None or after is None or saved is None or not (before.unit == after.unit == saved.unit):
            continue
        if before.is_range or after.is_range or saved.is_range or saved.per != before.per:
            continue
        exact = before.value - after.value
        tolerance = TWO * max(before.half, after.half, saved.half) + abs(exact) * Decimal("0.01")
        candidates = (exact, exact * 12)
        if all(abs(one - saved.value) > tolerance for one in candidates):
            yield Remark(
                places=at(sheet, row.line),
                severity="medium",
                confidence="certain",
                claim=f"{row.name}: {before.raw} -> {after.raw}, {saved.raw}",
                problem=f"{before.raw} - {after.raw} = {shown(exact, before.unit)}",
                expected=shown(exact, before.unit),
            )


def percent_change_in_line(sheet: Sheet) -> Iterator[Remark]:
    """A move and its percentage on one line: `7 días → 1 día (-86%)`, `15% (de 2.3% a 2.6%)`."""
    for one in sheet.lines:
        for first, second in pairwise(one.amounts):
            move, stated = (first, second) if first.before is not None else (second, first)
            if move.before is None or stated.unit != "%" or stated.is_range or stated.before is not None or move.is_range:
                continue
            if not _belongs(one.statement.body, first, second):
                continue
            before = Number(value=move.before, high=move.before, unit=move.unit, half=move.before_half, raw=move.raw)
            yield from _change(sheet, one.line, one.statement.label or "", before, move, stated)


def percent_growth_of_rows(sheet: Sheet) -> Iterator[Remark]:
    """A growth column beside one value column states the growth from the row before."""
    for table in sheet.tables:
        growth, value = _growth_columns(table)
        if growth is None or value is None or len(table.rows) < 3:
            continue
        checked = list(_growth_steps(table, growth, value))
        wrong = [found for found in checked if not found[-1]]
        # Where most rows do not follow, the column is measured against something else.
        if len(wrong) * 2 > len(checked):
            continue
        for before, row, exact, stated, _ in wrong:
            yield Remark(
                places=at(sheet, before.line, row.line),
                severity="medium" if abs(exact - stated.signed) > SLIGHT else "low",
                confidence="certain",
                claim=f"{row.name}: {stated.raw}",
                problem=f"the two rows give {shown(exact, '%')}",
                expected=shown(exact, "%"),
            )


def percent_shares(sheet: Sheet) -> Iterator[Remark]:
    """Shares of a whole add up to 100 %."""
    for table in sheet.tables:
        for column, head in enumerate(table.columns):
            if not (
                head.kind == "share" or says("share_of", head.header) or (says("share_of", table.heading) and "%" in head.header)
            ):
                continue
            yield from _shares_of_column(sheet, table, column)
    for lines in sheet.lists:
        context = f"{lines[0].statement.list_label or lines[0].statement.heading or ''}"
        if not says("share_of", context) or lines[0].statement.parent is not None:
            continue
        parts = [(one.line, one.amounts[0]) for one in lines if one.amounts and one.amounts[0].unit == "%"]
        if len(parts) == len(lines) and all(not p.is_range and not p.sign and p.comparator == "=" for _, p in parts):
            yield from _not_whole(sheet, context, parts)


def percent_conflict_of_saving(sheet: Sheet) -> Iterator[Remark]:
    """An amount saved and its percentage imply one base; the same thing in another table has the same."""
    stated = [found for table in sheet.tables for found in _implied_bases(table)]
    for place, (table, row, saved, share, base) in enumerate(stated):
        for other_table, other, other_saved, other_share, other_base in stated[place + 1 :]:
            if other_table is table or not same_thing(row.name, other.name) or saved.unit != other_saved.unit:
                continue
            if off_by(base, other_base) <= Decimal("0.1") and off_by(share.value, other_share.value) <= Decimal("0.02"):
                continue
            agree = off_by(base, other_base) <= Decimal("0.1")
            yield Remark(
                places=at(sheet, row.line, other.line),
                severity="medium" if agree else "high",
                confidence="certain",
                claim=f"{row.name}: {saved.raw} = {share.raw}; {other.name}: {other_saved.raw} = {other_share.raw}",
                problem=f"the amounts before are {shown(base, saved.unit)} and {shown(other_base, saved.unit)}"
                if not agree
                else "two percentages saved of one amount",
                expected=f"{shown(saved.value / other_base * HUNDRED, '%')} of {shown(other_base, saved.unit)}"
                if not agree
                else "one of the two",
            )


def percent_over_hundred(sheet: Sheet) -> Iterator[Remark]:
    """A part of a whole is never more than all of it, and nothing falls by more than 100 %."""
    for one in sheet.lines:
        for amount in one.amounts:
            yield from _too_much(sheet, one.line, one.statement.label or "", amount)
    for table, row in rows_of(sheet):
        for cell in row.cells:
            if cell.number is not None and cell.column.kind not in ("change", "label", "passing", "roi"):
                name = row.name if says("never_over_hundred", row.name) else cell.column.header
                whole = f"{row.name} {cell.column.header} {table.heading}"
                if not says("not_over_hundred_but", whole):
                    yield from _too_much(sheet, row.line, name, cell.number)


def same_thing(one: str, other: str) -> bool:
    """Whether two row names of one document mean one thing: `Processes`, `Process Costs`; `Total`, `Total`."""
    mine, theirs = _core(one), _core(other)
    if not mine or not theirs:
        return False
    return mine == theirs


def _core(name: str) -> tuple[str, ...]:
    if is_exactly("total", name):
        return ("total",)
    bare = _SPARE_WORDS.sub(" ", folded(name))
    return tuple(sorted(stem(word, "en") for word in name_key(bare).split()))


def _change(sheet: Sheet, line: int, name: str, before: Number, after: Number, stated: Number) -> Iterator[Remark]:
    former = in_unit(before.value, before.unit, after.unit)
    if former is None or former == 0:
        return
    value = after.signed
    if stated.unit == "x":
        exact, unit = value / former, "x"
        fits = any(_reads(one, stated) for one in (exact, former / value if value else exact, exact - 1))
    elif stated.unit == "%":
        exact, unit = (value - former) / abs(former) * HUNDRED, "%"
        fits = any(_reads(one, stated) for one in _readings(former, value, after.unit))
    elif stated.unit == after.unit:
        exact, unit = value - former, after.unit
        fits = _reads(exact, stated)
    else:
        return
    if fits or (stated.comparator != "=" and abs(exact) >= stated.value and stated.comparator in (">", ">=")):
        return
    wrong_way = stated.sign in ("+", "-") and unit == "%" and exact * stated.signed < 0
    apart = abs(abs(exact) - abs(stated.value))
    severity: Severity = "low"
    if unit != "%" or apart > SLIGHT:
        severity = "high" if wrong_way or off_by(abs(exact), stated.value) > Decimal("0.3") else "medium"
    told = stated.sign + stated.raw.lstrip("+-")
    amounts = [Amount(value=one, unit=after.unit, citation=sheet.citation(line)) for one in (former, value)]
    yield Remark(
        places=at(sheet, line),
        severity=severity,
        confidence="certain",
        claim=f"{name.strip(' *')}: {shown(former, after.unit)} -> {shown(value, after.unit)}, {told}",
        problem=f"the values shown give {shown(exact, unit)}",
        expected=shown(exact, unit),
        calculations=percent_change(*amounts) if unit == "%" and former > 0 and value >= 0 else (),
    )


def _readings(former: Decimal, value: Decimal, unit: str) -> tuple[Decimal, ...]:
    """What people call the change: of the former value, in points, of a speed, of the saving."""
    change = (value - former) / abs(former) * HUNDRED
    found = [change]
    if unit in ("%", "score", "score/10", "count"):
        found.append(value - former)
    if unit in ("ms", "seconds", "minutes", "hours", "days", "weeks", "months") and value > 0 and value < former:
        found.append((former / value - 1) * HUNDRED)
    return tuple(found)


def _reads(exact: Decimal, stated: Number) -> bool:
    """Rounded or cut to the stated value; without a sign, an improvement by so much in either direction."""
    tolerance = TWO * stated.half
    if stated.sign:
        return abs(exact - stated.signed) < tolerance or (stated.sign == "+" and abs(exact + stated.value) < tolerance)
    return abs(abs(exact) - stated.value) < tolerance


def _belongs(body: str, first: Number, second: Number) -> bool:
    """Whether only a bracket or a colon stands between a move and its percentage."""
    return _MOVE_THEN_PERCENT.fullmatch(body[first.end : second.start]) is not None


def _growth_columns(table: Table) -> tuple[int | None, int | None]:
    growth = [at_ for at_, column in enumerate(table.columns) if _is_growth(column)]
    if len(growth) != 1 or any(column.kind in ("baseline", "target") for column in table.columns):
        return None, None
    place = growth[0]
    named = table.columns[0].period is not None or table.columns[0].kind == "label"
    value = place - 1
    fits = named and value > 0 and table.columns[value].kind not in ("label", "change", "passing", "share")
    return (place, value) if fits else (None, None)


def _is_growth(column: Column) -> bool:
    head = folded(column.header)
    return _GROWTH.search(head) is not None and _OVER_TIME.search(head) is None


def _growth_steps(table: Table, growth: int, value: int) -> Iterator[tuple[Row, Row, Decimal, Number, bool]]:
    for before, row in pairwise(table.rows):
        if max(growth, value) >= min(len(row.cells), len(before.cells)):
            continue
        stated, now, then = row.cells[growth].number, row.cells[value].number, before.cells[value].number
        if stated is None or now is None or then is None or stated.unit != "%" or now.unit != then.unit or not then.value:
            continue
        if now.is_range or then.is_range or stated.is_range or now.unit == "%":
            continue
        exact = (now.signed - then.signed) / abs(then.signed) * HUNDRED
        rough = (now.half / now.value + then.half / then.value) * (HUNDRED + abs(exact)) if now.value else Decimal(0)
        yield before, row, exact, stated, abs(exact - stated.signed) <= TWO * stated.half + min(rough, SLIGHT)


def _shares_of_column(sheet: Sheet, table: Table, column: int) -> Iterator[Remark]:
    rows = [row for row in table.rows if not is_exactly("total", row.name) and not says("subtotal", row.name)]
    parts = [(row.line, row.cells[column].number) for row in rows if column < len(row.cells) and not row.cells[column].is_empty]
    numbers = [(line, part) for line, part in parts if part is not None and part.unit == "%" and not part.is_range]
    if len(numbers) == len(parts) == len(rows) and all(part.comparator == "=" for _, part in numbers):
        yield from _not_whole(sheet, table.columns[column].header, numbers)


def _not_whole(sheet: Sheet, name: str, parts: list[tuple[int, Number]]) -> Iterator[Remark]:
    whole = sum((part.value for _, part in parts), Decimal(0))
    rounding = sum((part.half for _, part in parts), Decimal(0))
    # Far from 100 they are not the parts of one whole.
    if len(parts) < 3 or abs(whole - HUNDRED) <= rounding or not 75 <= whole <= 140:
        return
    yield Remark(
        places=at(sheet, *(line for line, _ in parts)),
        severity="medium",
        confidence="likely",
        claim=f"{name.strip(' *:')}: {' + '.join(part.raw for _, part in parts)}",
        problem=f"the shares add up to {shown(whole, '%')}",
        expected="100%",
    )


def _implied_bases(table: Table) -> Iterator[tuple[Table, Row, Number, Number, Decimal]]:
    for row in table.rows:
        saved, share = row.number_of("saving"), row.number_of("change")
        if saved is None or share is None or share.unit != "%" or not is_currency(saved.unit) or not share.value:
            continue
        if not saved.is_range and not share.is_range:
            yield table, row, saved, share, saved.value / share.value * HUNDRED


def _too_much(sheet: Sheet, line: int, name: str, amount: Number) -> Iterator[Remark]:
    if amount.unit != "%" or amount.value <= HUNDRED or amount.sign or amount.before is not None:
        return
    if says("never_over_hundred", name) and not says("not_over_hundred_but", f"{name} {sheet.doc.lines[line - 1]}"):
        yield Remark(
            places=at(sheet, line),
            severity="medium",
            confidence="likely",
            claim=f"{name.strip(' *:')}: {amount.raw}",
            problem="a part cannot be more than the whole",
            expected="at most 100%",
        )
