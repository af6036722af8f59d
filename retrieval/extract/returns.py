"""Joins what other lines say of an amount to it: ROI, payback, savings and horizon become fields of its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from copilot.domain.quantity import Period
from retrieval.extract.figure import Figure
from retrieval.extract.terms import says

OUTLAYS = ("investment", "budget", "cost", "salary", "tool", "funding", "investment_item")
MOST_LINES = 6


@dataclass(frozen=True)
class Horizon:
    """The period a statement such as `Timeline: 6-12 meses` gives to the list it stands in."""

    period: Period
    group: tuple[object, ...]


def joined(figures: Sequence[Figure], horizons: dict[int, Horizon]) -> list[Figure]:
    """Figures in order, with the statements that belong to an amount taken into it.

    Args:
        figures: of one document, in order of lines.
        horizons: by line of the statement.
    """
    done = list(figures)
    owners = [index for index, figure in enumerate(done) if _is_outlay(figure)]
    taken: set[int] = set()
    for index, figure in enumerate(done):
        field = _field(figure)
        if field is None:
            continue
        owner = _owner(done, owners, index, field)
        if owner is not None:
            done[owner] = _with(done[owner], figure, field)
            taken.add(index)
    kept = [figure for index, figure in enumerate(done) if index not in taken]
    return [_with_horizon(figure, horizons) for figure in _whole_and_parts(kept)]


def _is_outlay(figure: Figure) -> bool:
    return figure.kind == "finance" and figure.role in OUTLAYS and figure.quantity is not None and not figure.in_table


def _field(figure: Figure) -> str | None:
    """The field a figure would be of another: a ROI or payback without amount, a saving beside its investment."""
    if figure.kind != "finance" or figure.in_table:
        return None
    if figure.quantity is None:
        return {"roi": "roi_value", "payback": "payback"}.get(figure.role)
    return "savings" if figure.role == "saving" else None


def _owner(done: list[Figure], owners: list[int], index: int, field: str) -> int | None:
    """The amount a statement is about: on its line, before it in its list, or the item it is nested in."""
    figure = done[index]
    near = [at for at in owners if abs(done[at].lines[0] - figure.lines[0]) < MOST_LINES and done[at].lines[0] <= figure.lines[0]]
    same_line = [at for at in near if done[at].lines[0] == figure.lines[0] and done[at].group == figure.group]
    if same_line:
        return same_line[0] if getattr(done[same_line[0]], field) is None else None
    nested = [at for at in near if done[at].lines[0] == figure.parent]
    fitting = nested or [at for at in near if done[at].group == figure.group and done[at].group]
    free = [at for at in fitting if getattr(done[at], field) is None and done[at].role != "funding"]
    if not free:
        return None
    if field == "savings" and len(fitting) > 1:
        return None
    whole = [at for at in free if done[at].role in ("investment", "budget", "funding") or says("total", done[at].name)]
    return whole[-1] if whole else free[-1]


def _with(owner: Figure, figure: Figure, field: str) -> Figure:
    value = getattr(figure, field) or figure.raw
    if field == "savings":
        value = figure.raw + (f" {figure.per}" if figure.per and figure.per not in ("month", "year") else "")
    last = max(owner.lines[1], figure.lines[1])
    changes: dict[str, object] = {field: value, "lines": (owner.lines[0], last)}
    if field == "roi_value" and owner.roi_basis is None:
        changes["roi_basis"] = figure.roi_basis
    if figure.horizon is not None and (owner.horizon is None or field == "roi_value"):
        changes["horizon"] = figure.horizon
    return replace(owner, **changes)  # type: ignore[arg-type]  # fields of Figure


def _with_horizon(figure: Figure, horizons: dict[int, Horizon]) -> Figure:
    """A figure that states no time takes that of the `Timeline` line of its list: an amount only of one right below it."""
    if figure.kind == "kpi":
        given = [one for one in horizons.values() if one.group == figure.group] if figure.period is None else []
        return replace(figure, period=given[0].period) if len(given) == 1 else figure
    if figure.kind != "finance" or figure.horizon is not None or figure.in_table or figure.role not in OUTLAYS:
        return figure
    line = next(
        (at for at in range(figure.lines[1] + 1, figure.lines[1] + 3) if at in horizons and horizons[at].group == figure.group),
        None,
    )
    if line is None or line - figure.lines[0] >= MOST_LINES:
        return figure
    return replace(figure, horizon=horizons[line].period.raw, lines=(figure.lines[0], line))


def _whole_and_parts(figures: list[Figure]) -> list[Figure]:
    """Amounts that a total beside them sums up are items of that investment."""
    by_group: dict[tuple[object, ...], list[int]] = {}
    for index, figure in enumerate(figures):
        if (
            figure.kind == "finance"
            and figure.role in ("investment", "investment_item")
            and figure.quantity
            and figure.group[:1] == ("item",)
        ):
            by_group.setdefault(figure.group, []).append(index)
    for members in by_group.values():
        items = [at for at in members if figures[at].role == "investment_item"]
        if len(members) == 1 and items:
            figures[items[0]] = replace(figures[items[0]], role="investment")
        totals = [at for at in members if says("total", figures[at].name)]
        others = [at for at in members if at not in totals]
        if len(totals) == 1 and len(others) > 1 and _adds_up([figures[at] for at in others], figures[totals[0]]):
            for at in others:
                figures[at] = replace(figures[at], role="investment_item")
    return figures


def _adds_up(parts: list[Figure], total: Figure) -> bool:
    assert total.quantity is not None
    return sum((part.quantity.value for part in parts if part.quantity), Decimal(0)) == total.quantity.value
