"""Findings as SARIF 2.1.0, which code hosts and editors show beside the lines. Knows the format, not the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from copilot.audit import rule_names, title
from copilot.domain.audit import Acknowledgement, Finding, Severity
from copilot.domain.source import Citation
from copilot.version import __version__

LEVELS: dict[Severity, str] = {"high": "error", "medium": "warning", "low": "note"}


def sarif(findings: Sequence[Finding], acknowledged: Mapping[str, Acknowledgement]) -> dict[str, Any]:
    """One run with every rule and every finding; an acknowledged finding is suppressed, with its note."""
    rules = [{"id": name, "shortDescription": {"text": title(name, "en")}} for name in rule_names()]
    driver = {"name": "rumbo", "version": __version__, "rules": rules}
    results = [_result(finding, acknowledged.get(finding.id)) for finding in findings]
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}]}


def _result(finding: Finding, known: Acknowledgement | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.claim}. {finding.problem}. Expected: {finding.expected}."},
        "locations": [_location(finding.sources[0])],
        "relatedLocations": [_location(citation) for citation in finding.sources[1:]],
        "partialFingerprints": {"rumboFinding/v1": finding.id},
        "properties": {"severity": finding.severity, "confidence": finding.confidence},
    }
    if known is not None:
        told["suppressions"] = [{"kind": "external", "justification": known.note or ""}]
    return told


def _location(citation: Citation) -> dict[str, Any]:
    first, last = citation.lines
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(citation.document)},
            "region": {"startLine": first, "endLine": last},
        }
    }
