"""Lookups over one reader's plan: pure functions that return ToolResult or raise ModelCanRetry.

Arguments are words as a person or a model would say them: documents by name, title or nickname, metrics and periods in
any of the four languages. Every row names its evidence under `e`.
"""

from __future__ import annotations

from tools.lookup.audit import audit_findings
from tools.lookup.checklist import task_states
from tools.lookup.differences import compare_values
from tools.lookup.documents import document_outline, list_documents
from tools.lookup.health import kpi_health
from tools.lookup.metrics import find_kpis
from tools.lookup.money import find_finance
from tools.lookup.passages import read_section, search_passages
from tools.lookup.phase_money import phase_costs
from tools.lookup.returns import calculate_roi
from tools.lookup.risks import list_conflicts, list_risks
from tools.lookup.totals import rank_values, sum_amounts
from tools.lookup.view import PlanView
from tools.lookup.work import find_notes, list_phases, list_tasks

__all__ = [
    "PlanView",
    "audit_findings",
    "calculate_roi",
    "compare_values",
    "document_outline",
    "find_finance",
    "find_kpis",
    "find_notes",
    "kpi_health",
    "list_conflicts",
    "list_documents",
    "list_phases",
    "list_risks",
    "list_tasks",
    "phase_costs",
    "rank_values",
    "read_section",
    "search_passages",
    "sum_amounts",
    "task_states",
]
