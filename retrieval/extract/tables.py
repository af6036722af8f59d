"""Figures of table rows: one for each metric and period cell, one for a target with its former value and change."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from copilot.domain.fact import Dropped
from copilot.domain.quantity import Comparator, Period, Quantity, is_currency
from copilot.domain.source import Block
from retrieval.extract.columns import FIELDS, MONEY, Column, columns, is_risk_register, names_items, names_metrics
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.money import column_verdict
from retrieval.extract.terms import KPI_ROLES, bare_unit, direction, finance_class, is_metric, role_of, says
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods, heading_period, parse_period
from retrieval.language.quantities import FoundQuantity, find_quantities

LONGEST_CELL = 400
_UNIT_WORDS = {"%": "%", "$": "USD", "€": "EUR", "usd": "USD", "eur": "EUR", "mxn": "MXN", "dias": "days", "days": "days",
               "horas": "hours", "hours": "hours", "meses": "months", "months": "months", "ms": "ms", "min": "minutes",
               "segundos": "seconds", "seconds": "seconds", "anos": "years", "years": "years"}  # fmt: skip
_ARROW = re.compile(r"[→⬆⬇↑↓✅❌🟢🔴🟡⚠️]")


@dataclass(frozen=True)
class _Cell:
    column: Column
    text: str
    found: FoundQuantity


@dataclass(frozen=True)
class _Row:
    block: Block
    name: str
    period: Period | None
    """Of the row itself: its label is one, or its term column."""
    named_by_period: bool
    cells: tuple[_Cell, ...]

    def of(self, *kinds: str) -> tuple[_Cell, ...]:
        return tuple(cell for cell in self.cells if cell.column.kind in kinds)


def read_row(document: str, block: Block, *, decimal_comma: bool) -> Reading:
    """Figures of a body row, and what was left."""
    if block.cells == block.header or not block.header:
        return Reading()
    line = block.lines[0]
    if is_risk_register(block.header) or any(says("samples", text) for text in (block.heading_path[-1:] or ("",))):
        reason = "risk_register" if is_risk_register(block.header) else "sample_text"
        numeric = [text for text in block.cells[1:] if find_quantities(text[:LONGEST_CELL])]
        return Reading(dropped=tuple(Dropped(document=document, line=line, text=text[:80], reason=reason) for text in numeric))
    cells, dropped = _cells(document, block, line, decimal_comma)
    row = _row(block, cells)
    figures = (*_levels(row), *_periods(row), *_singles(row), *_money(row))
    return Reading(tuple(sorted(figures, key=lambda figure: block.text.find(figure.raw))), tuple(dropped))


def _cells(document: str, block: Block, line: int, decimal_comma: bool) -> tuple[list[_Cell], list[Dropped]]:
    cells: list[_Cell] = []
    dropped: list[Dropped] = []
    for column, text in zip(columns(block.header), block.cells, strict=False):
        if column.kind in ("label", "term") or not any(c.isdigit() for c in text):
            continue
        if len(text) > LONGEST_CELL:
            dropped.append(Dropped(document=document, line=line, text=text[:80], reason="too_long"))
            continue
        found = find_quantities(text, decimal_comma=decimal_comma)
        if not found:
            continue
        if column.kind in ("passing", "share") or _is_prose(text, found[0]):
            reason = "passing_column" if column.kind in ("passing", "share") else "prose_cell"
            dropped.append(Dropped(document=document, line=line, text=text[:80], reason=reason))
            continue
        cells.append(_Cell(column, text, found[0]))
    return cells, dropped


def _is_prose(text: str, first: FoundQuantity) -> bool:
    """A cell that tells rather than states: the amount stands inside a sentence."""
    ahead = len(_ARROW.sub("", text[: first.start]).split())
    return ahead > 3 or (not first.marked and ahead > 0) or len(text.split()) > 10


def _row(block: Block, cells: list[_Cell]) -> _Row:
    kinds = columns(block.header)
    label = next((text for column, text in zip(kinds, block.cells, strict=False) if column.kind == "label"), "")
    own = parse_period(label)
    rest = label
    for hit in reversed(find_periods(label)):
        rest = rest[: hit.start] + rest[hit.end :]
    named = own is not None and len(re.sub(r"[\W\d_]", "", rest)) <= 3
    term = next((text for column, text in zip(kinds, block.cells, strict=False) if column.kind == "term"), None)
    counted = parse_period(f"{block.header[0]} {label}") if label.strip().isdigit() else None
    if counted is not None and counted.start is not None:
        own, named = counted, True
    if not named:
        own = parse_period(term) if term else None
    return _Row(block, label, own, named, tuple(_compared(cells)))


def _compared(cells: list[_Cell]) -> list[_Cell]:
    """Beside one present value and its change, a single column of another name is what the metric changes to."""
    kinds = [cell.column.kind for cell in cells]
    units = {cell.found.quantity.unit for cell in cells if cell.column.kind in ("baseline", "other")}
    lone = all(kinds.count(kind) == 1 for kind in ("baseline", "change", "other"))
    if lone and len(units) == 1 and "target" not in kinds:
        return [
            replace(cell, column=replace(cell.column, kind="target")) if cell.column.kind == "other" else cell for cell in cells
        ]
    return cells


def _levels(row: _Row) -> tuple[Figure, ...]:
    """Targets with the former value and the change; a former value alone is the actual one."""
    targets, former, change = row.of("target"), row.of("baseline"), row.of("change")
    if row.of("saving") and len(former) == 1 and not targets and not is_metric(row.name) and row.of("period", "other"):
        return ()
    baseline = _quantity(row, former[0]) if former else None
    stated = change[0].found.raw if change else None
    made = []
    for cell in targets:
        quantity = _quantity(row, cell)
        fits = baseline is not None and _same_kind(baseline, quantity)
        own = cell.found.baseline or (baseline if fits else None)
        figure = _kpi(row, cell, row.name, "target", quantity)
        made.append(replace(figure, baseline=own, stated_change=stated if len(targets) == 1 else None))
    if not targets and former:
        made.append(_actual(row, former[0], stated))
    if not targets and not former and not row.of(*MONEY):
        made += [_changed(row, cell) for cell in change]
    for kind in ("benchmark", "threshold"):
        role = "benchmark" if kind == "benchmark" else "warning_threshold"
        made += [_kpi(row, cell, row.name, role, _quantity(row, cell)) for cell in row.of(kind)]
    return tuple(made)


def _actual(row: _Row, cell: _Cell, stated: str | None) -> Figure:
    """A present value without a target: money spent is a cost, anything else the metric's actual value."""
    kind, role = _cell_verdict(row, cell, header="")
    if kind == "finance" and not names_metrics(row.block.header, strictly=True):
        return _finance(row, cell, role)
    return replace(_kpi(row, cell, row.name, "actual", _quantity(row, cell)), stated_change=stated)


