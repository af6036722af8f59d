"""Which documents speak of something, and what contradicts what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, by_document, merged, proper_names
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked

MOST_LINES = 4
CLOSE = 0.4
LEAST = 0.5


class WhichDocuments:
    """Which documents hold something, and which do not."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("which_documents")

    def calls(self, found: Found) -> list[Call]:
        """Everywhere; for risks, the risks too."""
        asked = found.asked
        if found.round:
            return []
        calls: list[Call] = [
            ("search_passages", {"query": asked.subject, "period": asked.period, "limit": 40}),
            ("find_kpis", {"metric": asked.subject, "period": asked.period, "limit": 20}),
        ]
        if asked.has("risk"):
            calls.append(("list_risks", {"limit": 60}))
        return calls

    def draft(self, found: Found) -> str | None:
        """The documents with their lines; the others by title where they are asked for."""
        asked, phrasing = found.asked, found.phrasing
        if asked.has("risk") and asked.has("have_not", "list") or (asked.has("risk") and len(_bare(asked)) <= 4):
            groups = by_document(found.rows("list_risks"))
            return _with_and_without(found, groups)
        rows = merged(found.rows("find_kpis"), found.rows("search_passages"))
        names = proper_names(asked)
        good = [row for row in rows if answers(asked, row, enough=0.45 if names else 0.6)]
        if not good:
            return found.refusal(rows[0] if rows else None)
        best = float(good[0]["match"])
        close = [row for row in good if float(row["match"]) >= max(best - CLOSE, min(LEAST, best))]
        if asked.has("exact_figure", "count", "price"):
            close.sort(key=lambda row: (not any(map(str.isdigit, str(row["text"]))), -float(row["match"])))
        groups = by_document(close)
        if asked.has("have_not"):
            return _with_and_without(found, groups)
        lines = [phrasing.say("both")]
        for held in groups.values():
            for row in held[:MOST_LINES]:
                lines.append(f"- {phrasing.title(row)}: {phrasing.statement(row)}")
        return fitted(lines, LONGEST_LIST)


class Conflicts:
    """Values that contradict each other."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("conflict")

    def calls(self, found: Found) -> list[Call]:
        """The register of conflicts."""
        asked = found.asked
        return [] if found.round else [("list_conflicts", {"metric": asked.subject, "document": asked.document})]

    def draft(self, found: Found) -> str | None:
        """Each with all its values and sources."""
        rows = found.rows("list_conflicts")
        phrasing = found.phrasing
        if not rows:
            return f"[unanswered] {phrasing.say('no_conflicts')}"
        lines = [phrasing.say("conflicts")]
        for row in rows[:8]:
            values = "; ".join(
                f"{value['value']} ({phrasing.title(value)}) {marks(value)}" for value in _each_once(row["values"])[:4]
            )
            period = f" ({row['period']})" if row.get("period") else ""
            lines.append(f"- **{row['name']}**{period}: {values}")
        return fitted(lines, LONGEST_LIST)


def _each_once(values: Sequence[Row]) -> list[Row]:
    """A value that one document states in several places, once with all of them."""
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for value in values:
        place = (str(value["document"]), str(value["value"]))
        if place in kept:
            kept[place]["e"] = [*kept[place]["e"], *value["e"]]
        else:
            kept[place] = dict(value)
    return list(kept.values())


def _bare(asked: Asked) -> list[str]:
    return [word for word in asked.subject.split() if len(word) > 4]


def _with_and_without(found: Found, groups: dict[str, list[Row]]) -> str:
    phrasing = found.phrasing
    if not groups:
        return found.refusal()
    lines = []
    for rows in groups.values():
        section = next((str(one) for one in rows[0].get("sections", ())), str(rows[0]["text"]))
        lines.append(f"- {phrasing.title(rows[0])}: {phrasing.words(section, rows[0])} {marks(rows[0])}")
    others = [row for row in found.documents if str(row["document"]) not in groups]
    told = [phrasing.say("both"), *lines]
    if others:
        titles = ", ".join(f"{phrasing.title(row)} {marks(row)}" for row in others)
        told.append(phrasing.say("without", titles=titles))
    return fitted(told, LONGEST_LIST)
