"""What the words around a figure say: metric or money matter, role, direction of change. The words are data."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from retrieval.language.folding import folded
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation, listed

Direction = Literal["delta_up", "delta_down"]
KPI_ROLES = ("warning_threshold", "benchmark", "capability", "deliverable", "milestone", "progress")
"""Roles a heading or label can give, strongest first."""
CACHED = 8192
"""Texts remembered by each question: headings and labels are asked about for every figure under them."""
WEAK = frozenset({"salary", "tool", "cost"})
"""Classes that, in a list of what an investment is made of, are its items."""


@lru_cache(maxsize=CACHED)
def says(table: str, text: str | None) -> bool:
    """Whether the text holds a word of this list of `words/measures.toml`."""
    return bool(text) and listed("measures", table).search(folded(text or "")) is not None


@lru_cache(maxsize=CACHED)
def is_exactly(table: str, text: str | None) -> bool:
    """Whether the text is a word of the list, apart from a number behind it (`Quick Win #2`)."""
    bare = re.sub(r"[\s#:.\d()/]+$", "", folded(text or "")).strip()
    return bool(bare) and listed("measures", table).fullmatch(bare) is not None


@cache
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(r"(?<!\w)" + alternation(terms) + r"(?!\w)"))
        for name, terms in vocabulary("measures")["finance"].items()
    )


@lru_cache(maxsize=CACHED)
def finance_class(text: str | None) -> str | None:
    """The money matter a text names: `investment`, `saving` ...; None when it names none."""
    if not text:
        return None
    level = folded(text)
    return next((name for name, pattern in _classes() if pattern.search(level)), None)


@lru_cache(maxsize=CACHED)
def finance_class_before(text: str) -> str | None:
    """The class whose word stands last in the text, that is nearest to a figure behind it."""
    level = folded(text)
    ends = [(match.end(), name) for name, pattern in _classes() for match in pattern.finditer(level)]
    return max(ends)[1] if ends else None


def is_metric(text: str | None, *, strictly: bool = False) -> bool:
    """Whether the text names a metric that is measured in money; strictly: one that could not be a cost line."""
    return says("metric", text) or (not strictly and says("soft_metric", text))


@cache
def _roles() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(r"(?<!\w)" + alternation(table["list"]) + r"(?!\w)")
        for name, table in vocabulary("measures")["roles"].items()
    }


@lru_cache(maxsize=CACHED)
def role_of(text: str | None, roles: tuple[str, ...] = KPI_ROLES) -> str | None:
    """The role a heading, label or column gives to the figures under it."""
    level = folded(text or "")
    return next((role for role in roles if _roles()[role].search(level)), None)


@lru_cache(maxsize=CACHED)
def is_role(text: str | None, role: str) -> bool:
    """Whether the text as a whole is one of the role's words."""
    return _roles()[role].fullmatch(folded(text or "").strip(" :")) is not None


def direction(text: str) -> Direction | None:
    """Up or down by the last word of change in the text."""
    level = folded(text) + " "
    up = max((match.start() for match in listed("measures", "up", stems=True).finditer(level)), default=-1)
    down = max((match.start() for match in listed("measures", "down", stems=True).finditer(level)), default=-1)
    if up == down:
        return None
    return "delta_up" if up > down else "delta_down"


def first_direction(text: str) -> Direction | None:
    """Up or down by the first word of change in the text."""
    level = folded(text) + " "
    up = listed("measures", "up", stems=True).search(level)
    down = listed("measures", "down", stems=True).search(level)
    if up is None or down is None:
        return "delta_up" if up else "delta_down" if down else None
    return "delta_up" if up.start() < down.start() else "delta_down"


@cache
def _towards() -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + alternation(vocabulary("measures")["towards"]["list"]) + r"\s*$")


def leads_to(before: str) -> bool:
    """Whether the text in front of a figure ends with `a`, `to`, `al`: the figure is the level that is reached."""
    return _towards().search(folded(before)) is not None


def bare_unit(name: str, heading: str | None = None) -> str:
    """Unit of a number without one, by the metric's name: `score` for NPS, `ratio` for LTV/CAC, else `count`."""
    if listed("measures", "ratio").search(folded(name)):
        return "ratio"
    if says("score", name) or (heading is not None and says("score", heading)):
        return "score"
    return "count"
