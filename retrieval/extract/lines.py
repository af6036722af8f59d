"""Figures of running lines: bullets, labelled lines, sentences. Tables have a reader of their own."""

from __future__ import annotations

import re

from copilot.domain.fact import Dropped
from copilot.domain.quantity import Comparator, Period, Quantity, is_currency
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.money import verdict
from retrieval.extract.naming import finance_name, kpi_name, phrase_after
from retrieval.extract.spans import Value, values
from retrieval.extract.statements import Statement
from retrieval.extract.terms import (
    KPI_ROLES,
    bare_unit,
    direction,
    finance_class,
    first_direction,
    is_role,
    leads_to,
    role_of,
    says,
)
from retrieval.language.folding import folded
from retrieval.language.periods import FoundPeriod, find_periods, parse_period
from retrieval.language.quantities import LONGEST, find_quantities

_FREE = re.compile(r"\b(?:gratuit[oa]s?|gratis|free|grátis)\b", re.I)
_PRICED_BY = re.compile(r"\s+(por\s+(?:cada\s+)?[^\W\d]\w*|por\s+\d+\w?\s+\w+|per\s+[a-z]+)", re.I)
_MONTHLY = re.compile(r"\b(?:mensual(?:es|mente)?|al\s+mes|por\s+mes|monthly|per\s+month|mensal|mensais|mensuels?)\b", re.I)


def read_line(document: str, one: Statement, *, decimal_comma: bool) -> Reading:
    """Figures of a statement, and what looked like one and was left."""
    if len(one.body) > LONGEST:
        return Reading(dropped=(Dropped(document=document, line=one.line, text=one.body[:80], reason="too_long"),))
    found = find_quantities(one.body, decimal_comma=decimal_comma)
    if not found:
        return Reading(figures=_wordy(one))
    reason = _left_out(one)
    if reason is not None:
        return Reading(
            dropped=tuple(Dropped(document=document, line=one.line, text=amount.raw, reason=reason) for amount in found)
        )
    hits = find_periods(one.body)
    kept, left = values(one, found, hits)
    figures = tuple(_figure(one, value, hits, alone=len(kept) == 1) for value in kept)
    return Reading(figures, tuple(Dropped(document=document, line=one.line, text=item.raw, reason=item.reason) for item in left))


def _left_out(one: Statement) -> str | None:
    """Why no amount of the line is a figure."""
    if "](#" in one.block.text:
        return "contents"
    above = one.parent
    while above is not None:
        if above.block.checked is not None:
            return "task_text"
        above = above.parent
    if one.block.checked is not None and not _is_milestone(one):
        return "task_text"
    if says("passing", one.label) and not any(says(table, one.label) for table in ("metric_label", "clock")):
        return "passing"
    if any(says("samples", text) for text in (one.heading, one.block.label)):
        return "sample_text"
    return None


def _is_milestone(one: Statement) -> bool:
    """A ticked-off point that is a figure itself (`100% procesos auditados`), under milestones, goals or metrics."""
    leads = re.match(r"[<>≥≤~+]?\s?[$€]?\d", one.body) is not None
    return leads and any(says("metric_context", text) for text in one.contexts[:4])


def _figure(one: Statement, value: Value, hits: list[FoundPeriod], *, alone: bool) -> Figure:
    quantity = value.found.quantity
    if is_currency(quantity.unit) and value.found.baseline is None and value.baseline is None:
        kind, role = verdict(one, value.before, value.after, sign=value.found.sign, per=value.found.per)
        if kind == "finance":
            return _money(one, value, hits, role)
        return _kpi(one, value, hits, role, alone=alone)
    matter = _matter(one, value)
    if matter is not None:
        return _without_amount(one, value, hits, matter)
    return _kpi(one, value, hits, "", alone=alone)


def _matter(one: Statement, value: Value) -> str | None:
    """`roi` or `payback` for a figure in percent, ratio or time that states one without an amount."""
    if value.baseline is not None or _change(one, value)[0] in ("delta_up", "delta_down"):
        return None
    unit = value.found.quantity.unit
    near = finance_class(" ".join(value.before.split()[-4:])) or finance_class(" ".join(value.after.split()[:2]))
    said = near if near in ("roi", "payback") else finance_class(one.label)
    if said == "roi" and unit in ("%", "ratio", "x"):
        return "roi"
    in_time = unit in ("days", "weeks", "months", "years")
    return "payback" if said == "payback" and in_time and not says("metric", one.label) else None


