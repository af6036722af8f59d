"""Words that give a question's intent away, as data; knows no intent itself."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from retrieval.language.analyser import fold


@cache
def data(name: str) -> dict[str, Any]:
    """The word data of `data/<name>.toml`."""
    return tomllib.loads((resources.files("copilot.llm.offline") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(f"(?:{one})" for one in ones)) for name, ones in data("cues")["cues"].items()}


def cues_in(text: str) -> frozenset[str]:
    """Names of the cues a question holds."""
    folded = fold(text)
    return frozenset(name for name, pattern in _patterns().items() if pattern.search(folded))


def cue_places(name: str, text: str) -> list[tuple[int, int]]:
    """Where a cue stands in the folded text."""
    return [match.span() for match in _patterns()[name].finditer(fold(text))]


@cache
def ordinals(name: str) -> frozenset[str]:
    """Words for a place in a list: `second`, `other`."""
    return frozenset(data("cues")["ordinals"][name].split())


@cache
def judging(name: str) -> frozenset[str]:
    """Words for the `best` or the `worst`."""
    return frozenset(data("cues")["judging"][name].split())


@cache
def words(name: str) -> frozenset[str]:
    """A plain word list."""
    return frozenset(data("cues")[name]["words"].split())
