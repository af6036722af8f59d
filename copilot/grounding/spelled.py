"""Amounts in words: `tres millones`, `twenty-five percent`, `six mois`. Their words are data of `retrieval.language`.

Only what a scale or a unit follows is an amount; `two clinics` counts things and is left to the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from retrieval.language.folding import folded
from retrieval.language.quantities import FoundQuantity, find_quantities
from retrieval.language.vocabulary import vocabulary


@dataclass(frozen=True)
class Spelled:
    """An amount in words and the quantity it stands for."""

    raw: str
    found: FoundQuantity


def spelled(text: str) -> tuple[Spelled, ...]:
    """Amounts in words, in order."""
    level = folded(text)
    if len(level) != len(text):
        return ()
    made = []
    for match in _pattern().finditer(level):
        quantities = find_quantities(f"{_value(match['number'])} {match['tail']}")
        if quantities and not (match["scale"] is None and match["number"] in _words("one")):
            made.append(Spelled(text[match.start() : match.end()], quantities[0]))
    return tuple(made)


def _value(words: str) -> int:
    whole, values, hundreds = 0, _values(), _words("hundred")
    for word in re.split(r"[\s-]+", words):
        if word in hundreds:
            whole = max(whole, 1) * 100
        else:
            whole += values.get(word, 0)
    return whole


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(vocabulary("numerals")[name]["words"])


@cache
def _values() -> dict[str, int]:
    small = {word: int(value) for value, words in vocabulary("numerals")["small"].items() for word in words}
    return {**small, **dict.fromkeys(_words("one"), 1)}


@cache
def _pattern() -> re.Pattern[str]:
    number = "|".join(sorted({*_values(), *_words("hundred")}, key=len, reverse=True))
    joins = "|".join(_words("joins"))
    scales = "|".join(sorted(_words("scales"), key=len, reverse=True))
    units = "|".join(sorted(_words("units"), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w-])(?P<number>(?:{number})(?:[\s-](?:(?:{joins})[\s-])?(?:{number})){{0,5}})\s"
        rf"(?P<tail>(?P<scale>(?:{scales})(?:\s(?:{scales}))?)(?:\s(?:(?:de|d)\s)?(?:{units}))?|(?:{units}))(?!\w)"
    )