def _kpi(one: Statement, value: Value, hits: list[FoundPeriod], role: str, *, alone: bool) -> Figure:
    found = value.found
    comparator, qualifier = _change(one, value)
    name = kpi_name(one, value.before, value.after, alone=alone, unit=found.quantity.unit)
    unit = found.quantity.unit
    if unit == "count":
        counted = phrase_after(value.after) if re.match(r"\s*[^\W\d_]", value.after) else ""
        unit = bare_unit(" ".join(("" if counted else one.label or "", " ".join(value.before.split()[-2:]))))
        if unit == "count" and _MONTHLY.search(" ".join(value.after.split()[:6])):
            unit = "count/month"
    if found.per and unit in ("count", "USD", "EUR", "MXN", "BRL", "GBP"):
        unit = f"{unit}/{found.per}"
    baseline = value.baseline
    if baseline is not None and baseline.unit == "count":
        baseline = baseline.model_copy(update={"unit": unit})
    size = found.quantity.value
    if found.sign == "-" and comparator != "delta_down":
        size = -size
    quantity = Quantity(value=size, high=found.quantity.high, unit=unit, comparator=comparator)
    return Figure(
        kind="kpi",
        role=role or _role(one, value),
        name=name,
        lines=(one.line, one.line),
        raw=found.raw,
        quantity=quantity,
        heading_path=one.block.heading_path,
        segment=_segment(one),
        period=_period(one, value, hits),
        baseline=baseline,
        stated_change=value.stated_change,
        qualifier=qualifier,
        group=one.group,
        parent=one.parent.line if one.parent else None,
    )


def _money(one: Statement, value: Value, hits: list[FoundPeriod], role: str) -> Figure:
    found = value.found
    own = _own_period(one, value, hits)
    per = found.per or _priced_by(value.after)
    cadence = next((hit for hit in hits if hit.form == "cadence" and hit.start >= found.end), None)
    if per is None and (_MONTHLY.search(value.after) or (cadence is None and _MONTHLY.search(one.label or ""))):
        per = "month"
    return Figure(
        kind="finance",
        role=role,
        name=finance_name(one, value.before, value.after),
        lines=(one.line, one.line),
        raw=found.raw,
        quantity=found.quantity,
        heading_path=one.block.heading_path,
        segment=_segment(one),
        period=own or one.near_period(),
        qualifier=found.qualifier,
        per=per,
        savings=found.raw if role == "saving" else None,
        horizon=own.raw if own is not None and own.unit != "cadence" else None,
        group=one.group,
        parent=one.parent.line if one.parent else None,
    )


def _without_amount(one: Statement, value: Value, hits: list[FoundPeriod], matter: str) -> Figure:
    own = _own_period(one, value, [hit for hit in hits if not (hit.start < value.found.end and value.found.start < hit.end)])
    basis = re.match(r"\s*(?:en|in|sobre|on)\s+(.{3,60}?)\s*$", value.after)
    dated = basis is not None and find_periods(basis[1])
    return Figure(
        kind="finance",
        role=matter,
        name=finance_name(one, value.before, value.after),
        lines=(one.line, one.line),
        raw=value.found.raw,
        quantity=None,
        heading_path=one.block.heading_path,
        segment=_segment(one),
        period=own or one.near_period(),
        roi_value=value.found.raw if matter == "roi" else None,
        payback=value.found.raw if matter == "payback" else None,
        roi_basis=basis[1] if basis is not None and not dated and matter == "roi" else None,
        horizon=own.raw if own is not None and own.unit != "cadence" else None,
        group=one.group,
        parent=one.parent.line if one.parent else None,
    )


def _wordy(one: Statement) -> tuple[Figure, ...]:
    """What a line states without a digit of its own: a free tool, a month of break-even."""
    common = {"lines": (one.line, one.line), "heading_path": one.block.heading_path, "segment": _segment(one), "group": one.group}
    free = _FREE.fullmatch(one.body.strip(" ()")) or re.fullmatch(r".*\((\w+)\)", one.body)
    word = _FREE.search(one.body) if free else None
    if word is not None and one.label is not None and any(finance_class(text) == "tool" for text in one.contexts):
        zero = Quantity(value=0, unit="USD")  # type: ignore[arg-type]  # pydantic makes it a Decimal
        return (Figure(kind="finance", role="tool", name=one.label, raw=word[0], quantity=zero, per="month", **common),)  # type: ignore[arg-type]
    hits = find_periods(one.text)
    if one.label is not None and len(hits) == 1 and len(one.text) < 60:
        level = re.search(r"break[\s-]?even|punto de equilibrio", folded(one.text))
        if level is not None and hits[0].form in ("point", "stretch", "calendar", "duration"):
            raw = one.text[level.start() : level.end()]
            period = hits[0].period
            return (
                Figure(
                    kind="finance",
                    role="payback",
                    name=raw,
                    raw=raw,
                    quantity=None,
                    period=period,
                    payback=period.raw,
                    horizon=period.raw,
                    **common,  # type: ignore[arg-type]
                ),
            )
    return ()


