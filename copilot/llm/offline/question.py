"""What a question asks: language, subject, periods, weekday, cues; and what a follow-up takes over from before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from copilot.domain.answer import Language, Turn
from copilot.llm.offline.cues import cues_in, ordinals, words
from retrieval.language.analyser import fold
from retrieval.language.detect import guess_language
from retrieval.language.periods import FoundPeriod, find_periods
from retrieval.language.vocabulary import vocabulary

NOT_A_PERIOD = ("cadence", "relative")
QUOTED = re.compile(r'["“”«»]\s?([^"“”«»]{2,120}?)\s?["“”«»]')
WEEKDAY = re.compile(
    r"\b(lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|segunda-feira|terca-feira|quarta-feira|quinta-feira|sexta-feira|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b"
)
MOST_CHARACTERS = 2000
YEAR = re.compile(r"(?<![\w$€£.,/+-])(?:19|20)\d\d(?![\w%/+-]|[.,]\d)")
RANGE = re.compile(r"(\d+)\s+(?:y|and|et|e|to|a|al|au)\s+(\d+)$")
SECOND_END = re.compile(r"\s+(?:y|and|et|e|to|a|al|au)\s+(\d+)\b(?![%.,]?\d)")
READABLE = re.compile(r"[a-z]{2}")
PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
NOT_PLURAL = frozenset(
    {
        "mes",
        "is",
        "does",
        "was",
        "has",
        "es",
        "status",
        "churn",
        "nps",
        "kpis",
        "roas",
        "sales",
        "this",
        "its",
        "mais",
        "moins",
        "menos",
    }
)
OTHER_KINDS = frozenset({"task_words", "actions", "timeline", "conflict", "audit"})
"""Cues that name another kind of thing than a risk: a follow-up with one of them has left the risks behind."""
FOR_ANOTHER = re.compile(r"^\W*(?:y|and|et|e)\s+(?:for|para|pour)\s+(?P<what>[^?]*\w)", re.IGNORECASE)
PLACED = tuple(
    re.compile(rf"\s(?:{words})\s(?!.*\s(?:{words})\s)[^?]*\w", re.IGNORECASE)
    for words in ("for|para|pour", "in|en|em|dans|chez", "of|del?|da|do|du|des")
)
"""What a question names last behind a preposition, the surest preposition first."""
ORDINALS = ("first", "second", "third", "fourth", "last", "other")
ITEM = re.compile(r"^\s*(?:-|\d+[.)])\s+\**(.{2,80}?)(?:\*\*|:|\s\(|\s?\[|$)", re.MULTILINE)
HEAD = re.compile(
    r"\b(?:que|cual(?:es)?|which|what|quel(?:le)?s?|qual|quais|quantos|quantas|cuantos|cuantas|how many)"
    r"(?:\s+(?:es|son|is|are|est|sont|e|sao|sera|will be))?"
    r"\s+(?:(?:el|la|los|las|the|o|a|os|as|le|les|of|de|l')\s*\b)*([a-z0-9-]{3,})"
)


@dataclass(frozen=True)
class Asked:
    """A question as far as rules understand it."""

    text: str
    language: Language
    cues: frozenset[str]
    periods: tuple[str, ...] = ()
    weekday: str | None = None
    quoted: tuple[str, ...] = ()
    document: str | None = None
    """Documents it names, joined by `|`; None for none."""
    mention: str | None = None

    @property
    def period(self) -> str | None:
        """The period it names, as one argument."""
        return RANGE.sub(r"\1-\2", self.periods[0]) if self.periods else None

    @property
    def text_without_periods(self) -> str:
        """The question with the words that name a document, without those of its time."""
        return self._bare(self.text)

    @property
    def subject(self) -> str:
        """The question without the words that name a document, a period or a weekday."""
        return self._bare(self.text.replace(self.mention, " ") if self.mention else self.text)

    def _bare(self, text: str) -> str:
        for period in self.periods:
            text = _cut(text, period)
        if self.weekday:
            text = re.sub(re.escape(self.weekday), " ", text, flags=re.IGNORECASE)
        return re.sub(r"\s+", " ", text).strip()[:MOST_CHARACTERS]

    @property
    def topic(self) -> str:
        """The subject; with the words that name the document, where they name what it is about (`growth levers`)."""
        if self.mention is None or names_a_document(self.mention):
            return self.subject
        return f"{self.mention} {self.subject}"

    @property
    def readable(self) -> bool:
        """Whether it is written in letters the rules know."""
        letters = [one for one in self.text if one.isalpha()]
        return 2 * sum(1 for one in fold("".join(letters)) if "a" <= one <= "z") >= len(letters)

    @property
    def content(self) -> list[str]:
        """Words of the subject that carry meaning, folded."""
        return _content(self.subject)

    @property
    def head(self) -> str | None:
        """The noun after the interrogative, folded: `universidades` in `¿Qué universidades ...?`."""
        match = HEAD.search(fold(self.text))
        return match[1] if match else None

    @property
    def asks_for_several(self) -> bool:
        """Whether the noun after the interrogative, or the one its adjective stands before, is a plural."""
        match = HEAD.search(fold(self.text))
        following = re.match(r"\s+([a-z-]{3,})", fold(self.text)[match.end() :]) if match else None
        nouns = [match[1] if match else "", following[1] if following and self.language == "en" else ""]
        return any(noun.endswith("s") and not noun.endswith("ss") and noun not in words("not_plural") for noun in nouns)

    @property
    def place(self) -> int | None:
        """Which item of a list is asked for: 0 for the first, -1 for the last."""
        said = re.findall(r"[^\W_]+", fold(self.subject))
        return next((PLACES[name] for name in PLACES if ordinals(name) & set(said)), None)

    def has(self, *cues: str) -> bool:
        """Whether it holds any of the cues."""
        return any(cue in self.cues for cue in cues)

    def about(self, document: str | None, mention: str | None) -> Asked:
        """The same question with the document it names."""
        if mention is None:
            return replace(self, document=document)
        at = self.text.find(mention)
        end = at + len(mention)
        inside = [period for period in self.periods if at <= self.text.find(period) < end]
        if inside and at >= 0:
            # "the 30 days implementation plan": the time is part of the name.
            end = max(end, *(self.text.find(period) + len(period) for period in inside))
            mention = self.text[at:end]
        named = cues_in(mention) - cues_in(self.text.replace(mention, " "))
        periods = tuple(period for period in self.periods if period not in inside)
        return replace(self, document=document, mention=mention, periods=periods, cues=self.cues - named)


def names_a_document(mention: str) -> bool:
    """Whether the words that name a document hold a word for one, or a compound only a title has."""
    return "-" in mention or bool(set(re.findall(r"[^\W_]+", fold(mention))) & words("document_nouns"))


def understood(text: str, history: Sequence[Turn] = ()) -> Asked:
    """The question with what it takes over from the conversation."""
    text = _placed(text[:MOST_CHARACTERS], history)
    asked = _read(text, _spoken_in(history))
    if not history or not _follows_up(text, asked):
        return asked
    before = understood(history[-1].user, history[:-1])
    another = _another(asked, history[-1], history[:-1])
    return _merged(asked, before) if another is None else replace(before, text=another, language=asked.language)


def leans_on(text: str, history: Sequence[Turn] = ()) -> list[str]:
    """The questions before, oldest first, that a follow-up takes its document from: back to one that stands by itself."""
    placed = _placed(text[:MOST_CHARACTERS], history)
    if not history or (placed == text and not _follows_up(text, _read(text, _spoken_in(history)))):
        return []
    return [*leans_on(history[-1].user, history[:-1]), history[-1].user]


@cache
def _place_pattern() -> re.Pattern[str]:
    """`the second one`, `del segundo riesgo`."""
    nouns = "|".join(word.replace("_", r"\s") for word in words("listed"))
    return re.compile(
        rf"\b(?:el|la|the|le|o|a|del|al|do|da|du)\s+(?P<place>[a-z0-9]+)(?=\s+(?:{nouns})\b|\s*[?.,!]|\s*$)(?:\s+(?:{nouns})\b)?"
    )


def _placed(text: str, history: Sequence[Turn]) -> str:
    """The question with the item in place of its ordinal: `the mitigation of the second risk`, after a list of risks."""
    found = _place_pattern().search(fold(text))
    if (
        found is None
        or len(fold(text)) != len(text)
        or any(hit.start <= found.start("place") < hit.end for hit in find_periods(text))
    ):
        return text
    place = next((PLACES[name] for name in PLACES if found["place"] in ordinals(name)), None)
    for turn in reversed(history):
        items = [plain for item in ITEM.findall(turn.assistant) if (plain := item.strip(" *:"))]
        if len(items) > 1 and place is not None:
            at = place if place >= 0 else len(items) - 1
            return f"{text[: found.start()]}{items[at]}{text[found.end() :]}" if at < len(items) else text
    return text


def _spoken_in(history: Sequence[Turn]) -> Language:
    """The language of the conversation so far, for questions too short to tell theirs."""
    language = guess_language("")
    for turn in history:
        language = guess_language(turn.user, language)
    return language


def _read(text: str, before: Language) -> Asked:
    folded = fold(text)
    weekday = WEEKDAY.search(folded)
    periods = [hit for hit in find_periods(text) if hit.form not in NOT_A_PERIOD]
    years = list(YEAR.finditer(text))
    # In a document a bare number may be a count; in a question one that looks like a year is a time.
    spans = [(hit.start, _range_end(text, hit)) for hit in periods] or [one.span() for one in years if len(years) == 1]
    joined = _joined(text, spans)
    return Asked(
        text=text,
        language=guess_language(text, before) if READABLE.search(fold(text)) else "en",
        cues=cues_in(text),
        periods=joined,
        weekday=weekday[0] if weekday else None,
        quoted=tuple(QUOTED.findall(text)),
    )


def _range_end(text: str, hit: FoundPeriod) -> int:
    """`entre los días 61 y 90`: where the second number ends."""
    second = SECOND_END.match(text, hit.end)
    start = hit.period.start
    return second.end() if second and hit.form == "point" and start is not None and int(second[1]) > start else hit.end


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Periods as written; a phase and its stretch in brackets behind it are one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and text[joined[-1][1] : start].strip() in ("(", ""):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(text[start:end] for start, end in joined)


def _follows_up(text: str, asked: Asked) -> bool:
    return asked.has("follow_up") or len(_content(text)) <= 2


def _content(text: str) -> list[str]:
    stops = set().union(*(vocabulary("stopwords")[language].split() for language in ("es", "en", "pt", "fr")))
    return [word for word in re.findall(r"[^\W_]+", fold(text)) if word not in words("fillers") and word not in stops]


def _cut(text: str, period: str) -> str:
    """Without a period, where it stands as a whole: `month 1` is no part of `month 12`."""
    return re.sub(rf"(?<!\w){re.escape(period)}(?!\w)", " ", text)


def _in_place_of(new: str, kept: str, sides: frozenset[str]) -> str | None:
    """The question before, for another one (`and for freelancers?`): what it was asked for is the last thing it names."""
    another = FOR_ANOTHER.match(new)
    for place in PLACED:
        last = place.search(kept)
        if another and last and not set(_content(last[0])) & sides:
            return f"{kept[: last.start()]} {another['what']}"
    return None


def _merged(asked: Asked, before: Asked) -> Asked:
    new = asked.text
    for period in asked.periods:
        new = _cut(new, period)
    content = _content(new)
    months = [word for word in content if word in words("months")]
    kept = before.subject if before.mention is None else before.text
    for period in before.periods:
        kept = _cut(kept, period)
    if months:
        kept = (
            " ".join(word for word in kept.split() if fold(word.strip("¿?,.;:")) not in words("months")) + f" {' '.join(months)}"
        )
        content = [word for word in content if word not in months]
    periods = asked.periods or before.periods
    sides = words("attributes") | words("metrics")
    if content and not set(content) <= sides and (swapped := _in_place_of(new, kept, sides)):
        subject, cues = swapped, asked.cues | before.cues
    elif content and not set(content) <= sides:
        # Another thing is asked for: time, document and what was asked of it stay.
        kept_sides = [word for word in _content(kept) if word in sides]
        carried = {"sum", "compare", "when"} | ({"risk"} if not asked.cues & OTHER_KINDS else set())
        subject, cues = " ".join([*content, *kept_sides]), asked.cues | (before.cues & carried)
    elif content:
        subject, cues = f"{' '.join(content)} {_without_attributes(kept)}", asked.cues | before.cues
    else:
        subject, cues = kept, before.cues
    return replace(
        asked,
        text=f"{subject} {' '.join(periods)}".strip(),
        cues=cues - {"follow_up"},
        periods=periods,
        weekday=asked.weekday or before.weekday,
        quoted=asked.quoted or before.quoted,
    )


def _another(asked: Asked, last: Turn, before: Sequence[Turn]) -> str | None:
    """The question before with another item in place of its own: `and the second one?`, `¿y el otro?`."""
    said = set(re.findall(r"[^\W_]+", fold(asked.text)))
    place = next((name for name in ORDINALS if said & ordinals(name)), None)
    if place is None or asked.periods:
        return None
    known = {word for name in ORDINALS for word in ordinals(name)}
    spoken = [word for word in re.findall(r"[^\W_]+", fold(last.user)) if word in known and word not in ordinals("other")]
    if spoken:
        to = sorted(ordinals("second" if place == "other" else place))[0]
        return _placed(re.sub(rf"\b{re.escape(spoken[0])}\b", to, fold(last.user), count=1), before)
    items = [plain for item in ITEM.findall(last.assistant) if (plain := item.strip(" *:"))]
    if place == "other":
        items = [item for item in items if fold(item) not in fold(last.user)][-1:]
    at = {"first": 0, "second": 1, "third": 2, "fourth": 3}.get(place, len(items) - 1)
    if not 0 <= at < len(items):
        return None
    return f"{' '.join(word for word in _content(last.user) if word in words('attributes'))} {items[at]}".strip()


def _without_attributes(text: str) -> str:
    return " ".join(word for word in text.split() if fold(word.strip("¿?,.;:")) not in words("attributes") | words("metrics"))
