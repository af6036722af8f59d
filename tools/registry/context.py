"""What a tool may use of the turn it is called in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Protocol

from copilot.domain.answer import ToolResult
from copilot.grounding.evidence import TurnEvidence
from tools.lookup.view import PlanView


class ToolContext(Protocol):
    """The part of a turn's context that tools see."""

    @property
    def view(self) -> PlanView:
        """The plan as the person asking may see it."""

    @property
    def turn(self) -> TurnEvidence:
        """Where evidence and calculations of this turn are kept."""


def content_of(result: ToolResult) -> str:
    """What a model reads of a result: compact JSON without empty fields; the citations themselves stay in the artifact."""
    told: dict[str, Any] = {
        "rows": list(result.rows),
        "value": result.value,
        "unit": result.unit,
        "calculations": [
            {"id": step.id, "name": step.name, "formula": step.formula, "result": step.result, "unit": step.unit}
            for step in result.calculations
        ],
        "note": result.note,
    }
    kept = {key: value for key, value in told.items() if value not in (None, [], "")}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