def _change(one: Statement, value: Value) -> tuple[Comparator, str | None]:
    """Comparator and qualifier: a change by so much, a level that is reached, or a plain value."""
    found = value.found
    stated = found.quantity.comparator
    if found.baseline is not None or stated in ("<", "<=", ">"):
        return stated, found.qualifier
    ahead = " ".join(re.split(r"[.;,]\s", value.before)[-1].split()[-10:])
    moved = direction(ahead)
    if moved is not None and leads_to(ahead) and not found.sign:
        return stated, "reduced to" if moved == "delta_down" else "increased to"
    turn: Comparator | None = None
    if found.quantity.unit == "%" or (
        moved is not None and re.search(r"\b(?:en|by|in|de|del)\s+(?:un\s+)?$", folded(value.before))
    ):
        turn = moved or (first_direction(_beside(value.after)) if found.quantity.unit == "%" else None)
    by_label = found.quantity.unit == "%" and not ahead.strip() and says("change_nouns", one.label)
    if turn is None and by_label and not phrase_after(value.after):
        turn = direction(one.label or "")
    if found.sign and not (found.sign == "-" and says("signed_level", one.label)) and not is_currency(found.quantity.unit):
        turn = "delta_up" if found.sign == "+" else "delta_down"
    if turn is None:
        return stated, found.qualifier
    return turn, "range" if found.quantity.high is not None else ">=" if stated == ">=" else found.qualifier


def _beside(after: str) -> str:
    """The words right behind an amount that still speak of it."""
    return " ".join(re.split(r"[.;,(]|\s(?:y|and|e|con|with|para|for)\s", f" {after.strip()} ")[0].split()[:4])


def _role(one: Statement, value: Value) -> str:
    if value.is_target:
        return "target"
    if one.block.checked is not None:
        return "milestone"
    if is_role(one.label, "impact"):
        return "impact"
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
        if found is None or (found in ("capability", "progress") and text != one.list_label and not is_role(text, found)):
            continue
        if found != "deliverable" or not says("measured", one.heading):
            return found
    return "milestone" if any(role_of(text) == "milestone" for text in one.contexts[:4]) else None


def _is_actual(one: Statement, value: Value) -> bool:
    if value.baseline is not None:
        return False
    near = folded(" ".join([*value.before.split()[-1:], *value.after.split()[:1]]))
    if re.search(r"\b(?:actual(?:es|mente)?|current(?:ly)?|hoy|today)\b", near):
        return True
    if role_of(one.label, ("actual",)) and not role_of(one.label, ("target",)):
        return True
    texts = (one.list_label, one.heading)
    return any(role_of(text, ("actual",)) and not role_of(text, ("target",)) for text in texts)


def _segment(one: Statement) -> str | None:
    if one.parent is not None and (one.label is None or is_role(one.label, "impact")):
        return one.parent.label or one.parent.text
    return one.segment


def _own_period(one: Statement, value: Value, hits: list[FoundPeriod]) -> Period | None:
    """The period the line itself gives the figure: behind it, before it, in the label."""
    start = value.found.end
    behind = [hit for hit in hits if hit.form != "cadence" and start <= hit.start < start + len(value.after)]
    sentence = value.found.start - len(re.split(r"[.;]\s", value.before)[-1])
    ahead = [hit for hit in hits if hit.form != "cadence" and sentence <= hit.start < value.found.start]
    label = [hit for hit in find_periods(one.label or "") if hit.form != "cadence"]
    if behind:
        return behind[0].period
    cadence = any(hit.form == "cadence" and start <= hit.start < start + 20 for hit in hits)
    if not label and not (ahead and cadence):
        named = parse_period(one.label or "")
        if named is not None and named.unit == "year" and named.year is not None:
            return named
    if cadence and not label:
        return None
    if label:
        return one.inherited_period() if one.is_title else _whole(one.label or "", label)
    return ahead[-1].period if ahead else None


def _whole(label: str, hits: list[FoundPeriod]) -> Period:
    from_phase = [hit for hit in hits if hit.form == "phase"]
    dated = [hit for hit in hits if hit.form != "phase"]
    if from_phase and dated:
        return dated[0].period.model_copy(update={"raw": f"{from_phase[0].period.raw} ({dated[0].period.raw})"})
    return hits[0].period


def _period(one: Statement, value: Value, hits: list[FoundPeriod]) -> Period | None:
    own = _own_period(one, value, [hit for hit in hits if not (hit.start < value.found.end and value.found.start < hit.end)])
    after = folded(" ".join(value.after.split()[:6]))
    cadence = next((hit.period for hit in find_periods(after) if hit.form == "cadence"), None)
    cadence = cadence or next((hit.period for hit in find_periods(one.label or "") if hit.form == "cadence"), None)
    inherited = one.inherited_period()
    if own is not None:
        return _in_year(own, inherited)
    if inherited is not None and inherited.unit != "cadence":
        return inherited
    return cadence or inherited


def _in_year(own: Period, inherited: Period | None) -> Period:
    """A quarter under a year's heading is that year's."""
    if own.unit != "quarter" or own.year is not None or inherited is None or inherited.year is None:
        return own
    return own.model_copy(update={"raw": f"{own.raw} {inherited.year}", "year": inherited.year})


def _priced_by(after: str) -> str | None:
    match = _PRICED_BY.match(after)
    return match[1] if match else None
