"""What lookups look into: the compiled plan, the parsed documents and a search, as one reader may see them.

Knows neither stores nor sessions: whoever builds a view has already left out what the reader may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.domain.plan import Plan
from copilot.domain.source import Hit, ParsedDocument

Search = Callable[[str, Sequence[str] | None, int], Sequence[Hit]]
"""Query, documents (None: all), number of hits; best first."""


@dataclass(frozen=True)
class PlanView:
    """One reader's plan. Keep a view while the plan's revision stands: its index is built once, on first use."""

    plan: Plan
    parsed: Callable[[str], ParsedDocument]
    """Document name (as in the plan's records) to its parsed, repaired text."""
    search: Search
