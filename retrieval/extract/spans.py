"""Which amounts of a line are values, and which belong to another: a former value, a stated change, a date, a quotation.

Gives each value the text before and behind it that speaks for it alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from copilot.domain.quantity import TIME_UNITS, Quantity, is_currency
from retrieval.extract.phrases import phrase_after
from retrieval.extract.statements import Statement
from retrieval.extract.terms import direction, finance_class, is_exactly, is_metric, says
from retrieval.language.folding import folded
from retrieval.language.periods import FoundPeriod
from retrieval.language.quantities import FoundQuantity
from retrieval.language.wordlists import listed

_QUOTED = re.compile(r"[\"“«][^\"“”«»]{1,300}[\"”»]|(?<!\w)'[^']{1,200}'(?!\w)")
_PERIOD_LEAD = re.compile(
    r"(?:^|[\s(])(?:en|in|within|durante|during|over|por|for|dentro\s+de|a|cada|every|tras|after|next|ultimos|last|de|dans|em)\s+(?:los\s+|the\s+)?$"
)
_BREAK = re.compile(r"[;,|•]|\.\s")
_PAREN = re.compile(r"\(([^()]*)\)")
_KNOWN_SET = re.compile(r"(?<!\w)(?:los|las|the|these|estos|estas|ambos|nuestros|nuestras|our|sus|os|as|les|des)\s+$")
AGAINST = re.compile(r"(?:vs\.?|versus|en vez de|en lugar de|instead of|frente a|contra|contre)\s+(?:\w+\s+)?$")
_BY_EACH = re.compile(r"\s*(?:por\s+cada|for\s+(?:each|every)|per\s+each|a\s+cada|pour\s+chaque)\s*")
_OPENING = re.compile(r"^\W*$")


@dataclass(frozen=True)
class Value:
    """An amount that is a figure of its own, with what belongs to it."""

    found: FoundQuantity
    before: str
    """Text between the previous value and this one."""
    after: str
    """Text from this value to the next one."""
    baseline: Quantity | None = None
    stated_change: str | None = None
    in_paren: bool = False
    is_target: bool = False
    """Announced by `(Target: ...)` behind another value."""


@dataclass(frozen=True)
class Left:
    """An amount that is no figure, and why."""

    raw: str
    reason: str


def values(one: Statement, found: list[FoundQuantity], hits: list[FoundPeriod]) -> tuple[list[Value], list[Left]]:
    """The values of a statement's body in order, and what was left."""
    quoted = [match.span() for match in _QUOTED.finditer(one.body)]
    kept: list[FoundQuantity] = []
    left: list[Left] = []
    for index, amount in enumerate(found):
        reason = "quotation" if any(start <= amount.start < end for start, end in quoted) else _reason(one, found, index, hits)
        if reason is None:
            kept.append(amount)
        elif reason:
            left.append(Left(amount.raw, reason))
    return _joined(one.body, kept), left


def surroundings(body: str, found: list[FoundQuantity], index: int) -> tuple[str, str]:
    """Text before and behind an amount, up to its neighbours."""
    start = found[index - 1].end if index else 0
    end = found[index + 1].start if index + 1 < len(found) else len(body)
    return body[start : found[index].start], body[found[index].end : end]