def _changed(row: _Row, cell: _Cell) -> Figure:
    """A change column in a table without levels: the row's metric moves by so much."""
    figure = _kpi(row, cell, row.name, "target", _quantity(row, cell))
    if figure.quantity is None or figure.quantity.unit != "%" or figure.quantity.comparator in ("delta_up", "delta_down"):
        return figure
    turn = direction(cell.column.header) or "delta_up"
    return replace(figure, quantity=figure.quantity.model_copy(update={"comparator": turn}))


def _periods(row: _Row) -> tuple[Figure, ...]:
    """One figure for each period column."""
    made = []
    for cell in row.of("period"):
        kind, role = _cell_verdict(row, cell, header="")
        if kind == "finance" and not names_metrics(row.block.header, strictly=True):
            made.append(_finance(row, cell, role))
        else:
            name = cell.column.header if row.named_by_period else row.name
            period = row.period if row.named_by_period else cell.column.period
            made.append(_kpi(row, cell, name, _row_role(row), _quantity(row, cell, by=name), period=period))
    return tuple(made)


def _singles(row: _Row) -> tuple[Figure, ...]:
    """Columns that are metrics or scenarios of their own."""
    made = []
    for cell in row.of("other", "value", "price"):
        header = cell.column.header
        if cell.column.kind == "price":
            made.append(_kpi(row, cell, f"{header}: {row.name}", "price", _quantity(row, cell)))
            continue
        kind, role = _cell_verdict(row, cell, header="" if cell.column.kind == "value" else header)
        if kind == "finance" and not names_metrics(row.block.header, strictly=True):
            made.append(_finance(row, cell, role))
            continue
        rows_are_metrics = names_metrics(row.block.header) and not row.named_by_period
        if cell.column.kind == "value" or (rows_are_metrics and not _is_measure(header)):
            figure = _kpi(row, cell, row.name, _row_role(row), _quantity(row, cell))
            segment = figure.segment if cell.column.kind == "value" else header
        else:
            name = f"{row.name}: {header}" if rows_are_metrics else header
            role = role_of(header, ("benchmark", "warning_threshold", "progress")) or _row_role(row)
            figure = _kpi(row, cell, name, role, _quantity(row, cell, by=header))
            segment = figure.segment if row.named_by_period or rows_are_metrics else row.name
        made.append(_grown(replace(figure, segment=segment), header))
    for cell in row.of(*FIELDS):
        if not row.of(*MONEY) and not is_currency(cell.found.quantity.unit):
            made.append(_field_alone(row, cell))
    return tuple(made)


