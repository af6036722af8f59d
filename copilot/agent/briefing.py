"""What a model is told before a question: the rules of the house, the day, the language, the plans' first days, who asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from copilot.domain.access import Principal
from copilot.domain.answer import Language
from copilot.domain.plan import DocumentRecord
from prompts.loader import load

LANGUAGE_NAMES: dict[Language, str] = {"es": "Spanish", "en": "English", "pt": "Portuguese", "fr": "French"}
PROMPT = "answer"
MOST_STARTS = 8
"""More would be read by nobody; a question about one names its document, and the tools know them all."""
NOTES = "Earlier in this conversation (notes, not a source: look a figure up again before you give it):"
NO_START = "No plan has a first day, so months and weeks of a plan are not dates."


def system_prompt(
    principal: Principal, documents: Iterable[DocumentRecord], language: Language, today: date, notes: str = ""
) -> str:
    """The system prompt of one turn; `notes` stand for what was said before the messages that follow it."""
    prompt = load(PROMPT).fill(
        today=today.isoformat(),
        language=LANGUAGE_NAMES[language],
        starts=_starts([(record.document, record.start) for record in documents if record.start is not None]),
        role=f"{'an' if principal.role.name[0] in 'aeiou' else 'a'} {principal.role.name}",
    )
    return f"{prompt}\n{NOTES}\n{notes}\n" if notes else prompt


def _starts(known: list[tuple[str, date]]) -> str:
    if not known:
        return NO_START
    listed = ", ".join(f"{document} on {start.isoformat()}" for document, start in known[:MOST_STARTS])
    return f"Plans start: {listed}; months and weeks of a plan count from there."
