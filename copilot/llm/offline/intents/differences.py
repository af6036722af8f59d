"""How far two values lie apart: two years, two things, or today and the target; worked out by a tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from copilot.domain.answer import ToolResult
from copilot.llm.offline.cues import words
from copilot.llm.offline.intents.base import Call, Found, Intent
from copilot.llm.offline.intents.parts import ARTICLES
from copilot.llm.offline.phrasing import LONGEST, fitted, marks, plain
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
BETWEEN = re.compile(rf"\b(?:entre|between)\s+{ARTICLES}(.+)$", re.IGNORECASE)
AND = re.compile(rf"\s(?:y|and|et|e|to|hasta|a)\s{ARTICLES}", re.IGNORECASE)
THAT_OF = re.compile(
    r"^\W*(?:(?:el|la|los|las|that|those|the one|celui|celle|o|a)\s+)?(?:de|del|of|in|en|em|du|da|do)\b", re.IGNORECASE
)
THAN = re.compile(
    r"(?:cu[aá]nt[oa]s?|how (?:much|many)|quant[oa]s?|combien (?:de |d'))\s*(?P<what>(?:[^\W\d_]+\s+){0,3}?)"
    r"(?:m[aá]s|menos|more|less|fewer|higher|lower|mais|de plus|plus|moins)\s+(?P<left>.+?)"
    r"\s(?:que|than|do que|de que|qu')\s+(?P<right>.+)$",
    re.IGNORECASE,
)
STRETCH = re.compile(r"\s(?:a|al|hasta|to|until|au|ate|até|à|y|and|e|et)\s(?:el |la |the |o )?", re.IGNORECASE)
TOOL = "compare_values"


class Differences:
    """Questions for a difference, a gap or a growth; what is not worked out goes to the next kind of question."""

    def __init__(self, otherwise: Callable[[Asked], Intent]) -> None:
        self._otherwise = otherwise

    def fits(self, asked: Asked) -> bool:
        """By its words; a growth needs two times."""
        return asked.has("difference", "gap") or (
            asked.has("growth") and (len(set(YEAR.findall(asked.text))) > 1 or bool(ends(asked)))
        )

    def calls(self, found: Found) -> list[Call]:
        """The difference; should there be none, whatever the question is besides."""
        if not found.results(TOOL):
            first, second = sides(found.asked)
            args = {"first": first, "second": second, "document": found.asked.document}
            return [(TOOL, args if second else {**args, "period": found.asked.period})]
        if _worked_out(found):
            return []
        rest = _without(found)
        return self._otherwise(found.asked).calls(rest)

    def draft(self, found: Found) -> str | None:
        """The result with both values."""
        result = _worked_out(found)
        if result is None:
            return self._otherwise(found.asked).draft(_without(found))
        phrasing, rows = found.phrasing, result.rows
        steps = [step for step in result.calculations if step.name.startswith("difference")]
        changes = [step for step in result.calculations if step.name.startswith("percent")]
        sentence = "points" if result.unit == "%" else "difference"
        lines = [
            f"{phrasing.say('according', title=phrasing.title(rows[0]))} "
            f"{phrasing.say(sentence, value=result.value)} {''.join(f'[{step.id}]' for step in steps)}"
        ]
        for row in rows:
            lines.append(f"- {phrasing.words(plain(str(row['of'])), row)}: {row['amount']} {marks(row)}")
        if found.asked.has("growth") and changes:
            told = " / ".join(f"{_rounded(step.result)}%" for step in changes)
            lines.append(f"{phrasing.say('change', value=told)} {''.join(f'[{step.id}]' for step in changes)}")
        return fitted(lines, LONGEST)


def sides(asked: Asked) -> tuple[str, str | None]:
    """What the two values are; no second one where a value and its own target are meant."""
    text = asked.text.replace(asked.mention, " ") if asked.mention else asked.text
    years = list(dict.fromkeys(YEAR.findall(text)))
    if len(years) > 1:
        subject = YEAR.sub(" ", _bare(text))
        return f"{subject} {years[0]}", f"{subject} {years[1]}"
    if pair := ends(asked):
        return f"{_bare(asked.subject)} {pair[0]}", f"{_bare(asked.subject)} {pair[1]}"
    if than := THAN.search(text):
        return _compared(asked, than)
    between = BETWEEN.search(text)
    if between:
        before = _bare(text[: between.start()])
        parts = AND.split(between[1].strip(" ?¿.!"), maxsplit=1)
        if len(parts) == 2 and not _is_gap(between[1]):
            left, right = parts
            shared = re.sub(r"\b(?:de|del|of|du|da|do|des)\b.*$", "", left) if THAT_OF.match(right) else ""
            return f"{before} {left}", f"{before} {shared} {right}"
    return _bare(asked.subject), None


def ends(asked: Asked) -> tuple[str, str] | None:
    """The two times a difference lies between: two periods, or the ends of a stretch (`del año 1 al año 3`)."""
    if len(asked.periods) > 1:
        first, second = asked.periods[:2]
        year = YEAR.search(second)
        # "between Q1 and Q4 2025": the year is said once.
        return (f"{first} {year[0]}" if year and not YEAR.search(first) and year[0] != second else first), second
    parts = STRETCH.split(asked.periods[0], maxsplit=1) if asked.periods else []
    if len(parts) == 2 and re.search(r"\d", parts[0]) and re.search(r"[^\W\d_]{2}.*\d", parts[1]):
        return parts[0], parts[1]
    return None


def _compared(asked: Asked, than: re.Match[str]) -> tuple[str, str]:
    """`How many more users has A than B in 2028`: what is counted, of each, at that time."""
    what, time = _bare(f"{than['what']} "), " ".join([*asked.periods, *YEAR.findall(asked.text)][:1])

    def side(text: str) -> str:
        return f"{what} {_bare(text.replace(time, ' ') if time else text)} {time}".strip()

    return side(than["left"]), side(than["right"])


def _is_gap(text: str) -> bool:
    """Whether today's value is set against the target."""
    told = set(re.findall(r"[^\W_]+", fold(text)))
    return bool(told & words("today")) and bool(told & words("aim"))


def _bare(text: str) -> str:
    """Without the words of asking for a difference."""
    asking = words("asking_difference") | words("today") | words("aim")
    return " ".join(word for word in text.split() if fold(word.strip("¿?,.;:()")) not in asking)


def _worked_out(found: Found) -> ToolResult | None:
    return next((result for result in found.results(TOOL) if result.calculations), None)


def _without(found: Found) -> Found:
    """The turn as if the difference had not been tried."""
    steps = tuple(step for step in found.turn.steps if not any(one is not None and one.tool == TOOL for one in step))
    return replace(found, turn=replace(found.turn, steps=steps))


def _rounded(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')).normalize():f}"
