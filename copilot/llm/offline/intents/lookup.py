"""The plain question: one metric, one fact, or the same fact in several documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.llm.offline.cues import words
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import (
    answers,
    best_rows,
    by_document,
    counts_something_unnamed,
    merged,
    names_someone,
)
from copilot.llm.offline.intents.passages import section_text
from copilot.llm.offline.phrasing import LONGEST, LONGEST_LIST, Row, fitted
from copilot.llm.offline.question import Asked, names_a_document
from retrieval.language.analyser import fold
from retrieval.language.quantities import find_quantities

FIGURE_BONUS = 0.1
MOST_DOCUMENTS = 6
MOST_ROWS = 7
BONUSES = (FIGURE_BONUS, 0.0)
SURE = 0.8
NEARLY = 0.75
PART = 0.8
HALF_OWN = 0.5
MONEY = re.compile(r"[$€£]\s?\d|\d\s?(?:€|USD|EUR)")
CONJUNCTION = re.compile(r"\s(?:y|e|and|et|ou|or)\s|,", re.IGNORECASE)


class Lookup:
    """Anything no other intent claims."""

    def fits(self, asked: Asked) -> bool:
        """Always: it comes last."""
        return asked is not None

    def calls(self, found: Found) -> list[Call]:
        """First the metrics and the lines; then what is missing of a question in two parts, or the nearest without its period."""
        asked = found.asked
        if found.round == 0:
            wide = _both(asked.text_without_periods, asked.period, None) if named_by_chance(asked) else []
            return [*_both(asked.subject, asked.period, asked.document), *wide]
        if found.round == 1:
            chosen = choose(found)
            holder = container(asked, chosen, _pool(found))
            if holder is not None:
                return [("read_section", {"section": holder["text"], "document": holder["document"]})]
            if not chosen and asked.period:
                return _both(asked.subject, None, asked.document)
            if not chosen:
                halves = CONJUNCTION.split(asked.subject)
                return [call for half in halves[:3] for call in _both(half, None, asked.document)] if len(halves) > 1 else []
            missing = unanswered_part(asked, chosen)
            if missing:
                return (
                    _both(missing, None, asked.document)
                    if asked.period is None
                    else [
                        *_both(missing, asked.period, asked.document),
                        *_both(missing, None, asked.document),
                    ]
                )
        return []

    def draft(self, found: Found) -> str | None:
        """The rows as sentences, grouped by document when it was not named."""
        chosen = choose(found)
        holder = container(found.asked, chosen, _pool(found))
        if holder is not None and (below := told_below(found, holder)):
            return below
        if not chosen and not found.asked.period:
            chosen = halves(found)
        if not chosen:
            pool = ranked(found, None)
            return found.refusal(pool[0] if pool else None)
        if not found.asked.period or found.round < 2 or found.rows("find_kpis", 0):
            chosen = [*chosen, *second_part(found, chosen)]
        return told(found, chosen)


def ranked(found: Found, round_: int | None = 0) -> list[Row]:
    """Rows of both tools, those with figures a little before the others."""
    figures = [{**row, "score": float(row.get("score", 0)) + FIGURE_BONUS} for row in found.rows("find_kpis", round_)]
    return merged(figures, found.rows("search_passages", round_))


def choose(found: Found) -> list[Row]:
    """The rows that answer."""
    asked = found.asked
    rows = best_rows(asked, _pool(found), most=40)
    if asked.has("person", "name"):
        rows = [
            row
            for row in rows
            if names_someone(row) or (asked.has("person") and not asked.has("name") and answers(asked, row, enough=0.9))
        ]
    if asked.has("count", "exact_figure"):
        rows = [row for row in rows if _has_digit(row)]
    elif set(re.findall(r"[^\W_]+", fold(asked.text))) & (words("aim") | words("today")):
        # A target is a figure wherever a line states one.
        rows = [row for row in rows if _has_digit(row)] or _figured(asked, found) or rows
    if asked.head in words("amounts") and not asked.asks_for_several and not asked.has("list", "breakdown"):
        rows = [row for row in rows if _has_digit(row)]
    if asked.head in words("prices"):
        rows = [row for row in rows if MONEY.search(str(row["text"]))]
    if asked.has("costs"):
        rows = [row for row in rows if MONEY.search(str(row["text"]))] or rows
    rows = _wholes(_headed(asked, rows, _pool(found)))
    # A label beside lines that say something says nothing.
    rows = [row for at, row in enumerate(rows) if not (at and _introduces(row) and not _has_digit(row))]
    if rows and counts_something_unnamed(asked, rows[0]):
        return []
    if asked.document is None:
        groups = list(by_document(rows).values())[:MOST_DOCUMENTS]
        most = max(1, MOST_ROWS // max(len(groups), 1))
        return [row for group in groups for row in group[:most]]
    return rows[:4]


def _headed(asked: Asked, rows: list[Row], pool: Sequence[Row]) -> list[Row]:
    """With the line beside the first one that is called what was asked for (`payback`), where the first is only a part of it."""
    head = asked.head
    if not rows or not head or head in fold(str(rows[0]["text"])) or head not in fold(str(rows[0].get("context", ""))):
        return rows
    first = rows[0]
    mates = [
        row
        for row in pool
        if row["document"] == first["document"]
        and row.get("context") == first.get("context")
        and fold(str(row.get("name"))).startswith(head)
        and _has_digit(row)
    ]
    return [*mates[:1], *rows]


def _wholes(rows: list[Row]) -> list[Row]:
    """Without the parts of a whole that is among the rows, where a part's name says more than was asked."""
    return [
        row
        for row in rows
        if not any(
            other["document"] == row["document"]
            and _own_figure(other)
            and str(row.get("context", "")).startswith(str(other["text"]).rstrip(":"))
            and float(row.get("precision", 0)) < 1
            for other in rows
            if other is not row
        )
    ]


