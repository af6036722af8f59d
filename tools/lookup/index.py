"""Statements of a reader's plan, ranked against words: coverage of what is asked, weighted by rarity and by place.

Knows words and structure; what a statement means is the business of those who ask.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from copilot.domain.fact import Fact
from copilot.domain.quantity import Period
from copilot.domain.source import ParsedDocument
from retrieval.language.periods import FoundPeriod
from tools.lookup import timing
from tools.lookup.statements import HEADER, NEAREST, OUTER, OWN, PARENT, TITLE, Statement, statements_of
from tools.lookup.terms import (
    Term,
    concepts_in,
    generic_roots,
    keys_of,
    likeness,
    query_terms,
    relatives,
    root,
    split,
    stop_words,
)

GENERIC_WEIGHT = 0.04
NUMBER_WEIGHT = 0.2
CURRENT = "=actual"
"""A question for a period's value that also asks for today's gets both columns."""
MOST_WIDENED = 300
PROSE = 160
PROSE_COSTS = 0.15
"""A long sentence holds many words by chance: a line that says one thing comes before it."""
RELATED = 0.7
"""Of a word that stands near the one asked for."""
OWN_LEVEL = 0.87
"""Above what a context can weigh."""
Accept = Callable[[Statement], bool]
Extra = Callable[[Statement], tuple[frozenset[str], float]]


@dataclass(frozen=True)
class Match:
    """A statement and how it meets a query."""

    statement: Statement
    coverage: float
    """Share of the query's weight that the statement or its context carries, 0..1."""
    own: float
    """Share that the line itself carries, 0..1."""
    precision: float
    """Share of the line's name that the query asks for, 0..1."""
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Words of the query that stand neither in the line nor above it, generic ones left out."""
    period_fit: int = 0
    columns: tuple[int, ...] = ()
    """Places of the row's cells that belong to the period asked for."""

    @property
    def score(self) -> float:
        """One number to order by."""
        prose = PROSE_COSTS if len(self.statement.block.plain) > PROSE else 0.0
        return self.coverage + 0.3 * self.own + 0.2 * self.precision + 0.05 * self.period_fit - prose


