"""Which side of a target is good: from the comparator, from where the metric stands and goes, from words of its name (data)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from copilot.domain.fact import KpiFact
from copilot.health.state import Direction, DirectionFrom
from retrieval.language.folding import folded

OPEN_END = 5
"""A word of at least this many letters also stands for those that begin with it (`reduccion`, `reducciones`)."""
_WORD = re.compile(r"[a-z]+")


@cache
def word_data() -> dict[str, Any]:
    """The words of `directions.toml`."""
    return tomllib.loads(resources.files("copilot.health").joinpath("directions.toml").read_text(encoding="utf-8"))


def direction_of(
    target: KpiFact, series: Sequence[KpiFact], baseline: Decimal | None = None
) -> tuple[Direction, DirectionFrom] | None:
    """The good side of a target, and what tells it; None where nothing does.

    Args:
        target: the target.
        series: all mentions of its metric, whose dated targets may rise or fall.
        baseline: the value the metric comes from, in the target's unit.
    """
    by_name = direction_of_name(target.name)
    if target.comparator in ("delta_up", "delta_down"):
        return ("up" if target.comparator == "delta_up" else "down"), "change"
    if target.comparator in (">", ">="):
        return "up", "comparator"
    if target.comparator in ("<", "<=") and not (by_name == "up" and _is_reach(target)):
        return "down", "comparator"
    told = _told_by_way(target, series, baseline)
    if told is not None:
        return told
    if by_name is not None:
        return by_name, "name"
    return ("inside", "range") if target.value_high is not None else None


@lru_cache(maxsize=4096)
def direction_of_name(name: str) -> Direction | None:
    """The side that a metric's name says is good: `CAC` down, `Reducción de CAC` up."""
    words = _WORD.findall(_neutral().sub(" ", folded(name)))
    if any(_is_among(word, "turns") for word in words):
        return "up"
    falls = any(_is_among(word, "down") for word in words)
    rises = any(_is_among(word, "up") for word in words)
    # `LTV/CAC`: what is gained stands before what it costs.
    if falls and not (rises and words[0] in word_data()["over_cost"].split()):
        return "down"
    return "up" if rises else None


def is_share(name: str) -> bool:
    """Whether the metric's level is itself a percentage (`retention rate`)."""
    return any(_is_among(word, "shares") for word in _WORD.findall(folded(name)))


def cadence_of(text: str) -> int | None:
    """Days between the readings that a cadence in words asks for: `mensual` 31."""
    said = _WORD.findall(folded(text))
    return next(
        (
            int(days)
            for days, words in word_data()["cadences"].items()
            if any(one.startswith(tuple(words.split())) for one in said)
        ),
        None,
    )


def _told_by_way(target: KpiFact, series: Sequence[KpiFact], baseline: Decimal | None) -> tuple[Direction, DirectionFrom] | None:
    if baseline is not None and baseline < target.value:
        return "up", "baseline"
    if baseline is not None and baseline > (target.value if target.value_high is None else target.value_high):
        return "down", "baseline"
    dated = [
        fact
        for fact in series
        if fact.role == target.role and fact.unit == target.unit and fact.when is not None and fact.comparator in ("=", "range")
    ]
    if len(dated) > 1:
        values = [fact.value for fact in sorted(dated, key=_time)]
        if values == sorted(values) and values[0] < values[-1]:
            return "up", "targets"
        if values == sorted(values, reverse=True) and values[0] > values[-1]:
            return "down", "targets"
    return None


def _time(fact: KpiFact) -> tuple[int, int]:
    when = fact.when
    return (0, 0) if when is None else (when.year or 0, when.end or when.start or 0)


def _is_reach(target: KpiFact) -> bool:
    words = set(_WORD.findall(folded(f"{target.raw} {target.qualifier or ''}")))
    return bool(words & set(word_data()["reaching"].split()))


@cache
def _neutral() -> re.Pattern[str]:
    phrases = (r"[\s-]".join(phrase.split()) for phrase in word_data()["neutral"])
    return re.compile("|".join(rf"\b{phrase}\b" for phrase in phrases))


@cache
def _vocabulary(kind: str) -> tuple[frozenset[str], tuple[str, ...]]:
    known = word_data()[kind].split()
    return frozenset(known), tuple(word for word in known if len(word) >= OPEN_END)


def _is_among(word: str, kind: str) -> bool:
    whole, beginnings = _vocabulary(kind)
    return word in whole or word.startswith(beginnings)
