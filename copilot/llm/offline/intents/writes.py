"""Orders to record a value or a task's state: a proposal is made, a person confirms it."""

from __future__ import annotations

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.phrasing import UNANSWERED
from copilot.llm.offline.question import Asked
from retrieval.language.requests import reading_request, task_request

TOOLS = ("propose_reading", "propose_task_change")


class Writes:
    """Orders, not questions."""

    def fits(self, asked: Asked) -> bool:
        """By the verb it begins with, a state or a value."""
        return task_request(asked.text) is not None or reading_request(asked.text) is not None

    def calls(self, found: Found) -> list[Call]:
        """One proposal."""
        if found.round:
            return []
        asked = found.asked
        # The document's name is no part of the metric's or the task's.
        only = asked.document if asked.document and "|" not in asked.document else None
        words = asked.subject if only else asked.text
        if (task := task_request(words) or task_request(asked.text)) is not None:
            return [("propose_task_change", {"task": task.name, "status": task.status, "document": only})]
        reading = reading_request(words) or reading_request(asked.text)
        if reading is None:
            return []
        return [("propose_reading", {"metric": reading.name, "value": reading.value, "day": reading.on, "document": only})]

    def draft(self, found: Found) -> str | None:
        """That it waits; the surface shows what exactly."""
        made = any(found.rows(tool) for tool in TOOLS)
        return found.phrasing.say("proposed") if made else f"{UNANSWERED} {found.phrasing.say('not_proposed')}"
