"""Figures that have to be worked out or set side by side: totals, ROI, extremes, comparisons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from copilot.domain.answer import Calculation
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, best_rows, by_document, merged
from copilot.llm.offline.intents.lookup import Lookup, told
from copilot.llm.offline.phrasing import LONGEST, LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

MOST_ADDENDS = 14
PART = 0.75
EXACT = 0.95
LIKE_TOTAL = 0.5
MOST_TOTALS = 6
ROI_NAMES = (("weighted ROI", "weighted"), ("ROI (net)", "roi_net"), ("ROI (gross)", "roi_gross"), ("payback", "payback"))
SPLIT = re.compile(
    r"\s(?:y|e|and|et|con|with|avec|com|vs\.?|versus|frente a|contra)\s(?:el |la |los |las |the |o |a |os |as |le |les |del? |da |do |du )*",
    re.IGNORECASE,
)
ARTICLES = frozenset("the los las les des del dos das".split())
SAME_PLACE = 0.3
"""Two things that are compared mostly stand in one table."""
PARTS = re.compile(
    r",?\s(?:y|e|and|et)\s(?:a |con |en |de |at |for )?(?:cuanto|cuánto|cuanta|cuánta|cual|cuál|que|qué|how|what|which|combien|quel|quelle|quanto|qual)\b",
    re.IGNORECASE,
)
FILLER = re.compile(r"^\W*(?:compara\w*|compare\w*)\W*", re.IGNORECASE)


class Sums:
    """Totals."""

    def fits(self, asked: Asked) -> bool:
        """An explicit sum, or a total."""
        return asked.has("sum", "total") and not asked.has("when", "list", "weighted")

    def calls(self, found: Found) -> list[Call]:
        """The total worked out, and what the plans state themselves."""
        asked = found.asked
        if found.round:
            return []
        place = {"period": asked.period, "document": asked.document}
        both = SPLIT.split(asked.subject, maxsplit=1) if not asked.has("sum") else []
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


class Returns:
    """ROI and payback worked out."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("weighted", "compute")

    def calls(self, found: Found) -> list[Call]:
        """The calculation and the lines."""
        asked = found.asked
        if found.round:
            return []
        return [
            ("calculate_roi", {"item": asked.subject, "document": asked.document}),
            ("find_kpis", {"metric": asked.subject, "period": asked.period, "document": asked.document}),
            ("search_passages", {"query": asked.subject, "period": asked.period, "document": asked.document}),
        ]

    def draft(self, found: Found) -> str | None:
        """The results with their sense, then what the document states."""
        made = found.calculations("calculate_roi")
        if not made:
            return Lookup().draft(found)
        phrasing = found.phrasing
        rows = found.rows("calculate_roi")
        lines = [f"{phrasing.say('according', title=phrasing.title(rows[0]))}"]
        for name, sentence in ROI_NAMES:
            steps = [step for step in made if step.name.startswith(name)][:2]
            if steps:
                value = " - ".join(_number(step) for step in steps)
                lines.append(f"- {phrasing.say(sentence, value=value)} {''.join(f'[{step.id}]' for step in steps)}")
        lines += [f"- {phrasing.statement(row, context=False)}" for row in rows[:6]]
        return fitted(lines, LONGEST)


