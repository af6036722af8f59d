"""Orders to record a value or a task's state: a proposal is made, a person confirms it."""

from __future__ import annotations

import re

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.phrasing import UNANSWERED
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold
from retrieval.language.requests import ReadingRequest, reading_request, task_request

TOOLS = ("propose_reading", "propose_task_change")
OF = re.compile(
    r"\s(?:del?|d[aou]s?|des|of|in|en|em|no|na|for|para|pour|dans)\s+(?:(?:el|la|los|las|the|o|a|os|as|le|les)\s+)?", re.I
)
"""Before what a metric is of: a segment, or a document by one word of its title."""
LEFT = re.compile(r"\s(?:del?|d[aou]s?|of|in|en|em|in the|of the)$", re.I)
"""What stood before the name of a document."""


class Writes:
    """Orders, not questions."""

    def fits(self, asked: Asked) -> bool:
        """By the verb it begins with, a state or a value."""
        return task_request(asked.text) is not None or reading_request(asked.text) is not None

    def calls(self, found: Found) -> list[Call]:
        """One proposal."""
        asked = found.asked
        # The document's name is no part of the metric's or the task's.
        only = asked.document if asked.document and "|" not in asked.document else None
        words = asked.subject if only else asked.text
        if found.round and (found.round > 1 or not found.results("find_kpis", 0)):
            return []
        if (task := task_request(words) or task_request(asked.text)) is not None:
            return [("propose_task_change", {"task": task.name, "status": task.status, "document": only})]
        reading = reading_request(words) or reading_request(asked.text)
        if reading is None:
            return []
        if only is None and found.round == 0 and (parts := _parts(reading)):
            name, place = parts
            return [("list_documents", {"query": f"plan {place}"}), ("find_kpis", {"metric": name})]
        name, only = (LEFT.sub("", reading.name), only) if only else _named_in_one(found, reading)
        return [("propose_reading", {"metric": name, "value": reading.value, "day": reading.on, "document": only})]

    def draft(self, found: Found) -> str | None:
        """That it waits; the surface shows what exactly."""
        made = any(found.rows(tool) for tool in TOOLS)
        return found.phrasing.say("proposed") if made else f"{UNANSWERED} {found.phrasing.say('not_proposed')}"


def _parts(reading: ReadingRequest) -> tuple[str, str] | None:
    """A name that may say what the metric is of: `NPS` and `levers` of `the NPS of the levers`."""
    ends = [match for match in OF.finditer(reading.name) if match.start() and reading.name[match.end() :]]
    return (reading.name[: ends[-1].start()], reading.name[ends[-1].end() :]) if ends else None


def _named_in_one(found: Found, reading: ReadingRequest) -> tuple[str, str | None]:
    """The metric and its document, where a word of the name is a document's and that document has the metric by the rest."""
    parts = _parts(reading)
    named = {str(row["document"]) for row in found.rows("list_documents", 0) if row.get("mention")} if found.round else set()
    if parts is None or len(named) != 1:
        return reading.name, None
    name = fold(parts[0])
    rows = found.rows("find_kpis", 0)
    if any(fold(str(row.get("name"))) == fold(reading.name) for row in rows):
        return reading.name, None
    held = any(fold(str(row.get("name"))) == name and str(row["document"]) in named for row in rows)
    return (parts[0], named.pop()) if held else (reading.name, None)
