"""Words that mean the same across languages: roots, concepts, and how well a word of a question meets one of a plan.

Pure; its words are data. Spelling differences between es, en, pt and fr are levelled by rule (`operational`,
`operacional`, `opérationnel`), differences of vocabulary by concepts (`lever`, `palanca`, `levier`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from rapidfuzz.distance import Indel

from retrieval.language.analyser import fold
from retrieval.language.vocabulary import vocabulary

TOKEN = re.compile(r"[a-z0-9]+(?:[.,]\d+)*(?:[-/'][a-z0-9]+)*%?")
QUOTED = re.compile(r"[\"“«]\s?([^\"“”«»]{2,120}?)\s?[\"”»]")
LONGEST_PHRASE = 5
ENDINGS = dict(
    word.split(">")
    for word in (
        "cciones>cion ciones>cion ctions>cion tions>cion coes>cion ction>cion tion>cion sion>sion cao>cion "
        "idades>id idade>id idad>id ites>id ity>id ities>id amientos>ament amiento>ament imientos>iment imiento>iment "
        "mentos>ment mento>ment ments>ment encia>enc ence>enc ency>enc ancia>anc ance>anc ical>ic ique>ic"
    ).split()
)
"""Endings that spell one suffix in four languages, longest first."""
SPELLINGS = (("ph", "f"), ("th", "t"), ("qu", "k"), ("y", "i"), ("ck", "k"), ("ce", "se"), ("ci", "si"), ("c", "k"))
COGNATE = 0.8
"""Least similarity of two roots that count as one word."""
LEAST_ROOT = 4


@dataclass(frozen=True)
class Term:
    """One thing a query asks for: a word, or a phrase that names a concept."""

    text: str
    roots: tuple[str, ...]
    concepts: frozenset[str]
    parts: tuple[Term, ...] = ()
    """Of a phrase: its words, should the plan put them apart."""
    generic: bool = False
    """Says how the question is put rather than what it is about; its absence does not count."""


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("tools.lookup") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def stop_words() -> frozenset[str]:
    """Folded words that carry no meaning for a search."""
    return frozenset(_file("words")["stop"]["words"].split())


@cache
def generic_roots() -> frozenset[str]:
    """Roots of the words of asking."""
    return frozenset(root(word) for word in _file("words")["generic"]["words"].split())


@cache
def _generic_beginnings() -> tuple[str, ...]:
    return tuple({_spelled(word) for word in _file("words")["generic_beginnings"]["words"].split()})


@lru_cache(maxsize=100_000)
def is_generic(word: str) -> bool:
    """Whether a folded word says how a question is put rather than what it is about."""
    one = root(word)
    if one in generic_roots():
        return True
    if (one,) in phrases():
        return False
    spelled = _spelled(word)
    return any(
        spelled.startswith(begin) and len(spelled) - len(begin) <= (5 if len(begin) >= 4 else 3)
        for begin in _generic_beginnings()
    )


@lru_cache(maxsize=4096)
def has_verb_shape(word: str) -> bool:
    """Whether a folded word looks like a form of a verb in one of the four languages."""
    return len(word) >= 5 and word.endswith(_verb_endings())


@cache
def _verb_endings() -> tuple[str, ...]:
    return tuple(_file("words")["verb_endings"]["endings"].split())


@cache
def relatives() -> dict[str, frozenset[str]]:
    """A concept to those that stand near it."""
    found: dict[str, set[str]] = {}
    for group in _file("concepts")["related"]:
        for name in group:
            found.setdefault(f"={name}", set()).update(f"={other}" for other in group if other != name)
    return {name: frozenset(others) for name, others in found.items()}


@cache
def document_nouns() -> frozenset[str]:
    """Roots of the words for a document: plan, strategy ..."""
    return frozenset(root(word) for word in _file("words")["document_nouns"]["words"].split())


@cache
def scale_steps() -> tuple[dict[str, int], frozenset[str]]:
    """Folded words for the steps of a scale, 0 for its top; and the words that only stress one."""
    scale = _file("words")["levels"]
    steps = {word: at for at, words in enumerate(scale["steps"]) for word in words.split()}
    return steps, frozenset(scale["very"].split())


def numbered(text: str) -> list[tuple[str, str]]:
    """Things a text calls by number: root and number of `module 3`, `campaña 2`; times are none."""
    words = split(text)
    return [
        (root(word), number.lstrip("0"))
        for word, number in pairwise(words)
        if number.isdigit()
        and len(number) <= 2
        and len(word) > 2
        and word.isalpha()
        and not is_generic(word)
        and word not in stop_words()
    ]


def measured(terms: Sequence[Term]) -> list[Term]:
    """What a superlative is said of: `ROI` of `the initiative with the highest ROI`, `la iniciativa de ROI más alto`."""
    scale = _file("words")["levels"]
    before, behind = scale["before"].split(), scale["behind"].split()
    for at, term in enumerate(terms):
        if term.text in before:
            return [one for one in terms[at + 1 :] if not one.generic]
        if term.text in behind:
            return next(([one] for one in reversed(terms[:at]) if not one.generic), [])
    return []


@cache
def weekdays() -> dict[str, int]:
    """Folded names of weekdays, Monday 0."""
    return {name: number for number, names in enumerate(_file("words")["weekdays"]["days"]) for name in names}


@cache
def phrases() -> dict[tuple[str, ...], frozenset[str]]:
    """Root sequences to the concepts they name."""
    found: dict[tuple[str, ...], set[str]] = {}
    for group in _file("concepts")["groups"]:
        for phrase in group:
            for words in _spoken(phrase):
                found.setdefault(words, set()).add(f"={group[0]}")
    for number, concept in enumerate(vocabulary("glossary")["concept"]):
        for phrase in (one for held in concept.values() for one in held):
            for words in _spoken(phrase):
                found.setdefault(words, set()).add(f"=g{number}")
    found.pop((), None)
    return {roots: frozenset(names) for roots, names in found.items()}


def _spoken(phrase: str) -> set[tuple[str, ...]]:
    """Roots of a phrase of the data; also without what an apostrophe leaves (`cout d acquisition`), without small words."""
    words = split(phrase)
    telling = [word for word in words if word not in stop_words()]
    ways = (words, [word for word in words if len(word) > 1], telling if len(telling) > 1 else words)
    return {tuple(root(word) for word in way) for way in ways}


def split(text: str) -> list[str]:
    """Folded words in order; a hyphenated compound gives itself and its parts apart, `l'IA` gives `ia`."""
    words: list[str] = []
    for match in TOKEN.finditer(fold(text).replace("\u2019", "'")):
        token = match[0]
        if "'" in token:
            words += [part for part in token.split("'") if len(part) > 1]
        elif "/" in token:
            words += token.split("/")
        elif "-" in token and not any(character.isdigit() for character in token):
            parts = token.split("-")
            words += (
                [part for part in parts if part not in stop_words()] if any(part in stop_words() for part in parts) else [token]
            )
        else:
            words.append(token)
    return words


@lru_cache(maxsize=200_000)
def root(word: str) -> str:
    """Language-neutral root of a folded word."""
    if any(character.isdigit() for character in word):
        return word.replace("-", "")
    word = word.replace("-", "")
    if len(word) <= 3:
        return word
    for ending, kept in ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + kept
            break
    else:
        word = _without_inflection(word)
    return _spelled(word)


def _spelled(word: str) -> str:
    """Spelling levelled: one letter for one sound, no vowel before an s that other languages begin with."""
    if word[:2] == "es" and word[2:3] in ("c", "p", "t", "q", "f"):
        word = word[1:]
    for old, new in SPELLINGS:
        word = word.replace(old, new)
    # "ahora" is not "ahorro": a double r says something.
    return re.sub(r"([a-qs-z])\1", r"\1", word)


def _without_inflection(word: str) -> str:
    for ending in ("s", "x"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) > 4:
            word = word[:-1]
    # "data" and "date" are two words: what is short keeps its vowel.
    return word.rstrip("aeo") if len(word.rstrip("aeo")) >= 4 else word


@lru_cache(maxsize=200_000)
def likeness(a: str, b: str) -> float:
    """How well root `a` of a question meets root `b` of a text, 0..1."""
    if a == b:
        return 1.0
    if min(len(a), len(b)) < LEAST_ROOT or a[0] != b[0] or any(c.isdigit() for c in a + b):
        return 0.0
    similar: float = Indel.normalized_similarity(a, b)
    if similar >= COGNATE and a[:2] == b[:2] and min(len(a), len(b)) > LEAST_ROOT:
        return 0.9
    shared = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if shared >= 5 and shared >= 0.7 * min(len(a), len(b)) and similar >= 0.66:
        return 0.75
    return 0.0


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(sequence[0] for sequence in phrases())


def concepts_in(roots: Sequence[str]) -> dict[int, tuple[int, frozenset[str]]]:
    """Start of each longest phrase that names a concept, to its length and the concepts."""
    known, found, at = phrases(), {}, 0
    begins = _beginnings()
    while at < len(roots):
        if roots[at] not in begins:
            at += 1
            continue
        for length in range(min(LONGEST_PHRASE, len(roots) - at), 0, -1):
            names = known.get(tuple(roots[at : at + length]))
            if names:
                found[at] = (length, names)
                at += length - 1
                break
        at += 1
    return found


@lru_cache(maxsize=50_000)
def keys_of(text: str) -> frozenset[str]:
    """Roots and concepts of a text of a plan; parts of compounds are roots of their own."""
    said = split(text)
    words = [word for word in said if word not in stop_words()]
    keys = {root(word) for word in words}
    plain = [root(part) for word in said for part in word.split("-") if part and part not in stop_words()]
    if len(plain) > len(words):
        keys.update(root(part) for word in words if "-" in word for part in word.split("-") if len(part) > 2)
    for sequence in (plain, [root(word) for word in said]):
        for _, names in concepts_in(sequence).values():
            keys |= names
    known = phrases()
    for single in plain:
        keys |= known.get((single,), frozenset())
    return frozenset(keys)


def _compound(word: str, whole: str) -> Term:
    """A hyphenated word: a plan may write it in one, or its parts side by side."""
    parts = tuple(
        Term(part, (root(part),), phrases().get((root(part),), frozenset())) for part in word.split("-") if len(part) > 2
    )
    return Term(word, (whole, *(part.roots[0] for part in parts)) if len(parts) > 1 else (whole,), frozenset(), parts)


@lru_cache(maxsize=512)
def query_terms(text: str) -> tuple[Term, ...]:
    """What a query asks for, in order, each once."""
    words = split(text)
    roots = [root(word) for word in words]
    spans = concepts_in(roots)
    quoted = {word for part in QUOTED.findall(text) for word in split(part)}
    terms: list[Term] = []
    at = 0
    while at < len(words):
        length, names = spans.get(at, (1, frozenset()))
        if length > 1 or words[at] not in stop_words():
            taken = tuple(roots[at : at + length])
            if length == 1 and not names and "-" in words[at] and not any(map(str.isdigit, words[at])):
                terms.append(_compound(words[at], taken[0]))
                at += 1
                continue
            generic = length == 1 and is_generic(words[at]) and words[at] not in quoted
            parts = [
                Term(word, (one,), phrases().get((one,), frozenset()), generic=is_generic(word))
                for word, one in zip(words[at : at + length], taken, strict=True)
                if length > 1 and word not in stop_words()
            ]
            terms.append(Term(" ".join(words[at : at + length]), taken, names, tuple(parts), generic))
        at += length
    return tuple({(term.roots, term.concepts): term for term in terms}.values())