class Extremes:
    """The highest, the lowest."""

    def fits(self, asked: Asked) -> bool:
        """By its words; `best practices` alone is not one."""
        return asked.has("highest", "lowest")

    def calls(self, found: Found) -> list[Call]:
        """The values in order."""
        asked = found.asked
        if found.round:
            return []
        place = {"period": asked.period, "document": asked.document}
        first = PARTS.split(asked.subject, maxsplit=1)[0]
        return [
            ("rank_values", {"item": first, "lowest": asked.has("lowest") and not asked.has("highest"), **place}),
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
        sentence = "lowest" if found.asked.has("lowest") and not found.asked.has("highest") else "highest"
        of = "; ".join(
            f"{phrasing.words(str(row['of']), row)}, {phrasing.words(str(row['text']), row)} {marks(row, row.get('context_e', ()))}"
            for row in tied
        )
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


class Comparisons:
    """Two things side by side."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("compare") and bool(SPLIT.search(FILLER.sub("", asked.subject)))

    def calls(self, found: Found) -> list[Call]:
        """Each side on its own, with the words they share."""
        asked = found.asked
        if found.round:
            return []
        left, right = sides(asked)
        calls: list[Call] = []
        for side in (left, right):
            args = {"document": asked.document}
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
            good = _with_attribute(attribute, good, pool, held) or good
            good = sorted(good, key=lambda row: -float(row["score"]) - (SAME_PLACE if place and _section(row) == place else 0.0))
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
    parts = SPLIT.split(text, maxsplit=1)
    left, right = parts[0], parts[1]
    shared = re.match(r"^(.*?\b(?:de|of|del|du|da|do|des|das|dos|entre|between)\b)\s", left, re.IGNORECASE)
    common = shared[1] if shared else ""
    tail = re.search(r"\b(?:in|en|em|dans|na|no)\b\s.+$", right, re.IGNORECASE)
    return f"{left} {tail[0] if tail else ''}", f"{common} {right}"


def _with_attribute(attribute: str, good: Sequence[Row], pool: Sequence[Row], held: set[tuple[str, int]]) -> list[Row]:
    """Rows that state the figure compared: of those that cover the side, else of all that hold a figure of that name."""
    pattern = re.compile(rf"\b{re.escape(attribute)}\b")
    own = [row for row in good if pattern.search(fold(str(row["text"])))]
    free = [row for row in pool if (str(row["document"]), int(row["line"])) not in held and any(map(str.isdigit, str(row["text"])))]
    return own or [row for row in free if pattern.search(fold(str(row.get("name", ""))))]


def _section(row: Row) -> str:
    return str(next(iter(row.get("sections", ())), ""))


def _side(found: Found, rows: Sequence[Row]) -> list[str]:
    lines = [found.phrasing.say("according", title=found.phrasing.title(rows[0]))]
    return [*lines, *(f"- {found.phrasing.statement(row)}" for row in rows)]


def _parts(found: Found) -> list[Row]:
    """The best line of each half of `the total investment and the ROI`, each in its period when there is one."""
    results = found.turn.steps[-1]
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
    exact = [row for row in stated if float(row.get("own", 0)) >= EXACT and float(row.get("precision", 0)) >= EXACT and row not in named]
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
    least = 0.1 if found.asked.has("sum") and found.asked.document else 0.3
    if max(float(row.get("match", 0)) for row in rows) < least:
        return None
    phrasing = found.phrasing
    steps = "".join(f"[{step.id}]" for step in result.calculations)
    addends = rows[:MOST_ADDENDS]
    limit = LONGEST_LIST if len(rows) > 6 else LONGEST
    lines = [
        f"{phrasing.say('according', title=phrasing.title(rows[0]))} {phrasing.say('total', value=result.value)} {steps}",
        phrasing.say("sum_of"),
    ]
    for row in addends:
        place = (
            str(row["sections"][0])
            if row.get("sections") and str(row["name"]) == str(row.get("of")) and len(str(row.get("value", ""))) > 0
            else ""
        )
        name = f"{phrasing.words(place, row)}, {row['name']}" if place else str(row["name"])
        lines.append(
            f"- {phrasing.words(name, row) if not place else name}: {row['amount']} {marks(row, row.get('context_e', ()) if place else ())}"
        )
    for row in result.rows:
        if row.get("stated"):
            lines.append(phrasing.say("stated", text=f"{phrasing.words(str(row['name']), row)}: {row['amount']} {marks(row)}"))
    return fitted(lines, limit)


def _number(step: Calculation) -> str:
    value = (
        step.result.quantize(Decimal("0.1"))
        if step.result != step.result.to_integral_value()
        else step.result.to_integral_value()
    )
    shown = f"{value.normalize():f}" if value != value.to_integral_value() else f"{value.to_integral_value()}"
    return f"{shown}%" if step.unit == "%" else f"{shown}:1" if step.unit == "ratio" else shown
