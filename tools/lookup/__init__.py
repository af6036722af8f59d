"""Lookups over one reader's plan: pure functions that return ToolResult or raise ModelCanRetry.

Arguments are words as a person or a model would say them: documents by name, title or nickname, metrics and periods in
any of the four languages. Every row names its evidence under `e`.
"""

from __future__ import annotations

from copilot.domain.answer import ToolResult
from tools.lookup.view import PlanView

__all__ = [
    "PlanView",
    "calculate_roi",
    "document_outline",
    "find_finance",
    "find_kpis",
    "find_notes",
    "list_conflicts",
    "list_documents",
    "list_phases",
    "list_risks",
    "list_tasks",
    "read_section",
    "search_passages",
    "sum_amounts",
]


def list_documents(view: PlanView, *, query: str | None = None) -> ToolResult:
    """Documents with title, language and what they hold; with `query`, those it names or speaks of, best first."""
    raise NotImplementedError


def document_outline(view: PlanView, *, document: str) -> ToolResult:
    """Headings of a document, in order."""
    raise NotImplementedError


def search_passages(view: PlanView, *, query: str, document: str | None = None, limit: int = 8) -> ToolResult:
    """Lines that speak of the query's words, each with the share of the query it covers and the words it lacks."""
    raise NotImplementedError


def read_section(
    view: PlanView, *, section: str, document: str | None = None, period: str | None = None, limit: int = 30
) -> ToolResult:
    """Lines of the section, list, table or numbered point that `section` names."""
    raise NotImplementedError


def find_kpis(
    view: PlanView,
    *,
    metric: str | None = None,
    period: str | None = None,
    document: str | None = None,
    segment: str | None = None,
    role: str | None = None,
    limit: int = 12,
) -> ToolResult:
    """Metric values: target, current value and change as written, with period, segment and document."""
    raise NotImplementedError


def find_finance(
    view: PlanView,
    *,
    item: str | None = None,
    period: str | None = None,
    document: str | None = None,
    section: str | None = None,
    role: str | None = None,
    limit: int = 20,
) -> ToolResult:
    """Investments, budgets, costs, salaries, savings, returns, ROI and paybacks as written."""
    raise NotImplementedError


def sum_amounts(
    view: PlanView,
    *,
    item: str | None = None,
    period: str | None = None,
    document: str | None = None,
    section: str | None = None,
    role: str | None = None,
) -> ToolResult:
    """Total of the figures that belong together, as a calculation with its inputs; a stated total is shown beside it."""
    raise NotImplementedError


def calculate_roi(view: PlanView, *, item: str, document: str | None = None, section: str | None = None) -> ToolResult:
    """ROI of an investment from the documents' figures; for a table of investments with a ROI each, the weighted ROI."""
    raise NotImplementedError


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
    """Checkbox and weekday tasks in order, with their number as a calculation."""
    raise NotImplementedError


def list_phases(
    view: PlanView, *, query: str | None = None, document: str | None = None, period: str | None = None, limit: int = 20
) -> ToolResult:
    """Phases, levers, months and weeks of the plans with their time span, goal and priority."""
    raise NotImplementedError


def list_risks(view: PlanView, *, query: str | None = None, document: str | None = None, limit: int = 20) -> ToolResult:
    """Risks with mitigation, contingency, monitoring, probability and impact."""
    raise NotImplementedError


def list_conflicts(view: PlanView, *, metric: str | None = None, document: str | None = None, limit: int = 20) -> ToolResult:
    """Values of one thing that cannot all hold, each with its source."""
    raise NotImplementedError


def find_notes(
    view: PlanView,
    *,
    kind: str,
    query: str | None = None,
    document: str | None = None,
    period: str | None = None,
    limit: int = 30,
) -> ToolResult:
    """Statements without a figure: action, deliverable, milestone, objective, role or note."""
    raise NotImplementedError
