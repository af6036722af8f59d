"""What a turn has looked up: evidence and calculations by id, and what stands around the cited lines.

Filled by tools while the agent runs, read by the check; tools may run in several threads at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from copilot.domain.answer import Calculation, Evidence, ToolResult
from copilot.domain.source import Citation
from copilot.grounding.support import Support, of_calculation, of_citation, of_text
from copilot.grounding.surroundings import Surroundings

Around = Callable[[Citation], Surroundings]
"""Looks a citation's surroundings up in its document."""


class TurnEvidence:
    """Evidence and calculations of one turn under ids that are unique in it: e1, e2 ... and c1, c2 ..."""

    def __init__(self, question: str, said: Sequence[str] = (), around: Around | None = None) -> None:
        self.question = question
        self.said = tuple(said)
        """What the person said earlier in the conversation."""
        self.evidence: dict[str, Evidence] = {}
        self.calculations: dict[str, Calculation] = {}
        self.rests_on: dict[str, tuple[str, ...]] = {}
        """Calculation id to the ids its inputs were taken from."""
        self._around = around
        self._supports: dict[str, Support] = {}
        self._lock = threading.Lock()

    def admit(self, result: ToolResult) -> ToolResult:
        """The result with ids of this turn; a line that was cited before keeps its id."""
        with self._lock:
            known = {(one.citation, one.fact_id): key for key, one in self.evidence.items()}
            renamed: dict[str, str] = {}
            for one in result.evidence:
                key = known.get((one.citation, one.fact_id)) or f"e{len(self.evidence) + 1}"
                known[(one.citation, one.fact_id)] = renamed[one.id] = key
                self.evidence.setdefault(key, one.model_copy(update={"id": key}))
            counted: dict[str, str] = {}
            for step in result.calculations:
                counted[step.id] = key = f"c{len(self.calculations) + 1}"
                self.calculations[key] = step.model_copy(update={"id": key})
        names = {**renamed, **counted}
        return result.model_copy(
            update={
                "rows": tuple(_renamed_row(row, names) for row in result.rows),
                "evidence": tuple(self.evidence[key] for key in dict.fromkeys(renamed.values())),
                "calculations": tuple(self.calculations[key] for key in counted.values()),
            }
        )

    def calculations_behind(self, mark: str) -> tuple[str, ...]:
        """The calculation and those whose results went into it, the earliest first."""
        if mark not in self.calculations:
            return ()
        before = [other for source in self.rests_on.get(mark, ()) for other in self.calculations_behind(source)]
        return tuple(dict.fromkeys([*before, mark]))

    def around(self, citation: Citation) -> Surroundings:
        """What stands around a citation."""
        return self._around(citation) if self._around is not None else Surroundings()

    def support(self, mark: str) -> Support | None:
        """What an id carries; None for an id this turn does not have."""
        if mark in self._supports:
            return self._supports[mark]
        support: Support | None = None
        if mark in self.evidence:
            citation = self.evidence[mark].citation
            support = of_citation(citation, self.around(citation))
        elif mark in self.calculations:
            step = self.calculations[mark]
            cited = {item.citation for item in step.inputs if item.citation is not None}
            support = Support.joined([of_calculation(step), *(of_citation(one, self.around(one)) for one in cited)])
        if support is not None:
            self._supports[mark] = support
        return support

    def asked(self) -> Support:
        """What the person's own words carry."""
        if "" not in self._supports:
            self._supports[""] = of_text([*self.question.split("\n"), *(line for text in self.said for line in text.split("\n"))])
        return self._supports[""]

    def documents(self) -> frozenset[str]:
        """Documents this turn has evidence from."""
        return frozenset(one.citation.document for one in self.evidence.values())


def _renamed_row(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The row with this turn's ids, wherever it names evidence: under `e`, `c` or a key that ends in `_e`, nested rows too."""
    return {key: _renamed(key, value, names) for key, value in row.items()}


def _renamed(key: str, value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return _renamed_row(value, names)
    if not isinstance(value, list | tuple):
        return names.get(value, value) if key in ("e", "c") and isinstance(value, str) else value
    if key in ("e", "c") or key.endswith("_e"):
        return [names.get(mark, mark) for mark in value]
    return [_renamed(key, part, names) for part in value]