def _is_measure(header: str) -> bool:
    return is_metric(header) or says("metric_label", header) or says("change_nouns", header)


def _grown(figure: Figure, header: str) -> Figure:
    """A percentage in a growth column is a change."""
    quantity = figure.quantity
    if quantity is None or quantity.unit != "%" or quantity.comparator not in ("=", ">=", "range"):
        return figure
    turn = direction(header) if says("change_nouns", header) else None
    return replace(figure, quantity=quantity.model_copy(update={"comparator": turn})) if turn else figure


def _field_alone(row: _Row, cell: _Cell) -> Figure:
    """ROI or payback in a table without amounts: a metric where rows or columns are metrics, else a statement of its own."""
    if names_metrics(row.block.header) or len(row.cells) > 3 or row.of("target", "baseline"):
        figure = _kpi(row, cell, cell.column.header, _row_role(row), _quantity(row, cell))
        return replace(figure, segment=figure.segment if row.named_by_period else row.name)
    figure = _finance(row, cell, cell.column.kind)
    field = {"roi_value" if cell.column.kind == "roi" else "payback": cell.found.raw}
    return replace(figure, quantity=None, **field)  # type: ignore[arg-type]  # the field names are those of Figure


def _money(row: _Row) -> tuple[Figure, ...]:
    """Amounts of money columns; ROI, payback and savings of the row are fields of its investment."""
    main = next((cell for kind in ("investment", "cost", "budget", "benefit", "return") for cell in row.of(kind)), None)
    made = []
    for cell in row.of(*MONEY):
        if not is_currency(cell.found.quantity.unit) and not _is_bare_money(cell):
            made.append(_kpi(row, cell, f"{cell.column.header}: {row.name}", "target", _quantity(row, cell)))
        elif cell is main:
            made.append(_with_fields(row, cell))
        elif cell.column.kind != "saving" or main is None:
            made.append(_finance(row, cell, cell.column.kind))
    for cell in row.of("roi"):
        if is_currency(cell.found.quantity.unit):
            made.append(replace(_finance(row, cell, "benefit"), roi_value=cell.found.raw))
        elif row.of(*MONEY) and main is None:
            made.append(replace(_finance(row, cell, "roi"), quantity=None, roi_value=cell.found.raw))
    return tuple(made)


def _is_bare_money(cell: _Cell) -> bool:
    return cell.found.quantity.unit == "count" and cell.column.unit in ("$", "€", "USD", "EUR", "MXN")


def _with_fields(row: _Row, cell: _Cell) -> Figure:
    figure = _finance(row, cell, cell.column.kind)
    roi = next((one for one in row.of("roi") if not is_currency(one.found.quantity.unit)), None)
    payback = next(iter(row.of("payback")), None)
    saving = next(iter(row.of("saving")), None)
    savings = None
    if saving is not None:
        cadence = next((hit.period.raw for hit in find_periods(saving.column.header) if hit.form == "cadence"), None)
        savings = f"{saving.found.raw} {cadence.lower()}" if cadence else saving.found.raw
    return replace(
        figure,
        roi_value=roi.found.raw if roi else None,
        payback=payback.found.raw if payback else None,
        savings=savings,
        horizon=figure.period.raw if figure.period and figure.period.unit != "cadence" else None,
    )


def _cell_verdict(row: _Row, cell: _Cell, *, header: str) -> tuple[str, str]:
    if not is_currency(cell.found.quantity.unit):
        return "kpi", ""
    found = column_verdict(header, "" if row.named_by_period else row.name, tuple(reversed(row.block.heading_path)))
    metric = is_metric(row.name) or is_metric(header) or any(is_metric(text) for text in row.block.heading_path[-1:])
    return ("finance", "cost") if found == ("kpi", "") and names_items(row.block.header) and not metric else found


