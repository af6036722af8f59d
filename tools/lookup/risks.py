"""Risks with what the plans set against them, and values that cannot all hold."""

from __future__ import annotations

import re
from typing import Any

from copilot.domain.answer import ToolResult
from copilot.domain.fact import Fact, RiskFact
from retrieval.language.analyser import fold
from tools.lookup.documents import resolve
from tools.lookup.levels import step_in, without_steps
from tools.lookup.rows import MOST_CITED_LINES, Rows
from tools.lookup.statements import Statement
from tools.lookup.terms import keys_of, query_terms
from tools.lookup.view import PlanView
from tools.lookup.work import close_to_best

CONCEPTS = {
    "mitigation": "=mitigacion",
    "contingency": "=contingencia",
    "monitoring": "=monitoreo",
    "probability": "=probabilidad",
    "impact": "=impacto",
    "symptoms": "=sintoma",
    "trigger": "=umbral",
}
"""What a question calls each field of a risk."""
SCALES = {"impact": re.compile(r"\b(?:impact|sever|grav)"), "probability": re.compile(r"\b(?:prob|likel|vraisembl)")}
"""The scales of a risk by what they are called, folded."""
STANDS_FOR = 0.88
MOST_PIECES = 4
"""Citations of one risk that is told over many lines."""
FIELDS = ("mitigation", "contingency", "monitoring", "probability", "impact", "symptoms", "trigger")


def list_risks(
    view: PlanView, *, query: str | None = None, level: str | None = None, document: str | None = None, limit: int = 20
) -> ToolResult:
    """Risks with mitigation, contingency, monitoring, probability, impact, symptoms and trigger, best match first."""
    rows = Rows(view, "list_risks")
    ranked = view.index.rank(
        without_steps(query or "") if level else query or "",
        documents=resolve(view, document),
        accept=lambda statement: any(isinstance(fact, RiskFact) for fact in statement.facts),
        kind="risk",
        extra=_told,
        limit=200,
    )
    if level:
        ranked = [match for match in ranked if any(_is_asked(fact, level) for fact in match.statement.facts)]
    if query:
        ranked = close_to_best(ranked)
    for match in ranked[:limit]:
        for fact in match.statement.facts:
            if isinstance(fact, RiskFact) and _is_asked(fact, level):
                told = {name: getattr(fact, name) for name in FIELDS}
                first, last = fact.lines
                starts = range(first, last + 1, MOST_CITED_LINES)[:MOST_PIECES]
                marks = [
                    rows.cite(fact.document, (one, min(one + MOST_CITED_LINES - 1, last)), fact.heading_path, fact.id)
                    for one in starts
                ]
                rows.add(
                    {
                        **rows.described(match.statement),
                        "risk": fact.risk,
                        **told,
                        "match": round(match.coverage, 2),
                        "own": round(match.own, 2),
                        "score": round(match.score, 2),
                        "missing": list(match.missing),
                        "e": marks,
                    }
                )
    return rows.result()


def _is_asked(fact: Fact, level: str | None) -> bool:
    """Whether it is a risk, and on the step of the scale that is named, or of either scale where none is."""
    step = step_in(level or "")
    if not isinstance(fact, RiskFact) or step is None:
        return isinstance(fact, RiskFact)
    named = [name for name, called in SCALES.items() if called.search(fold(level or ""))]
    return any(step_in(getattr(fact, name) or "") == step for name in named or SCALES)


def _told(statement: Statement) -> tuple[frozenset[str], float]:
    keys: set[str] = set()
    for fact in statement.facts:
        if isinstance(fact, RiskFact):
            held = [name for name in FIELDS if getattr(fact, name)]
            keys |= {"=riesgo", *(CONCEPTS[name] for name in held)}
            keys |= keys_of(" | ".join([fact.risk, *(getattr(fact, name) for name in held)]))
    return frozenset(keys), STANDS_FOR


def list_conflicts(view: PlanView, *, metric: str | None = None, document: str | None = None, limit: int = 20) -> ToolResult:
    """Values of one thing that cannot all hold, each with its source."""
    rows = Rows(view, "list_conflicts")
    names = resolve(view, document)
    roots = {one for term in query_terms(metric or "") if not term.generic for one in (*term.roots, *term.concepts)}
    for conflict in view.plan.conflicts:
        if roots and not roots & keys_of(conflict.name):
            continue
        if names is not None and not any(value.citation.document in names for value in conflict.values):
            continue
        values: list[dict[str, Any]] = []
        for value in conflict.values:
            place = value.citation
            values.append(
                {
                    "value": value.value,
                    "document": place.document,
                    "line": place.lines[0],
                    "title": view.titles.get(place.document, place.document),
                    "e": [rows.cite(place.document, place.lines, place.heading_path)],
                }
            )
        rows.add(
            {
                "name": conflict.name,
                "period": conflict.period,
                "values": values,
                "e": [one for value in values for one in value["e"]],
            }
        )
        if len(rows.rows) >= limit:
            break
    return rows.result(note=None if rows.rows else "no conflict of that name was found")
