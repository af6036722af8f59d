"""Rules about time: phases that overlap or leave gaps, months outside their phase, dates in the past, work before its time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from copilot.audit.remark import Remark, at
from copilot.audit.sheet import Sheet, is_exactly, says
from copilot.domain.fact import KpiFact, PhaseFact, TaskFact, TextFact
from copilot.domain.quantity import Period
from retrieval.extract.identity import holds_elsewhere, name_key
from retrieval.language.analyser import fold
from retrieval.language.periods import find_periods, parse_period, phase_number

DAYS = {"days": 1, "weeks": 7, "months": 30}
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_CREATED = ("created", "date", "fecha", "creado", "creada")
_STRETCH = re.compile(
    r"(?<!\w)(?:mes(?:es)?|semanas?|dias?|months?|weeks?|days?|mois|semaines?|jours?)\s+(\d{1,3})\s?(?:-|a|to|au)\s?(\d{1,3})(?![\d%.,/:-])"
)
LONGEST = 300
_WORDS = re.compile(r"[a-z]{4,}")
LEAST_DATED = 3
OLDEST = 2
"""Years back: what is dated earlier tells of history."""
SAME = Decimal("0.8")
"""Share of its words a deliverable shares with the task that makes it."""


def timeline_of_phases(sheet: Sheet) -> Iterator[Remark]:
    """Numbered phases of one level follow each other without overlap and without gap."""
    for found in _phase_rows(sheet).values():
        for before, after in pairwise(found):
            if before.end is None or after.start is None or before.unit != after.unit:
                continue
            mine, theirs = _number(before.name), _number(after.name)
            if mine is None or theirs is None or theirs != mine + 1:
                continue
            gap = after.start - before.end
            if gap in (0, 1):
                continue
            yield Remark(
                places=at(sheet, before.lines[0], after.lines[0]),
                severity="medium",
                confidence="likely" if gap < 0 else "certain",
                claim=f"{before.name}; {after.name}",
                problem=f"the second begins {before.unit} {after.start}, the first ends {before.unit} {before.end}",
                expected=f"a start at {before.end + 1}" if gap > 0 else "phases that do not overlap, or the word parallel",
            )


def timeline_inside_phase(sheet: Sheet) -> Iterator[Remark]:
    """A month or a week named below a phase lies within the phase."""
    headings = [block for block in sheet.doc.blocks if block.kind == "heading"]
    for block in headings:
        own = parse_period(block.plain)
        span = _span(own) if own is not None and phase_number(own) is None else None
        if span is None or own is None:
            continue
        for text in reversed(block.heading_path[:-1]):
            outer = parse_period(text)
            around = _span(outer) if outer is not None and phase_number(outer) is not None else None
            if around is None or outer is None:
                continue
            # Weeks and months may be counted anew from the start of their phase.
            length = around[1] - around[0] + 1
            fits = around[0] <= span[0] + 1 and span[1] <= around[1] + 3
            if not fits and not span[1] <= length + 5 and own.unit == outer.unit:
                yield Remark(
                    places=at(sheet, block.lines[0]),
                    severity="medium",
                    confidence="certain",
                    claim=f"{text}: {block.plain}",
                    problem="it lies outside of the phase it stands under",
                    expected=outer.raw,
                )
            break


def timeline_reversed(sheet: Sheet) -> Iterator[Remark]:
    """A stretch of time does not end before it begins."""
    for block in sheet.doc.blocks:
        if block.kind not in ("heading", "paragraph", "item", "row"):
            continue
        for offset, text in enumerate(block.plain.split("\n")):
            match = _STRETCH.search(fold(text[:LONGEST]))
            if match is not None and int(match[2]) < int(match[1]):
                yield Remark(
                    places=at(sheet, block.lines[0] + offset),
                    severity="medium",
                    confidence="certain",
                    claim=match[0],
                    problem=f"it ends ({match[2]}) before it begins ({match[1]})",
                    expected=f"{match[2]}-{match[1]}",
                )


def timeline_in_the_past(sheet: Sheet) -> Iterator[Remark]:
    """Targets for calendar years are not all over before the document was written."""
    created = next((match for key in _CREATED if (match := _YEAR.search(sheet.doc.front_matter.get(key, "")))), None)
    if created is None:
        return
    dated = [
        (fact.when or parse_period(fact.period), fact)
        for fact in sheet.facts
        if isinstance(fact, KpiFact) and fact.period and fact.role in ("target", "milestone") and not _is_elsewhere(fact)
    ]
    years = [(period.year, fact) for period, fact in dated if period is not None and period.year is not None]
    if len(years) < LEAST_DATED or not int(created[1]) - OLDEST <= max(year for year, _ in years) < int(created[1]):
        return
    line = next(n for n, text in enumerate(sheet.doc.lines, 1) if created[0] in text)
    last = max(year for year, _ in years)
    yield Remark(
        places=at(sheet, line, *[fact.lines[0] for _, fact in years][:8]),
        severity="low",
        confidence="certain",
        claim=f"written {created[0]}, targets up to {last}",
        problem="every dated target lies before the document was written",
        expected="dates that are still to come, or actual values",
    )


def timeline_of_target(sheet: Sheet) -> Iterator[Remark]:
    """One level of income is a goal for one time, not for another as well."""
    reached: dict[tuple[str, Decimal], list[tuple[int, KpiFact]]] = defaultdict(list)
    for fact in sheet.facts:
        if (
            not isinstance(fact, KpiFact)
            or fact.unit != "USD"
            or not is_exactly("company", name_key(fact.name))
            or holds_elsewhere(fact)
        ):
            continue
        period = (fact.when or parse_period(fact.period)) if fact.period else None
        months = _end_month(period)
        if months is not None and fact.role == "target":
            reached[name_key(fact.name), fact.value].append((months, fact))
    for line, months, amount, name in _goals(sheet):
        for (key, value), found in reached.items():
            earlier = [(at_, fact) for at_, fact in found if at_ < months and fact.lines[0] != line]
            if (
                value == amount
                and key in (name, "revenue", "ingreso objetivo", "ingreso")
                and earlier
                and earlier[0][0] * 3 <= months * 2
            ):
                first = earlier[0]
                yield Remark(
                    places=at(sheet, line, *[fact.lines[0] for _, fact in earlier[:4]]),
                    severity="high",
                    confidence="certain",
                    claim=f"{first[1].raw} {name.upper()}: month {months}, and {first[1].period}",
                    problem=f"one level at month {months} and at month {first[0]}",
                    expected="one date",
                )
                break


def order_of_deliverable(sheet: Sheet) -> Iterator[Remark]:
    """A deliverable is not promised before the task that makes it begins."""
    tasks = [(span, fact) for fact in sheet.facts if isinstance(fact, TaskFact) and (span := _when(fact.period, fact.when))]
    for fact in sheet.facts:
        if not isinstance(fact, TextFact) or fact.kind != "deliverable":
            continue
        due = _when(fact.period, fact.when)
        words = set(_WORDS.findall(fold(fact.text)))
        if due is None or len(words) < 3:
            continue
        made = [(span, task) for span, task in tasks if _shared(words, set(_WORDS.findall(fold(task.text)))) >= SAME]
        if made and all(span[0] > due[1] for span, _ in made):
            task = made[0][1]
            yield Remark(
                places=at(sheet, fact.lines[0], task.lines[0]),
                severity="medium",
                confidence="likely",
                claim=f"{fact.text} ({fact.period}); {task.text} ({task.period})",
                problem="the deliverable is due before its task begins",
                expected=f"{task.period} or later",
            )


def _is_elsewhere(fact: KpiFact) -> bool:
    return holds_elsewhere(fact) or any(says("elsewhere", heading) for heading in fact.heading_path[1:])


def _goals(sheet: Sheet) -> Iterator[tuple[int, int, Decimal, str]]:
    """Lines that set a level of income for a number of months: line, months, amount, metric."""
    for one in sheet.lines:
        text = fold(one.statement.text)
        terms = [hit.period for hit in find_periods(one.statement.text) if hit.form == "duration"]
        if len(terms) != 1 or not says("horizon_words", text) or terms[0].start is not None:
            continue
        months = _end_month(terms[0])
        amount = next((number for number in sheet.read(one.statement.text) if number.is_money), None)
        name = next((word for word in ("arr", "mrr") if re.search(rf"(?<!\w){word}(?!\w)", text)), None)
        if months is not None and amount is not None and name is not None:
            yield one.line, months, amount.value, name


def _phase_rows(sheet: Sheet) -> dict[tuple[object, ...], list[PhaseFact]]:
    grouped: dict[tuple[object, ...], list[PhaseFact]] = defaultdict(list)
    for fact in sheet.facts:
        if isinstance(fact, PhaseFact) and fact.start is not None and fact.level in ("phase", "scaling_phase"):
            above = fact.heading_path[:-1] if fact.heading_path and fact.heading_path[-1] in fact.raw else fact.heading_path
            grouped[above, fact.level, fact.unit].append(fact)
    return grouped


def _number(name: str) -> int | None:
    period = next((hit.period for hit in find_periods(name) if hit.form == "phase"), None)
    return period.start if period is not None else None


def _span(period: Period | None) -> tuple[int, int] | None:
    """First and last day of the plan, both included."""
    if period is None or period.start is None or period.end is None or period.year is not None:
        return None
    size = DAYS.get(period.unit)
    return None if size is None else ((max(1, period.start) - 1) * size + 1, period.end * size)


def _when(written: str | None, known: Period | None) -> tuple[int, int] | None:
    return _span(known or (parse_period(written) if written else None))


def _end_month(period: Period | None) -> int | None:
    if period is None or period.end is None:
        return None
    if period.year is not None:
        # Of a single calendar year in the plan, its last quarter is month 12.
        return period.end * 3 if period.unit == "quarter" else None
    factor = {"months": 1, "quarter": 3, "year": 12}.get(period.unit)
    return None if factor is None else period.end * factor


def _shared(mine: set[str], theirs: set[str]) -> Decimal:
    return Decimal(len(mine & theirs)) / len(mine) if mine else Decimal(0)
