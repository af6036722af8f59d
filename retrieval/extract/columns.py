"""What the columns of a table hold, by their headers: targets, former values, changes, periods, money matters, metrics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from copilot.domain.quantity import Period
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods, parse_period
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation, listed

MONEY = ("investment", "funding", "budget", "cost", "saving", "return", "benefit", "salary", "npv")
FIELDS = ("roi", "payback")
_MONTHS = re.compile(r"\((\d{1,2})\s?M\)")
_UNIT = re.compile(
    r"\((%|\$|USD|EUR|€|MXN|d[ií]as|days|horas|hours|meses|months|ms|min|segundos|seconds|años|years)\)|^%\s|\s%$", re.I
)


@dataclass(frozen=True)
class Column:
    """A table column."""

    kind: str
    """`label`, `period`, `term`, a class of `words/columns.toml`, or `other`."""
    header: str
    period: Period | None = None
    unit: str | None = None
    """Sign of the unit the header gives, as written."""


@lru_cache(maxsize=512)
def columns(header: tuple[str, ...]) -> tuple[Column, ...]:
    """The table's columns; the first one that is not a running number is the label."""
    label = 1 if len(header) > 2 and folded(header[0]).strip() in ("#", "id", "no", "no.", "n°", "nº", "risk id") else 0
    return tuple(
        Column("label" if index == label else _kind(text, first=index < label), text, _period(text), _unit(text))
        for index, text in enumerate(header)
    )


def names_metrics(header: Sequence[str], *, strictly: bool = False) -> bool:
    """Whether the rows of the table are metrics."""
    head = re.sub(r"[^\w\s]", " ", folded(header[0])).strip() if header else ""
    return listed("columns", "strict_heads" if strictly else "metric_heads").fullmatch(head) is not None


def names_items(header: Sequence[str]) -> bool:
    """Whether the rows of the table are what money goes to."""
    head = re.sub(r"[^\w\s]", " ", folded(header[0])).strip() if header else ""
    return listed("columns", "money_heads").fullmatch(head) is not None


def is_risk_register(header: Sequence[str]) -> bool:
    """Whether the table lists risks with their probability or impact; the risk reader's matter."""
    heads = [folded(text).strip() for text in header]
    risky = any(listed("columns", "risk_heads").fullmatch(head) for head in heads[:2])
    scored = any(re.search(r"probab|impact|likelihood|severi|mitig|score|alert level|progress", head) for head in heads[1:])
    return risky and scored


@cache
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    known = vocabulary("columns")["classes"]
    return tuple((name, re.compile(r"(?<!\w)" + alternation(terms) + r"(?!\w)")) for name, terms in known.items())


def _kind(text: str, *, first: bool) -> str:
    level = folded(text).strip(" *:")
    if first or not level:
        return "passing"
    whole = next((name for name, pattern in _classes() if pattern.fullmatch(re.sub(r"\s*\([^)]*\)", "", level).strip())), None)
    if whole is not None:
        return whole
    if _is_period(text):
        return "period"
    return _by_words(level)


def _by_words(level: str) -> str:
    """Class of a header that says more than one word of a class: the first word decides, then the last."""
    bare = re.sub(r"\([^)]*\)", " ", level)
    share = re.match(r"%\s+(?!mejora|cambio|change)", bare)
    if share or re.search(r"%\s+(?:del|of|de)\b", bare):
        return "share"
    skipped = ("passing", "value", "term")
    hits = [
        (match.start(), name) for name, pattern in _classes() if name not in skipped for match in [pattern.search(bare)] if match
    ]
    if not hits:
        return "other"
    start, name = min(hits)
    if name in ("baseline", "target", "change", "benchmark", "threshold"):
        return name
    if re.search(r"\b(?:por|per|cac|ltv|roas)\b|/", bare):
        return "other"
    return name if start <= 12 else "other"


def _is_period(text: str) -> bool:
    found = find_periods(text)
    if not found:
        return parse_period(text) is not None and len(text.split()) == 1
    rest = text
    for hit in reversed(found):
        rest = rest[: hit.start] + rest[hit.end :]
    return len(re.sub(r"[\W\d_]", "", rest)) <= 3


def _period(text: str) -> Period | None:
    months = _MONTHS.search(text)
    if months:
        return Period(raw=f"{months[1]}M", unit="months", end=int(months[1]))
    found = [hit for hit in find_periods(text) if hit.form != "cadence" or folded(text).strip() == folded(hit.period.raw)]
    return found[0].period if len(found) == 1 else parse_period(text) if found or len(text.split()) <= 3 else None


def _unit(text: str) -> str | None:
    match = _UNIT.search(text)
    return None if match is None else (match[1] or "%")
