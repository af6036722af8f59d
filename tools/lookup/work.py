"""What is to be done and when: tasks, phases, and statements of a kind (deliverables, actions, roles)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.errors import ModelCanRetry
from copilot.domain.fact import PhaseFact, TaskFact, TextFact
from copilot.domain.quantity import Period
from copilot.domain.source import Lines
from retrieval.language.analyser import fold
from retrieval.language.periods import FoundPeriod
from tools.lookup.documents import resolve
from tools.lookup.match import Match
from tools.lookup.rows import MOST_CITED_LINES, Rows
from tools.lookup.statements import Statement
from tools.lookup.terms import query_terms, weekdays
from tools.lookup.timing import PLACED, asked_periods
from tools.lookup.view import PlanView

NOTE_KINDS = ("action", "deliverable", "milestone", "objective", "role", "note")
CLOSE = 0.7
TELLING = 0.6
MOST_SINGLE = 15
"""Tasks that are cited one by one; of more, neighbours share a citation."""


def list_tasks(
    view: PlanView,
    *,
    query: str | None = None,
    section: str | None = None,
    period: str | None = None,
    weekday: str | None = None,
    document: str | None = None,
    done: bool | None = None,
    limit: int = 80,
) -> ToolResult:
    """Checkbox and weekday tasks in the documents' order; their number is the result's calculation `c1`.

    Raises:
        ModelCanRetry: unknown weekday or document.
    """
    day = weekday_number(weekday) if weekday else None
    words = " ".join(part for part in (query, section) if part)
    names, periods = resolve(view, document), asked_periods(period) if period else ()

    def rank(text: str) -> list[Match]:
        return view.index.rank(
            text,
            documents=names,
            periods=periods,
            accept=lambda statement: is_task(statement, done=done, day=day),
            limit=1000,
        )

    ranked = rank(words)
    if any(not term.generic for term in query_terms(words)):
        ranked = close_to_best(ranked) if _is_telling(ranked, period or weekday or document) else rank("")
    ranked.sort(key=lambda match: match.statement.number)
    rows = Rows(view, "list_tasks")
    runs = _runs(ranked) if len(ranked) > MOST_SINGLE else {}
    for match in ranked[:limit]:
        task = next((fact for fact in match.statement.facts if isinstance(fact, TaskFact)), None)
        rows.add_match(
            match,
            lines=runs.get(match.statement.number),
            done=_ticked(match.statement, task),
            weekday=task.weekday if task else None,
            subitems=_below(view, rows, match.statement) if not runs else None,
        )
    count = Decimal(len(ranked))
    counted = Calculation(
        id="c1", name="number of tasks", formula=f"count of {len(ranked)} tasks", inputs=(), result=count, unit="count"
    )
    return rows.result(calculations=(counted,) if ranked else (), value=str(len(ranked)))


def _runs(ranked: Sequence[Match]) -> dict[int, Lines]:
    """Statement number to the run of neighbouring tasks it is cited with: a long list needs few citations."""
    runs: dict[int, Lines] = {}
    first: Match | None = None
    held: list[Match] = []
    for match in ranked:
        line = match.statement.block.lines
        near = (
            first is not None
            and match.statement.document == first.statement.document
            and match.statement.heading == first.statement.heading
        )
        if first is None or not near or line[1] - first.statement.line >= MOST_CITED_LINES:
            first, held = match, []
        held.append(match)
        for one in held:
            runs[one.statement.number] = (first.statement.line, line[1])
    return runs


def list_phases(
    view: PlanView, *, query: str | None = None, document: str | None = None, period: str | None = None, limit: int = 20
) -> ToolResult:
    """Phases, levers, quarters, months and weeks with their `span`, goal and priority, best match first."""
    rows = Rows(view, "list_phases")
    ranked = view.index.rank(
        query or "",
        documents=resolve(view, document),
        periods=asked_periods(period) if period else (),
        accept=lambda statement: (
            bool(spans(view, statement))
            and (statement.is_container or any(isinstance(fact, PhaseFact) for fact in statement.facts))
        ),
        kind="phase",
        limit=2 * limit,
    )
    for match in (close_to_best(ranked) if query else ranked)[:limit]:
        found = spans(view, match.statement)
        phase = next((fact for fact in match.statement.facts if isinstance(fact, PhaseFact)), None)
        rows.add_match(
            match,
            also=[found[0][1]],
            span=found[0][0].period.raw,
            goal=phase.goal if phase else None,
            priority=phase.priority if phase else None,
        )
    return rows.result()


def find_notes(
    view: PlanView,
    *,
    kind: str,
    query: str | None = None,
    document: str | None = None,
    period: str | None = None,
    limit: int = 30,
) -> ToolResult:
    """Statements of one kind, without a figure of their own, in the documents' order.

    Raises:
        ModelCanRetry: the kind is not one of NOTE_KINDS.
    """
    if kind not in NOTE_KINDS:
        raise ModelCanRetry("unknown_kind", kind=kind, allowed=NOTE_KINDS)
    rows = Rows(view, "find_notes")
    ranked = view.index.rank(
        query or "",
        documents=resolve(view, document),
        periods=asked_periods(period) if period else (),
        accept=lambda statement: any(isinstance(fact, TextFact) and fact.kind == kind for fact in statement.facts),
        limit=500,
    )
    ranked = close_to_best(ranked) if query else ranked
    for match in sorted(ranked, key=lambda match: match.statement.number)[:limit]:
        rows.add_match(match)
    return rows.result()


def is_task(statement: Statement, *, done: bool | None = None, day: int | None = None) -> bool:
    """Whether it is a task, ticked or not as asked, on the weekday asked for."""
    task = next((fact for fact in statement.facts if isinstance(fact, TaskFact)), None)
    if statement.block.checked is None and task is None and (day is None or statement_weekday(statement) is None):
        return False
    if done is not None and bool(_ticked(statement, task)) is not done:
        return False
    return day is None or statement_weekday(statement) == day


def statement_weekday(statement: Statement) -> int | None:
    """The weekday an item begins with, Monday 0."""
    first = fold(statement.block.plain).split(":")[0].split(" ")[0].strip("*_ ")
    return weekdays().get(first)


def weekday_number(word: str) -> int:
    """Monday 0 to Sunday 6. Raises ModelCanRetry."""
    number = weekdays().get(fold(word.strip()))
    if number is None:
        raise ModelCanRetry("unknown_weekday", weekday=word, allowed=tuple(weekdays()))
    return number


def spans(view: PlanView, statement: Statement) -> list[tuple[FoundPeriod, Statement]]:
    """Times a statement names for itself: in its own words, else in a line below that dates it (`Timeline: Meses 1-3`)."""
    own = [(hit, statement) for hit in statement.own_periods if hit.form in PLACED and hit.form != "phase"]
    if own or not statement.is_container:
        return own
    below = [
        child for child in view.index.children(statement)[:6] if not child.is_container and child.heading == statement.number
    ]
    dated = [
        (hit, child) for child in below for hit in child.own_periods if hit.form in ("stretch", "point") and _only_a_date(child)
    ]
    return dated[:1] or [(hit, statement) for hit in statement.own_periods]


def close_to_best(ranked: Sequence[Match]) -> list[Match]:
    """Those that cover the query nearly as well as the best."""
    best = max((match.coverage for match in ranked), default=0.0)
    return [match for match in ranked if match.coverage >= CLOSE * best]


def _is_telling(ranked: Sequence[Match], place: str | None) -> bool:
    """Whether the words pick among the tasks; of words that hardly fit any, the place alone decides."""
    return place is None or max((match.coverage for match in ranked), default=0.0) >= TELLING


def placed(periods: Sequence[Period]) -> bool:
    """Whether any of the periods says where in time something stands."""
    return any(period.unit != "cadence" for period in periods)


def _only_a_date(statement: Statement) -> bool:
    hit = statement.own_periods[0]
    rest = statement.block.plain[len(statement.name) :].strip(": ")
    return len(rest) <= len(hit.period.raw) + 12


def _ticked(statement: Statement, task: TaskFact | None) -> bool | None:
    return statement.block.checked if statement.block.checked is not None else task.done if task else None


def _below(view: PlanView, rows: Rows, statement: Statement) -> list[dict[str, Any]]:
    children = [child for child in view.index.children(statement) if statement.number in child.parents]
    return [{"text": child.block.plain, "e": [rows.cite_statement(child)]} for child in children[:12]]
