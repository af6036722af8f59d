"""Which documents a text names: by rare words of their titles, in any of the four languages.

Knows titles and words; knows neither plans nor rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from retrieval.language.analyser import fold
from tools.lookup.terms import (
    TOKEN,
    concepts_in,
    document_nouns,
    generic_roots,
    is_generic,
    likeness,
    phrases,
    root,
    split,
    stop_words,
)

NEAR = 4
"""Words between the parts of one mention, at most."""
TIE = 0.8
LONG = 4
"""Letters from which on a stop word (`summary`) may still be a word of a title."""
CADENCES = frozenset({"=mensual", "=anual", "=semanal", "=trimestral", "=diario"})
"""Of what a document says in its title, how often something happens never names it."""
BY_CONCEPT = 0.75
"""A synonym names a document less surely than its title's own word."""
Hit = tuple[int, float, bool]
"""Place of a word, how much it says, whether it is a compound."""


@dataclass(frozen=True)
class Mention:
    """Words of a text that name a document."""

    document: str
    weight: float
    """Rarity of what was matched, summed; comparable within one text."""
    start: int
    end: int


@dataclass(frozen=True)
class _Words:
    """A text's words with their places, roots and the phrases they are part of."""

    words: Sequence[tuple[str, int, int]]
    roots: Sequence[str]
    phrase: Mapping[int, frozenset[str]]
    """Place of a word inside a phrase of several words, to what the phrase means."""
    concepts: Mapping[int, frozenset[str]]
    capitals: frozenset[int]
    """Places of words that begin with a capital and not the text."""


