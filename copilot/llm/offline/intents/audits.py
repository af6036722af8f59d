"""What does not add up: findings of the audit, worst first, each with its lines."""

from __future__ import annotations

import re
from decimal import Decimal

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.documents import Conflicts
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

MOST = 6
MOST_STEPS = 2
LONGEST_CLAIM = 240
WORDS_ABOUT_CONFLICTS = re.compile(r"conflict|conflit|contradic")


class Audits:
    """Questions for errors in the plan itself; one for a metric's conflicting values asks the register of conflicts first."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("audit")

    def calls(self, found: Found) -> list[Call]:
        """The findings, and the conflicts where the question speaks of them."""
        asked = found.asked
        if found.round:
            return []
        calls: list[Call] = [("audit_findings", {"document": asked.document, "language": asked.language, "limit": 3 * MOST})]
        if WORDS_ABOUT_CONFLICTS.search(fold(asked.text)):
            calls.append(("list_conflicts", {"metric": asked.subject, "document": asked.document}))
        return calls

    def draft(self, found: Found) -> str | None:
        """Claim, what is wrong with it and what would be right."""
        phrasing = found.phrasing
        conflicts = found.rows("list_conflicts")
        if conflicts and found.asked.has("conflict"):
            return Conflicts().draft(found)
        rows = found.rows("audit_findings")
        if not rows:
            return phrasing.say("all_adds_up")
        lines = [phrasing.say("findings"), *(_told(found, row) for row in rows[:MOST])]
        if len(rows) > MOST:
            lines.append(phrasing.say("more_findings"))
        return fitted(lines, LONGEST_LIST)


def _told(found: Found, row: Row) -> str:
    """Its rule in words, what the documents state, and the arithmetic against it."""
    steps = {step.id: step for step in found.calculations("audit_findings")}
    own = [steps[one] for one in row.get("c", ()) if one in steps][:MOST_STEPS]
    sums = "; ".join(f"{step.formula} = {_rounded(step.result)} [{step.id}]" for step in own)
    claim = found.phrasing.words(str(row["claim"])[:LONGEST_CLAIM], row)
    return f"- **{row['title']}**: {claim} {marks(row)}{f' ({sums})' if sums else ''}"


def _rounded(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
