"""How well a statement meets a query: what it carries of the words asked for, and the match made of it.

Knows terms and statements; knows not where words stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.lookup.statements import TITLE, NameWord, Statement
from tools.lookup.terms import Term, likeness

PROSE_COSTS = 0.15
"""A long sentence holds many words by chance: a line that says one thing comes before it."""
OWN_LEVEL = 0.87
"""Above what a context can weigh."""
SAME_WORD = 0.7
Hits = dict[int, float]
"""Statement number to how much a term counts there."""


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
        prose = PROSE_COSTS if self.statement.prose else 0.0
        return self.coverage + 0.3 * self.own + 0.2 * self.precision + 0.05 * self.period_fit - prose


class Scored:
    """A statement's worth while many are compared; its name is looked at only when it may be among the best."""

    __slots__ = ("columns", "coverage", "fit", "number", "own", "precision", "score")

    def __init__(self, number: int, coverage: float, own: float, fit: int, columns: tuple[int, ...], prose: bool) -> None:
        self.number, self.coverage, self.own, self.fit, self.columns = number, coverage, own, fit, columns
        self.precision = 0.0
        self.score = coverage + 0.3 * own + 0.05 * fit - (PROSE_COSTS if prose else 0.0)

    def order(self) -> tuple[float, int]:
        """Best first, then in order of the documents."""
        return -self.score, self.number

    def name_holds(self, precision: float) -> None:
        """Add the share of its name that is asked for."""
        self.precision = precision
        self.score += 0.2 * precision


class Asked:
    """A query's terms, what they weigh, where they stand."""

    def __init__(self, terms: Sequence[Term], weights: Sequence[float], hits: Sequence[Hits]) -> None:
        self.terms, self.weights, self.hits = terms, weights, hits
        self.total = sum(weight for term, weight in zip(terms, weights, strict=True) if not term.generic)
        self._concepts = frozenset[str]().union(*(term.concepts for term in terms))
        self._roots = {one for term in terms for one in term.roots}
        self._alike: dict[str, bool] = {}

    def precision(self, telling: Sequence[NameWord]) -> float:
        """Share of a name's telling words that are asked for."""
        counted = hit = 0
        for word in telling:
            named = not self._concepts.isdisjoint(word.concepts)
            if named or not word.generic:
                counted += 1
                hit += named or self._names(word.root)
        return hit / counted if counted else 0.0

    def match(self, one: Scored, statement: Statement) -> Match:
        """The statement with the words it holds and those it lacks."""
        held = [hit.get(one.number, 0.0) for hit in self.hits]
        return Match(
            statement,
            coverage=one.coverage,
            own=one.own,
            precision=one.precision,
            matched=tuple(term.text for term, value in zip(self.terms, held, strict=True) if value > TITLE),
            missing=tuple(
                term.text for term, value in zip(self.terms, held, strict=True) if value <= TITLE * 0.7 and not term.generic
            ),
            period_fit=one.fit,
            columns=one.columns,
        )

    def _names(self, root: str) -> bool:
        if root not in self._alike:
            self._alike[root] = any(likeness(mine, root) > SAME_WORD for mine in self._roots)
        return self._alike[root]
