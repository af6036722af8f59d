"""How far two values lie apart: two figures named in words, or a metric's value today and its target.

Owns which figure a description means; the arithmetic is `tools.calc`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.errors import ModelCanRetry, RumboError
from copilot.domain.fact import KpiFact
from tools.calc.amounts import Amount
from tools.calc.arithmetic import difference, percent_change
from tools.lookup.amounts import is_scaled, kind, meets, written_range
from tools.lookup.documents import resolve
from tools.lookup.match import Match
from tools.lookup.rows import Rows
from tools.lookup.statements import Figure
from tools.lookup.terms import Term, query_terms
from tools.lookup.timing import asked_periods
from tools.lookup.view import PlanView

ENOUGH = 0.6
"""Least share of a description that a line must carry to be what it means."""
CLOSE = 0.85
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
SIDES = frozenset({"=actual", "=meta", "=baseline"})


@dataclass(frozen=True)
class _Side:
    """One of the two values."""

    match: Match
    low: Decimal
    high: Decimal
    unit: str
    raw: str
    name: str


def compare_values(
    view: PlanView, *, first: str, second: str | None = None, document: str | None = None, period: str | None = None
) -> ToolResult:
    """Difference of two figures and the change from one to the other; without `second`, of today's value and its target.

    Args:
        view: the reader's plan.
        first: what the first figure is, with its time: `ARR 2026`, `CAC month 3`.
        second: what the other one is.
        document: name, title or nickname.
        period: of the target, where there is no `second`.

    Raises:
        ModelCanRetry: unknown document, or nothing to compare.
    """
    if not first.strip():
        raise ModelCanRetry("missing_argument", allowed=("first",))
    names = resolve(view, document)
    rows = Rows(view, "compare_values")
    pair = _two(view, first, second, names) if second else _gap(view, first, period, names)
    if pair is None:
        return rows.result(note="no two figures of one unit were found for that")
    amounts = []
    for side in pair:
        rows.add_match(side.match, amount=side.raw, of=side.name)
        place = rows.citation(rows.rows[-1]["e"][0])
        high = side.high if side.high != side.low else None
        amounts.append(Amount(value=side.low, high=high, unit=kind(side.unit), name=side.name[:80], citation=place))
    before, after = amounts
    larger, smaller = (after, before) if after.top >= before.top else (before, after)
    steps: list[Calculation] = list(difference(larger, smaller))
    ends = sorted({step.result for step in steps})
    shown = written_range(ends[0], ends[-1], pair[0].unit, scaled=is_scaled(side.raw for side in pair))
    try:
        steps += percent_change(before, after)
    except RumboError:
        # From zero there is no percentage.
        pass
    # Points of a score are points, of whatever scale.
    steps = [step.model_copy(update={"unit": "count"}) if step.unit == "score" else step for step in steps]
    made = [step.model_copy(update={"id": f"c{number}"}) for number, step in enumerate(steps, 1)]
    return rows.result(calculations=made, value=shown, unit=kind(pair[0].unit))


def _two(view: PlanView, first: str, second: str, names: Sequence[str] | None) -> tuple[_Side, _Side] | None:
    for left in _sides(view, first, names):
        for right in _sides(view, second, names):
            same = left.match.statement.number == right.match.statement.number and left.raw == right.raw
            if kind(left.unit) == kind(right.unit) and not same:
                # The earlier one comes first: a change is told from then to now.
                years = [YEAR.findall(text) for text in (first, second)]
                return (right, left) if all(years) and years[0] > years[1] else (left, right)
    return None


def _sides(view: PlanView, text: str, names: Sequence[str] | None) -> list[_Side]:
    """Figures that a description may mean, the surest first."""
    terms = query_terms(text)
    periods = () if YEAR.search(text) else asked_periods(text)
    words = text
    for period in periods:
        words = words.replace(period.raw, " ")
    ranked = view.index.rank(
        words, documents=names, periods=periods, accept=lambda one: bool(one.figures), kind="figure", limit=12
    )
    numbers = {term.text for term in terms if term.text.isdigit()} if not periods else set()
    good = [match for match in ranked if match.coverage >= ENOUGH and not numbers & set(match.missing)]
    best = good[0].score if good else 0.0
    return [
        _Side(match, figure.low, figure.high, figure.unit, figure.raw, _named(figure))
        for match in good
        if match.score >= CLOSE * best
        for figure in _meant(match, terms)
    ]


def _meant(match: Match, terms: Sequence[Term]) -> list[Figure]:
    found = list(match.statement.figures)
    if match.columns:
        return [figure for figure in found if figure.column in match.columns]
    years = {term.text for term in terms if YEAR.fullmatch(term.text)}
    if dated := [figure for figure in found if figure.column is not None and years & set(YEAR.findall(figure.head))]:
        return dated
    if match.statement.block.kind != "row":
        return found[:1]
    asked = [term for term in terms if not term.text.isdigit()]
    headed = [figure for figure in found if meets(asked, figure.head)]
    return sorted(headed, key=lambda figure: -meets(asked, figure.head)) or found[:1]


def _named(figure: Figure) -> str:
    name = figure.statement.name
    return f"{name}, {figure.head}" if figure.column is not None and figure.head else name


def _gap(view: PlanView, metric: str, period: str | None, names: Sequence[str] | None) -> tuple[_Side, _Side] | None:
    """Value today and target, from the surest line that states both."""
    periods = asked_periods(period) if period else ()
    told = " ".join(term.text for term in query_terms(metric) if not term.concepts & SIDES)
    ranked = view.index.rank(
        told or metric,
        documents=names,
        periods=periods,
        accept=lambda one: any(isinstance(fact, KpiFact) and fact.baseline is not None for fact in one.facts),
        limit=5,
    )
    for match in ranked:
        kpis = [fact for fact in match.statement.facts if isinstance(fact, KpiFact) and fact.baseline is not None]
        heads = [match.statement.block.header[at] for at in match.columns if at < len(match.statement.block.header)]
        placed = [fact for fact in kpis if fact.period and any(fact.period.lower() in head.lower() for head in heads)]
        if match.coverage < ENOUGH or not kpis:
            continue
        fact = (placed or kpis)[0]
        if fact.baseline is None or kind(fact.baseline_unit or fact.unit) != kind(fact.unit):
            continue
        today, aim = _raws(match, fact)
        return (
            _Side(match, fact.baseline, fact.baseline_high or fact.baseline, fact.unit, today, match.statement.name),
            _Side(match, fact.value, fact.value_high or fact.value, fact.unit, aim, match.statement.name),
        )
    return None


def _raws(match: Match, fact: KpiFact) -> tuple[str, str]:
    """Both values as written, where the line's figures are found again; else as numbers."""

    def raw(value: Decimal) -> str:
        return next((one.raw for one in match.statement.figures if value in (one.low, one.high)), f"{value.normalize():f}")

    return raw(fact.baseline if fact.baseline is not None else fact.value), raw(fact.value)