@dataclass
class Index:
    """Built once for a view."""

    statements: list[Statement] = field(default_factory=list)
    spans: dict[str, range] = field(default_factory=dict)
    below: dict[int, frozenset[str]] = field(default_factory=dict)
    """Words of a container's lines, by its number; worked out when first asked for."""
    _containers: frozenset[int] | None = None
    _alike: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    _postings: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    _frequency: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _by_initial: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _levels: dict[int, tuple[tuple[FoundPeriod, ...], ...]] = field(default_factory=dict)

    def add(self, parsed: ParsedDocument, facts: Iterable[Fact]) -> None:
        """Take a document in."""
        made = statements_of(parsed, facts, len(self.statements))
        self._containers = None
        self._alike.clear()
        self.spans[parsed.document] = range(len(self.statements), len(self.statements) + len(made))
        self.statements += made
        title = keys_of(f"{parsed.title} {re.sub(r'[_.-]+', ' ', PurePosixPath(parsed.document).stem)}")
        for statement in made:
            own = self._own_keys(statement)
            for key in own:
                self._frequency[key] += 1
            for key, weight in self._weighted(statement, own, title).items():
                if key not in self._postings:
                    self._by_initial[key[:1]].append(key)
                self._postings[key].append((statement.number, weight))

    def of(self, document: str) -> list[Statement]:
        """Statements of a document in order."""
        span = self.spans.get(document, range(0))
        return self.statements[span.start : span.stop]

    def above(self, statement: Statement) -> Iterator[Statement]:
        """What it stands under: items and label, then headings outwards."""
        for number in statement.parents:
            yield self.statements[number]
        if statement.label is not None:
            yield self.statements[statement.label]
        yield from self.headings(statement)

    def headings(self, statement: Statement) -> Iterator[Statement]:
        """Headings above it, nearest first."""
        number = statement.heading
        while number is not None:
            yield self.statements[number]
            number = self.statements[number].heading

    def children(self, container: Statement) -> list[Statement]:
        """Everything under a heading, a label or an item, in order."""
        inside = []
        for statement in self.statements[container.number + 1 : self.spans[container.document].stop]:
            if container.is_container:
                if statement.is_container and statement.block.level <= container.block.level:
                    break
            elif container.number not in statement.parents and statement.label != container.number:
                if statement.is_container or statement.label is None and not statement.parents:
                    break
                continue
            inside.append(statement)
        return inside

    def containers(self) -> frozenset[int]:
        """Numbers of the statements something stands under."""
        if self._containers is None:
            self._containers = frozenset(
                number
                for statement in self.statements
                for number in (*statement.parents[:1], statement.label, statement.heading)
                if number is not None
            )
        return self._containers

    def levels(self, statement: Statement) -> tuple[tuple[FoundPeriod, ...], ...]:
        """Periods of the line and of what it stands under, innermost first; the document's title dates nothing."""
        if statement.number not in self._levels:
            outer = [above for above in self.above(statement) if not (above.is_container and above.block.level == 1)]
            self._levels[statement.number] = (statement.own_periods, *(above.own_periods for above in outer))
        return self._levels[statement.number]

    def rank(
        self,
        query: str,
        *,
        documents: Sequence[str] | None = None,
        periods: Sequence[Period] = (),
        accept: Accept | None = None,
        extra: Extra | None = None,
        limit: int = 50,
    ) -> list[Match]:
        """Statements that meet the query, best first; with periods, only those that belong to them.

        `extra` gives words a statement stands for besides its own, and how much they weigh.
        """
        terms = query_terms(query)
        hits = self._hits(terms)
        if extra is not None:
            self._widen(terms, hits, extra, accept)
        weights = [self._weight(term) for term in terms]
        wanted = set().union(*(self.spans[name] for name in documents)) if documents is not None else None
        telling = any(not term.generic for term in terms)
        current = any(CURRENT in term.concepts for term in terms)
        numbers: Iterable[int] = set().union(*hits) if telling else range(len(self.statements))
        found: list[Match] = []
        for number in numbers:
            statement = self.statements[number]
            if (wanted is not None and number not in wanted) or statement.is_header_row or (accept and not accept(statement)):
                continue
            fit, columns = self.period_fit(statement, periods)
            if columns and current:
                columns = tuple(
                    sorted({*columns, *(at for at, head in enumerate(statement.block.header) if at and CURRENT in keys_of(head))})
                )
            if periods and fit == timing.NO_FIT:
                continue
            found.append(self._match(statement, terms, weights, hits, fit, columns))
        found = _in_time(found)
        found.sort(key=lambda match: (-match.score, match.statement.number))
        if not terms:
            return found[:limit]
        precise = [self._precise(match, terms) for match in found[: 4 * limit]]
        precise.sort(key=lambda match: (-match.score, match.statement.number))
        return precise[:limit]

    def _widen(self, terms: Sequence[Term], hits: Sequence[dict[int, float]], extra: Extra, accept: Accept | None) -> None:
        accepted = {one.number for one in self.statements if accept is None or accept(one)}
        # Of many, only those the words already meet are worth a closer look.
        numbers = accepted if len(accepted) <= MOST_WIDENED else accepted & set().union(*hits) if hits else set()
        for number in numbers:
            keys, weight = extra(self.statements[number])
            for term, hit in zip(terms, hits, strict=True):
                if hit.get(number, 0.0) < weight and (
                    term.concepts & keys or any(likeness(one, key) >= 0.75 for one in term.roots for key in keys)
                ):
                    hit[number] = weight

    def period_fit(self, statement: Statement, periods: Sequence[Period]) -> tuple[int, tuple[int, ...]]:
        """How the statement meets the periods, and the places of its cells that do."""
        if not periods:
            return timing.NO_FIT, ()
        columns = timing.matching_columns(periods, statement)
        if columns:
            return timing.OWN_FIT, columns
        if any(True for _ in timing.period_columns(statement)) and not statement.is_header_row:
            return timing.NO_FIT, ()
        return timing.fit(periods, self.levels(statement)), ()

    def _match(
        self,
        statement: Statement,
        terms: Sequence[Term],
        weights: Sequence[float],
        hits: Sequence[dict[int, float]],
        fit: int,
        columns: tuple[int, ...],
    ) -> Match:
        held = [hit.get(statement.number, 0.0) for hit in hits]
        # A word of asking counts where it stands and costs nothing where it does not.
        counted = (weight for term, weight, value in zip(terms, weights, held, strict=True) if value or not term.generic)
        total = sum(counted) or 1.0
        coverage = sum(weight * value for weight, value in zip(weights, held, strict=True)) / total
        if fit > timing.OVERLAP_FIT and all(term.generic for term in terms):
            # Only a time was asked for, and this belongs to it.
            coverage = 1.0
        own = sum(weight for weight, value in zip(weights, held, strict=True) if value >= OWN_LEVEL) / total
        return Match(
            statement,
            coverage=coverage,
            own=own,
            precision=0.0,
            matched=tuple(term.text for term, value in zip(terms, held, strict=True) if value > TITLE),
            missing=tuple(
                term.text for term, value in zip(terms, held, strict=True) if value <= TITLE * 0.7 and not term.generic
            ),
            period_fit=fit,
            columns=columns,
        )

    def _precise(self, match: Match, terms: Sequence[Term]) -> Match:
        asked = frozenset[str]().union(*(term.concepts for term in terms))
        roots = [root(word) for word in split(match.statement.name)]
        named = {at + step for at, (length, names) in concepts_in(roots).items() if names & asked for step in range(length)}
        telling = [
            (at, one)
            for at, (one, word) in enumerate(zip(roots, split(match.statement.name), strict=True))
            if word not in stop_words() and (at in named or one not in generic_roots())
        ]
        if not telling:
            return match
        hit = sum(
            1 for at, one in telling if at in named or any(likeness(mine, one) > 0.7 for term in terms for mine in term.roots)
        )
        share = hit / len(telling)
        return Match(
            match.statement, match.coverage, match.own, share, match.matched, match.missing, match.period_fit, match.columns
        )

    def _hits(self, terms: Sequence[Term]) -> list[dict[int, float]]:
        return [self._term_hits(term) for term in terms]

    def _term_hits(self, term: Term) -> dict[int, float]:
        best: dict[int, float] = {}
        for concept in term.concepts:
            _take(best, self._postings.get(concept, ()), 1.0)
            for other in relatives().get(concept, ()):
                _take(best, self._postings.get(other, ()), RELATED)
        together = self._root_hits(term.roots[0]) if len(term.roots) == 1 else self._apart(term)
        _take(best, together.items(), 1.0)
        return best

    def _apart(self, term: Term) -> dict[int, float]:
        """A phrase by its words: the share of their weight that a statement holds."""
        told = [part for part in term.parts if not part.generic] or list(term.parts)
        weights = [self._weight(part) for part in told]
        hits = [self._term_hits(part) for part in told]
        total = sum(weights) or 1.0
        return {
            number: sum(weight * hit.get(number, 0.0) for weight, hit in zip(weights, hits, strict=True)) / total
            for number in set().union(*hits)
        }

    def _root_hits(self, root: str) -> dict[int, float]:
        if root not in self._alike:
            found = ((key, likeness(root, key)) for key in self._by_initial.get(root[:1], ()))
            self._alike[root] = [(key, alike) for key, alike in found if alike]
        best: dict[int, float] = {}
        for key, alike in self._alike[root]:
            _take(best, self._postings[key], alike)
        return best

    def _weight(self, term: Term) -> float:
        if term.generic:
            return GENERIC_WEIGHT
        if term.text.isdigit():
            return NUMBER_WEIGHT
        count = len(self.statements) + 1
        frequency = max((self._frequency.get(key, 0) for key in (*term.concepts, *term.roots)), default=0)
        return math.log(1 + count / (frequency + 0.5)) / math.log(1 + count / 0.5)

    @staticmethod
    def _own_keys(statement: Statement) -> frozenset[str]:
        block = statement.block
        return keys_of(" | ".join(block.cells) if block.kind == "row" else block.plain)

    def _weighted(self, statement: Statement, own: frozenset[str], title: frozenset[str]) -> dict[str, float]:
        weights: dict[str, float] = dict.fromkeys(title, TITLE)
        for depth, heading in enumerate(reversed(list(self.headings(statement)))):
            if depth or heading.block.level > 1:
                weights.update(_raised(weights, keys_of(heading.block.plain), OUTER))
        nearest = self.statements[statement.heading] if statement.heading is not None else None
        if nearest is not None and nearest.block.level > 1:
            weights.update(_raised(weights, keys_of(nearest.block.plain), NEAREST))
        if statement.block.kind == "row":
            weights.update(_raised(weights, keys_of(" | ".join(statement.block.header)), HEADER))
        if statement.label is not None:
            weights.update(_raised(weights, keys_of(self.statements[statement.label].block.plain), PARENT))
        elif statement.block.label:
            weights.update(_raised(weights, keys_of(statement.block.label), PARENT))
        for number in statement.parents:
            weights.update(_raised(weights, keys_of(self.statements[number].block.plain), PARENT))
        weights.update(_raised(weights, own, OWN))
        for fact in statement.facts:
            segment = getattr(fact, "segment", None)
            if segment:
                weights.update(_raised(weights, keys_of(segment), PARENT))
        return weights


def _in_time(found: list[Match]) -> list[Match]:
    """Without the lines that only overlap the period, where others belong to it and say as much as half of the query."""
    best = max((match.coverage for match in found), default=0.0)
    exact = [match for match in found if match.period_fit > timing.OVERLAP_FIT]
    return exact if exact and max(match.coverage for match in exact) >= 0.45 * best else found


def _raised(weights: dict[str, float], keys: Iterable[str], weight: float) -> dict[str, float]:
    return {key: max(weight, weights.get(key, 0.0)) for key in keys}


def _take(best: dict[int, float], found: Iterable[tuple[int, float]], factor: float) -> None:
    for number, weight in found:
        if weight * factor > best.get(number, 0.0):
            best[number] = weight * factor
