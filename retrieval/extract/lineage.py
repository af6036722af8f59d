"""Keeps who a fact is from one version of a document to the next, when it moves, its headings change, or the file is renamed.

What people say of a fact (its state, its readings, a correction) hangs on its id, and the id rests on where the fact stood when
it was first seen. So facts of a new version are matched with those of the version before: first where all of their place is the
same, then by what they say. Pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import blake2b

from rapidfuzz import fuzz

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact, TaskFact, TextFact
from retrieval.extract.identity import fact_name, is_generic, loose, period_part
from retrieval.language.identity import metric_id, series_of

REWORDED = 85
"""Likeness, 0 to 100, from which a task with other words under the same heading is the same one."""
MOST_COMPARED = 4_000
"""Pairs of reworded facts that are compared with one another."""
_NUMBER = re.compile(r"\d+")

Key = tuple[object, ...]
KeyOf = Callable[[int], Key | None]


def inherit(before: Sequence[Fact], after: Sequence[Fact], *, taken: AbstractSet[str] = frozenset()) -> tuple[Fact, ...]:
    """The facts of the new version with the ids of those they were before.

    Args:
        before: facts of the version that is replaced, with ids; of another document where the file was renamed.
        after: facts of the new version, identified by themselves.
        taken: ids, of facts and of metrics, that a document which had this one's name took along.
    """
    if not before and not taken:
        return tuple(after)
    pairs = _Matching(before, after).pairs()
    kept = {new: before[old].id for new, old in pairs.items()}
    used = {*kept.values(), *taken}
    named: list[Fact] = []
    for number, fact in enumerate(after):
        identity = kept.get(number) or _free(fact.id, used)
        used.add(identity)
        named.append(fact if identity == fact.id else fact.model_copy(update={"id": identity}))
    return _with_series(before, named, pairs, set(taken))


def likeness(before: Sequence[Fact], after: Sequence[Fact]) -> float:
    """Share of facts two documents have in common, 0..1, of the one that has more."""
    one, other = (Counter((fact.kind, loose(fact_name(fact))) for fact in facts) for facts in (before, after))
    return (one & other).total() / max(one.total(), other.total(), 1)


class _Matching:
    """Pairs facts of two versions, the surest first; each is paired once."""

    def __init__(self, before: Sequence[Fact], after: Sequence[Fact]) -> None:
        self._old = _Side(before)
        self._new = _Side(after)
        self._pairs: dict[int, int] = {}
        self._headings: set[tuple[Key, Key]] = set()
        """Heading paths, before and after, that at least one fact went along with."""

    def pairs(self) -> dict[int, int]:
        """Place of a fact in the new version to its place in the one before."""
        for parts in ("hnpdvlr", "hnpdvl", "hnpdvr", "hnpdv", "hnpd", "hnp"):
            self._match(parts, self._in_order)
        for parts in ("tnpdv", "npdv", "npv", "tnpd"):
            self._match(parts, self._by_headings)
        self._match("np", self._by_headings, among=self._is_telling)
        self._match("npd", self._the_only_one)
        self._match("n", self._by_headings, among=self._is_telling)
        self._reworded()
        self._match("np", partial(self._by_headings, is_known=True))
        return self._pairs

    def _match(
        self,
        parts: str,
        choose: Callable[[list[int], list[int]], Iterable[tuple[int, int]]],
        among: Callable[[Fact], bool] | None = None,
    ) -> None:
        taken = set(self._pairs.values())
        groups: dict[Key, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, place, done in ((self._old, 0, taken), (self._new, 1, set(self._pairs))):
            for number, fact in enumerate(side.facts):
                if number not in done and (among is None or among(fact)):
                    groups[side.key(number, parts)][place].append(number)
        for old, new in groups.values():
            if old and new:
                for one, other in choose(old, new):
                    self._pair(one, other)

    def _pair(self, old: int, new: int) -> None:
        self._pairs[new] = old
        self._headings.add((self._old.headings[old], self._new.headings[new]))

    @staticmethod
    def _in_order(old: list[int], new: list[int]) -> Iterable[tuple[int, int]]:
        return zip(old, new, strict=False)

    def _by_headings(self, old: list[int], new: list[int], *, is_known: bool = False) -> list[tuple[int, int]]:
        """The nearest headings first; with `is_known` only along headings that another fact went along with."""
        if len(old) * len(new) > MOST_COMPARED:
            return [] if is_known else list(self._in_order(old, new))
        ranked = sorted(((self._nearness(one, other), -one, -other) for one in old for other in new), reverse=True)
        found: dict[int, int] = {}
        used: set[int] = set()
        for (known, _), one, other in ranked:
            if (known or not is_known) and -one not in used and -other not in found:
                found[-other] = -one
                used.add(-one)
        return [(one, other) for other, one in found.items()]

    def _the_only_one(self, old: list[int], new: list[int]) -> list[tuple[int, int]]:
        """What stands once in either version, under a name that says something by itself."""
        one, other = old[0], new[0]
        alone = self._old.counts[self._old.key(one, "np")] == 1 == self._new.counts[self._new.key(other, "np")]
        return [(one, other)] if alone and not is_generic(fact_name(self._new.facts[other])) else []

    def _nearness(self, old: int, new: int) -> tuple[bool, int]:
        mine, theirs = self._old.headings[old], self._new.headings[new]
        return (mine, theirs) in self._headings, len(set(mine) & set(theirs))

    @staticmethod
    def _is_telling(fact: Fact) -> bool:
        """Whether its words alone say which fact it is; figures of one name stand under many headings."""
        return not isinstance(fact, KpiFact | FinanceFact | PhaseFact) and len(loose(fact_name(fact)).split()) > 1

    def _reworded(self) -> None:
        """Tasks and statements in nearly the same words, under the same heading or one that may be its new name."""
        taken = set(self._pairs.values())
        old = [at for at, fact in enumerate(self._old.facts) if at not in taken and self._is_telling(fact)]
        new = [at for at, fact in enumerate(self._new.facts) if at not in self._pairs and self._is_telling(fact)]
        if len(old) * len(new) > MOST_COMPARED:
            return
        ranked = sorted(((self._alike(one, other), -one, -other) for one in old for other in new), reverse=True)
        for score, one, other in ranked:
            if score >= REWORDED and -one not in taken and -other not in self._pairs:
                taken.add(-one)
                self._pair(-one, -other)

    def _alike(self, old: int, new: int) -> float:
        one, other = self._old.facts[old], self._new.facts[new]
        places = self._old.headings[old], self._new.headings[new]
        renamed = places[0] not in self._new.known and places[1] not in self._old.known
        if one.kind != other.kind or not (places[0] == places[1] or places in self._headings or renamed):
            return 0.0
        mine, theirs = self._old.names[old], self._new.names[new]
        return 0.0 if _NUMBER.findall(mine) != _NUMBER.findall(theirs) else fuzz.ratio(mine, theirs)


class _Side:
    """The facts of one version with what they are compared by."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.names = [loose(fact_name(fact)) for fact in facts]
        self.headings: list[Key] = [tuple(loose(heading) for heading in fact.heading_path) for fact in facts]
        self.known = set(self.headings)
        """All heading paths that hold facts."""
        self._periods = [period_part(fact) for fact in facts]
        self.counts = Counter(self.key(number, "np") for number in range(len(facts)))

    def key(self, number: int, parts: str) -> Key:
        """What is compared: h headings, t the last of them, n name, p period, d detail, v value, l and r the names beside it."""
        fact = self.facts[number]
        made: list[object] = [fact.kind]
        for part in parts:
            if part == "h":
                made.append(self.headings[number])
            elif part == "t":
                made.append(self.headings[number][-1:])
            elif part == "n":
                made.append(self.names[number])
            elif part == "p":
                made.append(self._periods[number])
            elif part == "d":
                made.append(_detail(fact))
            elif part == "v":
                made.append(fact.raw)
            else:
                made.append(self._beside(number, -1 if part == "l" else 1))
        return tuple(made)

    def _beside(self, number: int, step: int) -> str:
        at = number + step
        return self.names[at] if 0 <= at < len(self.names) else ""


