"""Lines the rules left open, and the check that lets a proposed figure in: it must stand on its line to the letter.

Pure. A proposal only points at an amount; value, ends, unit and rate are read from the line itself, and the proposal has to
agree with all of them. Knows no model and no prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, get_args

from copilot.domain.fact import Dropped, Extraction, Fact, FinanceFact, FinanceRole, KpiFact, KpiRole
from copilot.domain.proposed import OpenLine, Proposed, ProposedFigure, Proposer
from copilot.domain.quantity import Period, Quantity, is_currency
from copilot.domain.source import ParsedDocument
from retrieval.extract.dating import period_of
from retrieval.extract.roles import change_of
from retrieval.extract.spans import Value, surroundings
from retrieval.extract.statements import Statement, statements
from retrieval.extract.terms import bare_unit
from retrieval.language.analyser import fold, stopwords
from retrieval.language.periods import find_periods
from retrieval.language.quantities import LONGEST, FoundQuantity, find_quantities, uses_decimal_comma

NOT_ON_ITS_LINE: Final = "not_on_its_line"
UNREADABLE: Final = "model_unreadable"
OVER_BUDGET: Final = "model_budget"
NOT_ASKED: Final = "model_not_asked"
LEFT_ON_PURPOSE: Final = frozenset({"contents", "passing", "placeholder", "quotation", "sample_text", "task_text", "too_long"})
"""Reasons of the rules that say what an amount is; a line left for these alone is not open."""
SHOWN: Final = 200
_PIECE = re.compile(r"\w+|[^\w\s]")
_NUMBER_GOES_ON = re.compile(r"[.,]?\d|[^\W\d_]")


@dataclass(frozen=True)
class Completed:
    """An extraction with what a model added to it."""

    rules: tuple[Fact, ...]
    added: tuple[Fact, ...]
    """By line; each names its model in `by`."""
    dropped: tuple[Dropped, ...]
    trouble: str | None = None
    """Code of the failure that kept lines from being answered."""
    was_asked: bool = False


def completed(doc: ParsedDocument, extraction: Extraction, proposer: Proposer, *, is_answering: bool = True) -> Completed:
    """The rules' facts, and those of the model's proposals that stand on their lines.

    Args:
        doc: the document.
        extraction: what the rules read in it.
        proposer: the model; it is not asked where nothing is open.
        is_answering: False when its endpoint is known to be down; open lines are then listed as `model_not_asked`.
    """
    asked = open_lines(doc, extraction)
    if not asked:
        return Completed(extraction.facts, (), extraction.dropped)
    proposed = proposer.propose(asked) if is_answering else Proposed(unanswered=asked, trouble=NOT_ASKED)
    checked = accept(doc, proposed.figures, by=f"model:{proposer.name}", asked=asked)
    lost = (*checked.dropped, *_lost(doc, proposed))
    dropped = tuple(sorted((*extraction.dropped, *lost), key=lambda one: one.line))
    return Completed(extraction.facts, checked.facts, dropped, proposed.trouble, was_asked=True)


def open_lines(doc: ParsedDocument, extraction: Extraction) -> tuple[OpenLine, ...]:
    """Paragraph lines and items with an amount that became no fact, and that the rules did not leave on purpose."""
    told = {line for fact in extraction.facts for line in range(fact.lines[0], fact.lines[1] + 1)}
    reasons: dict[int, set[str]] = {}
    for lost in extraction.dropped:
        reasons.setdefault(lost.line, set()).add(lost.reason)
    comma = _comma(doc)
    found: dict[int, OpenLine] = {}
    for one in _prose(doc):
        why = reasons.get(one.line)
        if one.line in told or (why is not None and why <= LEFT_ON_PURPOSE) or len(one.text) > LONGEST:
            continue
        if any(not _is_dated(one.text, amount) for amount in find_quantities(one.text, decimal_comma=comma)):
            before = found.get(one.line)
            text = f"{before.text} | {one.text}" if before else one.text
            found[one.line] = OpenLine(line=one.line, text=text, headings=one.block.heading_path)
    return tuple(found.values())


def accept(doc: ParsedDocument, figures: Iterable[ProposedFigure], *, by: str, asked: Iterable[OpenLine]) -> Extraction:
    """Facts of the proposals that stand on their lines; the others are dropped as `not_on_its_line`.

    Args:
        doc: the document the lines are from.
        figures: proposals in the order they were made.
        by: who is named in the facts.
        asked: lines a figure may be on.
    """
    comma = _comma(doc)
    allowed = {one.line for one in asked}
    by_line: dict[int, list[Statement]] = {}
    for one in _prose(doc):
        if one.line in allowed:
            by_line.setdefault(one.line, []).append(one)
    facts: dict[tuple[int, int, str], Fact] = {}
    dropped = []
    for figure in figures:
        places = (fit for one in by_line.get(figure.line, ()) for fit in _fits(doc, one, figure, comma=comma))
        fit = next((fit for fit in places if _key(fit) not in facts), None)
        if fit is None:
            dropped.append(_refused(doc, figure))
        else:
            facts[_key(fit)] = _fact(doc, fit, figure, by)
    return Extraction(facts=tuple(sorted(facts.values(), key=lambda fact: fact.lines)), dropped=tuple(dropped))


@dataclass(frozen=True)
class _Fit:
    """An amount of a line that a proposal means."""

    one: Statement
    value: Value
    quantity: Quantity
    """With the comparator the line gives it."""
    period: Period | None
    qualifier: str | None


def _key(fit: _Fit) -> tuple[int, int, str]:
    return fit.one.line, fit.value.found.start, fit.one.text


def _fits(doc: ParsedDocument, one: Statement, figure: ProposedFigure, *, comma: bool) -> Iterator[_Fit]:
    """Amounts of the statement with which the proposal agrees in every point."""
    if not _names(one, figure.name) or figure.role not in get_args(KpiRole if figure.kind == "kpi" else FinanceRole):
        return
    period, is_there = _period(one, figure.period)
    if not is_there:
        return
    alone = find_quantities(figure.amount, decimal_comma=comma)
    found = find_quantities(one.text, decimal_comma=comma)
    for index, amount in enumerate(found):
        if len(alone) != 1 or not _is_written(one.text, figure.amount, amount) or not _same(alone[0], amount):
            continue
        if amount.raw not in doc.lines[one.line - 1]:
            continue
        before, after = surroundings(one.text, found, index)
        value = Value(found=amount, before=before, after=after, baseline=amount.baseline)
        comparator, qualifier = change_of(one, value)
        unit = bare_unit(figure.name) if amount.quantity.unit == "count" else amount.quantity.unit
        if comparator != figure.comparator or figure.unit != (f"{unit}/{amount.per}" if amount.per else unit):
            continue
        size = -amount.quantity.value if amount.sign == "-" and comparator != "delta_down" else amount.quantity.value
        quantity = Quantity(value=size, high=amount.quantity.high, unit=unit, comparator=comparator)
        if figure.kind == "finance" and not _is_money(quantity, figure.role):
            continue
        said = period or period_of(replace(one, body=one.text), value, find_periods(one.text))
        yield _Fit(one, value, quantity, said, qualifier)


def _names(one: Statement, name: str) -> bool:
    """Whether each word and sign of the name stands on the line or in its headings, and one of them says something."""
    pieces = [piece.casefold() for piece in _PIECE.findall(name)]
    there = {piece.casefold() for text in (one.text, *one.block.heading_path) for piece in _PIECE.findall(text)}
    fillers = stopwords("es") | stopwords("en") | stopwords("pt") | stopwords("fr")
    telling = [piece for piece in pieces if len(piece) > 1 and piece.isalpha() and fold(piece) not in fillers]
    return bool(telling) and all(piece in there for piece in pieces)


def _is_written(text: str, written: str, amount: FoundQuantity) -> bool:
    """Whether the string stands within the amount, and is no part of a longer number or word."""
    start = text.find(written, amount.start, amount.end)
    if start < 0:
        # The comparator's words and a sign may stand before the amount as the reader cuts it.
        start = text.find(written, max(0, amount.end - len(written)), amount.end)
    if start < 0:
        return False
    end = start + len(written)
    ahead = re.search(r"[\w$€£][.,]?$", text[:start]) if written[0].isalnum() else None
    return ahead is None and _NUMBER_GOES_ON.match(text, end) is None


def _same(written: FoundQuantity, amount: FoundQuantity) -> bool:
    mine, theirs = written.quantity, amount.quantity
    return (
        (mine.value, mine.high, mine.unit) == (theirs.value, theirs.high, theirs.unit)
        and written.baseline == amount.baseline
        and written.per == amount.per
        and mine.comparator in ("=", theirs.comparator)
        and written.sign in ("", amount.sign)
    )


def _period(one: Statement, written: str | None) -> tuple[Period | None, bool]:
    """The proposed period as the line or its headings write it, and whether the proposal holds: none proposed does."""
    if written is None or not written.strip():
        return None, True
    texts = (one.text, *reversed(one.block.heading_path))
    hits = (hit.period for text in texts for hit in find_periods(text))
    found = next((period for period in hits if period.raw.casefold() == written.strip().casefold()), None)
    return found, found is not None


def _is_money(quantity: Quantity, role: str) -> bool:
    if role == "roi":
        return quantity.unit in ("%", "ratio", "x")
    if role == "payback":
        return quantity.unit in ("days", "weeks", "months", "years")
    return is_currency(quantity.unit)


def _fact(doc: ParsedDocument, fit: _Fit, figure: ProposedFigure, by: str) -> Fact:
    one, found, quantity = fit.one, fit.value.found, fit.quantity
    stands = {
        "document": doc.document,
        "lines": (one.line, one.line),
        "heading_path": one.block.heading_path,
        "raw": found.raw,
        "quote": doc.quote((one.line, one.line)),
        "by": by,
        "name": figure.name.strip(),
        "segment": one.segment,
        "period": fit.period.raw if fit.period else None,
        "when": fit.period,
        "role": figure.role,
        "comparator": quantity.comparator,
    }
    if figure.kind == "kpi":
        former = found.baseline
        return KpiFact.model_validate(
            stands
            | {
                "value": quantity.value,
                "value_high": quantity.high,
                "unit": figure.unit,
                "qualifier": fit.qualifier,
                "baseline": former.value if former else None,
                "baseline_high": former.high if former else None,
                "baseline_unit": former.unit if former else None,
            }
        )
    amount = {"amount_low": quantity.value, "amount_high": quantity.high if quantity.high is not None else quantity.value}
    money = amount | {"currency": quantity.unit.partition("/")[0], "per": found.per} if is_currency(quantity.unit) else {}
    kept = {"roi": "roi_value", "payback": "payback", "saving": "savings"}.get(figure.role)
    return FinanceFact.model_validate(stands | money | ({kept: found.raw} if kept else {}))


def _refused(doc: ParsedDocument, figure: ProposedFigure) -> Dropped:
    line = min(max(figure.line, 1), len(doc.lines))
    return Dropped(document=doc.document, line=line, text=f"{figure.name}: {figure.amount}"[:SHOWN], reason=NOT_ON_ITS_LINE)


def _lost(doc: ParsedDocument, proposed: Proposed) -> Iterator[Dropped]:
    for part in proposed.unread:
        yield Dropped(document=doc.document, line=part.line, text=part.text, reason=UNREADABLE)
    for one in proposed.over_budget:
        yield Dropped(document=doc.document, line=one.line, text=one.text[:SHOWN], reason=OVER_BUDGET)
    for one in proposed.unanswered:
        yield Dropped(document=doc.document, line=one.line, text=one.text[:SHOWN], reason=proposed.trouble or NOT_ASKED)


def _prose(doc: ParsedDocument) -> Iterator[Statement]:
    return (one for one in statements(doc) if one.block.kind in ("paragraph", "item") and one.block.checked is None)


def _comma(doc: ParsedDocument) -> bool:
    return uses_decimal_comma("\n".join(doc.lines))


def _is_dated(text: str, amount: FoundQuantity) -> bool:
    """Whether the amount is part of a date, so that it states nothing by itself."""
    hits = find_periods(text)
    return any(hit.form != "cadence" and hit.start < amount.end and amount.start < hit.end for hit in hits)
