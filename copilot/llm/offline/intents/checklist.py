"""Where tasks stand by what people said: what is overdue, due this week, blocked, or somebody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from copilot.llm.offline.cues import data
from copilot.llm.offline.intents.base import Call, Found, Intent
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

MOST_SHOWN = 12
STATES = ("blocked", "doing", "dropped")


class Checklist:
    """Questions the journal answers; one for the tasks of somebody nobody knows of goes to `otherwise`."""

    def __init__(self, otherwise: Callable[[Asked], Intent]) -> None:
        self._otherwise = otherwise

    def fits(self, asked: Asked) -> bool:
        """By tasks that are overdue, due now, of a state, or a person's; `what is due this week` needs no word for tasks."""
        if _owner(asked) is not None:
            return True
        if _has("tasks", asked.text) and (_has("overdue", asked.text) or any(_has(state, asked.text) for state in STATES)):
            return True
        return _days(asked) is not None and (_has("due", asked.text) or _has("tasks", asked.text))

    def calls(self, found: Found) -> list[Call]:
        """The tasks that are asked for; should the person be nobody's owner, what the other intent looks up."""
        if found.round == 0:
            return [("task_states", {**_wanted(found.asked), "document": found.asked.document})]
        return [] if self._is_told(found) else self._otherwise(found.asked).calls(_later(found))

    def draft(self, found: Found) -> str | None:
        """A line a task, with its state, owner and due day, each with its mark."""
        if not self._is_told(found):
            return self._otherwise(found.asked).draft(_later(found))
        rows, say = found.rows("task_states"), _sentences(found.asked.language)
        wanted = _wanted(found.asked)
        kind = "overdue" if wanted.get("overdue") else "due" if wanted.get("due") else "stand"
        if not rows:
            none = say["none" if kind == "stand" else f"none_{kind}"]
            notes = [result.note or "" for result in found.results("task_states")]
            undated = kind != "stand" and not any("; 0 tasks" in note for note in notes)
            return f"{none} {say['undated']}" if undated else none
        counted = found.calculations("task_states")
        head = f"{say[kind].format(count=counted[0].result)} [{counted[0].id}]" if counted else ""
        return fitted([head, *(f"- {_line(found, row, say)}" for row in rows[:MOST_SHOWN])], LONGEST_LIST)

    @staticmethod
    def _is_told(found: Found) -> bool:
        """Whether the journal answers: tasks were found, or asked for by more than a name."""
        wanted = _wanted(found.asked)
        return bool(found.rows("task_states")) or any(key != "owner" for key in wanted)


class _Shifted(Found):
    """A turn whose first round was ours."""

    @property
    def round(self) -> int:
        return super().round - 1


def _later(found: Found) -> Found:
    return _Shifted(found.asked, found.turn, found.phrasing)


def _wanted(asked: Asked) -> dict[str, Any]:
    """Arguments of the tool; only what the question says."""
    state = next((state for state in STATES if _has(state, asked.text)), None)
    overdue = _has("overdue", asked.text)
    told = {"owner": _owner(asked), "status": state, "overdue": overdue or None, "due": None if overdue else _days(asked)}
    return {key: value for key, value in told.items() if value is not None}


def _days(asked: Asked) -> str | None:
    return "week" if _has("week", asked.text) else "today" if _has("today", asked.text) else None


def _owner(asked: Asked) -> str | None:
    hits = (pattern.search(asked.text) for pattern in _owners())
    return next((hit["owner"] for hit in hits if hit is not None), None)


def _line(found: Found, row: Row, say: dict[str, str]) -> str:
    text = f"{found.phrasing.words(str(row['text']), row)} [{row['e'][0]}]"
    state = say["late"] if row.get("overdue") else say[str(row["status"])]
    parts = [_part(state, row, "said_e" if not row.get("overdue") else "due_e")]
    if row.get("owner"):
        parts.append(_part(say["owner"].format(owner=row["owner"]), row, "said_e"))
    if row.get("due"):
        named = say["named"].format(named=found.phrasing.words(str(row["due_by"]), row)) if row.get("due_by") else ""
        parts.append(_part(say["by"].format(due=row["due"]) + named, row, "due_e"))
    return f"{text}: {', '.join(parts)}"


def _part(text: str, row: Row, key: str) -> str:
    return f"{text} {''.join(f'[{mark}]' for mark in row.get(key, ()))}".rstrip()


def _has(cue: str, text: str) -> bool:
    return _patterns()[cue].search(fold(text)) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(f"(?:{one})" for one in ones)) for name, ones in data("checklist")["cues"].items()}


@cache
def _owners() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in data("checklist")["owners"]["patterns"])


def _sentences(language: str) -> dict[str, str]:
    known: dict[str, str] = data("checklist")[language]
    return known
