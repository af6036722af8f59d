"""The plan's lookups as tools: same names, same arguments, results with this turn's evidence ids."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from copilot.domain.answer import ToolResult
from tools import lookup
from tools.registry.context import ToolContext, content_of
from tools.registry.schema import tool_from

Lookup = Callable[..., ToolResult]

LOOKUPS: tuple[Lookup, ...] = (
    lookup.find_kpis,
    lookup.kpi_health,
    lookup.find_finance,
    lookup.sum_amounts,
    lookup.rank_values,
    lookup.calculate_roi,
    lookup.phase_costs,
    lookup.compare_values,
    lookup.list_tasks,
    lookup.task_states,
    lookup.list_phases,
    lookup.list_risks,
    lookup.list_conflicts,
    lookup.audit_findings,
    lookup.find_notes,
    lookup.search_passages,
    lookup.read_section,
    lookup.list_documents,
    lookup.document_outline,
)
ARGUMENTS = {
    "segment": "department or row group",
    "section": "heading, list, table or numbered point",
    "item": "what the money is for",
    "role": "such as target, actual, investment, salary",
    "done": "ticked",
    "kind": "action, deliverable, milestone, objective, role or note",
    "first": "what the first figure is, with its time",
    "second": "the other figure; leave out for a metric's value today against its target",
    "lowest": "smallest first",
    "level": "step of a scale in words, such as high impact",
    "state": "any, green, amber, red, behind or silent",
    "status": "open, doing, done, blocked or dropped",
    "owner": "who is to do it",
    "due": "today, week, or a date, which means up to it",
    "overdue": "only what is late",
    "rule": "family: total, percent, roi, payback, cagr, npv, unit, target, baseline, timeline, placeholder",
}
"""Of what its name does not say; what `document`, `metric` and `period` take is said once, in the system prompt."""


def lookup_tools() -> list[BaseTool]:
    """One tool for each lookup."""
    return [_tool(function) for function in LOOKUPS]


def _tool(function: Lookup) -> BaseTool:
    def call(runtime: ToolRuntime[Any, Any], **arguments: Any) -> tuple[str, ToolResult]:
        context: ToolContext = runtime.context
        result = context.turn.admit(function(context.view, **arguments))
        return content_of(result), result

    hints = {
        name: Annotated[hint, Field(description=ARGUMENTS.get(name))]
        for name, hint in get_type_hints(function).items()
        if name not in ("view", "return")
    }
    told = (inspect.getdoc(function) or "").partition("\n\n")[0]
    return tool_from(call, function, description=told, hints=hints)
