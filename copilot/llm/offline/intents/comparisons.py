"""Two things side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import by_document, merged
from copilot.llm.offline.intents.parts import JOINED
from copilot.llm.offline.phrasing import LONGEST, Row, fitted
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

ARTICLES = frozenset("the los las les des del dos das".split())
SAME_PLACE = 0.3
"""Two things that are compared mostly stand in one table."""
FILLER = re.compile(r"^\W*(?:compara\w*|compare\w*)\W*", re.IGNORECASE)


class Comparisons:
    """Two things side by side."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("compare") and bool(JOINED.search(FILLER.sub("", asked.text)))

    def calls(self, found: Found) -> list[Call]:
        """Each side on its own, with the words they share."""
        asked = found.asked
        if found.round == 0:
            return [("list_documents", {"query": side}) for side in sides(replace(asked, mention=None))]
        if found.round > 1:
            return []
        calls: list[Call] = []
        for side, document in _placed_sides(found):
            args = {"document": document}
            calls += [
                ("find_finance", {"item": side, **args}),
                ("search_passages", {"query": side, **args}),
                ("find_kpis", {"metric": side, **args}),
            ]
        if len(asked.periods) > 1:
            calls = [
                ("find_kpis", {"metric": asked.subject, "period": period, "document": asked.document})
                for period in asked.periods[:3]
            ]
        return calls

    def draft(self, found: Found) -> str | None:
        """The best line of each side."""
        asked = found.asked
        results = found.turn.steps[-1]
        size = 1 if len(asked.periods) > 1 else 3
        attribute = (
            next((word for word in fold(sides(asked)[0]).split() if len(word) > 2 and word not in ARTICLES), "")
            if size == 3
            else ""
        )
        place = ""
        chosen: list[Row] = []
        held: set[tuple[str, int]] = set()
        for at in reversed(range(0, len(results), size)):
            pool = merged(*(result.rows for result in results[at : at + size] if result is not None))
            good = [
                row for row in pool if float(row.get("match", 0)) >= 0.5 and (str(row["document"]), int(row["line"])) not in held
            ]
            if pool and pool[0].get("kind") == "row" and (str(pool[0]["document"]), int(pool[0]["line"])) in held:
                # One row holds both sides.
                continue
            good = _with_attribute(attribute, good, pool, held) or good
            good = sorted(good, key=lambda row: -float(row["score"]) - (SAME_PLACE if place and _section(row) == place else 0.0))
            good = [row for row in good if any(map(str.isdigit, str(row["text"])))]
            top = float(good[0]["score"]) if good else 0.0
            side = [row for row in good if float(row["score"]) >= 0.95 * top and _section(row) == _section(good[0])][:2]
            place = _section(good[0]) if good else place
            held |= {(str(row["document"]), int(row["line"])) for row in side}
            chosen = [*side, *chosen]
        if not chosen:
            return found.refusal()
        return fitted([line for group in by_document(chosen).values() for line in _side(found, group)], LONGEST)


def sides(asked: Asked) -> tuple[str, str]:
    """The two things compared, each with the words before the first of them: `ROI of A`, `ROI of B`."""
    text = FILLER.sub("", asked.subject)
    left, _, right = JOINED.sub("\n", text, count=1).partition("\n")
    shared = re.match(r"^(.*?\b(?:de|of|del|du|da|do|des|das|dos|entre|between)\b)\s", left, re.IGNORECASE)
    common = shared[1] if shared else ""
    tail = re.search(r"\b(?:in|en|em|dans|na|no)\b\s.+$", right, re.IGNORECASE)
    return f"{left} {tail[0] if tail else ''}", f"{common} {right}"


def _placed_sides(found: Found) -> list[tuple[str, str | None]]:
    """Each side with its own document, where the two sides name different ones; else both in the question's."""
    asked = found.asked
    named = [next((row for row in result.rows if row.get("mention")), None) for result in found.results("list_documents", 0)]
    if len(named) == 2 and named[0] and named[1] and named[0]["document"] != named[1]["document"]:
        whole = sides(replace(asked, mention=None))
        bare = [side.replace(str(row["mention"]), " ") for side, row in zip(whole, named, strict=True) if row]
        return [(side, str(row["document"])) for side, row in zip(bare, named, strict=True) if row]
    return [(side, asked.document) for side in sides(asked)]


def _with_attribute(attribute: str, good: Sequence[Row], pool: Sequence[Row], held: set[tuple[str, int]]) -> list[Row]:
    """Rows that state the figure compared: of those that cover the side, else of all that hold a figure of that name."""
    pattern = re.compile(rf"\b{re.escape(attribute)}\b")
    own = [row for row in good if pattern.search(fold(str(row["text"])))]
    free = [
        row for row in pool if (str(row["document"]), int(row["line"])) not in held and any(map(str.isdigit, str(row["text"])))
    ]
    return own or [row for row in free if pattern.search(fold(str(row.get("name", ""))))]


def _section(row: Row) -> str:
    return str(next(iter(row.get("sections", ())), ""))


def _side(found: Found, rows: Sequence[Row]) -> list[str]:
    lines = [found.phrasing.say("according", title=found.phrasing.title(rows[0]))]
    return [*lines, *(f"- {found.phrasing.statement(row)}" for row in rows)]
