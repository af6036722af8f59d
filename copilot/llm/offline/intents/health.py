"""How metrics stand by what people recorded: one metric, those behind or silent, whether a target will be reached."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from copilot.llm.offline.cues import data
from copilot.llm.offline.intents.base import Call, Found, Intent
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, plain
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

STATES = ("silent", "behind", "red", "amber", "green")
MOST_SHOWN = 10
MOST_OF_ONE = 4


class Health:
    """Questions that readings answer; where there are none, the question is the plan's and goes to `otherwise`."""

    def __init__(self, otherwise: Callable[[Asked], Intent]) -> None:
        self._otherwise = otherwise

    def fits(self, asked: Asked) -> bool:
        """By `how is it going`, by `will we reach`, or by metrics that are said to be behind, silent or of a colour."""
        if _has("how", asked.text) or _has("reach", asked.text):
            return True
        return _has("metrics", asked.text) and _state(asked) != "any"

    def calls(self, found: Found) -> list[Call]:
        """The health of what is asked; should nobody have recorded it, what the other intent looks up."""
        if found.round == 0:
            metric = _metric(found.asked)
            return [("kpi_health", {"metric": metric, "state": _state(found.asked), "document": found.asked.document})]
        if self._is_told(found):
            return []
        return self._otherwise(found.asked).calls(_later(found))

    def draft(self, found: Found) -> str | None:
        """A line a metric, each figure with its mark."""
        if not self._is_told(found):
            return self._otherwise(found.asked).draft(_later(found))
        rows = found.rows("kpi_health")
        metric, say = _metric(found.asked), _sentences(found.asked.language)
        if not rows:
            state = _state(found.asked)
            return say["none_silent" if state == "silent" else "none_behind" if state == "behind" else "none_colour"]
        whole = metric is not None or len(rows) <= MOST_OF_ONE
        lines = [_line(row, say, whole=whole) for row in rows[:MOST_SHOWN]]
        return lines[0] if len(lines) == 1 else fitted([f"- {line}" for line in lines], LONGEST_LIST)

    @staticmethod
    def _is_told(found: Found) -> bool:
        """Whether readings answer: some are there, or metrics were asked for by their state."""
        rows = found.rows("kpi_health")
        if any(row.get("value") for row in rows):
            return True
        return _metric(found.asked) is None and _state(found.asked) != "any" and bool(found.results("kpi_health"))


def _later(found: Found) -> Found:
    """The same as the other intent would see it, had it been asked first."""
    return _Shifted(found.asked, found.turn, found.phrasing)


class _Shifted(Found):
    """A turn whose first round was ours."""

    @property
    def round(self) -> int:
        return super().round - 1


def _line(row: Row, say: dict[str, str], *, whole: bool) -> str:
    name = plain(str(row["name"]))
    if not row.get("value"):
        return _joined([_part(say["never"].format(name=name), row, "target_e"), _target(row, say)])
    if row["reason"] == "stale":
        told = say["stale"].format(name=name, on=row["on"], value=row["value"])
        return _joined([_part(told, row, "reading_e"), _target(row, say)])
    stated = say["stated"].format(colour=say[str(row["stated"])]) if row.get("stated") else ""
    head = say["head"].format(name=name, colour=say[str(row["status"])], stated=stated, value=row["value"], on=row["on"])
    parts = [_part(head, row, "reading_e"), _target(row, say)]
    if row.get("expected"):
        parts.append(_part(say["expected"].format(**row), row, "expected_e"))
        parts.append(_part(say["ahead" if row.get("lead") else "behind"].format(**row), row, "shortfall_e", "lead_e"))
    elif row.get("gap") and row["status"] != "green":
        parts.append(_part(say["gap"].format(**row), row, "gap_e"))
    if row.get("forecast") and (whole or row.get("outcome") == "missed"):
        slots = {**row, "low": row["forecast_low"], "high": row["forecast_high"]}
        told = say[f"forecast_{row['outcome']}"].format(**slots)
        parts.append(_part(told, row, "forecast_e", "forecast_low_e", "forecast_high_e", "due_e"))
    return _joined(parts)


def _target(row: Row, say: dict[str, str]) -> str:
    if not row.get("target"):
        return ""
    period = f" ({plain(str(row['period']))})" if row.get("period") else ""
    return _part(say["target"].format(target=plain(str(row["target"])), period=period), row, "target_e")


def _part(text: str, row: Row, *keys: str) -> str:
    marks = dict.fromkeys(mark for key in keys for mark in row.get(key, ()))
    return f"{text} {''.join(f'[{mark}]' for mark in marks)}".rstrip()


def _joined(parts: list[str]) -> str:
    return "; ".join(part for part in parts if part)


def _metric(asked: Asked) -> str | None:
    """What is left of the question when the words of such questions are gone: the metric's name."""
    noise = frozenset(data("health")["noise"]["words"].split())
    said = [word for word in asked.content if word not in noise]
    return " ".join(said) or None


def _state(asked: Asked) -> str:
    return next((state for state in STATES if _has(state, asked.text)), "any")


def _has(cue: str, text: str) -> bool:
    return _patterns()[cue].search(fold(text)) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile("|".join(f"(?:{one})" for one in ones)) for name, ones in data("health")["cues"].items()}


def _sentences(language: str) -> dict[str, str]:
    known: dict[str, str] = data("health")[language]
    return known
