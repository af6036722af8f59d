"""Who is who among facts: ids that survive moved lines, and the plan entry a mention belongs to.

A fact's id rests on its document, kind, headings, name and period, and on its place among equals; never on line or value, so that
a moved line keeps its id and a changed target is a change. A metric's entry is one across documents where name and period
agree; names every list has (`Total`, `Impacto`) are one thing only in their own segment.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import combinations

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact, RiskFact, TaskFact
from copilot.domain.quantity import Period
from retrieval.language.analyser import fold
from retrieval.language.periods import parse_period, period_key
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import listed

_BRACKETED = re.compile(r"\(([^()]*)\)")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_MOST_SEATS = 12
"""Places of a name that are compared with one another."""
_WORDS = re.compile(r"[a-z0-9%]+(?:/[a-z0-9]+)?")


def identify(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts in their order, with `id` and `entry_id` set."""
    listed = list(facts)
    columns = _column_names(listed)
    ordinals: dict[tuple[str, ...], int] = defaultdict(int)
    named: list[Fact] = []
    for fact in listed:
        key = _fact_key(fact)
        ordinals[key] += 1
        identity = {"id": _short(*key, str(ordinals[key])), "entry_id": _short(*_entry_key(fact, columns))}
        named.append(fact.model_copy(update=identity))
    return tuple(named)


def fact_name(fact: Fact) -> str:
    """What a person would call the fact."""
    if isinstance(fact, KpiFact | FinanceFact | PhaseFact):
        return fact.name
    if isinstance(fact, RiskFact):
        return fact.risk
    if isinstance(fact, TaskFact):
        return fact.text
    return fact.name or fact.text


def fact_period(fact: Fact) -> str | None:
    """The period as written, for the kinds that have one."""
    return None if isinstance(fact, RiskFact | PhaseFact) else fact.period


def name_key(name: str) -> str:
    """The name in a form that is equal for one metric: without fillers, in order, an acronym for what it stands for."""
    return _name_key(name)


@lru_cache(maxsize=8192)
def is_generic(name: str) -> bool:
    """True for names that say nothing without their heading."""
    said = name.partition(":")[0]
    key = name_key(said)
    return not key or key in _generic() or fold(said).strip(" *") in _generic()


def holds_elsewhere(fact: Fact) -> bool:
    """True under a heading of cases, personas, scenarios: what is stated there holds for one of them."""
    return any(listed("identity", "others").search(fold(heading)) for heading in fact.heading_path)


@lru_cache(maxsize=8192)
def _name_key(name: str) -> str:
    acronyms = [inside for inside in _BRACKETED.findall(name) if _ACRONYM.fullmatch(inside.strip())]
    text = fold(acronyms[0] if acronyms else _BRACKETED.sub(" ", name))
    words = _WORDS.findall(text)
    telling = [word for word in words if word not in _fillers()] or words
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in telling)


def period_part(fact: Fact) -> str:
    """The period in a form that is equal however it is written; empty without one."""
    written = fact_period(fact)
    if written is None:
        return ""
    when: Period | None = None if isinstance(fact, RiskFact | PhaseFact) else fact.when
    when = when or parse_period(written)
    return period_key(when) if when else fold(written)


def _fact_key(fact: Fact) -> tuple[str, ...]:
    headings = "/".join(loose(heading) for heading in fact.heading_path)
    return (fact.document, fact.kind, headings, loose(fact_name(fact)), period_part(fact))


def _entry_key(fact: Fact, columns: set[tuple[str, str]]) -> tuple[str, ...]:
    name, period = name_key(fact_name(fact)), period_part(fact)
    if isinstance(fact, KpiFact):
        if is_generic(fact.name) or (fact.document, name) in columns or holds_elsewhere(fact):
            return (fact.kind, fact.document, name, _place(fact), period)
        return (fact.kind, name, period)
    if isinstance(fact, FinanceFact):
        return (fact.kind, fact.document, name, _place(fact), period, fact.role)
    if isinstance(fact, PhaseFact):
        return (fact.kind, fact.document, loose(fact.name), str(fact.unit), str(fact.start), str(fact.end))
    return (fact.kind, fact.document, loose(fact_name(fact)), period)


def _place(fact: KpiFact | FinanceFact) -> str:
    return "/".join([*(loose(heading) for heading in fact.heading_path), loose(fact.segment or "")])


def _column_names(facts: Sequence[Fact]) -> set[tuple[str, str]]:
    """Names a document gives to several like things, as `Tiempo de respuesta` of each support level."""
    seats: dict[tuple[str, str, str], set[tuple[str, ...]]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, KpiFact):
            path = (*(loose(heading) for heading in fact.heading_path), loose(fact.segment or ""))
            seats[fact.document, name_key(fact.name), period_part(fact)].add(path)
    return {
        (document, name)
        for (document, name, _), paths in seats.items()
        if len(paths) > 1 and any(_are_parallel(one, other) for one, other in combinations(sorted(paths)[:_MOST_SEATS], 2))
    }


def _are_parallel(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Paths that differ at one place: two levels of one process, the same table under two cases.

    Two chapters of a document are not alike for that, unless they are named alike: `Región norte`, `Región sur`.
    """
    if len(one) != len(other):
        return False
    apart = [at for at, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    # The segment mostly repeats the last heading, so the two differ together.
    if len(apart) != 1 and apart != [len(one) - 2, len(one) - 1]:
        return False
    return apart[0] > 1 or one[apart[0]].split(" ")[0] == other[apart[0]].split(" ")[0]


@lru_cache(maxsize=16384)
def loose(text: str) -> str:
    """The words and numbers, without case, accents and marks."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def _short(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


@cache
def _fillers() -> frozenset[str]:
    return frozenset(vocabulary("identity")["fillers"]["list"])


@cache
def _generic() -> frozenset[str]:
    return frozenset(vocabulary("identity")["generic"]["list"])
