"""Rules about sums: a total against the rows, cells, items or parts it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from copilot.audit.numbers import Number, off_by, sum_tolerance, within
from copilot.audit.remark import MOST_LINES, Remark, at, joined, shown
from copilot.audit.sheet import Line, Row, Sheet, Table, is_exactly, says
from copilot.domain.audit import Severity
from retrieval.extract.columns import names_metrics
from retrieval.extract.statements import without_amount
from retrieval.language.folding import folded
from tools.calc.arithmetic import total

NOT_ADDED = frozenset({"roi", "payback", "change", "label", "term", "passing", "benchmark", "threshold", "price"})
ADDED_TIME = frozenset({"hours"})
NEAR = (Decimal("0.5"), Decimal(2))
"""A breakdown that is further off than this is no breakdown of that amount."""
_WORDS = re.compile(r"[a-z]+")
_PARTS = re.compile(r"(\d[\d.,]*)\s+[^\W\d_][^()\d]{0,40}\(([^()]{8,200})\)")
_PART = re.compile(r"(?:~\s?)?(\d{1,4})\s*(?:x\s+)?[^\W\d_][^\d]{1,60}")


def total_of_column(sheet: Sheet) -> Iterator[Remark]:
    """A total row is the sum of the rows above it, or of the subtotals above it."""
    for table in sheet.tables:
        for place, row in enumerate(table.rows):
            if place < 2 or not _is_total(row.name, strict=names_metrics([table.columns[0].header])):
                continue
            for cell in row.cells:
                if cell.number is not None and _is_additive(table, cell.index, cell.number):
                    yield from _column(sheet, table, place, cell.index, cell.number)


def total_of_row(sheet: Sheet) -> Iterator[Remark]:
    """A last column called total is the sum of the period cells before it, where most rows add up."""
    for table in sheet.tables:
        last = len(table.columns) - 1
        if last < 3 or not is_exactly("total", table.columns[last].header):
            continue
        checked = [
            (row, parts, stated) for row in table.rows if (parts := _parts_of(row, last)) and (stated := row.cells[last].number)
        ]
        wrong = [(row, parts, stated) for row, parts, stated in checked if not _adds_up(parts, stated)]
        if len(wrong) * 2 < len(checked):
            for row, parts, stated in wrong:
                if not says("stock", row.name) and not says("average", row.name):
                    yield _not_the_sum(sheet, row.name, parts, stated, (row.line,))


def total_of_list(sheet: Sheet) -> Iterator[Remark]:
    """A total item is the sum of the items of its list before it."""
    for lines in sheet.lists:
        for place, one in enumerate(lines):
            stated = one.money
            if stated is None or place < 2 or not _is_total_label(one):
                continue
            parts = _items(lines[_after_last_total(lines[:place]) : place], stated)
            if parts and not _adds_up([part for _, part in parts], stated):
                lined = (one.line, *(line.line for line, _ in parts))
                yield _not_the_sum(sheet, one.statement.label or "", [part for _, part in parts], stated, lined)


def total_of_parts(sheet: Sheet) -> Iterator[Remark]:
    """An amount behind a list's label is the sum of the list's items."""
    for lines in sheet.lists:
        block = lines[0].statement.block
        if block.kind != "item" or block.label is None or block.label_line is None or lines[0].statement.parent is not None:
            continue
        found = sheet.read(block.label)
        if len(found) != 1 or not found[0].is_money or without_amount(block.label) == block.label:
            continue
        parts = _items([one for one in lines if not _is_total_label(one)], found[0])
        numbers = [part for _, part in parts]
        if numbers and not _adds_up(numbers, found[0]) and _is_near(numbers, found[0]) and not _has_total(lines):
            yield _not_the_sum(sheet, block.label, numbers, found[0], (block.label_line, *(line.line for line, _ in parts)))


def total_of_labels(sheet: Sheet) -> Iterator[Remark]:
    """A total line is the sum of the amounts behind the labels of the lists above it."""
    for lines in sheet.sections.values():
        titles = [one for one in lines if one.statement.is_title and one.statement.block.kind == "paragraph"]
        parts: list[tuple[Line, Number]] = []
        for one in titles:
            found = [amount for amount in sheet.read(one.statement.text) if amount.is_money]
            if _is_total_label(one) and found:
                same = [(line, part) for line, part in parts if part.unit == found[0].unit and part.per == found[0].per]
                numbers = [part for _, part in same]
                if len(same) > 1 and not _adds_up(numbers, found[0]) and _is_near(numbers, found[0]):
                    lined = (one.line, *(line.line for line, _ in same))
                    yield _not_the_sum(sheet, one.statement.text, numbers, found[0], lined)
                parts = []
            elif len(found) == 1:
                parts.append((one, found[0]))


def total_in_line(sheet: Sheet) -> Iterator[Remark]:
    """A count is the sum of the counts in the bracket behind it."""
    for one in sheet.lines:
        for match in _PARTS.finditer(one.statement.text):
            pieces = re.split(r",\s|;|\s\+\s|\s(?:y|and|e|et)\s", match[2])
            read = [_PART.fullmatch(piece.strip()) for piece in pieces]
            whole = match[1].replace(",", "").replace(".", "")
            if len(read) < 2 or not all(read) or not whole.isdigit():
                continue
            counts = [int(piece[1]) for piece in read if piece]
            if sum(counts) != int(whole) and sum(counts) * 2 > int(whole) > max(counts):
                yield Remark(
                    places=at(sheet, one.line),
                    severity="medium",
                    confidence="certain",
                    claim=f"{whole} ({match[2].strip()})",
                    problem=f"the parts are {joined([str(count) for count in counts])} = {sum(counts)}",
                    expected=str(sum(counts)),
                )


def total_of_rates(sheet: Sheet) -> Iterator[Remark]:
    """A monthly saving is a twelfth of the yearly savings of the same chapter."""
    for path, lines in sheet.sections.items():
        for one in lines:
            stated = one.money
            if stated is None or not (says("saving", one.label) and says("monthly", one.label)) or len(path) < 2:
                continue
            chapter = [
                (line, amount)
                for other, found in sheet.sections.items()
                if other[: len(path) - 1] == path[:-1] and other != path and says("yearly", other[-1])
                for line in found
                if (amount := line.money) is not None and amount.unit == stated.unit and amount.per is None
            ]
            savings = [(line, amount) for line, amount in chapter if says("saving", line.statement.text)]
            if not savings or any(_twelfth(group, stated) for group in (savings, chapter)):
                continue
            yield _monthly(sheet, one, stated, savings)


def _monthly(sheet: Sheet, one: Line, stated: Number, savings: Sequence[tuple[Line, Number]]) -> Remark:
    low = sum((amount.value for _, amount in savings), Decimal(0)) / 12
    high = sum((amount.high for _, amount in savings), Decimal(0)) / 12
    steps = total([amount.amount(line.label, sheet.citation(line.line)) for line, amount in savings], name="yearly savings")
    return Remark(
        places=at(sheet, one.line, *(line.line for line, _ in savings)),
        severity="high",
        confidence="certain",
        claim=f"{one.statement.label}: {stated.raw}",
        problem=f"the yearly savings of the same chapter are {shown(low * 12, stated.unit, high * 12)}, a twelfth of which is "
        f"{shown(low, stated.unit, high)}",
        expected=shown(low, stated.unit, high),
        calculations=steps,
    )


def _twelfth(parts: Sequence[tuple[Line, Number]], stated: Number) -> bool:
    low = sum((amount.value for _, amount in parts), Decimal(0)) / 12
    high = sum((amount.high for _, amount in parts), Decimal(0)) / 12
    tenth = Decimal("0.1")
    return off_by(low, stated.value) <= tenth and off_by(high, stated.high) <= tenth


def _column(sheet: Sheet, table: Table, place: int, column: int, stated: Number) -> Iterator[Remark]:
    rows = table.rows[:place]
    since = max((n for n, row in enumerate(rows) if _is_total(row.name) or says("subtotal", row.name)), default=-1) + 1
    subtotals = [row for row in rows if _is_total(row.name) or says("subtotal", row.name)]
    plain_rows = [row for row in rows if row not in subtotals]
    best: list[tuple[Row, Number]] | None = None
    for group in (rows[since:], plain_rows, subtotals):
        parts = _numbers(group, column, stated)
        if parts is None:
            return
        if len(parts) < 2:
            continue
        numbers = [part for _, part in parts]
        if _adds_up(numbers, stated) or _is_last(numbers, stated) or _is_mean(numbers, stated):
            return
        best = best or parts
    if best is not None and _is_near([part for _, part in best], stated):
        name = f"{table.rows[place].name} ({table.columns[column].header})"
        lined = (table.rows[place].line, *(row.line for row, _ in best))
        yield _not_the_sum(sheet, name, [part for _, part in best], stated, lined)


def _numbers(rows: Sequence[Row], column: int, stated: Number) -> list[tuple[Row, Number]] | None:
    """The column's amounts; None where a cell cannot be added."""
    found: list[tuple[Row, Number]] = []
    for row in rows:
        cell = row.cells[column] if column < len(row.cells) else None
        if cell is None or cell.is_empty:
            continue
        if cell.number is None or cell.number.unit != stated.unit or cell.number.per != stated.per:
            return None
        found.append((row, cell.number))
    return found


