"""What a question looks up in the index: its own terms, and the 4-grams of what the glossary says its words mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from retrieval.language.analyser import WORD, analyse, fold, grams, stopwords
from retrieval.language.detect import LANGUAGES, decided_language
from retrieval.language.glossary import translations

LONGEST_QUERY: Final = 4_000
"""Characters that are read; the rest of a longer question does not change what it is about."""
MOST_STEMS: Final = 80
MOST_GRAMS: Final = 400
"""Distinct terms that are looked up; each costs a walk of its postings."""


@dataclass(frozen=True)
class Terms:
    """Distinct terms of a question, the most telling first."""

    stems: tuple[str, ...]
    grams: tuple[str, ...]
    language: str | None
    """None when the question's words do not tell; then it is stemmed for all."""


def query_terms(text: str, *languages: str) -> Terms:
    """Terms of a question or of a few key words.

    Args:
        text: as typed; what lies beyond 4,000 characters is not read.
        languages: of the documents that are searched, the main one first. A question is looked up under what its business terms
            are called in those that are not its own; in its own, synonyms only blur it (measured).
    """
    text = text[:LONGEST_QUERY]
    language = decided_language(text)
    read = [analyse(text, one) for one in ((language,) if language else LANGUAGES)]
    stems = _distinct(stem for analysed in read for stem in analysed.stems)
    own = min(read, key=lambda analysed: len(analysed.grams)).grams
    meant = [term for one in languages if one != language for term in translations(text, one)]
    translated = grams(word for term in meant for word in _content(term))
    return Terms(stems=stems[:MOST_STEMS], grams=_distinct([*own, *translated])[:MOST_GRAMS], language=language)


def _content(term: str) -> list[str]:
    # A term of the glossary may be in any of the languages, and its function words would match everywhere.
    return [word for word in WORD.findall(fold(term)) if not any(word in stopwords(one) for one in LANGUAGES)]


def _distinct(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms))
