"""Rules about one thing stated twice: two targets, two present values, two returns, bounds that differ by their sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from copilot.audit.deals import Deal, deals
from copilot.audit.numbers import Number, off_by
from copilot.audit.percents import same_thing
from copilot.audit.remark import Remark, at, shown
from copilot.audit.sheet import Case, Sheet, is_exactly, says
from copilot.domain.fact import Fact, FinanceFact, KpiFact
from copilot.domain.plan import Conflict, ConflictValue
from copilot.domain.quantity import SECONDS, Period
from retrieval.extract.identity import holds_elsewhere, is_generic, name_key
from retrieval.language.analyser import fold, stem
from retrieval.language.periods import parse_period

MOST_VALUES = 6
TWICE = Decimal(2)
QUARTER = Decimal("1.25")
_BOUND_UNITS = frozenset({"ms", "seconds", "minutes", "hours", "days", "weeks", "months"})


def target_conflict(case: Case) -> Iterator[Remark]:
    """Two targets for one metric and period, in one document or across documents."""
    for conflict in case.plan.conflicts:
        if not _is_baseline(case, conflict):
            yield from _told(case, conflict)


def baseline_conflict(case: Case) -> Iterator[Remark]:
    """Two present values for one metric."""
    for conflict in case.plan.conflicts:
        if _is_baseline(case, conflict):
            yield from _told(case, conflict)


def target_conflict_across(case: Case) -> Iterator[Remark]:
    """A metric every company has one of, for one year or month of the plan, with one value here and another there."""
    known = {(value.citation.document, value.citation.lines) for found in case.plan.conflicts for value in found.values}
    grouped: dict[tuple[str, str, int], list[KpiFact]] = defaultdict(list)
    for fact in case.plan.facts:
        if isinstance(fact, KpiFact) and fact.role == "target" and fact.document in case.by_name and not holds_elsewhere(fact):
            key, months = _company_key(fact), _months(fact) if _is_a_year(fact) else None
            if (
                key
                and months is not None
                and not fact.comparator.startswith("delta")
                and (fact.document, fact.lines) not in known
            ):
                grouped[key, fact.unit, months].append(fact)
    for facts in grouped.values():
        one_each = list({fact.document: fact for fact in reversed(facts)}.values())[::-1]
        if len(one_each) < 2 or len(facts) > 2 * len(one_each):
            continue
        values = [fact.value for fact in one_each]
        if min(values) <= 0 or max(values) < min(values) * QUARTER:
            continue
        yield Remark(
            places=tuple((case.by_name[fact.document], fact.lines[0]) for fact in one_each[:MOST_VALUES]),
            severity="medium",
            confidence="likely",
            claim="; ".join(f"{fact.name} ({fact.period}): {fact.raw}" for fact in one_each),
            problem=f"{len(one_each)} documents, {len(set(values))} values for one metric and period",
            expected="one value, or the names of two things",
        )


def target_conflict_of_returns(sheet: Sheet) -> Iterator[Remark]:
    """One investment of one amount has one ROI and one payback, whichever table names it."""
    known = [deal for deal in deals(sheet) if deal.cost is not None and (deal.roi is not None or deal.payback is not None)]
    for one, other in combinations(known, 2):
        if one.place == other.place or one.cost is None or other.cost is None:
            continue
        same_amount = (one.cost.value, one.cost.high, one.cost.unit) == (other.cost.value, other.cost.high, other.cost.unit)
        if not same_amount or not (same_thing(one.name, other.name) or _are_totals(one, other)):
            continue
        apart = _differences(one, other)
        if not apart:
            continue
        yield Remark(
            places=at(sheet, *one.lines, *other.lines),
            severity="high",
            confidence="certain" if not _are_totals(one, other) or one.is_total == other.is_total else "likely",
            claim=f"{one.name} / {other.name} ({one.cost.raw}): {'; '.join(apart)}",
            problem="one amount for one thing with two returns",
            expected="one of the two, or the names of two things",
        )


def total_conflict_of_savings(sheet: Sheet) -> Iterator[Remark]:
    """Tables that break savings down by the same things save the same."""
    saved = [
        (table, [(row, found) for row in table.rows if (found := row.number_of("saving")) is not None]) for table in sheet.tables
    ]
    for (_, mine), (_, theirs) in combinations([pair for pair in saved if len(pair[1]) > 2], 2):
        pairs = [(row, a, other, b) for row, a in mine for other, b in theirs if same_thing(row.name, other.name)]
        if len([row for row, *_ in pairs if not is_exactly("total", row.name)]) < 2:
            continue
        apart = [(row, a, other, b) for row, a, other, b in pairs if _is_apart(a, b)]
        if not apart:
            continue
        yield Remark(
            places=at(sheet, *(line for row, _, other, _ in apart[:MOST_VALUES] for line in (row.line, other.line))),
            severity="high",
            confidence="certain",
            claim="; ".join(f"{row.name}: {a.raw} / {b.raw}" for row, a, _, b in apart),
            problem="two tables break one saving down by the same things and differ",
            expected="one of the two",
        )


def target_conflict_of_bound(sheet: Sheet) -> Iterator[Remark]:
    """A bound in one section and a value far on its good side in another are two targets."""
    grouped: dict[str, list[KpiFact]] = defaultdict(list)
    for fact in sheet.facts:
        if isinstance(fact, KpiFact) and fact.role == "target" and fact.period is None and fact.unit in _BOUND_UNITS:
            if fact.comparator in ("=", "<", "<=") and not is_generic(fact.name) and not holds_elsewhere(fact):
                grouped[f"{fact.entry_id}:{fact.unit}"].append(fact)
    for facts in grouped.values():
        for one, other in combinations(facts, 2):
            if (
                one.heading_path == other.heading_path
                or {one.comparator, other.comparator} <= {"="}
                or not one.value
                or not other.value
            ):
                continue
            low, high = sorted((one.value, other.value))
            bound = one if one.value == high else other
            if high >= TWICE * low and bound.comparator != "=":
                yield Remark(
                    places=at(sheet, one.lines[0], other.lines[0]),
                    severity="medium",
                    confidence="likely",
                    claim=f"{one.name}: {one.raw}; {other.name}: {other.raw}",
                    problem="two targets for one metric, the one at least twice the other",
                    expected="one of the two",
                )
                break


def target_conflict_with_overall(sheet: Sheet) -> Iterator[Remark]:
    """What is to be reached in all is not less than what is to be reached on the way."""
    changes = [fact for fact in sheet.facts if isinstance(fact, KpiFact) and fact.comparator in ("delta_up", "delta_down")]
    changes = [fact for fact in changes if fact.role == "target" and fact.unit == "%" and not holds_elsewhere(fact)]
    overall = [fact for fact in changes if _months(fact) is None and fact.period is None]
    dated = [fact for fact in changes if _months(fact) is not None]
    for fact in overall:
        for step in dated:
            if fact.comparator != step.comparator or _stems(fact.name) != _stems(step.name) or not _is_telling(fact):
                continue
            if step.value > fact.value and off_by(step.value, fact.value) > Decimal("0.1"):
                yield Remark(
                    places=at(sheet, step.lines[0], fact.lines[0]),
                    severity="high",
                    confidence="certain",
                    claim=f"{step.name} ({step.period}): {step.raw}; {fact.name}: {fact.raw}",
                    problem="the change in all is smaller than the one for a stretch on the way",
                    expected=f"at least {shown(step.value, '%')} in all",
                )


def target_conflict_falling(sheet: Sheet) -> Iterator[Remark]:
    """A count that is to be reached later is not below the one for an earlier month."""
    counts = [
        fact
        for fact in sheet.facts
        if isinstance(fact, KpiFact)
        and fact.unit == "count"
        and fact.role == "target"
        and fact.comparator in ("=", ">=")
        and not fact.in_table
    ]
    grouped: dict[tuple[str, ...], list[tuple[int, KpiFact]]] = defaultdict(list)
    for fact in counts:
        months = _months(fact)
        label, _, counted = fact.name.partition(":")
        if months is not None and counted and not holds_elsewhere(fact):
            grouped[(_key(label), *_stems(counted))].append((months, fact))
    for found in grouped.values():
        found.sort(key=lambda pair: pair[0])
        for (early, before), (late, after) in combinations(found, 2):
            if early < late and after.value < before.value and before.document == after.document:
                yield Remark(
                    places=at(sheet, before.lines[0], after.lines[0]),
                    severity="medium",
                    confidence="likely",
                    claim=f"{before.name} ({before.period}): {before.raw}; {after.name} ({after.period}): {after.raw}",
                    problem="the later target is lower",
                    expected=f"at least {before.raw}, or another name",
                )


def definition_of_bound(sheet: Sheet) -> Iterator[Remark]:
    """One bound of one metric is either included or not."""
    grouped: dict[tuple[str, str, Decimal], list[KpiFact]] = defaultdict(list)
    for fact in sheet.facts:
        if isinstance(fact, KpiFact) and fact.role == "target" and not is_generic(fact.name) and not holds_elsewhere(fact):
            grouped[name_key(fact.name), fact.unit, fact.value].append(fact)
    for facts in grouped.values():
        first = facts[0]
        other = next((fact for fact in facts if _differs(first, fact)), None)
        if other is None or _period(first) != _period(other) or any(says("averaged", fact.quote) for fact in (first, other)):
            continue
        yield Remark(
            places=at(sheet, first.lines[0], other.lines[0]),
            severity="low",
            confidence="certain",
            claim=f"{first.name}: {first.raw}; {other.name}: {other.raw}",
            problem="one bound, once with its value and once without"
            if other.comparator != "="
            else "a bound here, the value itself there",
            expected="one of the two",
        )


def _differs(one: KpiFact, other: KpiFact) -> bool:
    if one.comparator == other.comparator or one.heading_path == other.heading_path or one.value_high or other.value_high:
        return False
    pair = {one.comparator, other.comparator}
    strict = pair & {"<", ">"}
    return bool(strict) and (pair <= {">", ">="} or pair <= {"<", "<="} or "=" in pair)


def _told(case: Case, conflict: Conflict) -> Iterator[Remark]:
    values = [value for value in conflict.values if value.citation.document in case.by_name and not _is_elsewhere(value)]
    documents = {value.citation.document for value in values}
    if len(documents) > 1 and not is_exactly("company", name_key(conflict.name)):
        # What else two documents call alike need not be one thing.
        return
    if len(documents) > 1 and conflict.period is None:
        values = _one_a_document(values)
        documents = {value.citation.document for value in values}
        if not _is_far_apart(values, QUARTER):
            return
    values = values[:MOST_VALUES]
    if len({(value.amount, value.unit) for value in values}) < 2:
        return
    if len(values) < 2 or _is_path(values):
        return
    within = len(documents) == 1
    period = f" ({conflict.period})" if conflict.period else ""
    yield Remark(
        places=tuple((case.by_name[value.citation.document], value.citation.lines[0]) for value in values),
        severity="high" if within else "medium",
        confidence="certain" if within else "likely",
        claim=f"{conflict.name}{period}: {', '.join(value.value for value in values)}",
        problem=f"{len(values)} values that cannot all hold" if within else f"{len(documents)} documents state different values",
        expected="one value, or the names of two things",
    )


def _is_path(values: Sequence[ConflictValue]) -> bool:
    """Whether the values stand in the cells of one row: a path over time is no conflict."""
    places = {(value.citation.document, value.citation.lines) for value in values}
    return len(places) < 2


def _is_elsewhere(value: ConflictValue) -> bool:
    return any(says("elsewhere", heading) for heading in value.citation.heading_path[1:])


def _one_a_document(values: Sequence[ConflictValue]) -> list[ConflictValue]:
    """Values of the documents that state one: of several without a date, each has a time of its own."""
    stated: dict[str, set[Decimal]] = defaultdict(set)
    for value in values:
        stated[value.citation.document].add(value.amount)
    return [value for value in values if len(stated[value.citation.document]) == 1]


def _is_far_apart(values: Sequence[ConflictValue], times: Decimal) -> bool:
    amounts = [value.amount for value in values if value.amount > 0]
    return len(amounts) > 1 and max(amounts) >= times * min(amounts)


def _is_baseline(case: Case, conflict: Conflict) -> bool:
    """Whether the values are present ones: actual, or the former value beside a target."""
    return all(any(_states_present(fact, value) for fact in _facts_at(case, value)) for value in conflict.values)


def _facts_at(case: Case, value: ConflictValue) -> list[Fact]:
    sheet = case.by_name.get(value.citation.document)
    return [] if sheet is None else [fact for fact in sheet.facts if fact.lines == value.citation.lines]


def _states_present(fact: Fact, value: ConflictValue) -> bool:
    if not isinstance(fact, KpiFact):
        return False
    return fact.baseline == value.amount or (fact.role == "actual" and fact.value == value.amount)


def _are_totals(one: Deal, other: Deal) -> bool:
    """A total row and the list that repeats it, or two total rows."""
    return (one.is_total or other.is_total) and all(deal.is_total or len(deal.lines) > 1 for deal in (one, other))


def _differences(one: Deal, other: Deal) -> list[str]:
    apart = []
    pairs = (("ROI", one.roi, other.roi), ("payback", one.payback, other.payback), ("return", one.gain, other.gain))
    for name, mine, theirs in pairs:
        if mine is None or theirs is None or mine.unit != theirs.unit or mine.is_range or theirs.is_range:
            continue
        if off_by(mine.value, theirs.value) > Decimal("0.02"):
            apart.append(f"{name} {mine.raw} / {theirs.raw}")
    return apart


def _is_apart(one: Number, other: Number) -> bool:
    same = one.unit == other.unit and one.per == other.per and not one.is_range and not other.is_range
    return same and off_by(one.value, other.value) > Decimal("0.02")


def _company_key(fact: KpiFact) -> str | None:
    key = name_key(fact.name)
    if not is_exactly("company", key) and not is_exactly("company", fact.name):
        return None
    return {"ingreso": "revenue"}.get(key, key)


def _is_a_year(fact: KpiFact) -> bool:
    """Shorter stretches are counted in too many ways: the month, all months so far, a quarter."""
    period = _period(fact)
    return period is not None and period.unit == "year"


def _months(fact: Fact) -> int | None:
    """Last month of the plan the fact is about; calendar periods have none."""
    period = _period(fact)
    if period is None or period.year is not None or period.end is None:
        return None
    size = {"days": Decimal(30), "weeks": Decimal("4.3")}.get(period.unit)
    if size is not None:
        return max(1, int((period.end + size - 1) // size))
    factor = {"months": 1, "quarter": 3, "year": 12}.get(period.unit)
    return None if factor is None else period.end * factor


def _period(fact: Fact) -> Period | None:
    if not isinstance(fact, KpiFact | FinanceFact) or fact.period is None:
        return None
    return fact.when or parse_period(fact.period)


def _stems(name: str) -> tuple[str, ...]:
    """Content words of a name, for comparing two ways of saying it."""
    key = name_key(name.rpartition(":")[2] or name)
    return tuple(
        sorted({stem(word, "es") for word in key.split() if word not in ("nuevo", "new", "nueva") and word not in SECONDS})
    )


def _key(text: str) -> str:
    return fold(text).strip(" *:")


def _is_telling(fact: KpiFact) -> bool:
    return not is_generic(fact.name) and bool(_stems(fact.name))
