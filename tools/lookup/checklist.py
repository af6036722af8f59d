"""Where tasks stand by what people and ticks have said: state, owner, due day; what is overdue, what is due this week."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

from copilot.domain.answer import Calculation, Evidence, ToolResult
from copilot.domain.errors import ModelCanRetry, UserCanFix
from copilot.domain.journal import TaskStatus
from copilot.domain.source import Citation
from tools.calc.checklist import Standing, standings, told_change, told_due
from tools.calc.choice import Choice, chosen, due_days
from tools.lookup.documents import resolve
from tools.lookup.view import PlanView

STATUSES: tuple[TaskStatus, ...] = get_args(TaskStatus)
MOST = 40


def task_states(
    view: PlanView,
    *,
    query: str | None = None,
    owner: str | None = None,
    status: str | None = None,
    due: str | None = None,
    overdue: bool = False,
    phase: str | None = None,
    document: str | None = None,
    limit: int = MOST,
) -> ToolResult:
    """Where tasks stand today: state, owner, due day and what says it; the number of tasks is the calculation `c1`.

    Args:
        view: the reader's plan with its journal.
        query: words of the task.
        owner: who is to do it; any part of the name.
        status: open, doing, done, blocked or dropped.
        due: `today`, `week`, or a date, which means up to it.
        overdue: only what should have been done by now.
        phase: words of the phase.
        document: name, title or nickname.
        limit: number of rows.

    Raises:
        ModelCanRetry: unknown status, due day or document.
    """
    if status is not None and status not in STATUSES:
        raise ModelCanRetry("bad_tool_argument", argument="status", value=status, allowed=STATUSES)
    today, names = view.today(), resolve(view, document)
    try:
        days = None if due is None else due_days(due, today)
    except UserCanFix as error:
        allowed = ("today", "week", "YYYY-MM-DD")
        raise ModelCanRetry("bad_tool_argument", argument="due", value=due, allowed=allowed) from error
    choice = Choice(
        statuses=tuple(one for one in STATUSES if one == status),
        owner=owner,
        phase=phase,
        due=days,
        is_overdue=overdue,
        words=query,
    )
    within = [one for one in standings(view.plan, view.task_states()) if names is None or one.task.document in names]
    found = chosen(within, choice, today)
    told = _Told(view)
    for one in found[:limit]:
        told.add(one, overdue=one.is_overdue(today))
    undated = sum(one.due is None and not one.is_over for one in within)
    note = f"{len(found)} of {len(within)} tasks; {undated} tasks that are not done have no due day"
    return told.finished(len(found), note)


class _Told:
    """Rows with their evidence: the task's line, what was said of it, the days of the time its document gives it."""

    def __init__(self, view: PlanView) -> None:
        self._view = view
        self._rows: list[dict[str, Any]] = []
        self._evidence: dict[Citation, Evidence] = {}

    def add(self, one: Standing, *, overdue: bool) -> None:
        """A task as a row; what is unknown is left out."""
        line = self._cite(one.task.citation(), one.task.id)
        said = [] if one.change is None else [self._cite(told_change(one.change))]
        days = told_due(one)
        dated = said if one.due_source == "set" else [] if days is None else [self._cite(days)]
        row = {
            "document": one.task.document,
            "title": self._view.titles.get(one.task.document),
            "text": one.task.text,
            "status": one.status,
            "owner": one.owner,
            "due": None if one.due is None else one.due.isoformat(),
            "due_by": one.due_named,
            "overdue": overdue or None,
            "state_note": one.note,
            "line": one.task.lines[0],
            "said_e": said,
            "due_e": dated,
            "e": list(dict.fromkeys([line, *said, *dated])),
        }
        self._rows.append({key: value for key, value in row.items() if value not in (None, "", [])})

    def finished(self, count: int, note: str) -> ToolResult:
        """The result."""
        counted = Calculation(
            id="c1", name="number of tasks", formula=f"count of {count} tasks", inputs=(), result=Decimal(count), unit="count"
        )
        return ToolResult(
            tool="task_states",
            rows=tuple(self._rows),
            evidence=tuple(self._evidence.values()),
            calculations=(counted,) if count else (),
            value=str(count),
            note=note,
        )

    def _cite(self, citation: Citation, fact_id: str | None = None) -> str:
        known = self._evidence.get(citation)
        if known is None:
            known = self._evidence[citation] = Evidence(id=f"e{len(self._evidence) + 1}", citation=citation, fact_id=fact_id)
        return known.id
