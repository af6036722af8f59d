"""Investments, costs, savings, returns and their ROI: as written, added up, set against each other, put in order."""

from __future__ import annotations

from typing import Any

from copilot.domain.answer import ToolResult
from copilot.domain.errors import ModelCanRetry
from copilot.domain.fact import FinanceFact
from copilot.domain.quantity import is_currency
from tools.lookup.amounts import kind
from tools.lookup.documents import resolve
from tools.lookup.rows import Rows
from tools.lookup.statements import Statement
from tools.lookup.timing import asked_periods
from tools.lookup.view import PlanView

ROLES = (
    "investment", "investment_item", "budget", "cost", "salary", "tool", "saving", "return", "benefit", "roi", "payback", "npv",
    "funding",
)  # fmt: skip
WORTH = 0.6


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
    """Amounts of money, ROI and paybacks as written, best match first.

    Args:
        view: the reader's plan.
        item: what the money is for or comes from.
        period: `Month 6`, `Fase 2`; only amounts of that period are given.
        document: name, title or nickname.
        section: heading or table the amounts stand under.
        role: one of ROLES.
        limit: number of rows.

    Raises:
        ModelCanRetry: unknown role or document.
    """
    if role is not None and role not in ROLES:
        raise ModelCanRetry("unknown_role", role=role, allowed=ROLES)

    def accept(statement: Statement) -> bool:
        facts = [fact for fact in statement.facts if isinstance(fact, FinanceFact)]
        if role is not None:
            return any(fact.role == role for fact in facts)
        return bool(facts) or is_financial(statement)

    rows = Rows(view, "find_finance")
    query = " ".join(part for part in (item, section) if part)
    periods = asked_periods(period) if period else ()
    ranked = view.index.rank(
        query, documents=resolve(view, document), periods=periods, accept=accept, kind=f"finance {role}", limit=2 * limit
    )
    best = ranked[0].score if ranked else 0.0
    for match in ranked[:limit]:
        if match.score >= WORTH * best:
            rows.add_match(match, **_finance_fields(match.statement))
    return rows.result()


def is_financial(statement: Statement) -> bool:
    """Whether a line holds money or a ratio of money."""
    return any(is_currency(kind(figure.unit)) or kind(figure.unit) == "ratio" for figure in statement.figures)


def _finance_fields(statement: Statement) -> dict[str, Any]:
    fact = next((fact for fact in statement.facts if isinstance(fact, FinanceFact)), None)
    if fact is None:
        return {}
    return {
        "finance_role": fact.role,
        "roi": fact.roi_value,
        "horizon": fact.horizon,
        "payback": fact.payback,
        "savings": fact.savings,
        "per": fact.per,
    }
