"""The plan's metrics as people speak of them: by name, and with values in their unit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.domain.errors import UserCanFix
from copilot.domain.fact import KpiFact
from copilot.domain.plan import Plan
from copilot.domain.quantity import Quantity
from copilot.journal.naming import find_named
from retrieval.language.identity import series_of
from retrieval.language.quantities import find_quantities

MAX_VALUE = 60
SAME_KIND = ({"count", "score", "score/10"}, {"ratio", "x", "count"})
"""Units a bare number may be recorded in: `4.5` for a score of 10 is that score."""


@dataclass(frozen=True)
class Metric:
    """A metric of the plan with all its mentions."""

    id: str
    name: str
    document: str
    segment: str | None
    unit: str
    facts: tuple[KpiFact, ...]


def metrics_of(plan: Plan) -> list[Metric]:
    """The plan's metrics, by document and first line."""
    series: dict[str, list[KpiFact]] = {}
    for fact in plan.facts:
        if isinstance(fact, KpiFact):
            series.setdefault(series_of(fact), []).append(fact)
    return [
        Metric(
            id=key,
            name=facts[0].name,
            document=facts[0].document,
            segment=facts[0].segment,
            unit=_unit(facts),
            facts=tuple(facts),
        )
        for key, facts in series.items()
    ]


def metric_named(name: str, known: Sequence[Metric]) -> Metric:
    """The metric a name or id means.

    Raises:
        UserCanFix: `unknown_metric` with the nearest names, `ambiguous_metric` with the places of each.
    """
    found, near = find_named(name, known, lambda metric: metric.name, lambda metric: metric.id)
    if len(found) > 1 and _is_one_metric(found):
        return max(found, key=lambda metric: len(metric.facts))
    if len(found) > 1:
        raise UserCanFix("ambiguous_metric", name=name, known=[_place(metric) for metric in found])
    if not found:
        raise UserCanFix("unknown_metric", name=name, near=near)
    return found[0]


def _is_one_metric(found: Sequence[Metric]) -> bool:
    """One document tells a metric in several sections (a list by quarter, a table by month), for no period in two ways."""
    values: dict[str | None, set[object]] = {}
    for metric in found:
        for fact in metric.facts:
            values.setdefault(fact.period, set()).add(fact.value)
    same = {(metric.document, metric.unit) for metric in found}
    return len(same) == 1 and all(len(told) == 1 for told in values.values())


def _place(metric: Metric) -> str:
    where = f"{metric.document}:{metric.facts[0].lines[0]}"
    return f"{metric.id} {metric.name} ({metric.segment}, {where})" if metric.segment else f"{metric.id} {metric.name} ({where})"


def _unit(facts: Iterable[KpiFact]) -> str:
    """The unit most mentions have, of those that give a level and not a change."""
    units = [fact.unit for fact in facts if fact.comparator not in ("delta_up", "delta_down")] or [fact.unit for fact in facts]
    return max(dict.fromkeys(units), key=units.count)


def amount_of(text: str, metric: Metric, *, decimal_comma: bool | None = None) -> Quantity:
    """What a person wrote as a value, in the metric's unit.

    Args:
        text: one number, with its unit or bare.
        metric: decides the unit.
        decimal_comma: how a lone `1.234` is meant; None: such a number is refused.

    Raises:
        UserCanFix: `bad_reading`, `ambiguous_number`, `wrong_unit`.
    """
    given = text.strip()
    found = find_quantities(given, decimal_comma=bool(decimal_comma)) if len(given) <= MAX_VALUE else []
    whole = [one for one in found if one.raw.strip() == given or one.raw.strip() == given.lstrip("+")]
    if len(whole) != 1 or whole[0].quantity.high is not None or whole[0].quantity.comparator not in ("=",):
        raise UserCanFix("bad_reading", value=given[:MAX_VALUE], unit=metric.unit)
    if whole[0].ambiguous and decimal_comma is None:
        raise UserCanFix("ambiguous_number", value=given)
    amount = whole[0].quantity
    if whole[0].sign == "-":
        amount = amount.model_copy(update={"value": -amount.value})
    if amount.unit == metric.unit:
        return amount
    bare = amount.unit == "count" and (not whole[0].marked or whole[0].sign == "-")
    if bare or any({amount.unit, metric.unit} <= kinds for kinds in SAME_KIND):
        return amount.model_copy(update={"unit": metric.unit})
    raise UserCanFix("wrong_unit", value=given, unit=amount.unit, expected=metric.unit, name=metric.name)