def _finance(row: _Row, cell: _Cell, role: str) -> Figure:
    header = cell.column.header
    plain_value = cell.column.kind in ("value", "period")
    name = row.name if plain_value else f"{header} {row.name}" if row.named_by_period else f"{header}: {row.name}"
    cadence = next((hit.period.raw for hit in find_periods(header) if hit.form == "cadence"), "")
    quantity = cell.found.quantity
    if quantity.unit == "count":
        quantity = quantity.model_copy(update={"unit": _UNIT_WORDS.get(folded(cell.column.unit or "$"), "USD")})
    monthly = re.match(r"mensual|monthly|mensal", folded(cadence))
    return Figure(
        kind="finance",
        role=role,
        name=name,
        lines=row.block.lines,
        raw=cell.found.raw,
        quantity=quantity,
        heading_path=row.block.heading_path,
        segment=row.block.heading_path[-1] if row.block.heading_path else None,
        period=(cell.column.period if cell.column.kind == "period" else None) or row.period or _near_period(row),
        in_table=True,
        per=cell.found.per or ("month" if monthly else "year" if re.match(r"anual|annual|yearly", folded(cadence)) else None),
        savings=cell.found.raw if role == "saving" else None,
        group=("row", row.block.lines[0]),
    )


def _kpi(row: _Row, cell: _Cell, name: str, role: str, quantity: Quantity, *, period: Period | None = None) -> Figure:
    own = period or cell.column.period or row.period
    inherited = heading_period((*row.block.heading_path, *([row.block.label] if row.block.label else [])))
    cadence = next(
        (hit.period for text in (row.name, cell.column.header) for hit in find_periods(text) if hit.form == "cadence"), None
    )
    if own is None:
        own = inherited if inherited is not None and inherited.unit != "cadence" else cadence or inherited
    comparator: Comparator = quantity.comparator
    if cell.found.sign == "-" and _is_level(cell, name):
        quantity = quantity.model_copy(update={"value": -quantity.value})
    elif cell.found.sign and quantity.unit in ("%", "x", "count"):
        comparator = "delta_up" if cell.found.sign == "+" else "delta_down"
    return Figure(
        kind="kpi",
        role=role,
        name=name,
        lines=row.block.lines,
        raw=cell.found.raw,
        quantity=quantity.model_copy(update={"comparator": comparator}),
        heading_path=row.block.heading_path,
        segment=row.block.label or (row.block.heading_path[-1] if row.block.heading_path else None),
        period=own,
        qualifier=cell.found.qualifier,
        in_table=True,
        group=("row", row.block.lines[0]),
    )


def _is_level(cell: _Cell, name: str) -> bool:
    """Whether a minus belongs to the value: money, or a margin in a column that is no change."""
    if cell.column.kind == "change" or (cell.column.period is not None and cell.column.period.unit == "cadence"):
        return False
    return is_currency(cell.found.quantity.unit) or (says("signed_level", name) and not says("change_nouns", name))


def _quantity(row: _Row, cell: _Cell, *, by: str | None = None) -> Quantity:
    """The cell's amount; a bare number takes the unit of its header or its metric."""
    quantity = cell.found.quantity
    if quantity.unit != "count":
        unit = quantity.unit
        return (
            quantity.model_copy(update={"unit": f"{unit}/{cell.found.per}"}) if cell.found.per and is_currency(unit) else quantity
        )
    stated = _UNIT_WORDS.get(folded(cell.column.unit or ""))
    unit = stated or bare_unit(by or row.name)
    return quantity.model_copy(update={"unit": f"{unit}/{cell.found.per}" if cell.found.per else unit})


def _row_role(row: _Row) -> str:
    for text in (row.name, row.block.label, *reversed(row.block.heading_path[-2:])):
        role = role_of(text, tuple(role for role in KPI_ROLES if role not in ("capability", "deliverable")))
        if role is not None:
            return role
    heading = row.block.heading_path[-1] if row.block.heading_path else ""
    actual = role_of(heading, ("actual",)) and not role_of(heading, ("target",))
    return "actual" if actual else "price" if says("price", heading) and not finance_class(heading) else "target"


def _near_period(row: _Row) -> Period | None:
    near = [text for text in (row.block.heading_path[-1:] or ("",))[0:1] if text] + ([row.block.label] if row.block.label else [])
    return next((found for text in reversed(near) if (found := parse_period(text)) and found.unit not in ("cadence",)), None)


def _same_kind(one: Quantity, other: Quantity) -> bool:
    return one.unit.partition("/")[0] == other.unit.partition("/")[0] or {one.unit, other.unit} <= {
        "days",
        "hours",
        "minutes",
        "seconds",
        "ms",
        "weeks",
        "months",
        "years",
    }
