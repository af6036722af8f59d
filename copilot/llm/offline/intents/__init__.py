"""The kinds of questions, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.llm.offline.intents.audits import Audits
from copilot.llm.offline.intents.base import Intent
from copilot.llm.offline.intents.checklist import Checklist
from copilot.llm.offline.intents.comparisons import Comparisons
from copilot.llm.offline.intents.differences import Differences
from copilot.llm.offline.intents.documents import Conflicts, WhichDocuments
from copilot.llm.offline.intents.extremes import Extremes
from copilot.llm.offline.intents.formulas import Formulas
from copilot.llm.offline.intents.health import Health
from copilot.llm.offline.intents.levels import Levels
from copilot.llm.offline.intents.lookup import Lookup
from copilot.llm.offline.intents.people import People
from copilot.llm.offline.intents.returns import Returns
from copilot.llm.offline.intents.risks import Risks
from copilot.llm.offline.intents.sections import Sections
from copilot.llm.offline.intents.summaries import Summaries
from copilot.llm.offline.intents.tasks import Tasks
from copilot.llm.offline.intents.totals import Sums
from copilot.llm.offline.intents.when import When
from copilot.llm.offline.intents.writes import Writes
from copilot.llm.offline.question import Asked

INTENTS: tuple[Intent, ...] = (
    Writes(),
    Formulas(),
    Summaries(),
    Audits(),
    Health(lambda asked: _first(asked, INTENTS_OF_THE_PLAN)),
    Checklist(lambda asked: _first(asked, INTENTS_OF_THE_PLAN)),
    Conflicts(),
    WhichDocuments(),
    People(),
    Differences(lambda asked: _first(asked, INTENTS_BESIDES)),
    Returns(),
    Comparisons(),
    Extremes(),
    Levels(lambda asked: _first(asked, INTENTS_AFTER_LEVELS)),
    Risks(),
    Sums(),
    Tasks(),
    When(),
    Sections(),
    Lookup(),
)
INTENTS_OF_THE_PLAN: tuple[Intent, ...] = tuple(intent for intent in INTENTS if not isinstance(intent, Health | Checklist))
"""Those that answer from the documents, where nobody has recorded anything."""
INTENTS_BESIDES: tuple[Intent, ...] = tuple(intent for intent in INTENTS if not isinstance(intent, Differences))
"""Those that take over where no difference can be worked out."""
INTENTS_AFTER_LEVELS: tuple[Intent, ...] = INTENTS[1 + next(at for at, one in enumerate(INTENTS) if isinstance(one, Levels)) :]


def intent_for(asked: Asked) -> Intent:
    """The first intent the question fits."""
    return _first(asked, INTENTS)


def _first(asked: Asked, intents: Sequence[Intent]) -> Intent:
    return next(intent for intent in intents if intent.fits(asked))