def _parts_of(row: Row, last: int) -> list[Number]:
    """Cells before the last of the row, where all are amounts of its unit."""
    stated = row.cells[last].number if last < len(row.cells) else None
    cells = [cell for cell in row.cells[:last] if cell.column.kind in ("period", "other", "value") and not cell.is_empty]
    numbers = [cell.number for cell in cells if cell.number is not None]
    fits = stated is not None and len(numbers) == len(cells) > 1 and all(part.unit == stated.unit for part in numbers)
    return numbers if fits and stated is not None and (stated.is_money or stated.unit == "count") else []


def _items(lines: Sequence[Line], stated: Number) -> list[tuple[Line, Number]]:
    """The one amount of each item; none where an item cannot be added."""
    found: list[tuple[Line, Number]] = []
    for one in lines:
        amount = one.money
        if amount is None and not one.amounts:
            return []
        if amount is None or amount.unit != stated.unit or amount.per != stated.per or says("average", one.label):
            return []
        if says("gain", one.label) != says("gain", one.statement.list_label or "") and says("gain", one.label):
            return []
        if sum(other.is_money for other in one.amounts) > 1 or amount.before is not None:
            return []
        found.append((one, amount))
    return found if len(found) > 1 else []


def _is_additive(table: Table, column: int, stated: Number) -> bool:
    head = table.columns[column]
    if head.kind in NOT_ADDED or says("average", head.header) or stated.comparator != "=" and not stated.is_range:
        return False
    if head.period is not None and head.kind == "period" and not stated.is_money:
        return False
    return stated.is_money or stated.unit == "count" or stated.unit in ADDED_TIME


