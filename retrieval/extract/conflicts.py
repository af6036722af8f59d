"""Conflicts: values of one metric and period that cannot all hold.

Compared are values of one role in one unit. A value inside a range, or on the right side of a bound, agrees with it; two bounds
to one side are two targets. A rise and a level, a target and an actual value, two periods are not compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from itertools import combinations

from copilot.domain.fact import Fact, FinanceFact, KpiFact
from copilot.domain.plan import Conflict, ConflictValue
from copilot.domain.quantity import SECONDS
from retrieval.extract.identity import fact_name, fact_period, holds_elsewhere, is_generic, name_key
from retrieval.language.analyser import fold
from retrieval.language.quantities import find_quantities
from retrieval.language.wordlists import listed

_ROUNDING = Decimal("0.005")
"""Values closer than this share of the larger are one value, rounded."""
_COMPARED_ROLES = frozenset(
    [
        "target",
        "actual",
        "benchmark",
        "milestone",
        "deliverable",
        "price",
        "investment",
        "budget",
        "cost",
        "salary",
        "saving",
        "return",
        "npv",
    ]
)
MOST_HEADINGS = 3
"""A total deeper in the document is that of a part."""
MOST_SUMS = 12
"""Totals of one name that are compared with one another."""
SHARED_ITEMS = 2
"""Items two tables have in common where they split one total."""
_PROMISED = frozenset(["target", "milestone", "deliverable"])
"""One thing said in three places: what is to be reached."""


@dataclass(frozen=True)
class _Value:
    """A value in a form that can be compared."""

    fact: Fact
    written: str
    low: Decimal
    high: Decimal
    unit: str
    """Time in seconds under the unit `time`."""
    shape: str
    """`point`, `at least`, `at most`; with `up` or `down` for a change."""
    shown: Decimal
    shown_unit: str


def find_conflicts(facts: Sequence[Fact]) -> tuple[Conflict, ...]:
    """Every conflict among facts that share an entry, then those between returns stated for one amount."""
    groups: dict[tuple[str, str], list[_Value]] = defaultdict(list)
    for fact in facts:
        for aspect, value in _values(fact):
            groups[fact.entry_id, aspect].append(value)
    found = [conflict for (entry, aspect), values in groups.items() if (conflict := _conflict(entry, aspect, values))]
    for key, values in {**_returns(facts), **_totals(facts)}.items():
        conflict = _conflict("/".join(map(str, key)), key[-1], values)
        if conflict is not None:
            found.append(conflict)
    return tuple(found)


def _values(fact: Fact) -> Iterator[tuple[str, _Value]]:
    if isinstance(fact, KpiFact | FinanceFact) and is_generic(fact.name):
        return
    if isinstance(fact, KpiFact):
        if fact.role in _COMPARED_ROLES and not _is_change_of_time(fact):
            aspect = "target" if fact.role in _PROMISED else fact.role
            yield aspect, _kpi_value(fact, fact.value, fact.value_high, fact.unit, fact.comparator, fact.raw)
        if fact.baseline:
            # Zero is where something new starts from, not a reading that another could contradict.
            unit = fact.baseline_unit or fact.unit
            yield "actual", _kpi_value(fact, fact.baseline, None, unit, "=", f"{fact.baseline.normalize():f} {unit}")
    elif isinstance(fact, FinanceFact) and fact.amount_low is not None and fact.currency and fact.role in _COMPARED_ROLES:
        unit = f"{fact.currency}/{fact.per}" if fact.per else fact.currency
        yield fact.role, _kpi_value(fact, fact.amount_low, fact.amount_high, unit, fact.comparator, fact.raw)


def _is_change_of_time(fact: KpiFact) -> bool:
    """A growth has a value for every stretch it is measured over; without one it compares with nothing."""
    return fact.comparator in ("delta_up", "delta_down") and fact.period is None


def _kpi_value(fact: Fact, low: Decimal, high: Decimal | None, unit: str, comparator: str, written: str) -> _Value:
    head, _, rate = unit.partition("/")
    factor = SECONDS[head] if head in SECONDS and not rate else Decimal(1)
    # `4.2x` and `5:1` are two ways to write one ratio.
    kind = "time" if factor != 1 or head == "seconds" else "ratio" if unit == "x" else unit
    if comparator in (">", ">="):
        shape = "at least"
    elif comparator in ("<", "<="):
        shape = "at most"
    else:
        shape = comparator if comparator.startswith("delta") else "point"
    top = low if high is None else high
    return _Value(fact, written, min(low, top) * factor, max(low, top) * factor, kind, shape, low, unit)


def _returns(facts: Sequence[Fact]) -> dict[tuple[str, ...], list[_Value]]:
    """ROI and payback stated for one named amount of one document."""
    stated: dict[tuple[str, ...], list[_Value]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact, FinanceFact) or fact.amount_low is None:
            continue
        for aspect, written in (("roi", fact.roi_value), ("payback", fact.payback)):
            found = find_quantities(written) if written else []
            if written and len(found) == 1:
                one = found[0].quantity
                key = (
                    fact.document,
                    name_key(fact.name),
                    str(fact.amount_low),
                    str(fact.amount_high),
                    str(fact.per),
                    str(fact.period),
                    aspect,
                )
                stated[key].append(_kpi_value(fact, one.value, one.high, one.unit, one.comparator, written))
    return stated


def _totals(facts: Sequence[Fact]) -> dict[tuple[str, ...], list[_Value]]:
    """A plan's total as sections of one document state it: by a label that says so, or as the sum of tables of like items."""
    stated: dict[tuple[str, ...], list[_Value]] = defaultdict(list)
    items: dict[tuple[str, ...], set[str]] = defaultdict(set)
    sums: dict[tuple[str, ...], list[FinanceFact]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact, FinanceFact) or fact.amount_low is None or fact.period or fact.per or holds_elsewhere(fact):
            continue
        label = fold(fact.name.partition(":")[0]).strip(" *")
        if fact.in_table and "total" in fold(fact.name):
            sums[fact.document, name_key(fact.name), fact.role, str(fact.currency)].append(fact)
        elif fact.in_table:
            items[fact.document, *fact.heading_path].add(name_key(fact.name))
        elif listed("identity", "totals").fullmatch(label) and len(fact.heading_path) < MOST_HEADINGS:
            stated[fact.document, label, str(fact.currency), "total"].append(_amount(fact))
    for (document, *_), found in sums.items():
        for one, other in combinations(found[:MOST_SUMS], 2):
            shared = items[document, *one.heading_path] & items[document, *other.heading_path]
            if len(shared) >= SHARED_ITEMS and not _named_alike(one, other):
                stated[document, str(one.lines[0]), str(other.lines[0]), "total"] = [_amount(one), _amount(other)]
    return stated


