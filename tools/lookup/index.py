"""Statements of a reader's plan, ranked against words: coverage of what is asked, weighted by rarity and by place.

Knows words and structure; what a statement means is the business of those who ask.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import PurePosixPath

from copilot.domain.fact import Fact
from copilot.domain.quantity import Period
from copilot.domain.source import ParsedDocument
from retrieval.language.periods import FoundPeriod
from tools.lookup import timing
from tools.lookup.match import OWN_LEVEL, Asked, Hits, Match, Scored
from tools.lookup.statements import HEADER, NEAREST, OUTER, OWN, PARENT, TITLE, Statement, statements_of
from tools.lookup.terms import Term, has_verb_shape, keys_of, likeness, numbered, query_terms, relatives

GENERIC_WEIGHT = 0.04
NUMBER_WEIGHT = 0.2
UNKNOWN_VERB_WEIGHT = 0.1
CURRENT = "=actual"
"""A question for a period's value that also asks for today's gets both columns."""
MOST_WIDENED = 300
RELATED = 0.7
"""Of a word that stands near the one asked for."""
ALIKE = 0.75
MOST_ROOTS = 5000
KEPT_PERIODS = 8
MOST_HELD = 100_000
"""Places of words kept from one lookup to the next."""
Accept = Callable[[Statement], bool]
Extra = Callable[[Statement], tuple[frozenset[str], float]]


@dataclass
class Index:
    """Built once for a view."""

    statements: list[Statement] = field(default_factory=list)
    spans: dict[str, range] = field(default_factory=dict)
    below: dict[int, frozenset[str]] = field(default_factory=dict)
    """Words of a container's lines, by its number; worked out when first asked for."""
    _containers: frozenset[int] | None = None
    _kinds: dict[str, frozenset[int]] = field(default_factory=dict)
    """What each kind of lookup looks at."""
    _alike: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    _postings: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    _frequency: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _by_initial: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _held: dict[Term, Hits] = field(default_factory=dict)
    _held_size: int = 0
    _fits: dict[tuple[Period, ...], dict[int, tuple[int, tuple[int, ...]]]] = field(default_factory=dict)
    _levels: dict[int, tuple[tuple[FoundPeriod, ...], ...]] = field(default_factory=dict)

    def add(self, parsed: ParsedDocument, facts: Iterable[Fact]) -> None:
        """Take a document in."""
        made = statements_of(parsed, facts, len(self.statements))
        self._containers = None
        self._kinds.clear()
        for held in (self._alike, self._held, self._fits):
            held.clear()
        self._held_size = 0
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
        kind: str | None = None,
        extra: Extra | None = None,
        limit: int = 50,
    ) -> list[Match]:
        """Statements that meet the query, best first; with periods, only those that belong to them.

        `kind` names what `accept` accepts, where that depends on the statement alone: it is then worked out once a view.
        `extra` gives words a statement stands for besides its own, and how much they weigh.
        """
        terms = query_terms(query)
        hits = [self._term_hits(term) for term in terms]
        # Words an extra gives may stand in lines that hold none of the query's own.
        met = hits if extra is None and any(not term.generic for term in terms) else ()
        accepted = self._accepted(kind, accept, met)
        if extra is not None:
            hits = self._widened(terms, hits, extra, accepted)
        asked = Asked(terms, tuple(self._weight(term) for term in terms), hits)
        places = self._places(asked, documents, accepted, periods)
        called = numbered(query)
        if called:
            places = {number: place for number, place in places.items() if self._is_called(self.statements[number], called)}
        found = _in_time([self._scored(asked, number, fit, columns) for number, (fit, columns) in places.items()])
        best = nsmallest(4 * limit if terms else limit, found, key=Scored.order)
        for one in best:
            statement = self.statements[one.number]
            # A line that is called by its time has no name that could be asked for.
            one.name_holds(statement.timed_worth or asked.precision(statement.telling))
        return [asked.match(one, self.statements[one.number]) for one in sorted(best, key=Scored.order)[:limit]]

    def _is_called(self, statement: Statement, called: Sequence[tuple[str, str]]) -> bool:
        """Whether nothing it stands in is another of the numbered things asked for: `module 4` where `module 3` is."""
        for one in (statement, *self.above(statement)):
            for name, number in numbered(one.name):
                asked = {wanted for word, wanted in called if likeness(word, name)}
                if asked and number not in asked:
                    return False
        return True

    def _accepted(self, kind: str | None, accept: Accept | None, hits: Sequence[Hits]) -> frozenset[int]:
        """Numbers of the statements a lookup looks at; a table's header is none of them."""
        name = kind if accept is not None else ""
        if name is None:
            told = self._accepted(None, None, ())
            among = told.intersection(set().union(*hits)) if hits else told
            return frozenset(number for number in among if accept is None or accept(self.statements[number]))
        if name not in self._kinds:
            rows = (one for one in self.statements if not one.is_header_row)
            self._kinds[name] = frozenset(one.number for one in rows if accept is None or accept(one))
        return self._kinds[name]

    def _places(
        self, asked: Asked, documents: Sequence[str] | None, accepted: frozenset[int], periods: Sequence[Period]
    ) -> dict[int, tuple[int, tuple[int, ...]]]:
        """Numbers of the statements that may answer, each with how it meets the periods."""
        wanted = set().union(*(self.spans[name] for name in documents)) if documents is not None else None
        telling = [hit for term, hit in zip(asked.terms, asked.hits, strict=True) if not term.generic]
        numbers: Iterable[int] = accepted.intersection(set().union(*telling)) if telling else accepted
        if wanted is not None:
            numbers = wanted.intersection(numbers)
        current = any(CURRENT in term.concepts for term in asked.terms)
        fits = self._fits_of(tuple(periods)) if periods else {}
        places: dict[int, tuple[int, tuple[int, ...]]] = {}
        if not periods:
            return dict.fromkeys(numbers, (timing.NO_FIT, ()))
        for number in numbers:
            statement = self.statements[number]
            if number not in fits:
                fits[number] = self.period_fit(statement, periods)
            fit, columns = fits[number]
            if fit != timing.NO_FIT:
                places[number] = (fit, _with_current(statement, columns) if current and columns else columns)
        return places

    def _fits_of(self, periods: tuple[Period, ...]) -> dict[int, tuple[int, tuple[int, ...]]]:
        """What was worked out for these periods before: a question asks several lookups for the same time."""
        if periods not in self._fits and len(self._fits) >= KEPT_PERIODS:
            self._fits.clear()
        return self._fits.setdefault(periods, {})

    def _widened(self, terms: Sequence[Term], hits: Sequence[Hits], extra: Extra, accepted: frozenset[int]) -> list[Hits]:
        # Of many, only those the words already meet are worth a closer look.
        numbers = accepted if len(accepted) <= MOST_WIDENED else accepted & set().union(*hits) if hits else set()
        met = [term.concepts.union(*(self._keys_like(one) for one in term.roots)) for term in terms]
        more: list[dict[int, float]] = [{} for _ in terms]
        for number in numbers:
            keys, weight = extra(self.statements[number])
            for alike, hit, added in zip(met, hits, more, strict=True):
                if hit.get(number, 0.0) < weight and not alike.isdisjoint(keys):
                    added[number] = weight
        return [{**hit, **added} if added else hit for hit, added in zip(hits, more, strict=True)]

    def _keys_like(self, root: str) -> list[str]:
        return [key for key, alike in self._likes(root) if alike >= ALIKE]

    def period_fit(self, statement: Statement, periods: Sequence[Period]) -> tuple[int, tuple[int, ...]]:
        """How the statement meets the periods, and the places of its cells that do."""
        if not periods:
            return timing.NO_FIT, ()
        columns = timing.matching_columns(periods, statement)
        if columns:
            return timing.OWN_FIT, columns
        if timing.period_columns(statement.block.header) and not statement.is_header_row:
            return timing.NO_FIT, ()
        return timing.fit(periods, self.levels(statement)), ()

    def _scored(self, asked: Asked, number: int, fit: int, columns: tuple[int, ...]) -> Scored:
        """How much of the query a statement carries, before anything is built for it."""
        total, held, own = asked.total, 0.0, 0.0
        for term, weight, hit in zip(asked.terms, asked.weights, asked.hits, strict=True):
            value = hit.get(number, 0.0)
            if not value:
                continue
            # A word of asking counts where it stands and costs nothing where it does not.
            if term.generic:
                total += weight
            held += weight * value
            if value >= OWN_LEVEL:
                own += weight
        total = total or 1.0
        # Where only a time was asked for, what belongs to it is what was asked for.
        only_timed = fit > timing.OVERLAP_FIT and not asked.total
        return Scored(number, 1.0 if only_timed else held / total, own / total, fit, columns, self.statements[number].prose)

    def _term_hits(self, term: Term) -> Hits:
        """Statements that hold a term, and how much it counts there; several lookups of a question ask for the same ones."""
        if term not in self._held:
            while self._held and self._held_size > MOST_HELD:
                self._held_size -= len(self._held.pop(next(iter(self._held))))
            self._held[term] = self._worked_out(term)
            self._held_size += len(self._held[term])
        return self._held[term]

    def _worked_out(self, term: Term) -> Hits:
        best: dict[int, float] = {}
        for concept in term.concepts:
            _take(best, self._postings.get(concept, ()), 1.0)
            for other in relatives().get(concept, ()):
                _take(best, self._postings.get(other, ()), RELATED)
        together = self._root_hits(term.roots[0]) if len(term.roots) == 1 else self._apart(term)
        _take(best, together.items(), 1.0)
        if "-" in term.text and len(term.roots) > 1:
            _take(best, self._root_hits(term.roots[0]).items(), 1.0)
        return best

    def _apart(self, term: Term) -> Hits:
        """A phrase by its words: the share of their weight that a statement holds."""
        told = [part for part in term.parts if not part.generic] or list(term.parts)
        weights = [self._weight(part) for part in told]
        hits = [self._term_hits(part) for part in told]
        total = sum(weights) or 1.0
        return {
            number: sum(weight * hit.get(number, 0.0) for weight, hit in zip(weights, hits, strict=True)) / total
            for number in set().union(*hits)
        }

    def _root_hits(self, root: str) -> Hits:
        best: dict[int, float] = {}
        for key, alike in self._likes(root):
            _take(best, self._postings[key], alike)
        return best

    def _likes(self, root: str) -> list[tuple[str, float]]:
        """Words of the documents that are like one of a query."""
        if root not in self._alike:
            if len(self._alike) >= MOST_ROOTS:
                self._alike.clear()
            found = ((key, likeness(root, key)) for key in self._by_initial.get(root[:1], ()))
            self._alike[root] = [(key, alike) for key, alike in found if alike]
        return self._alike[root]

    def _weight(self, term: Term) -> float:
        if term.generic:
            return GENERIC_WEIGHT
        if term.text.isdigit():
            return NUMBER_WEIGHT
        if all(has_verb_shape(one) for one in term.text.split()) and not self._term_hits(term):
            # A verb that no document uses is a way of asking; a noun that none uses is what is asked for.
            return UNKNOWN_VERB_WEIGHT
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


def _in_time(found: list[Scored]) -> list[Scored]:
    """Without the lines that only overlap the period, where others belong to it and say as much as half of the query."""
    best = max((one.coverage for one in found), default=0.0)
    exact = [one for one in found if one.fit > timing.OVERLAP_FIT]
    return exact if exact and max(one.coverage for one in exact) >= 0.45 * best else found


def _with_current(statement: Statement, columns: tuple[int, ...]) -> tuple[int, ...]:
    header = statement.block.header
    return tuple(sorted({*columns, *(at for at, head in enumerate(header) if at and CURRENT in keys_of(head))}))


def _raised(weights: dict[str, float], keys: Iterable[str], weight: float) -> dict[str, float]:
    return {key: max(weight, weights.get(key, 0.0)) for key in keys}


def _take(best: dict[int, float], found: Iterable[tuple[int, float]], factor: float) -> None:
    for number, weight in found:
        if weight * factor > best.get(number, 0.0):
            best[number] = weight * factor
