"""Lines that speak of something, and whole sections: what any question can fall back on."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.domain.answer import ToolResult
from copilot.domain.quantity import Period
from copilot.domain.source import Hit
from tools.lookup.documents import resolve
from tools.lookup.match import Match
from tools.lookup.rows import Rows, is_title, kind_of, shown
from tools.lookup.statements import Statement
from tools.lookup.terms import keys_of
from tools.lookup.timing import asked_periods
from tools.lookup.view import PlanView

HIT_BONUS = 0.1
MOST_HITS = 10
FOUND = 0.8
"""Share of the query from which on a line is what was looked for."""
CLOSE = 0.86
"""Sections whose score is within this share of the best are all read."""
MOST_SECTIONS = 5
MOST_LINES = 60
BELOW = 0.5
"""How much a word counts for a section when it stands in its lines only."""
MOST_OF_ONE_SUBJECT = 25


def search_passages(
    view: PlanView, *, query: str, document: str | None = None, period: str | None = None, limit: int = 8
) -> ToolResult:
    """Lines that speak of the query's words, best first.

    `match` is the share of the query a line and what it stands under cover; `missing` are the words they lack.
    """
    rows = Rows(view, "search_passages")
    documents = resolve(view, document)
    periods = asked_periods(period) if period else ()
    ranked = view.index.rank(query, documents=documents, periods=periods, limit=4 * limit)
    if not ranked or ranked[0].coverage < FOUND:
        # The words alone do not find it: the search may know where it is said otherwise.
        ranked = _with_hits(view, ranked, view.search(query, documents, MOST_HITS), bool(periods))
    for match in ranked[:limit]:
        rows.add_match(match)
    return rows.result()


def read_section(
    view: PlanView, *, section: str, document: str | None = None, period: str | None = None, limit: int = 30
) -> ToolResult:
    """Lines of the section, list, table or numbered point that `section` names, each with its `depth` below it.

    A row of depth 0 is what was named; several follow where several sections are named alike (in two documents, say).
    """
    rows = Rows(view, "read_section")
    best = containers(view, section, resolve(view, document), asked_periods(period) if period else ())
    room = min(limit, MOST_LINES)
    for match in best:
        rows.add_match(match, depth=0, group=match.statement.number)
        inside = view.index.children(match.statement)
        for statement in inside[: max(room // len(best), 6)]:
            if not statement.is_header_row:
                rows.add(
                    {
                        **rows.described(statement),
                        "depth": depth_below(view, match.statement, statement),
                        "group": match.statement.number,
                        "e": [rows.cite_statement(statement)],
                    }
                )
    return rows.result()


def containers(view: PlanView, section: str, documents: Sequence[str] | None, periods: Sequence[Period]) -> list[Match]:
    """Headings, labels and items with something below them that the words name, the best and those as good."""
    with_children = view.index.containers()
    ranked = view.index.rank(
        section,
        documents=documents,
        periods=periods,
        accept=lambda statement: statement.number in with_children and not is_title(statement),
        kind="container",
        extra=lambda statement: (_below(view, statement), BELOW),
        limit=20,
    )
    if not ranked:
        return []
    top = ranked[0].score
    close = [match for match in ranked if match.score >= CLOSE * top and match.coverage >= 0.9 * ranked[0].coverage]
    return _outermost(view, close)[:MOST_SECTIONS]


def depth_below(view: PlanView, container: Statement, statement: Statement) -> int:
    """How many levels a statement stands below a container; 1 for its direct children."""
    above = list(view.index.above(statement))
    place = next((at for at, one in enumerate(above) if one.number == container.number), len(above))
    if kind_of(statement) == "heading":
        return max(1, statement.block.level - container.block.level) if container.is_container else 1
    return place + 1


def _below(view: PlanView, container: Statement) -> frozenset[str]:
    """Words of the lines right below a container that is not too large to be one subject."""
    held = view.index.below
    if container.number not in held:
        inside = view.index.children(container)
        small = inside if len(inside) <= MOST_OF_ONE_SUBJECT else []
        held[container.number] = frozenset[str]().union(*(keys_of(shown(child)) for child in small))
    return held[container.number]


def _outermost(view: PlanView, found: Sequence[Match]) -> list[Match]:
    """Without those that stand below another of them and add nothing of their own."""
    numbers = {match.statement.number for match in found}
    kept = []
    for match in found:
        above = {one.number for one in view.index.above(match.statement)}
        if not above & numbers:
            kept.append(match)
    return kept


def _with_hits(view: PlanView, ranked: Sequence[Match], hits: Sequence[Hit], dated: bool) -> list[Match]:
    """Lines inside found passages a little before others; a passage without such a line by its first one."""
    scores = {(hit.chunk.document, line): hit.score for hit in hits for line in _lines(hit.chunk.lines)}
    ordered = sorted(ranked, key=lambda match: -(match.score + HIT_BONUS * scores.get(_place(match.statement), 0.0)))
    held = {_place(match.statement) for match in ranked}
    if dated:
        return ordered
    for hit in hits:
        if held.isdisjoint((hit.chunk.document, line) for line in _lines(hit.chunk.lines)):
            first = next((one for one in view.index.of(hit.chunk.document) if one.line >= hit.chunk.lines[0]), None)
            ordered += [Match(first, coverage=0.0, own=0.0, precision=0.0)] if first else []
    return ordered


def _place(statement: Statement) -> tuple[str, int]:
    return statement.document, statement.line


def _lines(lines: tuple[int, int]) -> range:
    return range(lines[0], lines[1] + 1)
