"""Runs the rules and makes findings of what they say, each with an id that rests on its figures and not on its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from copilot.audit.registry import CROSS_RULES, RULES
from copilot.audit.remark import Remark
from copilot.audit.sheet import Case, open_case
from copilot.domain.audit import SEVERITIES, Finding
from copilot.domain.plan import Plan
from copilot.domain.source import Citation, ParsedDocument
from retrieval.language.quantities import find_quantities

CONFIDENCES = ("certain", "likely", "inference")
MOST_TOLD = 5
_LETTERS = re.compile(r"[a-z0-9]+")


def audit(plan: Plan, documents: Sequence[ParsedDocument]) -> list[Finding]:
    """Every finding in these documents, in the order of documents and lines."""
    case = open_case(plan, documents)
    order = {sheet.name: place for place, sheet in enumerate(case.sheets)}
    seen: Counter[str] = Counter()
    found = []
    for rule, remark in _distinct(_remarks(case)):
        citations = tuple(
            sheet.citation(line) for sheet, line in sorted(remark.places, key=lambda place: (order[place[0].name], place[1]))
        )
        identity = _identity(rule, citations)
        seen[identity] += 1
        found.append(_finding(rule, remark, citations, identity if seen[identity] == 1 else f"{identity}-{seen[identity]}"))
    found.sort(key=lambda finding: (order[finding.sources[0].document], finding.sources[0].lines, finding.rule))
    return found


def worth_telling(findings: Sequence[Finding], *, most: int = MOST_TOLD) -> list[Finding]:
    """The few findings a weekly report should name: certain or likely, high before medium, arithmetic before the rest."""
    known = [finding for finding in findings if finding.severity != "low" and finding.confidence != "inference"]
    known.sort(key=lambda finding: (SEVERITIES.index(finding.severity), CONFIDENCES.index(finding.confidence)))
    return known[:most]


def _remarks(case: Case) -> Iterator[tuple[str, Remark]]:
    for sheet in case.sheets:
        for rule in RULES:
            yield from ((rule.__name__, remark) for remark in rule(sheet))
    for cross in CROSS_RULES:
        yield from ((cross.__name__, remark) for remark in cross(case))


def _distinct(remarks: Iterable[tuple[str, Remark]]) -> Iterator[tuple[str, Remark]]:
    """Of two remarks of one family on the same lines the first."""
    told: set[tuple[str, frozenset[tuple[str, int]]]] = set()
    for rule, remark in remarks:
        mark = (rule.partition("_")[0], frozenset((sheet.name, line) for sheet, line in remark.places))
        if rule.startswith("target") and mark in told:
            continue
        told.add(mark)
        yield rule, remark


def _finding(rule: str, remark: Remark, citations: tuple[Citation, ...], identity: str) -> Finding:
    return Finding(
        id=identity,
        rule=rule,
        severity=remark.severity,
        confidence=remark.confidence,
        sources=citations,
        claim=remark.claim,
        problem=remark.problem,
        expected=remark.expected,
        calculations=remark.calculations,
    )


def _identity(rule: str, citations: Sequence[Citation]) -> str:
    """Of the rule, the documents and the figures of the cited lines; of the words, where the lines have no figure."""
    marks = [rule]
    for citation in citations:
        figures = [_figure(one.quantity.value, one.quantity.high, one.quantity.unit) for one in find_quantities(_said(citation))]
        marks += [citation.document, *(figures or ["".join(_LETTERS.findall(citation.quote.lower()))])]
    return blake2b("\x1f".join(marks).encode(), digest_size=6).hexdigest()


def _said(citation: Citation) -> str:
    return f"{citation.quote} {citation.correction}" if citation.correction else citation.quote


def _figure(value: object, high: object, unit: str) -> str:
    return f"{value}:{high}:{unit}"
