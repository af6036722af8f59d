"""Who is responsible, what someone or something is called: only what a line names."""

from __future__ import annotations

import re

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, merged, names_someone
from copilot.llm.offline.intents.lookup import told
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

RESPONSIBLE = re.compile(
    r"responsab(?!ilid)|responsib(?!ilit)|responsav|owner|encargad|lider|lead\b|a cargo|reporta|reports to|dueno|contact"
)
DUTIES = re.compile(r"responsa|responsi|funcion|duties")
"""Heads of the column that tells what each person or role answers for."""
SURE = 0.8


class People:
    """Questions for a person, or for a name."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("person", "name")

    def calls(self, found: Found) -> list[Call]:
        """The lines that speak of it."""
        asked = found.asked
        return (
            []
            if found.round
            else [("search_passages", {"query": asked.subject, "document": asked.document, "period": asked.period})]
        )

    def draft(self, found: Found) -> str | None:
        """The line that names the person; a refusal where lines only speak of the matter."""
        asked = found.asked
        rows = merged(found.rows("search_passages"))
        named = [row for row in rows if answers(asked, row, enough=SURE) and names_someone(row) and row.get("precision")]
        if not named and not asked.has("name"):
            named = [
                row
                for row in rows
                if answers(asked, row, enough=SURE)
                and not row.get("missing")
                and row.get("value")
                and (
                    RESPONSIBLE.search(fold(str(row["text"]))) or any(DUTIES.search(fold(head)) for head in row.get("cells", ()))
                )
            ]
        return told(found, named[:2]) if named else found.refusal(rows[0] if rows else None)
