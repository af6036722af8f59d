"""Risks: what is set against one, which there are, or that a document has none."""

from __future__ import annotations

import re

from copilot.llm.offline.cues import cue_places
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, by_document, merged
from copilot.llm.offline.intents.lookup import told
from copilot.llm.offline.intents.sections import section_answer
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

FIELDS = ("mitigation", "contingency", "monitoring", "probability", "impact", "symptoms", "trigger")
MOST = 8
MOST_NUMBERED = 40
CLEARLY = 0.12
CONTINGENCY = re.compile(r"conting[eê]n", re.IGNORECASE)


class Risks:
    """Questions for risks and what is done about them."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("risk") and not asked.has("which_documents")

    def calls(self, found: Found) -> list[Call]:
        """Risks and, for documents that hold them in prose, lines."""
        asked = found.asked
        if found.round == 0:
            numbered: list[Call] = (
                [("list_risks", {"document": asked.document, "limit": MOST_NUMBERED})] if asked.place is not None else []
            )
            return [
                ("list_risks", {"query": asked.subject, "document": asked.document, **_level(asked)}),
                *numbered,
                ("search_passages", {"query": asked.subject, "document": asked.document, "period": asked.period}),
                ("read_section", {"section": asked.subject, "document": asked.document}),
            ]
        return []

    def draft(self, found: Found) -> str | None:
        """The risks asked for with all that is set against them."""
        asked = found.asked
        if asked.place is not None and (one := _in_place(found, asked.place)):
            return _told(found, [one])
        risks = found.rows("list_risks")
        if _level(asked):
            return _told(found, _close(risks)[:MOST]) if risks else found.refusal()
        lines = merged(found.rows("search_passages"))
        good = [row for row in lines if answers(asked, row)]
        if risks and (not good or float(risks[0]["match"]) >= float(good[0]["match"]) - 0.3):
            chosen = _chosen(asked, risks)
            section = section_answer(found) if _lacks_what_is_asked(asked, chosen) else None
            if section or chosen:
                return section or _told(found, chosen)
        if good:
            return told(found, [row for row in good if float(row["match"]) >= float(good[0]["match"]) - CLEARLY][:4])
        return found.refusal(risks[0] if risks else lines[0] if lines else None)


def _level(asked: Asked) -> dict[str, str]:
    """The step of a scale that is asked for, as the lookup takes it: `{"level": "high impact"}`."""
    places = cue_places("level", asked.text) if asked.has("level") else []
    return {"level": fold(asked.text)[slice(*places[0])]} if places else {}


def _in_place(found: Found, place: int) -> Row | None:
    """The risk at that place of the document's own list; None where several documents have one."""
    results = found.results("list_risks")
    rows = sorted(results[1].rows, key=lambda row: int(row["line"])) if len(results) > 1 else []
    if len(by_document(rows)) != 1 or not -len(rows) <= place < len(rows):
        return None
    return rows[place]


def _lacks_what_is_asked(asked: Asked, chosen: list[Row]) -> bool:
    """A contingency is asked for and none of the risks has one: the plan may have it in a section of its own."""
    return bool(CONTINGENCY.search(asked.text)) and not any(row.get("contingency") for row in chosen)


def _close(risks: list[Row]) -> list[Row]:
    best = max(float(row.get("match", 0)) for row in risks)
    return [row for row in risks if float(row.get("match", 0)) >= best - 0.1]


def _chosen(asked: Asked, risks: list[Row]) -> list[Row]:
    close = _close(risks)
    named = [row for row in close if answers(asked, row, enough=0.5)]
    if named:
        return named[:MOST]
    # "What risks are there?": nothing names one of them.
    general = all(not row.get("missing") for row in close)
    return close[:MOST] if general else []


def _told(found: Found, risks: list[Row]) -> str:
    phrasing = found.phrasing
    lines: list[str] = []
    for rows in by_document(risks).values():
        lines.append(phrasing.say("according", title=phrasing.title(rows[0])))
        for row in rows:
            if row.get("kind") == "row":
                lines.append(f"- {phrasing.statement(row, context=False)}")
                continue
            if found.asked.has("count"):
                lines.append(f"- **{str(row['risk'])[:78]}** {marks(row)}")
                continue
            parts = [f"{phrasing.say(name)}: {phrasing.words(str(row[name]), row)}" for name in FIELDS if row.get(name)]
            told_parts = ". ".join(parts) if len(rows) <= 4 else "; ".join(parts[:2])
            lines.append(f"- **{str(row['risk'])[:78]}**: {told_parts} {marks(row)}")
    return fitted(lines, LONGEST_LIST)
