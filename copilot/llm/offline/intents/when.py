"""When something happens and how long it takes."""

from __future__ import annotations

import re

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, by_document, merged
from copilot.llm.offline.phrasing import LONGEST, LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.periods import find_periods

CLOSE = 0.1
MOST = 4
MOST_PHASES = 14


class When:
    """Questions for a time."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("when", "timeline") and not asked.has("sum")

    def calls(self, found: Found) -> list[Call]:
        """Phases by name, and the lines that speak of it."""
        asked = found.asked
        if found.round == 0:
            query = f"{asked.subject} {' '.join(asked.periods)}".strip()
            place = {"document": asked.document}
            return [
                ("list_phases", {"query": query, **place}),
                ("list_phases", {"query": asked.subject, "period": asked.period, **place}),
                ("search_passages", {"query": query, **place}),
                ("search_passages", {"query": asked.subject, "period": asked.period, **place})
                if asked.period
                else ("find_kpis", {"metric": query, **place}),
            ]
        return []

    def draft(self, found: Found) -> str | None:
        """What was asked for with its time, as the plan writes it."""
        asked = found.asked
        if asked.has("timeline") and (whole := _timeline(found)):
            return whole
        phases = [row for row in found.rows("list_phases") if answers(asked, row)]
        lines = [row for row in merged(found.rows("search_passages"), found.rows("find_kpis")) if _dated(row)]
        good = [row for row in lines if answers(asked, row)]
        best = max((float(row["match"]) for row in [*phases, *good]), default=0.0)
        chosen = [row for row in merged(phases, good) if float(row["match"]) >= best - CLOSE and _dated(row)]
        if not chosen:
            return found.refusal(lines[0] if lines else None)
        top = float(chosen[0]["score"])
        chosen = [row for row in chosen if float(row["score"]) >= 0.85 * top][:MOST]
        return fitted([_told(found, row) for row in chosen], LONGEST)


def _timeline(found: Found) -> str | None:
    """All phases in the order of the plan."""
    kept = {(str(row["document"]), int(row["line"])): row for row in found.rows("list_phases")}
    groups = by_document(kept[place] for place in sorted(kept))
    lines: list[str] = []
    for rows in groups.values():
        lines.append(found.phrasing.say("according", title=found.phrasing.title(rows[0])))
        lines += [f"- {_body(found, row)}" for row in rows[:MOST_PHASES]]
    return fitted(lines, LONGEST_LIST) if len(kept) > 1 and len(groups) <= MOST else None


def _dated(row: Row) -> bool:
    return bool(row.get("span") or row.get("period") or find_periods(str(row.get("text", ""))))


def _told(found: Found, row: Row) -> str:
    return f"{found.phrasing.say('according', title=found.phrasing.title(row))} {_body(found, row)}"


def _body(found: Found, row: Row) -> str:
    phrasing = found.phrasing
    text = str(row["text"])
    extra = [*row.get("context_e", ()), *row.get("period_e", ())]
    span = str(row.get("span") or "")
    own = any(hit.form not in ("phase", "cadence") for hit in find_periods(text))
    if span and span not in text:
        body = phrasing.say("when", what=phrasing.words(text, row), span=phrasing.words(span, row))
    elif own:
        body = phrasing.words(text, row)
    else:
        sections = [str(one) for one in row.get("sections", ()) if find_periods(str(one))]
        place = sections[0] if sections else str(row.get("period", ""))
        body = phrasing.say("when", what=phrasing.words(text, row), span=phrasing.words(place, row))
    body = re.sub(r"\s+", " ", body)
    return f"{body} {marks(row, extra)}"
