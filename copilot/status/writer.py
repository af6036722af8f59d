"""Who words the update: the templates, or a language model that edits their draft. Either way the check has the last word."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.domain.answer import Language
from copilot.domain.errors import RumboError
from copilot.domain.status import StatusReport
from copilot.grounding.compose import Grounded, ground, problems_of
from copilot.grounding.evidence import Around, TurnEvidence
from copilot.status import wording
from prompts import loader

log = logging.getLogger(__name__)

LANGUAGE_NAMES: dict[Language, str] = {"es": "Spanish", "en": "English", "pt": "Portuguese", "fr": "French"}
Ask = Callable[[Sequence[Any]], str]
"""One call of a language model: (role, text) messages in, text out; raises RumboError when the endpoint fails."""


@dataclass(frozen=True)
class Written:
    """An update's checked text and the model that worded it."""

    grounded: Grounded
    by: str


def write(
    report: StatusReport, language: Language, *, around: Around | None = None, ask: Ask | None = None, model: str = "offline"
) -> Written:
    """The update in words.

    Args:
        report: what is to be told.
        language: of the text.
        around: looks up what stands around a cited line.
        ask: the language model; None for the templates alone. One correction round, then what is unsupported is cut; when the
            endpoint fails, the templates' own text is used.
        model: name of the language model.
    """
    text, turn = wording.draft(report, language, around)
    if ask is not None:
        try:
            return Written(ground(_edited(text, turn, report, language, ask), turn, language), model)
        except RumboError as failure:
            log.warning("status_model_failed", extra={"code": failure.code})
    return Written(ground(text, turn, language), "offline")


def _edited(text: str, turn: TurnEvidence, report: StatusReport, language: Language, ask: Ask) -> str:
    system = loader.load("status").fill(today=report.today.isoformat(), language=LANGUAGE_NAMES[language])
    messages = [("system", system), ("user", text)]
    edited = ask(messages)
    problems = problems_of(edited, turn)
    if problems:
        told = loader.load("correction").fill(problems="\n".join(f"- {problem}" for problem in problems))
        edited = ask([*messages, ("assistant", edited), ("user", told)])
    return edited if edited.strip() else text