class Titles:
    """The titles of a view, by the words that tell them apart."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._keys: dict[str, dict[str, frozenset[str]]] = {name: title_keys(title, name) for name, title in titles.items()}
        self._whole = {name: frozenset(root(word) for word in split(title)) for name, title in titles.items()}
        self._phrases = {name: _phrases_of(title) for name, title in titles.items()}
        self._holders: dict[str, list[str]] = {}
        self._concepts: dict[str, frozenset[str]] = {}
        for name, keys in self._keys.items():
            for one, concepts in keys.items():
                self._holders.setdefault(one, []).append(name)
                self._concepts[one] = concepts
        self._met: dict[str, dict[str, float]] = {}

    def named_in(self, text: str, *, loose: bool = False) -> list[Mention]:
        """Documents the text names, the most surely named first; several only where they are named as well as the first.

        A title's rare words name it when two of them stand together, when one stands beside a word for a document (`plan`,
        `strategy`), or when one is a compound (`anti-churn`, `30-60-90`); `loose` takes any.
        """
        # What stands behind an elision names a document where nothing else does.
        return self._named(_read(text), loose) or self._named(_read(text, unelided=True), loose)

    def _named(self, words: _Words, loose: bool) -> list[Mention]:
        met = [self._titles_met(words, at) for at in range(len(words.words))]
        named = dict.fromkeys(name for one in met for name in one)
        found = [mention for name in named if (mention := self._mention(name, words, met, loose))]
        best = max((mention.weight for mention in found), default=0.0)
        return sorted((mention for mention in found if mention.weight >= TIE * best), key=lambda mention: -mention.weight)

    def _titles_met(self, words: _Words, at: int) -> dict[str, float]:
        """Documents whose title a word meets, and how much that says."""
        word = words.words[at][0]
        if word in stop_words() or is_generic(word):
            return {}
        asked = words.roots[at]
        if asked not in self._met:
            self._met[asked] = self._worth(asked, words.concepts.get(at, frozenset()))
        inside = words.phrase.get(at)
        # A word of a phrase (`acquisition cost`) names no title that does not hold the phrase.
        return {name: value for name, value in self._met[asked].items() if inside is None or inside & self._phrases[name]}

    def _worth(self, asked: str, concepts: frozenset[str]) -> dict[str, float]:
        best: dict[str, float] = {}
        for key, names in self._holders.items():
            alike = likeness(asked, key)
            value = max(alike, BY_CONCEPT) if concepts & self._concepts[key] else alike
            for name in names if value else ():
                best[name] = max(value, best.get(name, 0.0))
        count = len(self._keys)
        rarity = math.log(1 + count / max(len(best), 1)) / math.log(1 + count) if count else 0.0
        return {name: value * rarity for name, value in best.items()}

    def _spells(self, name: str, asked: str) -> bool:
        return any(likeness(asked, key) for key in self._keys[name])

    def _mention(self, name: str, words: _Words, met: Sequence[Mapping[str, float]], loose: bool) -> Mention | None:
        roots = words.roots
        hits = [
            (at, value, "-" in words.words[at][0] or roots[at] == "antichurn")
            for at, one in enumerate(met)
            if (value := one.get(name, 0.0))
        ]
        best: Mention | None = None
        for group in _together(hits):
            places = [at for at, _, _ in group]
            nouns = [at for at in range(len(roots)) if _is_noun(words, at) and min(abs(at - place) for place in places) <= 3]
            compound = any(compound for _, _, compound in group)
            if not loose and len(places) == 1 and places[0] in words.capitals and not self._spells(name, roots[places[0]]):
                # A name (`the Enterprise plan`) is not translated, so a synonym of it names no document.
                continue
            if not (loose or compound or (len(group) >= 2 and _distinct(group, roots)) or nouns):
                continue
            first, last = _stretched(min(places + nouns), max(places + nouns), words, self._whole[name])
            weight = sum(value for _, value, _ in group) + (0.1 if nouns else 0.0)
            if best is None or weight > best.weight:
                best = Mention(name, weight, words.words[first][1], words.words[last][2])
        return best


def title_keys(title: str, name: str) -> dict[str, frozenset[str]]:
    """Each rare word of a title, by root, with the concepts it belongs to; a compound only as a whole."""
    stem = re.sub(r"[_.]+", " ", PurePosixPath(name).stem)
    keys: dict[str, frozenset[str]] = {}
    for word in (match[0] for part in (title, stem) for match in TOKEN.finditer(fold(part))):
        one = root(word)
        if word in stop_words() or one in generic_roots() or one in document_nouns() or len(one) < 2:
            continue
        if re.fullmatch(r"[0-9a-f]{8,}", one) or phrases().get((one,), frozenset()) & CADENCES:
            continue
        keys[one] = phrases().get((one,), frozenset())
    return keys


def _phrases_of(title: str) -> frozenset[str]:
    roots = [root(word) for word in split(title)]
    return frozenset[str]().union(*(names for length, names in concepts_in(roots).values() if length > 1))


@lru_cache(maxsize=256)
def _read(text: str, *, unelided: bool = False) -> _Words:
    folded = fold(text)
    if len(folded) == len(text):
        found = TOKEN.finditer(folded.replace("\u2019", "'"))
        words = [_unelided(match) if unelided else (match[0], *match.span()) for match in found]
    else:
        words = [(fold(match[0]), match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:-[^\W_]+)*", text)]
    roots = [root(word) for word, _, _ in words]
    spans = concepts_in(roots)
    inside = {at + step: names for at, (length, names) in spans.items() if length > 1 for step in range(length)}
    capitals = frozenset(at for at, (_, start, _) in enumerate(words) if at and text[start].isupper())
    return _Words(words, roots, inside, {at: names for at, (_, names) in spans.items()}, capitals)


def _unelided(match: re.Match[str]) -> tuple[str, int, int]:
    """A word with its place, without what an apostrophe leaves before it: `ouverture` of `d'ouverture`."""
    before, apostrophe, word = match[0].rpartition("'")
    return (word, match.start() + len(before) + 1, match.end()) if apostrophe and len(word) > 1 else (match[0], *match.span())


def _stretched(first: int, last: int, words: _Words, title: frozenset[str]) -> tuple[int, int]:
    """With the neighbouring words that stand in the title too, however common: `resumen ejecutivo` of `Ventas: resumen`."""
    for step in (-1, 1):
        at = last if step > 0 else first
        while 0 <= at + step < len(words.words):
            at += step
            word = words.words[at][0]
            if words.roots[at] in title and (word not in stop_words() or len(word) > LONG):
                first, last = min(first, at), max(last, at)
            elif word not in stop_words():
                break
    return first, last


def _is_noun(words: _Words, at: int) -> bool:
    # "they plan to open" speaks of no document.
    return words.roots[at] in document_nouns() and not (at + 1 < len(words.words) and words.words[at + 1][0] == "to")


def _distinct(group: Sequence[Hit], roots: Sequence[str]) -> bool:
    return len({roots[at] for at, _, _ in group}) >= 2 and sum(value for _, value, _ in group) >= 1.2


def _together(hits: Sequence[Hit]) -> list[list[Hit]]:
    groups: list[list[Hit]] = []
    for hit in hits:
        if groups and hit[0] - groups[-1][-1][0] <= NEAR:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups
