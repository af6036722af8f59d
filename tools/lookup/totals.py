"""Totals of figures that belong together, and their order by size.

Owns which figures form one group: a column of a table, the items of one list, lines of one name under sibling headings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.quantity import Period
from tools.calc.amounts import Amount
from tools.calc.arithmetic import total
from tools.lookup import timing
from tools.lookup.amounts import is_scaled, kind, meets, written_range
from tools.lookup.documents import resolve
from tools.lookup.levels import Step, on_a_scale, step_in
from tools.lookup.match import Match
from tools.lookup.rows import Rows
from tools.lookup.statements import Figure, Statement
from tools.lookup.terms import Term, keys_of, measured, query_terms, root, split, stop_words
from tools.lookup.timing import asked_periods
from tools.lookup.view import PlanView

NEVER_ADDED = ("ratio", "x", "score", "score/10")
MOST_MEMBERS = 60
MOST_STEPS = 12
LONGEST_NAME = 60
NAMED, OWN_NAME = 0.8, 0.6
"""Share of a row's name that is asked for, and of the question that the row itself carries, for its cells to be compared."""
ACROSS = 1.25
"""Worth of a group of rows from which on it is what was asked for, whatever one row holds."""


@dataclass(frozen=True)
class Member:
    """A figure and how its line meets the query."""

    figure: Figure
    match: Match


def sum_amounts(
    view: PlanView,
    *,
    item: str | None = None,
    period: str | None = None,
    document: str | None = None,
    section: str | None = None,
    role: str | None = None,
) -> ToolResult:
    """Total of the figures that belong together (rows of a table, items of a list, one line a month), with its inputs.

    Ranges are added end by end. A total the document states itself comes as a row with `stated` true and is not added.
    `role` narrows by a word such as `investment` or `saving`.
    """
    query = " ".join(part for part in (item, section, role) if part)
    terms = query_terms(query)
    periods = asked_periods(period) if period else ()
    ranked = view.index.rank(
        query, documents=resolve(view, document), periods=periods, accept=lambda s: bool(s.figures), kind="figure", limit=400
    )
    if periods:
        ranked = [match for match in ranked if _inside(view, match, periods)]
    groups = grouped(view, ranked, terms)
    rows = Rows(view, "sum_amounts")
    best = max(groups, key=lambda members: _group_score(members, terms, terms), default=None)
    if best is None:
        return rows.result(note="no figures that belong together were found")
    members = _named(best, terms)[:MOST_MEMBERS]
    unit = members[0].figure.unit
    amounts = []
    for member in members:
        figure = member.figure
        rows.add_match(member.match, amount=figure.raw, of=figure.head)
        place = rows.citation(rows.rows[-1]["e"][0])
        name = figure.statement.name if figure.column is not None else " · ".join(_place(view, figure.statement))
        high = figure.high if figure.high != figure.low else None
        amounts.append(Amount(value=figure.low, high=high, unit=kind(unit), name=name[:80], citation=place))
    sums = _numbered(total(amounts))
    scaled = is_scaled(member.figure.raw for member in members)
    shown = written_range(sums[0].result, sums[-1].result, unit, scaled=scaled)
    # A total of the whole says nothing of the part that was asked for.
    whole = len(members) == len(best[:MOST_MEMBERS])
    for stated in _stated_totals(view, members) if whole else ():
        rows.add(
            {
                **rows.described(stated.statement),
                "stated": True,
                "amount": stated.raw,
                "e": [rows.cite_statement(stated.statement)],
            }
        )
    lacking = set.intersection(*(set(member.match.missing) for member in members))
    note = f"none of these lines says: {', '.join(sorted(lacking))}" if lacking else None
    return rows.result(calculations=sums, value=shown, unit=kind(unit), note=note)