def _is_total(name: str, *, strict: bool = False) -> bool:
    """Whether a row sums up: `Total`, `TOTAL INVERSIÓN`, `Total mensual`; strictly: the word alone."""
    if is_exactly("total", name):
        return True
    words = _WORDS.findall(folded(name))
    if strict or not words or words[0] not in ("total", "totales", "gran", "grand"):
        return False
    return len(words) <= 4 and all(is_exactly("plain_total", word) or word in ("total", "de", "of") for word in words[1:])


def _is_total_label(one: Line) -> bool:
    text = one.statement.label or (without_amount(one.statement.text) or "")
    return _is_total(re.sub(r"\([^)]*\)", "", text).strip(" *:"))


def _has_total(lines: Sequence[Line]) -> bool:
    return any(_is_total_label(one) for one in lines)


def _after_last_total(lines: Sequence[Line]) -> int:
    return max((n for n, one in enumerate(lines) if _is_total_label(one)), default=-1) + 1


def _adds_up(parts: Sequence[Number], stated: Number) -> bool:
    tolerance = sum_tolerance(stated, list(parts))
    low = sum((part.signed for part in parts), Decimal(0))
    high = sum((-part.high if part.sign == "-" else part.high for part in parts), Decimal(0))
    if stated.is_range or not any(part.is_range for part in parts):
        return within(low, stated.signed, tolerance) and within(
            high, -stated.high if stated.sign == "-" else stated.high, tolerance
        )
    return low - tolerance <= stated.value <= high + tolerance


def _is_last(parts: Sequence[Number], stated: Number) -> bool:
    """The total of what is measured at a moment repeats the last, or the largest, of its values."""
    return stated.value in (parts[-1].value, max(part.value for part in parts)) and len(parts) > 2


def _is_mean(parts: Sequence[Number], stated: Number) -> bool:
    mean = sum((part.value for part in parts), Decimal(0)) / len(parts)
    return within(mean, stated.value, 2 * stated.half)


def _is_near(parts: Sequence[Number], stated: Number) -> bool:
    summed = sum((part.high for part in parts), Decimal(0))
    return NEAR[0] * stated.high <= summed <= NEAR[1] * stated.high


def _not_the_sum(sheet: Sheet, name: str, parts: Sequence[Number], stated: Number, lines: Sequence[int]) -> Remark:
    low = sum((part.signed for part in parts), Decimal(0))
    high = sum((-part.high if part.sign == "-" else part.high for part in parts), Decimal(0))
    apart = max(off_by(low, stated.signed), off_by(high, stated.high))
    severity: Severity = (
        "high" if apart >= Decimal("0.1") and stated.is_money else "medium" if apart >= Decimal("0.02") else "low"
    )
    inputs = [part.amount() for part in parts]
    told = joined([part.raw for part in parts])
    return Remark(
        places=at(sheet, *sorted(set(lines[: MOST_LINES * 2]))),
        severity=severity,
        confidence="certain",
        claim=f"{name.strip(' *:')}: {stated.raw}",
        problem=f"{told} = {shown(low, stated.unit, high)}",
        expected=shown(low, stated.unit, high),
        calculations=total(inputs) if len(inputs) <= 100 else (),
    )
