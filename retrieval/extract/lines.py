"""Figures of running lines: bullets, labelled lines, sentences. Tables have a reader of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from copilot.domain.fact import Dropped
from copilot.domain.quantity import Quantity, is_currency
from retrieval.extract.dating import own_period, period_of
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.money import verdict
from retrieval.extract.naming import finance_name, kpi_name
from retrieval.extract.phrases import phrase_after, phrase_before
from retrieval.extract.roles import change_of, kpi_role
from retrieval.extract.spans import Value, values
from retrieval.extract.statements import Statement
from retrieval.extract.terms import (
    bare_unit,
    finance_class,
    is_role,
    says,
)
from retrieval.language.folding import folded
from retrieval.language.periods import FoundPeriod, find_periods
from retrieval.language.quantities import LONGEST, find_quantities

_FREE = re.compile(r"\b(?:gratuit[oa]s?|gratis|free|grátis)\b", re.I)
_PRICED_BY = re.compile(r"\s+(por\s+(?:cada\s+)?[^\W\d]\w*|por\s+\d+\w?\s+\w+|per\s+[a-z]+)", re.I)
_SENTENCE_END = re.compile(r"(?:^|[^\W\d_]{2,}|[%)])\s?\.\s+(?=[A-ZÁÉÍÓÚÑÀÇÊ¿¡])")
_YEARLY = re.compile(
    r"\s*(?:brutos\s+)?(?:anual(?:es|mente)?|al\s+año|por\s+año|yearly|annually|annual|a\s+year|per\s+year|anuais|annuels?|par\s+an)\b",
    re.I,
)
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
    if _asks(one):
        return "question"
    if says("passing", one.label) and not any(says(table, one.label) for table in ("metric_label", "clock")):
        return "passing"
    if any(says("samples", text) and not says("measured", text) for text in (one.heading, one.block.label)):
        return "sample_text"
    return None


def _asks(one: Statement) -> bool:
    """A question states nothing; what stands behind its mark may answer it."""
    leads = "?" not in one.body and says("interrogatives", " ".join(one.body.split()[:1]))
    return leads or one.body.rstrip(" *_").endswith("?")


def _is_milestone(one: Statement) -> bool:
    """A ticked-off point that is a figure itself (`100% procesos auditados`), under milestones, goals or metrics."""
    leads = re.match(r"[<>≥≤~+]?\s?[$€]?\d", one.body) is not None
    return leads and any(says("metric_context", text) for text in one.contexts[:4])


def _figure(one: Statement, value: Value, hits: list[FoundPeriod], *, alone: bool) -> Figure:
    ended = list(_SENTENCE_END.finditer(value.before))
    if ended and one.label is not None:
        # The label speaks for its own sentence only.
        free, alone_in = replace(one, label=None), replace(value, before=value.before[ended[-1].end() :])
        figure = _figure(free, alone_in, hits, alone=alone)
        return replace(figure, group=(*figure.group, "sentence", value.found.start))
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
    if value.baseline is not None or change_of(one, value)[0] in ("delta_up", "delta_down"):
        return None
    unit = value.found.quantity.unit
    near = finance_class(" ".join(value.before.split()[-4:])) or finance_class(" ".join(value.after.split()[:2]))
    said = near if near in ("roi", "payback") else finance_class(one.label)
    if (said == "roi" and unit in ("%", "ratio", "x")) or (said == "return" and unit == "ratio"):
        return "roi"
    in_time = unit in ("days", "weeks", "months", "years")
    return "payback" if said == "payback" and in_time and not says("metric", one.label) else None


def _kpi(one: Statement, value: Value, hits: list[FoundPeriod], role: str, *, alone: bool) -> Figure:
    found = value.found
    comparator, qualifier = change_of(one, value)
    name = kpi_name(one, value.before, value.after, alone=alone, unit=found.quantity.unit)
    unit = found.quantity.unit
    if unit == "count":
        counted = phrase_after(value.after) if re.match(r"\s*[^\W\d_]", value.after) else ""
        scored = says("score", counted.rpartition(" ")[2])
        unit = "score" if scored else bare_unit(" ".join(("" if counted else one.label or "", phrase_before(value.before))))
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
        role=role or kpi_role(one, value),
        name=name,
        lines=(one.line, one.line),
        raw=found.raw,
        quantity=quantity,
        heading_path=one.block.heading_path,
        segment=_segment(one),
        period=period_of(one, value, hits),
        baseline=baseline,
        stated_change=value.stated_change,
        qualifier=qualifier,
        group=one.group,
        parent=one.parent.line if one.parent else None,
    )


def _money(one: Statement, value: Value, hits: list[FoundPeriod], role: str) -> Figure:
    found = value.found
    own = own_period(one, value, hits)
    per = found.per or _priced_by(value.after)
    cadence = next((hit for hit in hits if hit.form == "cadence" and hit.start >= found.end), None)
    if per is None and (_MONTHLY.search(value.after) or (cadence is None and _MONTHLY.search(one.label or ""))):
        per = "month"
    elif per is None and _YEARLY.match(value.after):
        per = "year"
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
    own = own_period(one, value, [hit for hit in hits if not (hit.start < value.found.end and value.found.start < hit.end)])
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
        roi_value=_with_cadence(value) if matter == "roi" else None,
        payback=value.found.raw if matter == "payback" else None,
        roi_basis=basis[1] if basis is not None and not dated and matter == "roi" else None,
        horizon=own.raw if own is not None and own.unit != "cadence" else None,
        group=one.group,
        parent=one.parent.line if one.parent else None,
    )


def _with_cadence(value: Value) -> str:
    """`230% anual` where the cadence stands right behind the amount."""
    hit = next((hit for hit in find_periods(value.after) if hit.form == "cadence"), None)
    near = hit is not None and not value.after[: hit.start].strip()
    return f"{value.found.raw} {hit.period.raw}" if hit is not None and near else value.found.raw


def _wordy(one: Statement) -> tuple[Figure, ...]:
    """What a line states without a digit of its own: a free tool, a month of break-even."""
    plain = Figure("finance", "", "", (one.line, one.line), "", None, one.block.heading_path, _segment(one), group=one.group)
    free = _FREE.fullmatch(one.body.strip(" ()")) or re.fullmatch(r".*\((\w+)\)", one.body)
    word = _FREE.search(one.body) if free else None
    if word is not None and one.label is not None and any(finance_class(text) == "tool" for text in one.contexts):
        nothing = Quantity(value=Decimal(0), unit="USD")
        return (replace(plain, role="tool", name=one.label, raw=word[0], quantity=nothing, per="month"),)
    hits = find_periods(one.text)
    if one.label is None or len(hits) != 1 or len(one.text) >= 60:
        return ()
    even = re.search(r"break[\s-]?even|punto de equilibrio", folded(one.text))
    if even is None or hits[0].form not in ("point", "stretch", "calendar", "duration"):
        return ()
    raw, period = one.text[even.start() : even.end()], hits[0].period
    return (replace(plain, role="payback", name=raw, raw=raw, period=period, payback=period.raw, horizon=period.raw),)


def _segment(one: Statement) -> str | None:
    if one.parent is not None and (one.label is None or is_role(one.label, "impact")):
        return one.parent.label or one.parent.text
    return one.segment


def _priced_by(after: str) -> str | None:
    match = _PRICED_BY.match(after)
    return match[1] if match else None
