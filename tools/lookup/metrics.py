"""Metric values: what the plans aim at, where they are, and by when."""

from __future__ import annotations

from copilot.domain.answer import ToolResult
from copilot.domain.errors import ModelCanRetry
from copilot.domain.fact import FinanceFact, KpiFact
from tools.lookup.documents import resolve
from tools.lookup.match import Match
from tools.lookup.rows import Rows, value_of
from tools.lookup.statements import Statement
from tools.lookup.timing import asked_periods
from tools.lookup.view import PlanView

ROLES = (
    "target", "actual", "impact", "deliverable", "milestone", "capability", "benchmark", "price", "warning_threshold", "progress",
)  # fmt: skip
WORTH = 0.7
"""Rows of less than this share of the best score are left out."""
FACT_BONUS = 0.06


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
    """Metric values as written: target, current value and change where a line has them, best match first.

    Args:
        view: the reader's plan.
        metric: name in any of the four languages.
        period: `Month 6`, `Q2 2024`, `Fase 2`, `12 meses`; only values of that period are given.
        document: name, title or nickname.
        segment: product, department or section the metric belongs to.
        role: one of ROLES.
        limit: number of rows.

    Raises:
        ModelCanRetry: unknown role or document; neither metric, period nor segment is given.
    """
    if role is not None and role not in ROLES:
        raise ModelCanRetry("unknown_role", role=role, allowed=ROLES)
    query = " ".join(part for part in (metric, segment) if part)
    if not query and not period and not document:
        raise ModelCanRetry("missing_argument", allowed=("metric", "period", "segment", "document"))
    periods = asked_periods(period) if period else ()
    if period and not periods:
        query = f"{query} {period}"

    def accept(statement: Statement) -> bool:
        kpis = [fact for fact in statement.facts if isinstance(fact, KpiFact)]
        if role is not None:
            return any(fact.role == role for fact in kpis)
        return bool(kpis) or has_figure(statement)

    rows = Rows(view, "find_kpis")
    ranked = view.index.rank(
        query, documents=resolve(view, document), periods=periods, accept=accept, kind=f"kpi {role}", limit=4 * limit
    )
    ranked.sort(key=lambda match: (-_worth(match), match.statement.number))
    best = _worth(ranked[0]) if ranked else 0.0
    for match in ranked[:limit]:
        if _worth(match) >= WORTH * best:
            rows.add_match(match)
    return rows.result()


def has_figure(statement: Statement) -> bool:
    """Whether the line holds an amount."""
    if statement.is_container:
        return False
    if statement.block.kind == "row":
        return any(character.isdigit() for cell in statement.block.cells[1:] for character in cell)
    return bool(statement.figures)


def _worth(match: Match) -> float:
    bonus = FACT_BONUS if any(isinstance(fact, KpiFact | FinanceFact) for fact in match.statement.facts) else 0.0
    return match.score + bonus + (0.02 if value_of(match.statement) else 0.0)
