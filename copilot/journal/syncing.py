"""Metrics that are read from a database: which query gives which metric, and its values into the journal when a person says so.

One source that fails leaves the others alone. What a query gives is checked as a person's word would be; text is no number.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix, RumboError, UserCanFix
from copilot.domain.journal import Reading
from copilot.domain.kpi_source import AskDatabase, Environment, KpiSource, KpiSourceStore, SourceValue, Synced
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.state_ports import JournalStore
from copilot.journal.metrics import Metric, metric_named, metrics_of
from copilot.journal.writer import check_writer

LONGEST_QUERY = 10_000
SHORTEST_S, LONGEST_S = 0.1, 600.0
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SourceDesk:
    """Keeps sources and asks them."""

    def __init__(
        self,
        *,
        plan: Callable[[Principal], Plan],
        journal: JournalStore,
        sources: KpiSourceStore,
        ask: AskDatabase,
        check: Callable[[str], str],
        environment: Environment,
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._sources = sources
        self._ask = ask
        self._check = check
        self._environment = environment
        self._clock = clock

    def set_source(
        self,
        by: Principal,
        name: str,
        query: str,
        *,
        url: str | None = None,
        url_env: str | None = None,
        timeout_s: float = 30,
        document: str | None = None,
    ) -> KpiSource:
        """Say where a metric's values come from; its former source goes.

        Raises:
            UserCanFix: `not_allowed`, `source_needs_url`, `source_bad_variable`, `source_bad_timeout`, `source_not_a_select`,
                `unknown_metric`, `ambiguous_metric`.
        """
        check_writer(by, None)
        if (url is None) == (url_env is None):
            raise UserCanFix("source_needs_url")
        if url_env is not None and not VARIABLE.fullmatch(url_env):
            raise UserCanFix("source_bad_variable", variable=url_env.partition(":")[0][:40])
        if not SHORTEST_S <= timeout_s <= LONGEST_S:
            raise UserCanFix("source_bad_timeout", least=SHORTEST_S, most=LONGEST_S)
        if len(query) > LONGEST_QUERY:
            raise UserCanFix("source_not_a_select", query=query[:80])
        metric = self._metric(by, name, document)
        source = KpiSource(
            metric_id=metric.id,
            name=metric.name,
            document=metric.document,
            url=url,
            url_env=url_env,
            query=self._check(query),
            timeout_s=timeout_s,
            by=by.id,
            at=self._clock.now(),
        )
        self._sources.set_source(source)
        return source

    def sources(self, by: Principal) -> Sequence[KpiSource]:
        """Those of documents the person may read, by name."""
        readable = {record.document for record in self._plan(by).documents}
        return [source for source in self._sources.sources() if source.document in readable]

    def remove(self, by: Principal, name: str, *, document: str | None = None) -> KpiSource:
        """Forget a metric's source; its readings stay. Raises UserCanFix(`source_unknown`), as `set_source` otherwise."""
        check_writer(by, None)
        source = self._named(by, name, document)
        self._sources.remove_source(source.metric_id)
        return source

    def sync(self, by: Principal, name: str | None = None, *, document: str | None = None) -> list[Synced]:
        """Ask one source or all, and record what is new. A source that fails is told and leaves the others alone.

        Raises:
            UserCanFix: `not_allowed`, `source_unknown`.
        """
        check_writer(by, None)
        if name is not None:
            return [self._synced(by, self._named(by, name, document))]
        return [self._synced(by, source) for source in self.sources(by) if document in (None, source.document)]

    def _synced(self, by: Principal, source: KpiSource) -> Synced:
        told = {"metric_id": source.metric_id, "name": source.name, "document": source.document}
        try:
            metric = next((one for one in metrics_of(self._plan(by)) if one.id == source.metric_id), None)
            if metric is None:
                raise UserCanFix("source_metric_gone", name=source.name)
            rows = self._ask(self._url(source), source.query, timeout_s=source.timeout_s)
            values, empty = values_of(rows)
            counts = self._record(by, metric, values)
        except RumboError as error:
            return Synced(**told, outcome="failed", code=error.code, params=dict(error.params))
        return Synced(**told, outcome="synced", empty=empty, **counts)

    def _record(self, by: Principal, metric: Metric, values: Sequence[SourceValue]) -> dict[str, int]:
        now = self._clock.now()
        today = now.date()
        held = {reading.on: reading for reading in self._journal.readings(metric_id=metric.id)}
        new, counts = [], {"recorded": 0, "corrected": 0, "skipped": 0}
        for one in values:
            on = one.on or today
            if on > today:
                raise UserCanFix("date_in_future", date=on.isoformat(), today=today.isoformat())
            before = held.get(on)
            if before is not None and before.value == one.value:
                counts["skipped"] += 1
                continue
            counts["recorded" if before is None else "corrected"] += 1
            new.append(
                Reading(
                    id=uuid.uuid4().hex,
                    metric_id=metric.id,
                    name=metric.name,
                    document=metric.document,
                    value=one.value,
                    unit=metric.unit,
                    on=on,
                    source="SQL",
                    by=by.id,
                    at=now,
                    supersedes=before.id if before else None,
                )
            )
        self._journal.record_all(new)
        return counts

    def _url(self, source: KpiSource) -> str:
        if source.url is not None:
            return source.url
        found = self._environment.get(source.url_env or "")
        if not found:
            raise OperatorMustFix("source_variable_missing", variable=source.url_env)
        return found

    def _named(self, by: Principal, name: str, document: str | None) -> KpiSource:
        metric = self._metric(by, name, document)
        found = next((source for source in self._sources.sources() if source.metric_id == metric.id), None)
        if found is None:
            raise UserCanFix("source_unknown", name=metric.name)
        return found

    def _metric(self, by: Principal, name: str, document: str | None) -> Metric:
        return metric_named(name, [metric for metric in metrics_of(self._plan(by)) if document in (None, metric.document)])


