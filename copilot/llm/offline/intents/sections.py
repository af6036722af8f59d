"""What a section, a list, a table or a point of a plan says: narrative, lists, breakdowns."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, counts_something_unnamed, merged
from copilot.llm.offline.intents.lookup import MONEY, told
from copilot.llm.offline.intents.passages import section_text
from copilot.llm.offline.phrasing import LONGEST, LONGEST_LIST, Row
from copilot.llm.offline.question import Asked

CLEARLY = 0.12
OWN_PERIOD = 3
"""`period_fit` of a line that names the period itself."""


class Sections:
    """Questions for what something consists of."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("list", "breakdown", "actions")

    def calls(self, found: Found) -> list[Call]:
        """The section and, for what is no section, the lines."""
        asked = found.asked
        if found.round == 0:
            query = asked.topic
            place = {"period": asked.period, "document": asked.document}
            calls: list[Call] = [
                ("read_section", {"section": query, **place}),
                ("search_passages", {"query": query, **place}),
                ("find_kpis", {"metric": query, **place}),
            ]
            if asked.quoted:
                calls.append(("read_section", {"section": asked.quoted[0], **place}))
            return calls
        if found.round == 1 and asked.period and not found.rows("read_section"):
            return [("read_section", {"section": f"{asked.subject} {asked.period}", "document": asked.document})]
        return []

    def draft(self, found: Found) -> str | None:
        """The section with what stands below it, or the lines that answer."""
        asked = found.asked
        lines = merged(found.rows("find_kpis", 0), found.rows("search_passages"))
        good = [row for row in lines if answers(asked, row) and not counts_something_unnamed(asked, row)]
        heads = [row for row in found.rows("read_section") if row.get("depth") == 0]
        leaf_wins = good and heads and not asked.has("breakdown") and float(good[0]["match"]) > float(heads[0]["match"]) + CLEARLY
        if heads and not leaf_wins:
            text = section_answer(found, LONGEST if asked.has("breakdown") else LONGEST_LIST)
            if text:
                return text
        if good:
            return told(found, [row for row in good if float(row["match"]) >= float(good[0]["match"]) - CLEARLY][:6])
        return found.refusal(lines[0] if lines else None)


def section_answer(found: Found, limit: int = LONGEST_LIST) -> str | None:
    """The best sections with their lines; None when none is what was asked for."""
    rows = found.rows("read_section")
    heads = [row for row in rows if row.get("depth") == 0 and answers(found.asked, row, enough=_enough(found.asked, row))]
    if not heads:
        return None
    best = max(float(row["match"]) for row in heads)
    heads = [row for row in heads if float(row["match"]) >= best - 0.08]
    heads = _once(heads)
    if found.asked.has("breakdown"):
        heads = [row for row in heads if MONEY.search(str(row["text"]))] or heads
    return section_text(found, heads, rows, limit)


def _enough(asked: Asked, head: Row) -> float:
    if asked.has("breakdown") and int(head.get("period_fit", 0)) == OWN_PERIOD:
        return 0.35
    return 0.6


def _once(heads: Sequence[Row]) -> list[Row]:
    kept: dict[str, Row] = {}
    for row in heads:
        kept.setdefault(str(row["group"]), row)
    return list(kept.values())
