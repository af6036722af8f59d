"""A figure read from a document, before it becomes a fact: what the line and table readers hand to the fact builders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copilot.domain.fact import Dropped
from copilot.domain.quantity import Period, Quantity


@dataclass(frozen=True)
class Figure:
    """One mention of a value; exactly one of KPI and finance fact is made from it."""

    kind: Literal["kpi", "finance"]
    role: str
    """Role of the fact, see `copilot.domain.fact`."""
    name: str
    lines: tuple[int, int]
    raw: str
    """Exact string on the first line."""
    quantity: Quantity | None
    """None for a ROI or payback that has no amount."""
    heading_path: tuple[str, ...] = ()
    segment: str | None = None
    period: Period | None = None
    baseline: Quantity | None = None
    stated_change: str | None = None
    qualifier: str | None = None
    in_table: bool = False
    per: str | None = None
    roi_value: str | None = None
    roi_basis: str | None = None
    horizon: str | None = None
    payback: str | None = None
    savings: str | None = None
    group: tuple[object, ...] = ()
    """Statements of one list or run of lines have the same group; only within it is a ROI joined to its amount."""
    parent: int | None = None
    """Line of the item this one is nested in."""


@dataclass(frozen=True)
class Reading:
    """What a reader found and what it left, with the reason."""

    figures: tuple[Figure, ...] = ()
    dropped: tuple[Dropped, ...] = ()
