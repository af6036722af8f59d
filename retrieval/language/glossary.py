"""Business terms in four languages: what a term is called in another. Words as data, in `words/glossary.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from retrieval.language.analyser import WORD, fold, stem
from retrieval.language.vocabulary import vocabulary

LONGEST_TERM: Final = 5
"""Words of the longest term that is looked for."""
MOST: Final = 2


def translations(text: str, language: str, *, most: int = MOST) -> tuple[str, ...]:
    """What the business terms of a text are called in a language; terms that are of that language already are left out.

    At most `most` for each term: the rarer alternatives bring in more noise than answers.
    """
    found: dict[str, None] = {}
    for span, concepts in _terms_in(tuple(WORD.findall(fold(text)))):
        for number in concepts:
            terms = _concepts()[number].get(language, ())
            if not {" ".join(span), _stemmed(span)} & _keys(terms):
                found.update(dict.fromkeys(terms[:most]))
    return tuple(found)


def _terms_in(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    # The longest term wins: "tasa de cancelación" is one concept, not a rate and a cancellation.
    at = 0
    while at < len(words):
        length, concepts = _longest_at(words, at)
        if concepts:
            yield words[at : at + length], concepts
        at += max(length, 1)


def _longest_at(words: tuple[str, ...], at: int) -> tuple[int, tuple[int, ...]]:
    index = _index()
    for length in range(min(LONGEST_TERM, len(words) - at), 0, -1):
        span = words[at : at + length]
        concepts = index.get(" ".join(span)) or index.get(_stemmed(span))
        if concepts:
            return length, concepts
    return 0, ()


@cache
def _concepts() -> tuple[dict[str, tuple[str, ...]], ...]:
    """Terms of each concept by language, the common one first."""
    return tuple({language: tuple(terms) for language, terms in concept.items()} for concept in vocabulary("glossary")["concept"])


@lru_cache(maxsize=4096)
def _keys(terms: tuple[str, ...]) -> frozenset[str]:
    spans = [tuple(WORD.findall(fold(term))) for term in terms]
    return frozenset(key for span in spans for key in (" ".join(span), _stemmed(span)))


@cache
def _index() -> dict[str, tuple[int, ...]]:
    """Concepts by folded term, and by its stems, so that a plural finds its singular."""
    index: dict[str, tuple[int, ...]] = {}
    for number, concept in enumerate(_concepts()):
        for key in {key for terms in concept.values() for key in _keys(terms)}:
            index[key] = (*index.get(key, ()), number)
    return index


def _stemmed(words: tuple[str, ...]) -> str:
    # Marked, so that a stem is never taken for a word. The Spanish stemmer suits the plurals of all four languages.
    return "~" + " ".join(stem(word, "es") for word in words)
