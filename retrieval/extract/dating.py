"""The period of a line's figure: its own, its label's, or that of the headings above."""

from __future__ import annotations

import re

from copilot.domain.quantity import Period
from retrieval.extract.spans import AGAINST, Value
from retrieval.extract.statements import Statement
from retrieval.language.folding import folded
from retrieval.language.periods import FoundPeriod, find_periods, parse_period


def period_of(one: Statement, value: Value, hits: list[FoundPeriod]) -> Period | None:
    """The figure's period; a cadence (`mensual`) only where nothing dates the figure."""
    own = own_period(one, value, [hit for hit in hits if not (hit.start < value.found.end and value.found.start < hit.end)])
    after = folded(" ".join(value.after.split()[:6]))
    cadence = next((hit.period for hit in find_periods(after) if hit.form == "cadence"), None)
    cadence = cadence or next((hit.period for hit in find_periods(one.label or "") if hit.form == "cadence"), None)
    inherited = one.inherited_period()
    if own is not None:
        return _in_year(own, inherited)
    if inherited is not None and inherited.unit != "cadence":
        return inherited
    return cadence or inherited


def own_period(one: Statement, value: Value, hits: list[FoundPeriod]) -> Period | None:
    """The period the line itself gives the figure: behind it, before it, in the label."""
    start = value.found.end
    behind = [
        hit
        for hit in hits
        if hit.form != "cadence" and start <= hit.start < start + len(value.after) and not _set_against(one.body, hit)
    ]
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
        return one.inherited_period() if one.is_title else _whole(label)
    return ahead[-1].period if ahead else None


def _set_against(body: str, hit: FoundPeriod) -> bool:
    """`6-12 meses vs. 12-24 meses`: another value, no date."""
    return AGAINST.search(folded(body[: hit.start])) is not None


def _whole(hits: list[FoundPeriod]) -> Period:
    from_phase = [hit for hit in hits if hit.form == "phase"]
    dated = [hit for hit in hits if hit.form != "phase"]
    if from_phase and dated:
        return dated[0].period.model_copy(update={"raw": f"{from_phase[0].period.raw} ({dated[0].period.raw})"})
    return hits[0].period


def _in_year(own: Period, inherited: Period | None) -> Period:
    """A quarter under a year's heading is that year's."""
    if own.unit != "quarter" or own.year is not None or inherited is None or inherited.year is None:
        return own
    return own.model_copy(update={"raw": f"{own.raw} {inherited.year}", "year": inherited.year})
