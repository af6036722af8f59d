"""Rows of a table as values of metrics: whose name, unit and day fit the plan. Pure but for what it remembers of names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from copilot.domain.errors import UserCanFix
from copilot.journal.cells import Conventions, day, number
from copilot.journal.columns import Columns, colour
from copilot.journal.metrics import Metric, amount_of, metric_named
from copilot.journal.naming import is_named
from copilot.journal.writer import MAX_NOTE, MAX_SOURCE
from retrieval.ingest.tabular import Cell, Row
from retrieval.store.staging import Staged

EARLIEST = date(1900, 1, 1)
REMEMBERED = 50_000


@dataclass(frozen=True)
class Item:
    """One value of the table, as written."""

    line: int
    column: str | None = None
    name: str = ""
    day: str = ""
    value: Cell = ""
    unit: str = ""
    note: str = ""
    source: str = ""
    confidence: str = ""
    document: str = ""

    @property
    def is_empty(self) -> bool:
        """A cell that says nothing."""
        return self.value in ("", "-", "–", "—", "n/a", "N/A", "NA")


def items_of(rows: Iterator[Row], columns: Columns) -> Iterator[Item]:
    """Every value of the table; the header is left out."""
    next(rows, None)
    for line, cells in rows:
        told = {role: _text(cells, at) for role, at in columns.roles.items()}
        base = {role: told.get(role, "") for role in ("unit", "note", "source", "confidence", "document")}
        for at in columns.values:
            header = columns.headers[at]
            value = cells[at] if at < len(cells) else ""
            if columns.layout == "long":
                yield Item(line=line, name=told["name"], day=told["date"], value=value, **base)
            elif columns.layout == "wide":
                yield Item(line=line, column=header, name=told["name"], day=header, value=value, **base)
            else:
                yield Item(line=line, column=header, name=header, day=told["date"], value=value, **base)


class Importable:
    """Turns items into values of the plan's metrics."""

    def __init__(self, metrics: Sequence[Metric], known: Conventions, *, today: date, source: str) -> None:
        self._metrics = metrics
        self._known = known
        self.today = today
        self._source = source[:MAX_SOURCE]
        self._numbers: dict[str, int] = {}
        self._by_name: dict[tuple[str, str], int | UserCanFix] = {}
        self._days: dict[str, int] = {}
        self._units: dict[tuple[str, str, int], tuple[Decimal, str]] = {}

    def metric(self, number_: int) -> Metric:
        """A metric by its number in this import."""
        return self._metrics[number_]

    def used(self) -> list[int]:
        """Numbers of the metrics the table has values of."""
        return sorted({found for found in self._by_name.values() if isinstance(found, int)})

    def value(self, item: Item) -> Staged:
        """The item as a value of a metric.

        Raises:
            UserCanFix: `unknown_metric`, `ambiguous_metric`, `bad_number`, `ambiguous_number`, `wrong_unit`, `bad_date`,
                `ambiguous_date`, `date_in_future`, `date_too_early`, `note_too_long`, `unknown_confidence`.
        """
        metric = self._metric(item)
        on = self._day(item.day)
        amount, unit = self._amount(item, metric)
        if len(item.note) > MAX_NOTE:
            raise UserCanFix("note_too_long", limit=MAX_NOTE)
        confidence = colour(item.confidence) if item.confidence else None
        if item.confidence and confidence is None:
            raise UserCanFix("unknown_confidence", confidence=item.confidence, known=["green", "amber", "red"])
        return Staged(
            metric=metric,
            day=on,
            line=item.line,
            column=item.column or "",
            value=f"{amount:f}",
            unit=unit,
            note=item.note or None,
            source=item.source[:MAX_SOURCE] or self._source,
            confidence=confidence,
        )

    def _metric(self, item: Item) -> int:
        key = (item.name, item.document)
        found = self._by_name.get(key)
        if found is None:
            if len(self._by_name) >= REMEMBERED:
                self._by_name = {known: one for known, one in self._by_name.items() if isinstance(one, int)}
            found = self._by_name[key] = self._looked_up(item)
        if isinstance(found, UserCanFix):
            raise UserCanFix(found.code, **found.params)
        return found

    def _looked_up(self, item: Item) -> int | UserCanFix:
        if not item.name:
            return UserCanFix("import_nameless")
        known = [metric for metric in self._metrics if item.document in ("", metric.document)]
        try:
            found = metric_named(item.name, known)
        except UserCanFix as error:
            return error
        if not is_named(item.name, found.name, found.id):
            # What a person types is taken for its one near match; a thousand rows are not.
            return UserCanFix("unknown_metric", name=item.name, near=[found.name])
        return self._number_of[found.id]

    @cached_property
    def _number_of(self) -> dict[str, int]:
        return {metric.id: at for at, metric in enumerate(self._metrics)}

    def _day(self, text: str) -> int:
        found = self._days.get(text)
        if found is not None:
            return found
        on = day(text, self._known.order)
        if on > self.today:
            raise UserCanFix("date_in_future", date=on.isoformat(), today=self.today.isoformat())
        if on < EARLIEST:
            raise UserCanFix("date_too_early", date=on.isoformat(), earliest=EARLIEST.isoformat())
        if len(self._days) < REMEMBERED:
            self._days[text] = on.toordinal()
        return on.toordinal()

    def _amount(self, item: Item, metric: int) -> tuple[Decimal, str]:
        unit = self._metrics[metric].unit
        if isinstance(item.value, Decimal):
            value, before, after = item.value, "", item.unit
        else:
            written = number(item.value, self._known.decimal)
            value, before, after = written.value, written.before, written.after or item.unit
        if not before and (not after or after == unit):
            return value, unit
        key = (before, after, metric)
        if key not in self._units:
            self._units[key] = self._scale(before, after, item, self._metrics[metric])
        factor, unit = self._units[key]
        return value * factor, unit

    def _scale(self, before: str, after: str, item: Item, metric: Metric) -> tuple[Decimal, str]:
        """What stands around a number scales it (K) or names its unit; both are the same for every number."""
        refusal = UserCanFix("bad_reading", value=str(item.value), unit=metric.unit)
        for text in (f"{before}2{after}", f"{before}2 {after}"):
            try:
                two = amount_of(text, metric)
            except UserCanFix as error:
                if error.code == "wrong_unit":
                    refusal = UserCanFix("wrong_unit", **{**error.params, "value": str(item.value)})
            else:
                return two.value / 2, two.unit
        raise refusal


def _text(cells: Sequence[Cell], at: int) -> str:
    return str(cells[at]) if at < len(cells) else ""
