"""Readings of a file into the journal: read twice, staged, compared with what is there, then written whole or not at all.

Memory does not grow with the file: values wait in a stage, and one metric at a time is compared with its readings.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.imports import OUTCOMES, DateOrder, DecimalMark, ImportLine, ImportReport, Outcome
from copilot.domain.journal import Reading
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.state_ports import JournalStore
from copilot.journal.cells import Conventions
from copilot.journal.columns import Columns, columns_of
from copilot.journal.importable import Importable, Item, items_of
from copilot.journal.metrics import metrics_of
from copilot.journal.writer import check_writer
from retrieval.ingest.tabular import Tabular, open_table
from retrieval.store.staging import Stage, Staged

SHOWN = 200
"""Lines of each outcome that a report holds."""
FIRST_DAY = date(1900, 1, 1).toordinal()


@dataclass(frozen=True)
class ImportOptions:
    """How a file is to be read and written."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Role to header, where headers do not tell."""
    sheet: str | None = None
    decimal: DecimalMark | None = None
    dates: DateOrder | None = None
    source: str | None = None
    """Of readings whose row names none; the file's name without it."""
    document: str | None = None
    dry_run: bool = False
    partial: bool = False
    """Write what is right even where other lines are refused."""


class Importer:
    """Imports files of readings."""

    def __init__(
        self, *, plan: Callable[[Principal], Plan], journal: JournalStore, clock: Clock, staging: Callable[[], Stage] = Stage
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._clock = clock
        self._staging = staging

    def run(self, by: Principal, path: Path, options: ImportOptions) -> ImportReport:
        """Read the file, compare, and write unless told otherwise or something is refused.

        Raises:
            UserCanFix: `not_allowed`, `import_empty`, `import_columns`, `unknown_column`, `unknown_column_role`; as `open_table`.
        """
        check_writer(by, None, options.source)
        table = open_table(path, sheet=options.sheet)
        columns, known = _surveyed(table, options)
        metrics = [metric for metric in metrics_of(self._plan(by)) if options.document in (None, metric.document)]
        today = self._clock.now().date()
        readable = Importable(metrics, known, today=today, source=options.source or path.name)
        stage = self._staging()
        try:
            tally = _Tally(path.name, columns, known)
            _stage(tally, stage, items_of(table.rows(), columns), readable)
            self._compare(tally, stage, readable)
            written = not options.dry_run and (options.partial or not tally.counts["refused"])
            if written and (tally.counts["recorded"] or tally.counts["corrected"]):
                self._journal.record_all(self._readings(stage, readable, by))
            return tally.report(written=written)
        finally:
            stage.close()

    def _compare(self, tally: _Tally, stage: Stage, readable: Importable) -> None:
        """What is there already is left out; what differs corrects."""
        for number in readable.used():
            metric = readable.metric(number)
            held = {reading.on.toordinal(): reading for reading in self._journal.readings(metric_id=metric.id)}
            there: list[int] = []
            replaced: dict[int, str] = {}
            for value in stage.of(number):
                before = held.get(value.day)
                outcome: Outcome = "recorded"
                if before is not None and _says(before, value):
                    there.append(value.day)
                    outcome = "skipped"
                elif before is not None:
                    replaced[value.day] = before.id
                    outcome = "corrected"
                tally.add(_line(value, metric.name, outcome, before))
            stage.drop(number, there)
            stage.correct(number, replaced)

    def _readings(self, stage: Stage, readable: Importable, by: Principal) -> Iterator[Reading]:
        now = self._clock.now()
        # Ids that grow: a million scattered ones would be written all over the index.
        run = f"{int(now.timestamp() * 1000):012x}"
        tail = uuid.uuid4().hex[:12]
        for number, value in enumerate(stage.all()):
            metric = readable.metric(value.metric)
            yield Reading(
                id=f"{run}{number:08x}{tail}",
                metric_id=metric.id,
                name=metric.name,
                document=metric.document,
                value=Decimal(value.value),
                unit=value.unit,
                on=date.fromordinal(value.day),
                note=value.note,
                source=value.source,
                confidence=value.confidence,
                by=by.id,
                at=now,
                supersedes=value.supersedes,
            )


class _Tally:
    """Counts every value and keeps the first lines of each outcome."""

    def __init__(self, file: str, columns: Columns, known: Conventions) -> None:
        self._file = file
        self._columns = columns
        self._known = known
        self.counts: Counter[Outcome] = Counter()
        self.rows = 0
        self.empty = 0
        self._kept: dict[Outcome, list[ImportLine]] = {outcome: [] for outcome in OUTCOMES}

    def add(self, line: ImportLine) -> None:
        self.counts[line.outcome] += 1
        kept = self._kept[line.outcome]
        if len(kept) < SHOWN:
            kept.append(line)

    def refuse(self, item: Item, error: UserCanFix) -> None:
        params = {name: value for name, value in error.params.items() if name not in ("line", "column")}
        self.add(
            ImportLine(line=item.line, column=item.column, outcome="refused", name=item.name, code=error.code, params=params)
        )

    def report(self, *, written: bool) -> ImportReport:
        return ImportReport(
            file=self._file,
            layout=self._columns.layout,
            columns=self._columns.told(),
            decimal=self._known.decimal,
            dates=self._known.order,
            rows=self.rows,
            empty=self.empty,
            counts={outcome: self.counts[outcome] for outcome in OUTCOMES},
            lines=tuple(line for outcome in OUTCOMES for line in sorted(self._kept[outcome], key=lambda one: one.line)),
            written=written,
        )


def _surveyed(table: Tabular, options: ImportOptions) -> tuple[Columns, Conventions]:
    """The columns, and how the whole file writes its numbers and days."""
    known = Conventions(options.decimal, options.dates)
    rows = table.rows()
    first = next(rows, None)
    if first is None:
        raise UserCanFix("import_empty", path=table.path.name)
    columns = columns_of([str(cell) for cell in first[1]], options.columns)
    days = {columns.roles["date"]} if "date" in columns.roles else set()
    looked = sorted({*columns.values, *days})
    for header in columns.headers if columns.layout == "wide" else ():
        known.look(header)
    for _, cells in rows:
        for at in looked:
            if at < len(cells) and isinstance(cell := cells[at], str) and cell:
                known.look(cell)
    known.settle()
    return columns, known


def _stage(tally: _Tally, stage: Stage, items: Iterator[Item], readable: Importable) -> None:
    """Every value into the stage; those that cannot be, and days told twice, are refused."""
    seen: dict[int, bytearray] = {}
    last_line = 0
    for item in items:
        tally.rows += item.line != last_line
        last_line = item.line
        if item.is_empty:
            tally.empty += 1
            continue
        try:
            value = readable.value(item)
            bits = seen.setdefault(value.metric, bytearray((readable.today.toordinal() - FIRST_DAY) // 8 + 1))
            byte, bit = divmod(value.day - FIRST_DAY, 8)
            if bits[byte] >> bit & 1:
                _refuse_both(tally, stage, item, value)
            bits[byte] |= 1 << bit
        except UserCanFix as error:
            tally.refuse(item, error)
            continue
        stage.add(value)


def _refuse_both(tally: _Tally, stage: Stage, item: Item, value: Staged) -> None:
    """A day with two values has none: which one is right, only a person knows. Raises UserCanFix(`duplicate_day`)."""
    day = date.fromordinal(value.day).isoformat()
    first = stage.take(value.metric, value.day)
    if first is not None:
        before = Item(line=first.line, column=first.column or None, name=item.name)
        tally.refuse(before, UserCanFix("duplicate_day", name=item.name, date=day, other=item.line))
    raise UserCanFix("duplicate_day", name=item.name, date=day, other=first.line if first is not None else "")


def _says(before: Reading, value: Staged) -> bool:
    """Whether the journal has it already: value, unit, and what else the file tells."""
    same = before.value == Decimal(value.value) and before.unit == value.unit
    return same and value.note in (None, before.note) and value.confidence in (None, before.confidence)


def _line(value: Staged, name: str, outcome: Outcome, before: Reading | None) -> ImportLine:
    return ImportLine(
        line=value.line,
        column=value.column or None,
        outcome=outcome,
        name=name,
        on=date.fromordinal(value.day),
        value=Decimal(value.value),
        unit=value.unit,
        before=before.value if before is not None and outcome == "corrected" else None,
    )
