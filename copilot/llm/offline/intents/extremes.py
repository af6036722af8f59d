"""The highest and the lowest."""

from __future__ import annotations

import re

from copilot.llm.offline.cues import judging, words
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.lookup import Lookup
from copilot.llm.offline.intents.parts import NEXT_QUESTION
from copilot.llm.offline.phrasing import LONGEST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold


class Extremes:
    """The highest, the lowest."""

    def fits(self, asked: Asked) -> bool:
        """By its words; what is done about a risk is none, whatever the risk is called."""
        return asked.has("highest", "lowest") and not asked.has("remedy")

    def calls(self, found: Found) -> list[Call]:
        """The values in order."""
        asked = found.asked
        if found.round:
            return []
        place = {"period": asked.period, "document": asked.document}
        first = NEXT_QUESTION.split(asked.subject, maxsplit=1)[0]
        return [
            ("rank_values", {"item": first, "lowest": smallest_first(asked), **place}),
            ("find_kpis", {"metric": asked.subject, **place}),
            ("search_passages", {"query": asked.subject, **place}),
        ]

    def draft(self, found: Found) -> str | None:
        """The first with what stands beside it, then the next."""
        rows = found.rows("rank_values")
        if not rows or float(rows[0].get("match", 0)) < 0.5:
            return Lookup().draft(found)
        phrasing = found.phrasing
        first = rows[0]
        tied = [row for row in rows if row["amount"] == first["amount"]]
        sentence = "lowest" if smallest_first(found.asked) else "highest"
        of = "; ".join(_belongs(found, row) for row in tied)
        lines = [
            f"{phrasing.say('according', title=phrasing.title(first))} {phrasing.say(sentence, value=first['amount'], of=of)}"
        ]
        lines += [
            phrasing.say("beside", text=f"{phrasing.words(part['text'], first)} {marks(part)}")
            for part in first.get("beside", ())[:3]
        ]
        rest = [row for row in rows if row not in tied][:2]
        if rest:
            text = "; ".join(
                f"{phrasing.words(str(row['of']), row)}: {row['amount']} {marks(row, row.get('context_e', ()))}" for row in rest
            )
            lines.append(phrasing.say("then", text=text))
        return fitted(lines, LONGEST)


def smallest_first(asked: Asked) -> bool:
    """Whether the lowest is asked for; the best of costs, times and losses is the lowest, the worst the highest."""
    told = set(re.findall(r"[^\W_]+", fold(asked.text)))
    if told & words("less_is_better") and not told & words("size"):
        if told & judging("best"):
            return True
        if told & judging("worst"):
            return False
    return asked.has("lowest") and not asked.has("highest")


def _belongs(found: Found, row: Row) -> str:
    """What a value belongs to, and its whole line."""
    phrasing = found.phrasing
    return (
        f"{phrasing.words(str(row['of']), row)}, {phrasing.words(str(row['text']), row)} {marks(row, row.get('context_e', ()))}"
    )
