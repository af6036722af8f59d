"""Where a metric's readings come from by themselves: a query on somebody's database, and what asking it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from copilot.domain.source import Frozen


class KpiSource(Frozen):
    """A query that gives a metric's values."""

    metric_id: str
    name: str
    """Of the metric, when the source was set."""
    document: str
    url: str | None = None
    """SQLAlchemy address; may hold a password and is shown masked only."""
    url_env: str | None = None
    """Name of the environment variable that holds the address; then nothing secret is stored."""
    query: str
    timeout_s: float = 30
    by: str
    at: datetime


class SourceValue(Frozen):
    """A value a query gave; `on` None: today's."""

    value: Decimal
    on: date | None = None


class Synced(Frozen):
    """What came of asking one source."""

    metric_id: str
    name: str
    document: str
    outcome: Literal["synced", "failed"]
    recorded: int = 0
    corrected: int = 0
    skipped: int = 0
    """Values the journal has already."""
    empty: int = 0
    """Rows without a value."""
    code: str | None = None
    """Why it failed, as an error's code, with `params` that fill its sentence."""
    params: dict[str, Any] = {}


class KpiSourceStore(Protocol):
    """Sources of metrics, one a metric."""

    def set_source(self, source: KpiSource) -> None:
        """Keep it; the metric's former one goes."""

    def sources(self) -> Sequence[KpiSource]:
        """All, by name of the metric."""

    def remove_source(self, metric_id: str) -> bool:
        """False when the metric has none."""


class AskDatabase(Protocol):
    """Asks a database, which it cannot change."""

    def __call__(self, url: str, query: str, *, timeout_s: float) -> Sequence[Sequence[Any]]:
        """The rows. Raises UserCanFix or OperatorMustFix, with a `code` that begins with `source_`."""


Environment = Mapping[str, str]