def rank_values(
    view: PlanView,
    *,
    item: str,
    document: str | None = None,
    period: str | None = None,
    lowest: bool = False,
    level: str | None = None,
    limit: int = 5,
) -> ToolResult:
    """Lines that hold the figure asked for, ordered by its size: the highest first, or the lowest.

    `of` names what each figure belongs to; `beside` are the other lines that stand with it (the investment beside a ROI).
    Of a scale in words (`High`, `Low`) the rows of its first step, or of the step `level`.
    """
    terms = query_terms(item)
    names, periods = resolve(view, document), asked_periods(period) if period else ()
    ranked = view.index.rank(item, documents=names, periods=periods, accept=lambda s: bool(s.figures), kind="figure", limit=400)
    groups = grouped(view, ranked, terms, adding=False)
    measure = measured(query_terms(level or item)) or terms
    best = max(groups, key=lambda members: _group_score(members, terms, measure), default=[])
    steps = on_a_scale(view, item, query_terms(level) if level else measure, names, periods)
    if level or _names_better(measure, steps, best):
        return _steps(view, steps, step_in(level or ""), lowest=lowest)
    across = _across_columns(ranked)
    if across and (not best or _group_score(best, terms, measure)[0] < ACROSS):
        best = across
    ordered = sorted(best, key=lambda member: (member.figure.high, member.figure.low), reverse=not lowest)
    rows = Rows(view, "rank_values")
    for place, member in enumerate(ordered[:limit], 1):
        statement = member.figure.statement
        beside = _beside(view, rows, statement) if place == 1 else None
        rows.add_match(
            member.match,
            rank=place,
            amount=member.figure.raw,
            head=member.figure.head,
            of=member.figure.head if best is across else _entity(view, statement),
            beside=beside,
        )
    return rows.result(value=ordered[0].figure.raw if ordered else None)


def _names_better(measure: Sequence[Term], steps: Sequence[Step], best: Sequence[Member]) -> bool:
    """Whether the scale's column is called what is asked for, rather than the best figures'."""
    scale = max((meets(measure, step.head) for step in steps), default=0)
    return scale > max((meets(measure, member.figure.head) for member in best), default=0)


def _steps(view: PlanView, steps: Sequence[Step], level: int | None, *, lowest: bool) -> ToolResult:
    """Rows of the step asked for; without one, of the last or the first there is."""
    held = {step.level for step in steps}
    wanted = level if level is not None else max(held, default=0) if lowest else min(held, default=0)
    rows = Rows(view, "rank_values")
    shown = [step for step in steps if step.level == wanted and not is_total(step.match.statement)]
    for step in shown[:MOST_STEPS]:
        rows.add_match(step.match, rank=1, amount=step.cell, head=step.head, of=step.match.statement.name)
    return rows.result(value=rows.rows[0]["amount"] if rows.rows else None)


def _across_columns(ranked: Sequence[Match]) -> list[Member]:
    """The cells of the row that carries the very name asked for: `EBITDA` by year, `ROI` by option."""
    for match in ranked:
        statement = match.statement
        if statement.block.kind != "row" or match.precision < NAMED or match.own < OWN_NAME or is_total(statement):
            continue
        kinds = Counter(kind(figure.unit) for figure in statement.figures)
        unit, count = kinds.most_common(1)[0] if kinds else ("", 0)
        if count > 1:
            return [Member(figure, match) for figure in statement.figures if kind(figure.unit) == unit]
    return []


def grouped(view: PlanView, ranked: Iterable[Match], terms: Sequence[Term], *, adding: bool = True) -> list[list[Member]]:
    """Figures of these lines in groups of at least two that may be added or compared; totals are left out."""
    groups: dict[tuple[Any, ...], list[Member]] = defaultdict(list)
    for match in ranked:
        if is_total(match.statement):
            continue
        for figure in _candidates(match, terms):
            if not adding or kind(figure.unit) not in NEVER_ADDED:
                for key in _group_keys(view, figure):
                    groups[(*key, kind(figure.unit))].append(Member(figure, match))
    return [sorted(members, key=lambda member: member.match.statement.number) for members in groups.values() if len(members) > 1]


def is_total(statement: Statement) -> bool:
    """Whether a line states a total."""
    return root("total") in keys_of(statement.name)


def _candidates(match: Match, terms: Sequence[Term]) -> list[Figure]:
    """Amounts of a line worth adding: those of the columns asked for, else one for each head; of text, the first of each kind."""
    found = list(match.statement.figures)
    if match.columns:
        return [figure for figure in found if figure.column in match.columns]
    if match.statement.block.kind == "row":
        asked = [figure for figure in found if meets(terms, figure.head)]
        return asked or found
    kept: dict[str, Figure] = {}
    for figure in found:
        kept.setdefault(kind(figure.unit), figure)
    return list(kept.values())


def _group_keys(view: PlanView, figure: Figure) -> list[tuple[Any, ...]]:
    statement = figure.statement
    block = statement.block
    if block.kind == "row":
        return [("table", statement.document, block.table, figure.column)]
    holder = statement.parents[0] if statement.parents else statement.label if statement.label is not None else statement.heading
    keys: list[tuple[Any, ...]] = [("list", statement.document, block.kind, holder, block.level)]
    if len(statement.name) < len(block.plain):
        level = view.index.statements[statement.heading].block.level if statement.heading is not None else 0
        depth = len(statement.parents)
        keys.append(("name", statement.document, tuple(sorted(keys_of(statement.name))), level, depth))
    return keys


