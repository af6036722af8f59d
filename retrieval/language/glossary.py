"""Business terms in four languages: which words mean the same. Words as data, in `words/glossary.toml`."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from retrieval.language.analyser import STEMMERS, WORD, fold, stem
from retrieval.language.vocabulary import vocabulary

LONGEST_TERM: Final = 5
"""Words of the longest term that is looked for."""


def synonyms(text: str) -> tuple[str, ...]:
    """What the business terms of a text are also called, in all languages; the terms as written are left out."""
    words = tuple(WORD.findall(fold(text)))
    said = " ".join(words)
    meant = (term for concept in _concepts_in(words) for term in _concepts()[concept])
    return tuple(term for term in dict.fromkeys(meant) if f" {fold(term)} " not in f" {said} ")


@lru_cache(maxsize=256)
def _concepts_in(words: tuple[str, ...]) -> tuple[int, ...]:
    # The longest term wins: "tasa de cancelación" is one concept, not a rate and a cancellation.
    found: list[int] = []
    at = 0
    while at < len(words):
        length, concepts = _longest_at(words, at)
        found.extend(concepts)
        at += max(length, 1)
    return tuple(dict.fromkeys(found))


def _longest_at(words: tuple[str, ...], at: int) -> tuple[int, tuple[int, ...]]:
    index = _index()
    for length in range(min(LONGEST_TERM, len(words) - at), 0, -1):
        span = words[at : at + length]
        concepts = index.get(" ".join(span)) or index.get(_stemmed(span))
        if concepts:
            return length, concepts
    return 0, ()


@cache
def _concepts() -> tuple[tuple[str, ...], ...]:
    """Terms of each concept, in the order of the file."""
    return tuple(
        tuple(term for language in STEMMERS for term in concept.get(language, ()))
        for concept in vocabulary("glossary")["concept"]
    )


@cache
def _index() -> dict[str, tuple[int, ...]]:
    """Concepts by folded term, and by its stems, so that a plural finds its singular."""
    index: dict[str, tuple[int, ...]] = {}
    for number, terms in enumerate(_concepts()):
        for term in terms:
            words = tuple(WORD.findall(fold(term)))
            for key in {" ".join(words), _stemmed(words)}:
                if number not in index.get(key, ()):
                    index[key] = (*index.get(key, ()), number)
    return index


def _stemmed(words: tuple[str, ...]) -> str:
    # Marked, so that a stem is never taken for a word. The Spanish stemmer suits the plurals of all four languages.
    return "~" + " ".join(stem(word, "es") for word in words)
