"""ROI and payback worked out from the documents' own figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.errors import ModelCanRetry, RumboError
from copilot.domain.quantity import is_currency
from retrieval.language.analyser import fold
from retrieval.language.quantities import find_quantities
from tools.calc.amounts import Amount
from tools.calc.finance import payback, roi, weighted_roi
from tools.lookup.amounts import kind
from tools.lookup.documents import resolve
from tools.lookup.passages import containers
from tools.lookup.rows import Rows
from tools.lookup.statements import Figure, Statement
from tools.lookup.terms import keys_of, query_terms
from tools.lookup.totals import is_total
from tools.lookup.view import PlanView

SPENT = frozenset({"=inversion", "=costo", "=presupuesto"})
GAINED = frozenset({"=ahorro", "=retorno", "=beneficio", "=ingreso"})
WEIGHTED = frozenset({"=ponderado", "=promedio"})


@dataclass
class _Case:
    """One investment with what it brings, from one row or one list."""

    spent: Figure | None = None
    gained: Figure | None = None
    stated: list[Statement] = field(default_factory=list)


def calculate_roi(view: PlanView, *, item: str, document: str | None = None, section: str | None = None) -> ToolResult:
    """ROI (net and gross) and payback of an investment, from its cost and its yearly or monthly gain as written.

    For a table whose rows state an amount and a ROI each, and an `item` that asks for the weighted or average ROI: that.

    Raises:
        ModelCanRetry: unknown document, or no item.
    """
    if not item.strip():
        raise ModelCanRetry("missing_argument", allowed=("item",))
    rows = Rows(view, "calculate_roi")
    names = resolve(view, document)
    query = f"{item} {section or ''}"
    if any(term.concepts & WEIGHTED for term in query_terms(item)):
        return _weighted(view, rows, query, names)
    case = _case(view, item, query, names)
    for statement in case.stated:
        rows.add({**rows.described(statement), "e": [rows.cite_statement(statement)]})
    if case.spent is None or case.gained is None:
        return rows.result(note="no cost and gain that belong together were found")
    return rows.result(calculations=_numbered(_returns(rows, case.spent, case.gained)))


def _weighted(view: PlanView, rows: Rows, query: str, names: Sequence[str] | None) -> ToolResult:
    for match in containers(view, query, names, ()):
        members = [
            child for child in view.index.children(match.statement) if child.block.kind == "row" and not child.is_header_row
        ]
        pairs = [(child, _money(child, SPENT), _percent(child)) for child in members if not is_total(child)]
        whole = [(child, spent, share) for child, spent, share in pairs if spent and share]
        if len(whole) < 2:
            continue
        for child, _, _ in whole:
            rows.add({**rows.described(child), "e": [rows.cite_statement(child)]})
        for child in members:
            if is_total(child):
                rows.add({**rows.described(child), "stated": True, "e": [rows.cite_statement(child)]})
        spents = [_amount(rows, spent) for _, spent, _ in whole]
        shares = [_amount(rows, share) for _, _, share in whole]
        return rows.result(calculations=_numbered(weighted_roi(spents, shares)))
    return rows.result(note="no table with an investment and a ROI in each row was found")


def _case(view: PlanView, item: str, query: str, names: Sequence[str] | None) -> _Case:
    ranked = view.index.rank(query, documents=names, accept=lambda statement: bool(statement.figures), kind="figure", limit=12)
    called = [match for match in ranked if fold(match.statement.name) == fold(item)]
    for match in called or ranked:
        if match.coverage < ranked[0].coverage:  # another item's figures are no answer
            continue
        for lines in _candidates(view, match.statement):
            spent = next((found for line in lines if (found := _money(line, SPENT))), None)
            gained = next((found for line in lines if (found := _money(line, GAINED))), None)
            if spent and gained and spent is not gained:
                return _Case(spent, gained, lines)
    return _Case()


MOST_ATTRIBUTES = 12


def _candidates(view: PlanView, statement: Statement) -> Iterator[list[Statement]]:
    """The line itself, then the list of its attributes; a list whose lines state several amounts each is one of items."""
    yield [statement]
    if statement.block.kind == "row":
        rows = [
            mate
            for mate in view.index.of(statement.document)
            if mate.block.table == statement.block.table and not mate.is_header_row
        ]
        if all(_amounts_of(row) <= 1 for row in rows):
            yield rows[:MOST_ATTRIBUTES]
    else:
        mates = _list_of(view, statement)
        if all(_amounts_of(mate) <= 1 for mate in mates):
            yield mates


def _amounts_of(statement: Statement) -> int:
    return sum(is_currency(kind(figure.unit)) for figure in statement.figures)


def _list_of(view: PlanView, statement: Statement) -> list[Statement]:
    return [
        mate
        for mate in view.index.of(statement.document)
        if (mate.parents[:1], mate.label, mate.heading) == (statement.parents[:1], statement.label, statement.heading)
        and not mate.is_container
    ][:12]


def _money(statement: Statement, concepts: frozenset[str]) -> Figure | None:
    for figure in statement.figures:
        head = _said_of(statement, figure) if figure.column is None else figure.head
        if figure.column is not None and _amounts_of(statement) == 1:
            # `Inversión total | $1,250`: the row's name says what its one amount is.
            head = f"{head} {statement.name}"
        if (
            is_currency(kind(figure.unit))
            and keys_of(head) & concepts
            and not (concepts is SPENT and keys_of(head) & GAINED and _amounts_of(statement) == 1)
        ):
            return figure
    return None


def _said_of(statement: Statement, figure: Figure) -> str:
    """What a line says an amount is: its whole text for a lone amount, else the words between the figure before and it."""
    text = statement.block.plain
    if _amounts_of(statement) == 1:
        return f"{figure.head} {text}"
    place = text.find(figure.raw)
    ends = [end for other in statement.figures if (end := text.find(other.raw) + len(other.raw)) <= place]
    return text[max(ends, default=0) : place]


def _percent(statement: Statement) -> Figure | None:
    return next(
        (figure for figure in statement.figures if kind(figure.unit) in ("%", "ratio") and "roi" in keys_of(figure.head)), None
    )


def _amount(rows: Rows, figure: Figure) -> Amount:
    place = rows.citation(rows.cite_statement(figure.statement))
    high = figure.high if figure.high != figure.low else None
    return Amount(
        value=figure.low, high=high, unit=kind(figure.unit), name=f"{figure.statement.name}: {figure.head}"[:80], citation=place
    )


def _returns(rows: Rows, spent: Figure, gained: Figure) -> list[Calculation]:
    cost, back = _amount(rows, spent), _amount(rows, gained)
    monthly = any("month" in (hit.per or "") for hit in find_quantities(gained.raw))
    monthly = monthly or "=mensual" in keys_of(f"{gained.head} {gained.statement.block.plain}")
    per: Literal["month", "year"] = "month" if monthly else "year"
    made: list[Calculation] = []
    try:
        if per == "year":
            made += [*roi(cost, back, sense="net"), *roi(cost, back, sense="gross")]
        made += payback(cost, back, per=per)
    except RumboError:
        # Two currencies, or a cost of zero: there is no ROI, and the rows above still say what is written.
        return made
    return made


def _numbered(made: Sequence[Calculation]) -> tuple[Calculation, ...]:
    return tuple(one.model_copy(update={"id": f"c{number}"}) for number, one in enumerate(made, 1))
