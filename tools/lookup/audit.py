"""What does not add up in the plan, as rows with their lines and their arithmetic."""

from __future__ import annotations

from typing import Literal

from copilot.audit import rule_names, title
from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.audit import SEVERITIES, Finding
from copilot.domain.errors import ModelCanRetry
from tools.lookup.documents import resolve
from tools.lookup.rows import Rows
from tools.lookup.view import PlanView

MOST_STEPS = 4
"""Calculations shown with a finding."""


def audit_findings(
    view: PlanView,
    *,
    document: str | None = None,
    rule: str | None = None,
    language: Literal["es", "en", "pt", "fr"] = "en",
    limit: int = 20,
) -> ToolResult:
    """What does not add up in the plan: totals, percentages, ROI, payback, targets in conflict, dates; worst first.

    What a person has acknowledged is left out.

    Args:
        view: the plan as the reader may see it.
        document: only findings that touch this document.
        rule: only rules whose name begins with this, e.g. `total`, `roi`, `target_conflict`.
        language: of the findings' titles.
        limit: most findings.
    """
    if rule is not None and not any(name.startswith(rule) for name in rule_names()):
        raise ModelCanRetry(
            "bad_tool_argument", argument="rule", value=rule, allowed=sorted({name.partition("_")[0] for name in rule_names()})
        )
    names, known = resolve(view, document), view.acknowledged()
    found = [one for one in view.findings if one.id not in known and (rule is None or one.rule.startswith(rule))]
    if names is not None:
        found = [finding for finding in found if any(source.document in names for source in finding.sources)]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    rows = Rows(view, "audit_findings")
    steps: list[Calculation] = []
    for finding in found[:limit]:
        own = _numbered(finding, len(steps))
        steps += own
        rows.add(
            {
                "finding": finding.id,
                "rule": finding.rule,
                "title": title(finding.rule, language),
                "severity": finding.severity,
                "confidence": finding.confidence,
                "claim": finding.claim,
                "problem": finding.problem,
                "expected": finding.expected,
                "c": [step.id for step in own],
                "e": [rows.cite(source.document, source.lines, source.heading_path) for source in finding.sources],
            }
        )
    note = f"{len(found)} findings" if found else "nothing that does not add up was found"
    return rows.result(calculations=steps, note=note)


def _numbered(finding: Finding, before: int) -> list[Calculation]:
    shown = finding.calculations[:MOST_STEPS]
    return [step.model_copy(update={"id": f"c{before + at}"}) for at, step in enumerate(shown, 1)]
