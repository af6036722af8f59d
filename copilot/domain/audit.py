"""What an audit finds in the documents, and a person's word that a finding is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Protocol

from copilot.domain.answer import Calculation
from copilot.domain.source import Citation, Frozen

Severity = Literal["high", "medium", "low"]
Confidence = Literal["certain", "likely", "inference"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
"""Worst first."""


class Finding(Frozen):
    """Something in the documents that does not add up."""

    id: str
    """Changes when a figure it rests on does, and never when its lines move."""
    rule: str
    """Begins with its family: `total_of_column`, `payback_of_row`."""
    severity: Severity
    confidence: Confidence
    """certain: arithmetic, or two statements that cannot both hold; inference: depends on a reading."""
    sources: tuple[Citation, ...]
    """In document order, one a line."""
    claim: str
    """What the documents state."""
    problem: str
    expected: str
    """What would be right; `-` where that cannot be told."""
    calculations: tuple[Calculation, ...] = ()

    def exported(self) -> dict[str, Any]:
        """JSON-ready, sources as document and lines."""
        told = self.model_dump(mode="json", exclude={"sources", "calculations"})
        places = [{"document": one.document, "lines": list(one.lines)} for one in self.sources]
        steps = [
            {"name": step.name, "formula": step.formula, "result": float(step.result), "unit": step.unit}
            for step in self.calculations
        ]
        return {**told, "sources": places, "calculations": steps}


class Acknowledgement(Frozen):
    """A person knows of a finding; it stays quiet until a figure of it changes."""

    finding_id: str
    rule: str
    note: str | None = None
    by: str
    """Principal id."""
    at: datetime


class AcknowledgementStore(Protocol):
    """Findings people know of."""

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Keep it; a later one for the same finding takes its place."""

    def acknowledged(self) -> dict[str, Acknowledgement]:
        """All of them, by finding id."""