def _reason(one: Statement, found: list[FoundQuantity], index: int, hits: list[FoundPeriod]) -> str | None:
    """Why an amount is no value; empty for one that is a date and needs no mention; None for a value."""
    amount = found[index]
    before, after = surroundings(one.body, found, index)
    if index and _is_per_so_many(found[index - 1], amount, before):
        return ""
    if re.search(r"probab|likelihood|chance", folded(" ".join([*before.split()[-2:], *after.split()[:2]]))):
        return "probability"
    dated = any(hit.form != "cadence" and hit.start < amount.end and amount.start < hit.end for hit in hits)
    if amount.quantity.unit in TIME_UNITS:
        if _is_former_time(one, found, index, before):
            return None
        return None if _is_measured_time(one, amount, before) else "" if dated else "duration"
    if dated and not amount.marked:
        return ""
    if one.is_title and _is_titular(one, amount, after):
        return "title"
    if amount.quantity.unit == "%" and index and _is_rate_of_npv(one, found[index - 1], before):
        return "discount_rate"
    if amount.quantity.unit == "x" and not before.strip() and one.label is None and re.match(r"\s+[A-ZÁÉÍÓÚ]", after):
        return "head_count"
    if amount.quantity.unit == "count" and not amount.marked:
        return _reason_of_bare(one, found, index, before, after)
    unlabelled = one.label is None and one.block.kind != "item" and not one.is_title
    return "prose" if unlabelled and not _speaks(before, after) else None


def _reason_of_bare(one: Statement, found: list[FoundQuantity], index: int, before: str, after: str) -> str | None:
    """Why a number without a sign of its own is no value."""
    if _KNOWN_SET.search(folded(before)):
        return "reference"
    if index and listed("measures", "baseline_mark").search(folded(before)) and body_depth(one.body, found[index].start) > 0:
        return None
    if index and body_depth(one.body, found[index].start) > 0 and body_depth(one.body, found[0].start) == 0:
        return "detail"
    if not _counts(one, before, after):
        return "bare_number"
    unlabelled = one.label is None and one.block.kind != "item" and not one.is_title
    return "prose" if unlabelled and not _speaks(before, after) else None


def _is_per_so_many(main: FoundQuantity, amount: FoundQuantity, before: str) -> bool:
    """`$5 por 1000`, `+2x por cada 50%`: what the value before it is counted by."""
    rated = amount.quantity.unit in ("x", "count") and is_currency(main.quantity.unit)
    return _BY_EACH.fullmatch(folded(before)) is not None or (rated and before.strip() in ("por", "per"))


def _is_rate_of_npv(one: Statement, main: FoundQuantity, before: str) -> bool:
    """`NPV: $640K at 9%`."""
    led = re.search(r"(?:^|[\s(,])(?:at|al|a|con|with|com|avec|a una|tasa|rate|taxa|taux)(?:\s+\w+){0,4}\s*$", folded(before))
    return led is not None and is_currency(main.quantity.unit) and finance_class(one.label or one.body[: main.start]) == "npv"


def body_depth(body: str, at: int) -> int:
    """How many parentheses are open at an offset."""
    return body.count("(", 0, at) - body.count(")", 0, at)


def _is_titular(one: Statement, amount: FoundQuantity, after: str) -> bool:
    """Whether an amount of a title only says what the section is about: no money, no label before it, nothing counted."""
    if is_currency(amount.quantity.unit):
        return one.label is None and body_depth(one.body, amount.start) == 0
    if one.block.kind == "heading":
        return one.label is None or not amount.marked or body_depth(one.body, amount.start) > 0
    return one.label is None and not phrase_after(after)


def _is_former_time(one: Statement, found: list[FoundQuantity], index: int, before: str) -> bool:
    """`< 2 hours (currently 6 hours)`, `6 meses vs. 12 meses`: a time set against the measured time before it."""
    if not index or found[index - 1].quantity.unit not in TIME_UNITS:
        return False
    if body_depth(one.body, found[index].start) < 1:
        return AGAINST.search(folded(before)) is not None
    return listed("measures", "baseline_mark").search(folded(before)) is not None


def _is_measured_time(one: Statement, amount: FoundQuantity, before: str) -> bool:
    if is_exactly("horizon", one.label) and amount.quantity.comparator in ("=", "range"):
        return False
    if amount.baseline is not None or amount.quantity.comparator in ("<", ">", "<="):
        return True
    if finance_class(" ".join(before.split()[-3:])) == "payback":
        return True
    if listed("measures", "clock").search(folded(" ".join(before.split()[-6:]))):
        return _PERIOD_LEAD.search(folded(before)) is None or finance_class(before) == "saving" or "tiempo" in folded(before)
    alone = _OPENING.match(before) is not None
    if not alone or one.label is None:
        return False
    return says("clock", one.label) or any(says("clock", text) for text in one.contexts[:1] if not says("horizon", one.label))


