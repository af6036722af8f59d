"""What does not add up in the plan, as rows with their lines and their arithmetic."""

from __future__ import annotations

from copilot.audit import audit, rule_names
from copilot.domain.answer import ToolResult
from copilot.domain.audit import SEVERITIES, Finding
from copilot.domain.errors import ModelCanRetry
from tools.lookup.documents import resolve
from tools.lookup.rows import Rows
from tools.lookup.view import PlanView

MOST_STEPS = 4
"""Calculations shown with a finding."""


def audit_findings(view: PlanView, *, document: str | None = None, rule: str | None = None, limit: int = 20) -> ToolResult:
    """What does not add up in the plan: totals, percentages, ROI, payback, targets in conflict, dates; worst first.

    Args:
        view: the plan as the reader may see it.
        document: only findings that touch this document.
        rule: only rules whose name begins with this, e.g. `total`, `roi`, `target_conflict`.
        limit: most findings.
    """
    if rule is not None and not any(name.startswith(rule) for name in rule_names()):
        raise ModelCanRetry(
            "bad_tool_argument", argument="rule", value=rule, allowed=sorted({name.partition("_")[0] for name in rule_names()})
        )
    names = resolve(view, document)
    found = [finding for finding in _all(view) if rule is None or finding.rule.startswith(rule)]
    if names is not None:
        found = [finding for finding in found if any(source.document in names for source in finding.sources)]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    rows = Rows(view, "audit_findings")
    for finding in found[:limit]:
        marks = [rows.cite(source.document, source.lines, source.heading_path) for source in finding.sources]
        rows.add(
            {
                "finding": finding.id,
                "rule": finding.rule,
                "severity": finding.severity,
                "confidence": finding.confidence,
                "claim": finding.claim,
                "problem": finding.problem,
                "expected": finding.expected,
                "e": marks,
            }
        )
    result = rows.result()
    steps = tuple(step for finding in found[:limit] for step in finding.calculations[:MOST_STEPS])
    note = f"{len(found)} findings" if found else "nothing that does not add up was found"
    return result.model_copy(update={"calculations": steps, "note": note})


def _all(view: PlanView) -> list[Finding]:
    """Findings of the whole view: conflicts stand between documents."""
    return audit(view.plan, [view.parsed(record.document) for record in view.plan.documents])