def _amount(fact: FinanceFact) -> _Value:
    assert fact.amount_low is not None, "a total has an amount"
    return _kpi_value(fact, fact.amount_low, fact.amount_high, str(fact.currency), fact.comparator, fact.raw)


def _named_alike(one: Fact, other: Fact) -> bool:
    """Headings that begin with one word count things of one sort: `Región norte`, `Región sur`."""
    heads = [[fold(heading).split()[:1] for heading in fact.heading_path] for fact in (one, other)]
    return len(heads[0]) == len(heads[1]) and heads[0] == heads[1]


def _conflict(entry: str, aspect: str, values: Sequence[_Value]) -> Conflict | None:
    """A conflict of the values that disagree with some other; each value once a document."""
    against = [one for one in values if any(_disagree(one, other) for other in values)]
    if not against:
        return None
    told: dict[tuple[str, Decimal, Decimal, str], _Value] = {}
    for one in against:
        told.setdefault((one.fact.document, one.low, one.high, one.shape), one)
    first = against[0].fact
    name = (
        f"{fact_name(first)} (ROI)"
        if aspect == "roi"
        else f"{fact_name(first)} (payback)"
        if aspect == "payback"
        else fact_name(first)
    )
    marks = [entry, aspect, *(f"{one.fact.document}:{one.low}:{one.high}" for one in told.values())]
    return Conflict(
        id=blake2b("\x1f".join(marks).encode(), digest_size=8).hexdigest(),
        name=name,
        period=fact_period(first),
        values=tuple(
            ConflictValue(value=one.written, amount=one.shown, unit=one.shown_unit, citation=one.fact.citation())
            for one in told.values()
        ),
    )


def _disagree(one: _Value, other: _Value) -> bool:
    if one is other or one.unit != other.unit or _same_section(one.fact, other.fact):
        return False
    if one.shape.startswith("delta") or other.shape.startswith("delta"):
        return one.shape == other.shape and _apart(one, other)
    if one.shape == other.shape:
        return _apart(one, other) if one.shape == "point" else not _close(one.low, other.low)
    if one.shape == "point":
        return _outside(one, other)
    if other.shape == "point":
        return _outside(other, one)
    least, most = (one, other) if one.shape == "at least" else (other, one)
    return least.low > most.high and not _close(least.low, most.high)


def _outside(point: _Value, bound: _Value) -> bool:
    """The whole of the value lies on the wrong side of the bound."""
    if bound.shape == "at least":
        return point.high < bound.low and not _close(point.high, bound.low)
    return point.low > bound.high and not _close(point.low, bound.high)


def _apart(one: _Value, other: _Value) -> bool:
    """Two values, or ranges that do not touch."""
    if one.low <= other.high and other.low <= one.high:
        return False
    return not (_close(one.high, other.low) or _close(other.high, one.low))


def _close(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) <= _ROUNDING * max(abs(a), abs(b))


def _same_section(one: Fact, other: Fact) -> bool:
    """Under one heading two values of a name mean two things by it."""
    return one.document == other.document and one.heading_path == other.heading_path
