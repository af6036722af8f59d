"""Figures a language model proposes for lines the rules left open, before anyone has checked them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import ConfigDict, Field

from copilot.domain.quantity import Comparator
from copilot.domain.source import Frozen


class OpenLine(Frozen):
    """A line of prose with a figure that became no fact."""

    line: int
    text: str
    """Plain text of the line."""
    headings: tuple[str, ...] = ()
    """Outermost first."""


class ProposedFigure(Frozen):
    """What a model says a line states; nothing in it is true before it was found on the line."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line: int
    kind: Literal["kpi", "finance"]
    role: str = Field(max_length=40)
    """Of a KPI or finance fact, see `copilot.domain.fact`."""
    name: str = Field(min_length=1, max_length=160)
    amount: str = Field(min_length=1, max_length=80)
    """The number as written, with its sign, unit and scale: `$2.5M`, `10-15%`, `45`."""
    unit: str = Field(max_length=40)
    """Normal form, with its rate: `%`, `USD/month`, `count`."""
    comparator: Comparator = "="
    period: str | None = Field(None, max_length=80)
    """As written on the line or in its headings."""


class Unread(Frozen):
    """A part of a reply that is no proposal."""

    line: int
    """First line of the batch it answered."""
    text: str


class Proposed(Frozen):
    """What came of asking about the open lines of one document."""

    figures: tuple[ProposedFigure, ...] = ()
    unread: tuple[Unread, ...] = ()
    over_budget: tuple[OpenLine, ...] = ()
    """Lines that were not sent: the document's budget was spent."""
    unanswered: tuple[OpenLine, ...] = ()
    """Lines that got no answer because the endpoint failed."""
    trouble: str | None = None
    """Code of the error that kept them from an answer."""


class Proposer(Protocol):
    """Asks a language model about open lines."""

    @property
    def name(self) -> str:
        """Name of the model."""

    def propose(self, lines: Sequence[OpenLine]) -> Proposed:
        """Proposals for these lines of one document, in order. A failed endpoint is told in the result, never raised."""