def _group_score(members: Sequence[Member], terms: Sequence[Term], measure: Sequence[Term]) -> tuple[float, int]:
    asked = {term.text for term in terms if not term.generic} or {term.text for term in terms}
    union = {text for member in members for text in member.match.matched}
    mean = sum(member.match.coverage for member in members) / len(members)
    own = sum(member.match.own for member in members) / len(members)
    covered = len(asked & union) / len(asked) if asked else 0.0
    head = max(_head_fit(measure, member.figure.head) for member in members)
    marked = 0.1 if any(member.figure.marked for member in members) else 0.0
    if kind(members[0].figure.unit) == "%":
        # Shares may be added up when they are asked for, yet hardly ever are.
        marked -= 0.25
    return round(0.6 * mean + 0.4 * covered + 0.15 * own + 0.3 * head + marked, 3), len(members)


def _head_fit(terms: Sequence[Term], head: str) -> float:
    """Share of a head's words that are asked for: `Target leads` before `Cost per lead`."""
    words = [word for word in split(head) if word not in stop_words()]
    return min(1.0, meets(terms, head) / max(len(words), 1)) if terms else 0.0


def _named(members: Sequence[Member], terms: Sequence[Term]) -> list[Member]:
    """Only the members the query names, when it names at least two of them and not all."""
    named = [member for member in members if member.match.precision >= 0.3 and len(member.figure.statement.name) <= LONGEST_NAME]
    if 2 <= len(named) < len(members) and terms:
        return named
    return list(members)


def _inside(view: PlanView, match: Match, periods: Sequence[Period]) -> bool:
    if match.period_fit != timing.OVERLAP_FIT:
        return True
    asked = [reach for period in periods if (reach := timing.day_range(period))]
    for level in view.index.levels(match.statement):
        for hit in level:
            reach = timing.day_range(hit.period)
            if reach is not None and hit.form in timing.PLACED:
                return any(low <= reach[0] and reach[1] <= high for low, high in asked)
            if hit.period.year is not None:
                return True
    return False


def _stated_totals(view: PlanView, members: Sequence[Member]) -> list[Figure]:
    """Totals stated beside the members: the table's or list's own total line, in the same column."""
    first = members[0].figure
    found = []
    for statement in view.index.of(first.statement.document):
        if not is_total(statement):
            continue
        near = (
            statement.block.table == first.statement.block.table
            if first.column is not None
            else statement.block.kind != "row" and _same_place(statement, first.statement)
        )
        for figure in statement.figures if near else ():
            if figure.column == first.column and kind(figure.unit) == kind(first.unit):
                found.append(figure)
    return found[:2]


def _same_place(statement: Statement, other: Statement) -> bool:
    return (statement.heading, statement.label, statement.parents) == (other.heading, other.label, other.parents)


def _place(view: PlanView, statement: Statement) -> list[str]:
    if len(statement.name) < len(statement.block.plain):
        return [_entity(view, statement), statement.name]
    return [statement.name]


def _entity(view: PlanView, statement: Statement) -> str:
    """What a line's figure belongs to: a row's name, else the item or heading it stands under."""
    if statement.block.kind == "row" or statement.is_container:
        return statement.name
    above = next(view.index.above(statement), None)
    return above.block.plain if above is not None else statement.name


def _beside(view: PlanView, rows: Rows, statement: Statement) -> list[dict[str, Any]]:
    if statement.block.kind == "row":
        return []
    mates = [
        mate
        for mate in view.index.of(statement.document)
        if mate.number != statement.number
        and _same_place(mate, statement)
        and not mate.is_container
        and len(mate.name) < len(mate.block.plain)
        and abs(mate.line - statement.line) <= 6
    ]
    return [{"text": mate.block.plain, "e": [rows.cite_statement(mate)]} for mate in mates]


def _numbered(sums: Sequence[Calculation]) -> tuple[Calculation, ...]:
    return tuple(one.model_copy(update={"id": f"c{number}"}) for number, one in enumerate(sums, 1))


def unit_majority(found: Iterable[Figure]) -> str | None:
    """The kind of unit most of the figures have."""
    counted = Counter(kind(figure.unit) for figure in found)
    return counted.most_common(1)[0][0] if counted else None