def values_of(rows: Sequence[Sequence[Any]]) -> tuple[list[SourceValue], int]:
    """What a query gave: one value, perhaps with its day, or many days with theirs; and the number of rows without a value.

    Raises:
        UserCanFix: `source_empty`, `source_columns`, `source_not_a_number`, `source_without_days`, `source_bad_day`,
            `source_duplicate_day`.
    """
    if not rows:
        raise UserCanFix("source_empty")
    if len(rows[0]) > 2:
        raise UserCanFix("source_columns", columns=len(rows[0]))
    if len(rows) > 1 and len(rows[0]) == 1:
        raise UserCanFix("source_without_days", rows=len(rows))
    at = _value_column(rows)
    found: dict[date | None, SourceValue] = {}
    empty = 0
    for row in rows:
        if row[at] is None:
            empty += 1
            continue
        on = _day(row[1 - at]) if len(row) == 2 else None
        if on in found:
            raise UserCanFix("source_duplicate_day", date=on.isoformat() if on else "")
        found[on] = SourceValue(value=_number(row[at]), on=on)
    if not found:
        raise UserCanFix("source_empty")
    return list(found.values()), empty


def _value_column(rows: Sequence[Sequence[Any]]) -> int:
    """The column that is no day; of two numbers, or two days, none is taken for the other."""
    if len(rows[0]) == 1:
        return 0
    days = [all(row[at] is None or _is_day(row[at]) for row in rows) for at in (0, 1)]
    if days[0] and not all(row[0] is None for row in rows):
        return 1
    if days[1]:
        return 0
    told = next((row[1] for row in rows if not isinstance(row[1], int | float | Decimal)), rows[0][0])
    raise UserCanFix("source_bad_day", value=str(told)[:40])


def _is_day(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and ISO_DAY.fullmatch(value) is not None)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = ISO_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise UserCanFix("source_bad_day", value=str(value)[:40]) from None


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise UserCanFix("source_not_a_number", value=str(value)[:40])
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise UserCanFix("source_not_a_number", value=str(value)[:40])
    return number
