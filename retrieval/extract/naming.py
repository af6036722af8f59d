"""Names of figures: what a line calls the thing it measures. Knows words around an amount, not amounts or facts."""

from __future__ import annotations

import re

from retrieval.extract.phrases import phrase_after, phrase_before
from retrieval.extract.statements import Statement
from retrieval.extract.terms import finance_class, is_exactly, is_metric, says
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods


def kpi_name(one: Statement, before: str, after: str, *, alone: bool, unit: str) -> str:
    """Name of a figure on a line: its label, with what the amount counts where the label does not say it."""
    counted, said = phrase_after(after), phrase_before(before)
    phrase = counted or said
    if unit == "x":
        phrase = " ".join(part for part in (said, counted) if part)
    elif counted and said and _own_label(one) is None and not is_metric(counted):
        phrase = f"{said}: {counted}"
    label = _own_label(one)
    if label is None:
        return phrase or _context_name(one)
    if is_metric_label(label) and alone and not (counted and len(label.split()) == 1):
        return label
    if not phrase or folded(phrase) in folded(label):
        return label
    return f"{label}: {phrase}"


def finance_name(one: Statement, before: str, after: str) -> str:
    """Name of a money fact: the label, with the heading's words where the label is one any line could have."""
    label = one.label
    if label is None:
        said = phrase_before(before) or phrase_after(after)
        return said or _context_name(one)
    if find_periods(label) and len(label) < 12:
        return f"{label}: {phrase_after(after) or phrase_before(before) or one.heading or ''}".strip(" :")
    part = phrase_before(before) if "(" in before or before.startswith(",") else ""
    if part and is_exactly("generic_label", label):
        return f"{label}: {part}"
    if is_exactly("generic_label", label) or is_exactly("total", label):
        above = one.parent.label or one.parent.text if one.parent else one.segment
        return f"{label}: {above}" if above else label
    said = phrase_before(before)
    return f"{label}: {said}" if said and folded(said) not in folded(label) else label


def is_metric_label(label: str) -> bool:
    """Whether a label names a metric by itself (`Feature Adoption`, `Tasa de conversión`)."""
    bare = re.sub(r"\s*\([^)]*\)", "", label)
    words = folded(bare).split()
    return bool(words) and len(words) <= 7 and (says("metric_label", bare) or is_metric(bare, strictly=True))


def _own_label(one: Statement) -> str | None:
    """The line's label with its item's name where nested; None for a label that only announces a statement."""
    label = one.label
    if label is None or _is_period_label(label):
        return None
    above = one.parent if one.parent is not None and not one.is_title else None
    if is_exactly("generic_label", label) and not says("metric_label", label) and finance_class(label) != "saving":
        return None
    if is_exactly("generic_label", label) and above is None:
        return label if says("metric_label", label) or finance_class(label) == "saving" else None
    return f"{(above.label or above.text).rstrip(': ')}: {label}" if above is not None else label


def _is_period_label(label: str) -> bool:
    if re.fullmatch(r"(?:19|20)\d\d", label.strip()):
        return True
    found = find_periods(label)
    return bool(found) and len(re.sub(r"[\W\d_]", "", label)) - sum(len(hit.period.raw) for hit in found) < 4


def _context_name(one: Statement) -> str:
    if one.label and _is_period_label(one.label):
        return one.segment or one.label
    if one.label:
        return (
            f"{one.parent.label or one.parent.text}: {one.label}"
            if one.parent
            else f"{one.label}: {one.segment or ''}".strip(": ")
        )
    above = one.parent.label or one.parent.text if one.parent else one.segment
    return above or one.text[:60]
