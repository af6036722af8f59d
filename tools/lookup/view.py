"""What lookups look into: the compiled plan, the parsed documents and a search, as one reader may see them.

Knows neither stores nor sessions: whoever builds a view has already left out what the reader may not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from copilot.audit import audit
from copilot.domain.audit import Finding
from copilot.domain.fact import Fact
from copilot.domain.journal import Reading, TaskChange
from copilot.domain.plan import Plan
from copilot.domain.source import Citation, Hit, Lines, ParsedDocument
from copilot.domain.status import COMPUTED, JOURNAL
from copilot.grounding.surroundings import Surroundings, surroundings
from copilot.health.assessment import PLAIN_RULES, assess
from copilot.health.state import PlanHealth, Rules
from tools.lookup.index import Index
from tools.lookup.naming import Titles

Search = Callable[[str, Sequence[str] | None, int], Sequence[Hit]]
"""Query, documents (None: all), number of hits; best first."""


@dataclass(frozen=True)
class PlanView:
    """One reader's plan. Keep a view while the plan's revision stands: its index is built once, on first use."""

    plan: Plan
    parsed: Callable[[str], ParsedDocument]
    """Document name (as in the plan's records) to its parsed, repaired text."""
    search: Search
    acknowledged: Callable[[], Collection[str]] = frozenset
    """Ids of the audit's findings that people know of; asked each time, since that does not change the plan."""
    readings: Callable[[], Sequence[Reading]] = tuple
    """Readings beside this plan, by day: of each metric the first and the latest. Asked anew each time, for they change."""
    task_states: Callable[[], Mapping[str, TaskChange]] = dict
    """The newest change of every task that has one, by task id; asked anew each time."""
    today: Callable[[], date] = date.today
    rules: Rules = PLAIN_RULES
    """Thresholds of the metrics' colours."""

    def around(self, citation: Citation) -> Surroundings:
        """What stands around a cited line; nothing does around a reading or a computed date, which stand in no document."""
        beside = citation.document.startswith((JOURNAL, COMPUTED))
        return Surroundings() if beside else surroundings(self.parsed(citation.document), citation)

    def health(self) -> PlanHealth:
        """How the plan's metrics stand today."""
        return assess(self.plan, self.readings(), today=self.today(), rules=self.rules)

    @cached_property
    def index(self) -> Index:
        """Statements of all documents."""
        facts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.plan.facts:
            facts[fact.document].append(fact)
        index = Index()
        for record in self.plan.documents:
            index.add(self.parsed(record.document), facts[record.document])
        return index

    @cached_property
    def citations(self) -> dict[tuple[str, Lines, tuple[str, ...]], Citation]:
        """Citations made so far: a line is cited again and again."""
        return {}

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """Document to the number of its facts by kind."""
        found: dict[str, dict[str, int]] = {record.document: {} for record in self.plan.documents}
        for fact in self.plan.facts:
            held = found.setdefault(fact.document, {})
            held[fact.kind] = held.get(fact.kind, 0) + 1
        return found

    @cached_property
    def titles(self) -> dict[str, str]:
        """Document to its title."""
        return {record.document: record.title for record in self.plan.documents}

    @cached_property
    def findings(self) -> list[Finding]:
        """What does not add up, in all the reader's documents: conflicts stand between them."""
        return audit(self.plan, [self.parsed(record.document) for record in self.plan.documents])

    @cached_property
    def names(self) -> Titles:
        """What the documents are called."""
        return Titles(self.titles)