def _detail(fact: Fact) -> Key:
    """What tells facts of one name at one place apart, besides their value."""
    if isinstance(fact, KpiFact):
        return (fact.role, fact.unit)
    if isinstance(fact, FinanceFact):
        return (fact.role, fact.currency)
    if isinstance(fact, TaskFact):
        return (loose(fact.label or ""), loose(fact.parent or ""))
    if isinstance(fact, TextFact):
        return (loose(fact.label or ""),)
    return ()


def _free(identity: str, used: set[str]) -> str:
    number = 2
    made = identity
    while made in used:
        made = blake2b(f"{identity}\x1f{number}".encode(), digest_size=8).hexdigest()
        number += 1
    return made


def _with_series(before: Sequence[Fact], after: list[Fact], pairs: dict[int, int], taken: set[str]) -> tuple[Fact, ...]:
    """Mentions of a metric keep its series, so that readings stay with it under another name or heading."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, fact in enumerate(after):
        if isinstance(fact, KpiFact):
            groups[metric_id(fact.document, fact.name, fact.segment)].append(number)
    votes: list[tuple[int, str, str]] = []
    for computed, numbers in groups.items():
        were = (before[pairs[number]] for number in numbers if number in pairs)
        counted = Counter(series_of(fact) for fact in were if isinstance(fact, KpiFact))
        votes += [(count, computed, series) for series, count in counted.items()]
    chosen: dict[str, str] = {}
    # A sort by count alone: among equals the first in the document keeps its series.
    for _, computed, series in sorted(votes, key=lambda vote: -vote[0]):
        if computed not in chosen and series not in taken:
            chosen[computed] = series
            taken.add(series)
    for computed in groups:
        if computed not in chosen:
            chosen[computed] = _free(computed, taken)
            taken.add(chosen[computed])
    for computed, numbers in groups.items():
        kept = None if chosen[computed] == computed else chosen[computed]
        for number in numbers:
            after[number] = after[number].model_copy(update={"series": kept})
    return tuple(after)
