"""A whole document in short: its sections, objectives, phases, targets, money and risks, each on its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from copilot.llm.offline.cues import data, words
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

MOST_DOCUMENTS = 3
MOST_POINTS = 4
MOST_SECTIONS = 8
LONGEST_POINT = 160
SECTION_LEVEL = 2
TOOLS: dict[str, Call] = {
    "objectives": ("find_notes", {"kind": "objective", "limit": MOST_POINTS}),
    "phases": ("list_phases", {"limit": 3 * MOST_POINTS}),
    "targets": ("find_kpis", {"role": "target", "limit": MOST_POINTS}),
    "investments": ("find_finance", {"role": "investment", "limit": MOST_POINTS}),
    "budgets": ("find_finance", {"role": "budget", "limit": MOST_POINTS}),
    "risks": ("list_risks", {"limit": MOST_POINTS}),
}
"""What a summary names, in its order, and the tool that finds it."""
NAMED = ("objectives", "phases", "risks")
"""Those whose words are told without their place: they say what they are."""


class Summaries:
    """Questions for a document as a whole; one for a part of it has words of its own and is another's."""

    def fits(self, asked: Asked) -> bool:
        """By its words, and by nothing else being asked for."""
        if asked.periods or asked.weekday or not asks_for_a_whole(asked.text):
            return False
        return not set(asked.content) - _noise() - words("document_nouns")

    def calls(self, found: Found) -> list[Call]:
        """Everything a summary names, for each document."""
        if found.round:
            return []
        wanted = _documents(found)
        outlines: list[Call] = [("document_outline", {"document": one}) for one in wanted]
        return outlines + [(tool, {**given, "document": one}) for one in wanted for tool, given in TOOLS.values()]

    def draft(self, found: Found) -> str | None:
        """The documents' summaries; where none is named and there are several, their titles."""
        phrasing, labels = found.phrasing, data("summaries")[found.asked.language]
        wanted = _documents(found)
        if not wanted:
            titles = [f"- {phrasing.title(row)} {marks(row)}" for row in found.documents]
            return fitted([phrasing.say("both"), *titles], LONGEST_LIST) if titles else found.refusal()
        told = []
        for at, document in enumerate(wanted):
            lines = _lines(found, at, labels)
            title = next(row for row in found.documents if str(row["document"]) == document)
            told.append(
                fitted([f"{phrasing.say('according', title=phrasing.title(title))} {marks(title)}", *lines], LONGEST_LIST)
            )
        return fitted(told, LONGEST_LIST)


def asks_for_a_whole(text: str) -> bool:
    """Whether a question asks what something says or is about, in short."""
    return bool(_pattern().search(fold(text)))


def _documents(found: Found) -> list[str]:
    """Those the question names; else the only one there is."""
    if found.asked.document:
        return found.asked.document.split("|")[:MOST_DOCUMENTS]
    every = [str(row["document"]) for row in found.documents]
    return every if len(every) == 1 else []


def _lines(found: Found, at: int, labels: dict[str, str]) -> list[str]:
    outlines = found.results("document_outline", 0)
    outline: Sequence[Row] = outlines[at].rows if at < len(outlines) else ()
    heads = [row for row in outline if row.get("level") == SECTION_LEVEL] or [row for row in outline if row.get("level") != 1]
    lines = [_line(found, labels["sections"], heads[:MOST_SECTIONS], named=True)]
    for kind, (tool, _) in TOOLS.items():
        asked = [other for other, (name, _) in TOOLS.items() if name == tool]
        results = found.results(tool, 0)[at * len(asked) + asked.index(kind) :]
        rows: Sequence[Row] = results[0].rows if results else ()
        if kind == "phases":
            rows = _stages([row for row in rows if row["text"] != row.get("title")])
        lines.append(_line(found, labels[kind], rows[:MOST_POINTS], named=kind in NAMED))
    return [line for line in lines if line]


def _stages(rows: Sequence[Row]) -> list[Row]:
    """Phases of their own: those with a goal or a name beside their time; else whatever has a time."""
    return [row for row in rows if row.get("goal")] or [row for row in rows if row.get("value")] or list(rows)


def _line(found: Found, label: str, rows: Sequence[Row], *, named: bool) -> str:
    """The points of one kind, each with its mark; empty where there are none."""
    if not rows:
        return ""
    if named:
        points = [f"{found.phrasing.words(str(row['text'])[:LONGEST_POINT], row)} {marks(row)}" for row in rows]
        return f"- {label}: {'; '.join(points)}"
    return "\n".join([f"- {label}:", *(f"  - {found.phrasing.statement(row)}" for row in rows)])


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in data("summaries")["cues"]["summary"]))


@cache
def _noise() -> frozenset[str]:
    return frozenset(data("summaries")["noise"]["words"].split())