def _counts(one: Statement, before: str, after: str) -> bool:
    """Whether a bare number counts something: `5 alianzas`, `NPS: 60`."""
    counted = re.match(r"\s*[^\W\d_]{2,}", after) is not None and bool(phrase_after(after))
    context = any(says("metric_context", text) for text in one.contexts[:3]) or says("metric_context", one.label)
    leads = len(before.split()) <= 5
    if one.label is not None:
        if _OPENING.match(before) and _OPENING.match(after):
            return context or says("metric_label", one.label) or says("score", one.label)
        scored = says("score", " ".join(before.split()[-2:])) or says("ratio", before)
        return scored or (
            counted and (context or (leads and not _BREAK.search(before)) or bool(re.fullmatch(r"\s*\+\s*", before)))
        )
    return context and counted and leads


def _speaks(before: str, after: str) -> bool:
    """Whether running text says what an amount measures."""
    near = " ".join(before.split()[-9:]) + " | " + " ".join(after.split()[:6])
    return is_metric(near) or finance_class(near) is not None or direction(near) is not None or says("metric_label", near)


def _joined(body: str, kept: list[FoundQuantity]) -> list[Value]:
    """Values with the former values, changes and moves that explain them taken in."""
    done: list[Value] = []
    for index, amount in enumerate(kept):
        before, after = surroundings(body, kept, index)
        depth = body_depth(body, amount.start)
        if done and (merged := _explained(done[-1], amount, before, after, in_paren=depth > 0, body=body)) is not None:
            done[-1] = merged
            continue
        target = bool(done) and _announces_target(before, inside=depth > 0) and done[-1].baseline is None
        former = done[-1].found.quantity if target else None
        done.append(Value(amount, before, after, baseline=amount.baseline or former, in_paren=depth > 0, is_target=target))
        if target:
            done.pop(-2)
            done[-1] = replace(done[-1], before="")
    return done


def _announces_target(before: str, *, inside: bool) -> bool:
    """Whether the words in front of an amount say that it is what the value before it is to become."""
    marks = listed("measures", "target_mark")
    return marks.search(folded(before)) is not None if inside else marks.fullmatch(folded(before).strip(" ;,:|.")) is not None


def _explained(main: Value, amount: FoundQuantity, before: str, after: str, *, in_paren: bool, body: str) -> Value | None:
    """The value before, with this amount as its former value or change; None when the amount is a value of its own."""
    near = folded(before.rpartition(",")[2])
    marks = listed("measures", "baseline_mark")
    marked = marks.search(near) or (in_paren and marks.match(folded(after).strip()))
    same = amount.quantity.unit in (main.found.quantity.unit, "count")
    if not in_paren:
        explains = marked and same and re.search(r"(?:vs\.?|versus)\s+(?:\w+\s+)?$", near) and main.baseline is None
        return replace(main, baseline=amount.quantity) if explains else None
    inner = body[body.rfind("(", 0, amount.start) + 1 :].partition(")")[0]
    if amount.baseline is not None:
        if main.found.quantity.unit == "x" and amount.quantity.unit != "x":
            return Value(amount, main.before, main.after + " " + after, amount.baseline, main.found.raw, in_paren=False)
        return replace(main, baseline=amount.baseline, stated_change=inner.strip())
    if amount.sign and amount.quantity.unit in ("%", "x") and not (main.found.sign and main.stated_change):
        return replace(main, stated_change=amount.raw)
    if marked and same and not listed("measures", "target_mark").search(near):
        return replace(main, baseline=amount.quantity)
    return None
