"""Which of our four languages a text is in. A guess steers stemming and the reply's language, nothing else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from typing import Any, Final, cast

from copilot.domain.answer import Language
from retrieval.language.analyser import WORD, fold, stopwords
from retrieval.language.vocabulary import vocabulary

LANGUAGES: Final[tuple[Language, ...]] = ("es", "en", "pt", "fr")
READ_CHARACTERS: Final = 20_000
"""A longer text is judged by its beginning."""
FEW_WORDS: Final = 4
"""Below this the statistical model is worse than the default."""
SHORT: Final = 8
"""Up to this many words a text is a question or an order, whose nouns tell as much as its few function words."""
NOUN: Final = 0.6
ARTICLE: Final = re.compile(r"(?:^|\b(?:como|esta|vai|foi|e|que|para|qual|sobre|com)\s)o\s\w")
"""Portuguese `o` before its noun; in Spanish it stands between two and means `or`."""
SPACED: Final = " ?"
"""How French, and those who write it, set a question mark: settles what the words leave open."""
MARGIN: Final = 1.25
"""The winner of the vote has this many times the votes of the next."""
TELLING: Final[dict[str, tuple[Language, float]]] = {
    "¿": ("es", 3.0),
    "¡": ("es", 3.0),
    "ñ": ("es", 1.5),
    "ã": ("pt", 2.0),
    "õ": ("pt", 2.0),
    "ç": ("pt", 0.4),
    "è": ("fr", 1.5),
    "ù": ("fr", 1.5),
    "œ": ("fr", 3.0),
    "ción": ("es", 1.0),
    "ciones": ("es", 1.0),
    "ção": ("pt", 1.0),
    "ções": ("pt", 1.0),
    "mês": ("pt", 1.0),
    "résum": ("fr", 1.0),
}
"""Characters and endings only one of the languages uses much, and how many votes one of them is worth."""

UNITS: Final[dict[str, tuple[tuple[Language, float], ...]]] = {
    "mes": (("es", 0.5), ("pt", 0.25)),
    "meses": (("es", 0.5), ("pt", 0.4)),
    "semana": (("es", 0.5), ("pt", 0.4)),
    "semanas": (("es", 0.5), ("pt", 0.4)),
    **dict.fromkeys(("month", "months", "week", "weeks", "days"), (("en", 1.0),)),
    **dict.fromkeys(("mois", "jours", "semaine", "semaines"), (("fr", 1.0),)),
}
"""What the units of time, no function words, are worth."""


def guess_language(text: str, default: str = "es") -> Language:
    """The language most function words vote for; `default` when it is as likely as any, or there is too little to go by."""
    sample = text[:READ_CHARACTERS]
    likely = _likely(sample)
    if len(likely) == 1:
        return likely[0]
    if default in likely or sum(not word.isdecimal() for word in WORD.findall(sample)) < FEW_WORDS:
        return cast(Language, default)
    return cast(Language, _model().classify(sample)[0])


def decided_language(text: str) -> Language | None:
    """The language the function words agree on; None when they do not."""
    likely = _likely(text[:READ_CHARACTERS])
    return likely[0] if len(likely) == 1 else None


def _likely(text: str) -> list[Language]:
    votes = _votes(text)
    best = max(votes.values(), default=0.0)
    return [language for language, held in votes.items() if held * MARGIN > best]


def _votes(text: str) -> dict[Language, float]:
    votes: dict[Language, float] = defaultdict(float)
    weights, words = _weights(), Counter(WORD.findall(fold(text)))
    for word, times in words.items():
        for language, weight in weights.get(word, ()):
            votes[language] += times * weight
    if words.total() <= SHORT:
        for word in words:
            for language in _asking().get(word, ()):
                votes[language] += NOUN / len(_asking()[word])
        if ARTICLE.search(fold(text)):
            votes["pt"] += NOUN
        if votes.get("fr") and SPACED in text:
            votes["fr"] += NOUN
    lowered = text.lower()
    for character, (language, weight) in TELLING.items():
        if character in lowered:
            votes[language] += weight * min(lowered.count(character), 3)
    return votes


@cache
def _weights() -> dict[str, tuple[tuple[Language, float], ...]]:
    # A word of one language is a full vote; one that three share tells next to nothing.
    owners: dict[str, list[Language]] = {}
    for language in LANGUAGES:
        for word in stopwords(language):
            owners.setdefault(word, []).append(language)
    # "mes" is a possessive in French, and in a plan it is nearly always Spanish for a month.
    units = {fold(word) for words in vocabulary("amounts")["time_units"].values() for word in words if len(word) > 1}
    # A lone consonant is a piece of an elision in French, and of an initial, an "'s" or a broken letter everywhere
    # else; "ai" is what these plans are about.
    pieces = {*"bcdfghjklmnpqrstvwxz", "ai"}
    telling = {word: held for word, held in owners.items() if len(held) < len(LANGUAGES) and word not in units | pieces}
    return {**{word: tuple((one, 1 / len(held) ** 2) for one in held) for word, held in telling.items()}, **UNITS}


@cache
def _asking() -> dict[str, list[Language]]:
    """Nouns of short questions to the languages that spell them so."""
    owners: dict[str, list[Language]] = {}
    for language in LANGUAGES:
        for word in set(vocabulary("asking")[language].split()):
            owners.setdefault(word, []).append(language)
    return owners


@cache
def _model() -> Any:
    # Half a second and 130 MB that a text with function words never needs.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - see above

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier
