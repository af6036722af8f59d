"""Totals: what the plans state, and what the tools have added up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.llm.offline.cues import words
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, best_rows, merged
from copilot.llm.offline.intents.lookup import Lookup, told
from copilot.llm.offline.intents.parts import JOINED
from copilot.llm.offline.phrasing import LONGEST, LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked

MOST_ADDENDS = 14
PART = 0.75
EXACT = 0.95
LIKE_TOTAL = 0.5
MOST_NAMED = 8
MOST_TOTALS = 6


class Sums:
    """Totals."""

    def fits(self, asked: Asked) -> bool:
        """An explicit sum, or a total."""
        return asked.has("sum", "total") and not asked.has("when", "list", "weighted")

    def calls(self, found: Found) -> list[Call]:
        """The total worked out, and what the plans state themselves."""
        asked = found.asked
        if found.round:
            # A year may be the name of a section rather than the time of its lines.
            year = asked.period if asked.period and asked.period.isdigit() and not found.calculations("sum_amounts") else None
            item = f"{asked.subject} {year}"
            return [("sum_amounts", {"item": item, "document": asked.document})] if year and found.round == 1 else []
        place = {"period": asked.period, "document": asked.document}
        both = JOINED.split(asked.subject, maxsplit=1) if not asked.has("sum") else []
        parts: list[Call] = [
            ("find_kpis", {"metric": part, "period": period, "document": asked.document})
            for part in both
            if len(both) == 2
            for period in dict.fromkeys((asked.period, None))
        ]
        return [
            *parts,
            ("sum_amounts", {"item": asked.subject, **place}),
            ("find_kpis", {"metric": asked.subject, **place}),
            ("search_passages", {"query": asked.subject, **place}),
            ("find_finance", {"item": asked.subject, "document": asked.document}),
        ]

    def draft(self, found: Found) -> str | None:
        """The stated totals where the question asks for what stands there, the sum with its addends otherwise."""
        asked = found.asked
        pool = merged(found.rows("find_kpis"), found.rows("search_passages"), found.rows("find_finance"))
        stated = _of_one_kind([row for row in pool if _states_total(asked, row)])
        summed = _summed(found)
        if not asked.has("sum"):
            parts = _parts(found)
            if parts:
                return told(found, parts)
            totals = _totals(stated)
            if totals and not (summed and asked.period):
                return told(found, totals)
            rows = best_rows(asked, pool) if not summed else []
            if rows:
                return told(found, rows)
        if summed:
            return summed
        if stated:
            return _stated(found, stated)
        return Lookup().draft(found)


def _parts(found: Found) -> list[Row]:
    """The best line of each half of `the total investment and the ROI`, each in its period when there is one."""
    results = found.turn.steps[len(found.turn.steps) - found.round]
    count = next((at for at, result in enumerate(results) if result is not None and result.tool == "sum_amounts"), 0)
    step = 2 if found.asked.period else 1
    chosen: list[Row] = []
    for at in range(0, count, step):
        pools = [merged(result.rows) for result in results[at : at + step] if result is not None]
        row = next(
            (
                row
                for pool in pools
                for row in pool[:1]
                if float(row.get("match", 0)) >= PART and float(row.get("own", 0)) >= PART
            ),
            None,
        )
        if row is None:
            return []
        chosen.append(row)
    return chosen if len(chosen) == 2 and chosen[0] != chosen[1] else []


def _totals(stated: Sequence[Row]) -> list[Row]:
    """The lines that state a total, and the one line that carries the very name asked for."""
    best = max((float(row["match"]) for row in stated), default=0.0)
    named = [row for row in stated if _is_named_total(row) and float(row["match"]) >= LIKE_TOTAL * best]
    exact = [
        row
        for row in stated
        if float(row.get("own", 0)) >= EXACT and float(row.get("precision", 0)) >= EXACT and row not in named
    ]
    return [*(exact if len(exact) == 1 else []), *named][:MOST_TOTALS]


def _is_named_total(row: Row) -> bool:
    return bool(re.search(r"\btota(l|ux|is)", str(row.get("name", "")), re.IGNORECASE))


def _states_total(asked: Asked, row: Row) -> bool:
    named = _is_named_total(row)
    return answers(asked, row, enough=0.5 if named else 0.75) and (named or float(row.get("own", 0)) >= 0.6)


def _of_one_kind(rows: list[Row]) -> list[Row]:
    """Only the lines with money, where some have it."""
    money = [row for row in rows if re.search(r"[$€£]", str(row.get("value", row["text"])))]
    return money or rows


def _stated(found: Found, stated: Sequence[Row]) -> str:
    best = float(stated[0]["match"])
    chosen = [row for row in stated if float(row["match"]) >= best - 0.3][:6]
    return told(found, chosen)


def _summed(found: Found) -> str | None:
    results = [result for result in found.results("sum_amounts") if result.calculations]
    if not results:
        return None
    result = results[0]
    rows = [row for row in result.rows if not row.get("stated")]
    # Without a document to hold on to, the words themselves must fit.
    least = 0.5 if not found.asked.document else 0.1 if found.asked.has("sum") else 0.3
    if max(max(float(row.get("match", 0)) for row in rows), _together(rows)) < least:
        return None
    lacking = _lacking(rows)
    if any(words("cadences") & set(one.split()) for one in lacking):
        # Yearly figures are no answer to a question for monthly ones, nor to be divided by twelve.
        return found.refusal(rows[0])
    phrasing = found.phrasing
    steps = "".join(f"[{step.id}]" for step in result.calculations)
    addends = rows[:MOST_ADDENDS]
    limit = LONGEST_LIST if len(rows) > 6 else LONGEST
    lines = [
        f"{phrasing.say('according', title=phrasing.title(rows[0]))} {phrasing.say('total', value=result.value)} {steps}",
        phrasing.say("sum_of"),
    ]
    lines += [_addend(found, row) for row in addends]
    if lacking and not found.asked.document:
        lines.append(phrasing.say("lacks", words=", ".join(sorted(lacking))))
    for row in result.rows:
        if row.get("stated"):
            lines.append(phrasing.say("stated", text=f"{phrasing.words(str(row['name']), row)}: {row['amount']} {marks(row)}"))
    return fitted(lines, limit)


def _together(rows: Sequence[Row]) -> float:
    """Share of the question's words that the addends carry between them: `rent, wages and power` is three lines."""
    held = {str(one) for row in rows for one in row.get("matched", ())}
    lacking = {str(one) for row in rows for one in row.get("missing", ())} - held
    return len(held) / (len(held) + len(lacking)) if held and len(rows) <= MOST_NAMED else 0.0


def _lacking(rows: Sequence[Row]) -> set[str]:
    """Words of the question that none of the addends stands under."""
    return set.intersection(*(set(map(str, row.get("missing", ()))) for row in rows))


def _addend(found: Found, row: Row) -> str:
    """One figure of a sum; a line's figure is told with what the line stands under."""
    phrasing = found.phrasing
    beneath = row.get("sections") and str(row["name"]) == str(row.get("of")) and row.get("value")
    if not beneath:
        return f"- {phrasing.words(str(row['name']), row)}: {row['amount']} {marks(row)}"
    name = f"{phrasing.words(str(row['sections'][0]), row)}, {row['name']}"
    return f"- {name}: {row['amount']} {marks(row, row.get('context_e', ()))}"
