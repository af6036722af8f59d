"""Words, stems and character 4-grams: what of a text is put into an index and looked up in it.

Pure: the same text and language give the same terms. A change of what comes out needs a new `ANALYSER_VERSION`, by
which indexes and vector collections know that they are stale.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

import Stemmer

from retrieval.language.vocabulary import vocabulary

ANALYSER_VERSION: Final = "a1"
STEMMERS: Final = {"es": "spanish", "en": "english", "pt": "portuguese", "fr": "french"}
GRAM: Final = 4
PAD: Final = "_"
LONGEST_WORD: Final = 40
"""Longer runs are addresses and keys; they are cut, or their grams would swamp a query."""

WORD: Final = re.compile(r"[^\W_]+")
FIGURE: Final = re.compile(
    r"(?<![\w.,])(?P<currency>[$€£]|(?:usd|eur|mxn|brl|gbp)\s?)?(?P<number>\d[\d.,]{0,22}\d|\d)\s?"
    r"(?P<suffix>%|[kmbx](?![^\W\d_]))?",
    re.IGNORECASE,
)
COMPOUND: Final = re.compile(r"(?<![^\W_])[^\W_]++(?:[-_./][^\W_]++)++")
HAS_DIGIT: Final = re.compile(r"\d")
HAS_LETTER: Final = re.compile(r"[^\W\d_]")
GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")
SCALE: Final = {"k": 3, "m": 6, "b": 9}
SIGN: Final = {"%": "pct", "x": "x", "$": "usd", "€": "eur", "£": "gbp"}


@dataclass(frozen=True)
class Analysed:
    """Terms of one text, in order, repeated as often as they occur."""

    stems: tuple[str, ...]
    """Stemmed and folded words without function words; figures and identifiers in a normal form."""
    grams: tuple[str, ...]
    """Padded 4-grams of the folded words without function words."""


def fold(text: str) -> str:
    """Lower case without accents: `Año` and `ano` are one word to a search."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in bare if not unicodedata.combining(character))


@cache
def stopwords(language: str) -> frozenset[str]:
    """Folded function words of a language."""
    return frozenset(vocabulary("stopwords")[language].split())


def analyse(text: str, language: str) -> Analysed:
    """Terms of a text in a language; an unknown language is not stemmed."""
    kept = list(_content_words(text, language))
    stems = [stem(word, language) for word in kept]
    stems += figures(text)
    stems += identifiers(text)
    return Analysed(stems=tuple(stems), grams=grams(fold(word) for word in kept))


def grams(folded_words: Iterable[str]) -> tuple[str, ...]:
    """Padded character 4-grams of words that are folded already; `roi` gives `_roi` and `roi_`."""
    return tuple(gram for word in folded_words for gram in _word_grams(word))


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Stem of a lower-case word, then without accents: the stemmers know the accents of their language."""
    if language not in STEMMERS:
        return fold(word)
    return fold(_stemmer(language).stemWord(word))


def figures(text: str) -> list[str]:
    """Amounts in a normal form, so that `$10M` finds `$10,000,000`: the value, and the value with its sign."""
    found = []
    for match in FIGURE.finditer(text):
        currency, suffix = (match["currency"] or "").strip().lower(), (match["suffix"] or "").lower()
        plain = _plain_number(match["number"], suffix)
        if plain is None:
            continue
        if not plain.isdecimal() or plain != match["number"]:
            found.append(plain)
        sign = SIGN.get(currency, currency) + SIGN.get(suffix, "")
        if sign:
            found.append(plain + sign)
    return found


def identifiers(text: str) -> list[str]:
    """Joined form of compounds that hold a digit or an underscore: `SOC-2`, `utm_source`."""
    return [
        "".join(WORD.findall(fold(match[0].replace("_", " "))))[:LONGEST_WORD]
        for match in COMPOUND.finditer(text)
        if "_" in match[0] or (HAS_DIGIT.search(match[0]) and HAS_LETTER.search(match[0]))
    ]


def _content_words(text: str, language: str) -> Iterable[str]:
    stops = stopwords(language) if language in STEMMERS else frozenset()
    for match in WORD.finditer(text):
        word = match[0][:LONGEST_WORD].lower()
        if fold(word) not in stops:
            yield word


@lru_cache(maxsize=100_000)
def _word_grams(word: str) -> tuple[str, ...]:
    padded = f"{PAD}{word}{PAD}"
    if len(padded) <= GRAM:
        return (padded,)
    return tuple(padded[at : at + GRAM] for at in range(len(padded) - GRAM + 1))


def _plain_number(number: str, suffix: str) -> str | None:
    if GROUPED.fullmatch(number):
        decimal_comma = number.count(".") > 1
        number = number.replace(".", "").replace(",", ".") if decimal_comma else number.replace(",", "")
    elif number.count(",") == 1 and "." not in number:
        number = number.replace(",", ".")
    if number.count(".") > 1 or "," in number:
        return None
    value = Decimal(number).scaleb(SCALE.get(suffix, 0)).normalize()
    # A dot would split the term again where the index tokenises.
    return f"{value:f}".replace(".", "p")


_local = threading.local()


def _stemmer(language: str) -> Stemmer.Stemmer:
    # A stemmer keeps state while it works, so each thread has its own.
    held: dict[str, Stemmer.Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if language not in held:
        held[language] = Stemmer.Stemmer(STEMMERS[language])
    return held[language]