def container(asked: Asked, chosen: Sequence[Row], pool: Sequence[Row]) -> Row | None:
    """The heading or label that answers by what stands below it: the best row, or for a plural noun one as near."""
    if not chosen or asked.has("count", "exact_figure", "person", "name", "price"):
        return None
    if _introduces(chosen[0]):
        return chosen[0]
    if not asked.asks_for_several or asked.has("highest", "lowest"):
        return None
    least = NEARLY * float(chosen[0]["score"])
    return next((row for row in pool if _introduces(row) and answers(asked, row) and float(row["score"]) >= least), None)


def _introduces(row: Row) -> bool:
    return bool(row.get("holds")) and not row.get("value") and row.get("kind") != "row"


def told_below(found: Found, holder: Row) -> str | None:
    """The container with the lines below it."""
    rows = [row for result in found.results("read_section", 1) for row in result.rows]
    head = next((row for row in rows if row.get("depth") == 0 and row["line"] == holder["line"]), None)
    if head is None or not any(row.get("depth") and row["group"] == head["group"] for row in rows):
        return None
    return section_text(found, [head], rows, LONGEST_LIST)


def named_by_chance(asked: Asked) -> bool:
    """Whether words of the question meet a document's title without saying that a document is meant."""
    return asked.document is not None and asked.mention is not None and not names_a_document(asked.mention)


def _pool(found: Found) -> list[Row]:
    """Rows of the document named; of all documents, where those words are rather the name of a line elsewhere."""
    asked = found.asked
    if not named_by_chance(asked):
        return ranked(found)
    results = found.turn.steps[len(found.turn.steps) - found.round] if found.round else ()
    pools = [
        merged(
            *(
                [{**row, "score": float(row.get("score", 0)) + bonus} for row in one.rows]
                for one, bonus in pair
                if one is not None
            )
        )
        for pair in (tuple(zip(results[:2], BONUSES, strict=False)), tuple(zip(results[2:4], BONUSES, strict=False)))
    ]
    near, far = pools
    best = next((row for row in far if answers(asked, row)), None)
    own = next((row for row in near if answers(asked, row)), None)
    if best is None or float(best.get("own", 0)) < SURE:
        return near
    return far if own is None or float(own.get("precision", 0)) < SURE <= float(best.get("precision", 0)) else near


def _figured(asked: Asked, found: Found) -> list[Row]:
    """Lines with a figure under what was asked for, where the lines named so have none."""
    rows = [row for row in _pool(found) if _has_digit(row) and answers(asked, row)]
    return [row for row in rows if float(row.get("precision", 0)) >= SURE and _own_figure(row)][:2]


def _own_figure(row: Row) -> bool:
    return any(map(str.isdigit, str(row.get("value") or row["text"])))


def _has_digit(row: Row) -> bool:
    return any(map(str.isdigit, str(row["text"])))


def halves(found: Found) -> list[Row]:
    """The best row of each half of a question no single row answers, when every half has one."""
    asked = found.asked
    chosen: list[Row] = []
    for result in found.results("find_kpis", 1):
        row = next(
            (row for row in result.rows if float(row.get("match", 0)) >= PART and float(row.get("own", 0)) >= HALF_OWN), None
        )
        if row is None or (asked.head and any(asked.head in str(one).split() for one in row.get("missing", ()))):
            return []
        chosen.append(row)
    return chosen


def unanswered_part(asked: Asked, chosen: Sequence[Row]) -> str | None:
    """Words of the second half of a question in two parts that the chosen rows do not carry."""
    if not chosen or not CONJUNCTION.search(asked.subject):
        return None
    missing = [set(map(str, row.get("missing", ()))) for row in chosen]
    lacking = set.intersection(*missing) if missing else set()
    return " ".join(sorted(lacking, key=asked.subject.lower().find)) or None


def second_part(found: Found, chosen: Sequence[Row]) -> list[Row]:
    """Rows for the part of the question the first rows left open."""
    documents = {str(row["document"]) for row in chosen}
    held = {(row["document"], row["line"]) for row in chosen}
    rows = [row for row in ranked(found, 1) if str(row["document"]) in documents and (row["document"], row["line"]) not in held]
    good = [row for row in rows if float(row.get("match", 0)) >= PART and float(row.get("own", 0)) >= PART]
    return good[:2]


def _both(query: str, period: str | None, document: str | None) -> list[Call]:
    return [
        ("find_kpis", {"metric": query, "period": period, "document": document}),
        ("search_passages", {"query": query, "period": period, "document": document}),
    ]


def told(found: Found, rows: Sequence[Row]) -> str:
    """Rows as an answer: one sentence, or one line each under the document it is from."""
    phrasing = found.phrasing
    groups = by_document(rows)
    if len(groups) == 1:
        if len(rows) == 1:
            return f"{phrasing.say('according', title=phrasing.title(rows[0]))} {phrasing.statement(rows[0])}"
        lines = [phrasing.say("according", title=phrasing.title(rows[0]))]
        return fitted([*lines, *(f"- {phrasing.statement(row)}" for row in rows)], LONGEST)
    lines = [phrasing.say("both" if _agree(rows) else "several_documents")]
    for group in groups.values():
        lines += [f"- {phrasing.title(group[0])}: {phrasing.statement(row)}" for row in group]
    return fitted(lines, LONGEST)


def _agree(rows: Sequence[Row]) -> bool:
    """Whether all rows state one and the same figure: several documents then say the same."""
    stated = {tuple(hit.quantity for hit in find_quantities(str(row.get("value") or ""))) for row in rows}
    return len(stated) == 1 and bool(next(iter(stated)))
