"""The noun phrase before or behind an amount: what it is said of, what it counts. Words are data (`words/phrases.toml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from retrieval.language.amount_patterns import patterns
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation

MOST_WORDS = 8
LONGEST_PHRASE = 14
"""Words in front of an amount; more than that is a sentence, not a name."""
_SEPARATOR = re.compile(r"[,;|•()\[\]+→\"“”«»=×]|\.\s|:\s|\s[–—-]\s|\.$")
_CLOSED = ("×", "=", "→", "|", ",", ";", "+", "•", ")")
_ASKED = re.compile(
    r"¿?\s*\b(?:cu[aá]l(?:es)?|cu[aá]nto|what|how much|qual|quais|quanto|quel(?:le)?s?|combien)"
    r"\s+(?:es|son|ser[áa]|cuesta|is|are|[ée]|s[ãa]o|custa|est|sont|co[ûu]te)\s",
    re.I,
)
_GERUND = re.compile(r"[a-z]+(?:ando|iendo|endo)\b")
_INFINITIVE = re.compile(r"[a-z]{2,}(?:ar|ir)(?:se)?(?=\s)")


@dataclass(frozen=True)
class _Phrases:
    connector: re.Pattern[str]
    joint: re.Pattern[str]
    relative: re.Pattern[str]
    opinion: re.Pattern[str]
    modal: re.Pattern[str]
    leading: re.Pattern[str]
    trailing: re.Pattern[str]
    verb: re.Pattern[str]
    changing: re.Pattern[str]
    clause: re.Pattern[str]
    no_verbs: frozenset[str]
    loose: frozenset[str]
    marks: frozenset[str]


@cache
def _known() -> _Phrases:
    def words(table: str) -> str:
        return alternation(vocabulary("phrases")[table]["list"])

    lists = vocabulary("phrases")
    measures = vocabulary("measures")
    return _Phrases(
        connector=re.compile(rf"\s{words('connectors')}\s"),
        joint=re.compile(rf"\s{words('joints')}\s"),
        relative=re.compile(rf"\s{words('relatives')}\s"),
        opinion=re.compile(rf"\W*{words('opinions')}\s+(?:que|that)\s+"),
        modal=re.compile(rf"\s{words('modals')}(?!\w)"),
        leading=re.compile(rf"(?:{words('leading')}|{words('change')})(?:\s+|$)|d['’]"),
        trailing=re.compile(rf"\s+(?:{words('participles')}|{words('trailing')})$|\s+d['’]$"),
        verb=re.compile(rf"{words('verbs')}(?:\s+|$)"),
        changing=re.compile(rf"(?<!\w){words('change_stems')}\w*\s+"),
        clause=re.compile(rf"{words('clauses')}(?!\w)"),
        no_verbs=frozenset(folded(word) for word in lists["no_verbs"]["list"]),
        marks=frozenset(folded(word) for word in measures["target_mark"]["list"] + measures["baseline_mark"]["list"]),
        loose=frozenset(folded(word) for word in lists["trailing"]["list"] + lists["leading"]["list"]),
    )


def phrase_after(text: str) -> str:
    """What an amount counts: the words behind it, up to where something else begins."""
    if _known().clause.match(folded(text.strip())):
        return ""
    text = _upto(_SEPARATOR, without_periods(text)).strip()
    padded = f" {text} "
    end = _known().connector.search(folded(padded))
    text = (padded[: end.start()] if end else padded).strip()
    if _known().clause.match(folded(text)) or _GERUND.match(folded(text)):
        return ""
    return _shortened(_led(text, verbs=False))


def phrase_before(text: str) -> str:
    """What an amount is said of: the noun phrase in front of it."""
    text = _ASKED.sub(" ", text.rstrip(" \t(:")).rstrip(" ?")
    if text.endswith(_CLOSED):
        return ""
    parts = [part for part in _SEPARATOR.split(text) if part.strip()]
    while len(parts) > 1 and folded(parts[-1].strip()) in _known().marks:
        parts.pop()
    text = without_periods(_without_bound(parts[-1].strip())).strip() if parts else ""
    opinion = _known().opinion.match(folded(text))
    text = text[opinion.end() :] if opinion else text
    modal = _known().modal.search(folded(text))
    text = text[: modal.start()] if modal else text
    joints = list(_known().joint.finditer(f" {folded(text)}"))
    if joints and len(text[joints[-1].end() - 1 :].split()) > 1:
        text = text[joints[-1].end() - 1 :].strip()
    changing = list(_known().changing.finditer(folded(text)))
    rest = _tailed(text[changing[-1].end() :]) if changing else ""
    relative = _known().relative.search(folded(text))
    if rest:
        text = rest
    elif relative:
        text = text[: relative.start()]
    text = _tailed(_led(text, verbs=True))
    words = text.split()
    if len(words) > LONGEST_PHRASE or folded(text) in _known().loose:
        return ""
    return " ".join(words[-MOST_WORDS:])


def without_periods(text: str) -> str:
    """The text without the periods it names (`en los primeros 30 días`, `mensual`) and what leads to them."""
    for hit in reversed(find_periods(text)):
        head = _tailed(" " + text[: hit.start].strip()) if hit.start else ""
        text = f"{head} {text[hit.end :].lstrip()}"
    return text


def _led(text: str, *, verbs: bool) -> str:
    """The text without articles, prepositions, words of change and, before an amount, verbs at its beginning."""
    text = text.strip()
    for _ in range(5):
        level = folded(text)
        match = _known().leading.match(level) or (_verb(level, text) if verbs else None)
        if match is None:
            break
        text = text[match.end() :].strip()
    return text


def _verb(level: str, text: str) -> re.Match[str] | None:
    match = _known().verb.match(level)
    if match is not None:
        return match
    match = _INFINITIVE.match(level)
    named = match is not None and (match[0] in _known().no_verbs or text[match.end() :].strip()[:1].isupper())
    return None if named else match


def _tailed(text: str) -> str:
    """The text without prepositions and participles at its end."""
    text = f" {text.strip()}"
    for _ in range(4):
        match = _known().trailing.search(folded(text))
        if match is None:
            break
        text = text[: match.start()]
    return text.strip()


def _without_bound(text: str) -> str:
    """The text without the words of a bound at its end: `NPS` for `NPS superior a`."""
    level = folded(text) + " "
    starts = [match.start() for _, pattern in patterns().before if (match := pattern.search(level))]
    return text[: min(starts)].strip() if starts else text


def _upto(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return text[: match.start()] if match else text


def _shortened(text: str) -> str:
    words = text.split()
    for at in range(1, len(words)):
        ahead = folded(" ".join(words[at + 1 :]))
        joins = folded(words[at]) in ("que", "that", "which", "y", "and", "or", "o")
        if joins and (at >= 3 or _verb(ahead + " ", ahead) is not None):
            words = words[:at]
            break
    while words and folded(words[-1]) in _known().loose:
        words.pop()
    return " ".join(words[:MOST_WORDS]).strip(" .:-–—*%")
