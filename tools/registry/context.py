"""What a tool may use of the turn it is called in."""

from __future__ import annotations

from typing import Protocol

from copilot.domain.answer import ToolResult
from copilot.grounding.evidence import TurnEvidence
from tools.lookup.view import PlanView
from tools.registry.table import table_of


class ToolContext(Protocol):
    """The part of a turn's context that tools see."""

    @property
    def view(self) -> PlanView:
        """The plan as the person asking may see it."""

    @property
    def turn(self) -> TurnEvidence:
        """Where evidence and calculations of this turn are kept."""


def content_of(result: ToolResult) -> str:
    """What a model reads of a result; the typed result and its citations stay in the artifact."""
    return table_of(result)
