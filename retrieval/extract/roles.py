"""What a line makes of a KPI's value: its role, and whether it is a level, a bound or a change."""

from __future__ import annotations

import re

from copilot.domain.quantity import Comparator, is_currency
from retrieval.extract.phrases import phrase_after
from retrieval.extract.spans import Value
from retrieval.extract.statements import Statement
from retrieval.extract.terms import KPI_ROLES, direction, first_direction, is_role, leads_to, role_of, says
from retrieval.language.folding import folded


def change_of(one: Statement, value: Value) -> tuple[Comparator, str | None]:
    """Comparator and qualifier: a change by so much, a level that is reached, or a plain value."""
    found = value.found
    stated = found.quantity.comparator
    ahead = " ".join(re.split(r"[.;,]\s", value.before)[-1].split()[-10:])
    moved = direction(ahead)
    if found.baseline is None and stated == "<=" and moved == "delta_up" and re.search(r"hasta(?:\s\w+)?\s*$", folded(ahead)):
        return "=", "increased to"
    if found.baseline is not None or stated in ("<", "<=", ">"):
        return stated, found.qualifier
    if moved is not None and leads_to(ahead) and not found.sign:
        return stated, "reduced to" if moved == "delta_down" else "increased to"
    turn: Comparator | None = None
    if found.quantity.unit == "%" or (
        moved is not None and re.search(r"\b(?:en|by|in|de|del)\s+(?:un\s+)?$", folded(value.before))
    ):
        turn = moved or (first_direction(_beside(value.after)) if found.quantity.unit == "%" else None)
    by_label = found.quantity.unit == "%" and not ahead.strip() and says("change_nouns", one.label)
    if turn is None and by_label and (re.match(r"\s*(?:en|in|em)\s", value.after) or not phrase_after(value.after)):
        turn = direction(one.label or "")
    if found.sign and not (found.sign == "-" and says("signed_level", one.label)) and not is_currency(found.quantity.unit):
        turn = "delta_up" if found.sign == "+" else "delta_down"
    if turn is None:
        return stated, found.qualifier
    return turn, "range" if found.quantity.high is not None else ">=" if stated == ">=" else found.qualifier


def kpi_role(one: Statement, value: Value) -> str:
    """Role of a KPI's value, `target` where neither line nor headings give another."""
    if value.is_target:
        return "target"
    if one.block.checked is not None:
        return "milestone"
    if is_role(one.label, "impact"):
        return "impact"
    if re.match(r"(?:si|if|cuando|when|se|quando|lorsque)\s", folded(one.body)) and "," not in one.body[: value.found.start]:
        return "warning_threshold"
    given = _given_role(one)
    if given is not None:
        return given
    if _is_actual(one, value):
        return "actual"
    if one.label is None and one.parent is not None and not any(says("metric_context", text) for text in one.contexts):
        return "capability"
    return "target"


def _given_role(one: Statement) -> str | None:
    """The role that the label, the list or a heading gives to every figure of the line."""
    for role in KPI_ROLES:
        if is_role(one.label, role) or (role in ("warning_threshold", "benchmark") and role_of(one.label, (role,))):
            return role
    for text in dict.fromkeys((one.list_label, *one.contexts[:2])):
        found = role_of(text)
        if found is None or (found in ("capability", "progress") and not _lists(text, found, one)):
            continue
        if found != "deliverable" or not says("measured", one.heading):
            return found
    return "milestone" if any(role_of(text) == "milestone" for text in one.contexts[:4]) else None


def _lists(text: str | None, role: str, one: Statement) -> bool:
    """Whether a heading or label announces capabilities or progress, and does not just name a metric of them."""
    return is_role(text, role) or (text == one.list_label and not says("metric_label", text) and not says("measured", text))


def _is_actual(one: Statement, value: Value) -> bool:
    if value.baseline is not None:
        return False
    # `(currently 6 hours)` behind a value tells the former one, `(actual)` what the value is.
    behind = "" if re.match(r"\s*\([^)]*\d", value.after) else value.after
    near = folded(" ".join([*value.before.split()[-1:], *behind.split()[:1]]))
    if re.search(r"\b(?:actual(?:es|mente)?|current(?:ly)?|hoy|today)\b", near):
        return True
    if role_of(one.label, ("actual",)) and not role_of(one.label, ("target",)):
        return True
    texts = (one.list_label, one.heading)
    return any(role_of(text, ("actual",)) and not role_of(text, ("target",)) for text in texts)


def _beside(after: str) -> str:
    """The words right behind an amount that still speak of it."""
    return " ".join(re.split(r"[.;,(]|\s(?:y|and|e|con|with|para|for)\s", f" {after.strip()} ")[0].split()[:4])
