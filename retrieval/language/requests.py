"""A person's order to record a value or a task's state, in four languages: what it names, and whether words order anything.

Reads the person's own words only; who may write, and what a name means, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from retrieval.language.folding import folded
from retrieval.language.quantities import find_quantities
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation

LONGEST = 600
"""Characters of an order; more is a text, not an order."""
ISO_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
BEFORE_DAY = r"(?:(?:el|del|on|em|le|du|as of|at|a fecha de|fecha|date|a|en|para|pour|for)\s+)?"
AFTER = re.compile(r"[\s.,;:!?)»\"']*")
QUOTED = re.compile(r'["“”«»](.{2,300}?)["“”«»]')
STATES = ("done", "doing", "blocked", "dropped", "open")


@dataclass(frozen=True)
class ReadingRequest:
    """An order to record a value."""

    name: str
    value: str
    """As written, with its sign and unit."""
    on: str | None = None
    """A day as `2026-03-31`, or `today` or `yesterday`; None where none is named."""


@dataclass(frozen=True)
class TaskRequest:
    """An order to change a task's state."""

    name: str
    status: str
    """One of STATES."""


def orders_something(text: str) -> bool:
    """Whether the words hold a verb of recording or marking at all; what has none cannot have asked for a change."""
    return bool(_any_verb().search(folded(text)))


def reading_request(text: str) -> ReadingRequest | None:
    """The value the words order to record; None where they order none."""
    rest = _ordered(text, _recording())
    if rest is None:
        return None
    on, rest = _day(rest)
    found = find_quantities(rest)
    if not found:
        return None
    last = found[-1]
    end = last.start + len(last.raw)
    if not AFTER.fullmatch(rest[end:]):
        return None
    name = _bare_name(rest[: last.start])
    return ReadingRequest(name, last.raw.strip(), on) if name else None


def task_request(text: str) -> TaskRequest | None:
    """The task and the state the words order; None where they order none."""
    for status in STATES:
        rest = _ordered(text, _direct(status))
        if rest is not None and (named := _task_name(rest)):
            return TaskRequest(named, status)
    rest = _ordered(text, _marking())
    if rest is None:
        return None
    for pattern in (_state_at_end(), _state_at_start()):
        match = pattern.search(folded(rest))
        if match is None:
            continue
        status = next(name for name in STATES if match[name])
        left = rest[: match.start()] + rest[match.end() :]
        named = _task_name(left) or _unquoted(left)
        if named:
            return TaskRequest(named, status)
    return None


def _ordered(text: str, verb: re.Pattern[str]) -> str | None:
    """What follows the verb an order begins with; a question that does not begin politely is no order."""
    told = " ".join(text.split())
    if len(told) > LONGEST:
        return None
    match = verb.match(folded(told))
    if match is None or (told.endswith("?") and not match["polite"]):
        return None
    return told[match.end() :].strip()


def _day(rest: str) -> tuple[str | None, str]:
    if match := re.search(BEFORE_DAY + ISO_DAY.pattern, folded(rest)):
        day = ISO_DAY.search(match[0])
        assert day is not None  # the pattern holds it
        return day[0], _without(rest, match)
    for name, pattern in _relative_days().items():
        if match := pattern.search(folded(rest)):
            return name, _without(rest, match)
    return None, rest


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()].rstrip(' ,')} {text[match.end() :].lstrip(' ,')}".strip()


def _bare_name(text: str) -> str:
    """Without articles and `that` before it and `is` or `at` behind it."""
    if quoted := QUOTED.search(text):
        return quoted[1].strip()
    lead, link = _name_edges()
    text = text.strip(" ,:;=")
    while (match := lead.match(folded(text))) and match.end() < len(text):
        text = text[match.end() :].lstrip(" ,:")
    while (match := link.search(folded(text))) and match.start() > 0:
        text = text[: match.start()].rstrip(" ,:;=")
    return text.strip(" ,:;=-\"'")


def _task_name(rest: str) -> str | None:
    """What follows the word for a task; None without the word."""
    match = _task_word().match(folded(rest))
    return _unquoted(rest[match.end() :]) if match else None


def _unquoted(text: str) -> str:
    if quoted := QUOTED.search(text):
        return quoted[1].strip()
    return text.strip(" ,:;.!?-\"'“”«»")


@cache
def _verb(terms: tuple[str, ...]) -> re.Pattern[str]:
    polite = alternation(vocabulary("requests")["polite"]["list"])
    # Spanish, Portuguese: `anótalo`; the pronoun adds nothing.
    return re.compile(rf"[\W_]*(?P<polite>(?:{polite}[\s,!:]+)*){alternation(terms)}(?:lo|la|me|-moi|-o|-a)?(?!\w)")


def _recording() -> re.Pattern[str]:
    return _verb(tuple(vocabulary("requests")["record"]["list"]))


def _marking() -> re.Pattern[str]:
    return _verb(tuple(vocabulary("requests")["mark"]["list"]))


def _direct(status: str) -> re.Pattern[str]:
    return _verb(tuple(vocabulary("requests")["direct"][status]))


@cache
def _any_verb() -> re.Pattern[str]:
    words = vocabulary("requests")
    every: Iterable[str] = [
        *words["record"]["list"],
        *words["mark"]["list"],
        *(one for ones in words["direct"].values() for one in ones),
    ]
    return re.compile(rf"(?<!\w){alternation(every)}(?:lo|la|me|-moi|-o|-a)?(?!\w)")


@cache
def _relative_days() -> dict[str, re.Pattern[str]]:
    days = vocabulary("requests")["days"]
    return {name: re.compile(rf"(?<!\w)(?:de\s+|d')?{alternation(terms)}(?!\w)") for name, terms in days.items()}


@cache
def _name_edges() -> tuple[re.Pattern[str], re.Pattern[str]]:
    links = vocabulary("requests")["links"]
    return (
        re.compile(rf"{alternation(links['lead'])}(?:(?<=')|(?!\w))"),
        re.compile(rf"(?:(?<=\s){alternation(links['list'])})\s*$"),
    )


@cache
def _task_word() -> re.Pattern[str]:
    articles = r"(?:(?:la|el|the|a|o|as|los|las)\s+)?"
    return re.compile(rf"\s*{articles}{alternation(vocabulary('requests')['task']['list'])}(?!\w)\s*(?:de\s+(?=[\"“«]))?:?")


def _states() -> str:
    words = vocabulary("requests")["states"]
    return "|".join(f"(?P<{name}>{alternation(words[name])})" for name in STATES)


@cache
def _state_at_end() -> re.Pattern[str]:
    return re.compile(rf"[\s,:]+(?:(?:como|as|comme|a|en|to|por|para|est)\s+)?(?:{_states()})[\s.!?]*$")


@cache
def _state_at_start() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:como|as|comme|a|en|to|por|para)\s+)?(?:{_states()})(?!\w)[\s,:]*")
