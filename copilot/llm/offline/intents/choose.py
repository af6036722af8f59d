"""Which of the rows answer the question, and whether any does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from copilot.llm.offline.cues import cue_places, words
from copilot.llm.offline.phrasing import Row
from copilot.llm.offline.question import Asked
from retrieval.language.analyser import fold

ENOUGH = 0.6
"""Least share of the question that a line and what it stands under must carry."""
CLOSE_MATCH = 0.1
CLOSE_SCORE = 0.84
PRECISION_GAP = 0.4
SAME_NAME = 0.95
ELSEWHERE = 0.15
PLACEHOLDER = re.compile(
    r"^\W*\[[^\]]*\]\W*$|(?<![\w])\$?X(?:[.,]?X){1,8}(?![\w])|(?<![\w])X(?:\.X)?(?:%|:1|\s(?:months|meses|million))"
)
"""A value left open: `[Nombre]`, `$X,XXX`, `X%`."""
NAMELIKE = re.compile(r"^(?:[A-ZÁÉÍÓÚÑ][\w'.-]+\s+){1,3}[A-ZÁÉÍÓÚÑ][\w'.-]+$")


def merged(*pools: Iterable[Row]) -> list[Row]:
    """Rows of several tools, each line once, best first."""
    kept: dict[tuple[str, int], Row] = {}
    for pool in pools:
        for row in pool:
            kept.setdefault((str(row["document"]), int(row["line"])), row)
    return sorted(kept.values(), key=lambda row: -float(row.get("score", 0.0)))


def answers(asked: Asked, row: Row, *, enough: float = ENOUGH) -> bool:
    """Whether a row says what is asked, rather than something near it."""
    missing = [fold(str(one)) for one in row.get("missing", ())]
    if float(row.get("match", 0.0)) < enough or _leaves_open(asked, row):
        return False
    if asked.head and any(asked.head in one.split() for one in missing):
        return False
    return not any(name in missing for name in proper_names(asked))


def _leaves_open(asked: Asked, row: Row) -> bool:
    """Whether what is asked for is left open; of a row, in the cells the question names, should it name some."""
    said = set(re.findall(r"[^\W_]+", fold(asked.text)))
    kinds = [words(kind) for kind in ("aim", "today") if said & words(kind)]
    named = [
        cell
        for head, cell in (row.get("cells") or {}).items()
        if any(kind & set(re.findall(r"[^\W_]+", fold(head))) for kind in kinds)
    ]
    return all(PLACEHOLDER.search(cell) for cell in named) if named else is_placeholder(row)


def is_placeholder(row: Row) -> bool:
    """Whether the line leaves its value open."""
    return bool(PLACEHOLDER.search(str(row.get("value") or row.get("text") or "")))


def proper_names(asked: Asked) -> set[str]:
    """Folded capitalised words of the question that do not begin a sentence and are not shouted."""
    names = re.findall(r"(?<![.?!¿¡:\"“«(]\s)(?<![¿¡\"“«(])(?<=\s)([A-ZÁÉÍÓÚÑ][a-záéíóúñüçãõêô]{3,})", asked.text)
    return {fold(name) for name in names}


def best_rows(asked: Asked, rows: Sequence[Row], *, most: int = 4) -> list[Row]:
    """The rows that answer as well as the best, in the order of their scores."""
    good = [row for row in rows if answers(asked, row)]
    if not good:
        return []
    first = good[0]
    kept = [row for row in good if _as_good(row, first)]
    kept += [row for row in good if row not in kept and _twin(row, first)]
    if asked.document is None:
        kept += [row for row in _elsewhere(good, first) if row not in kept]
    return kept[:most]


def _elsewhere(good: Sequence[Row], first: Row) -> list[Row]:
    """The best row of each other document that speaks of the same by name: what is asked may hold in several plans."""
    found = []
    for document, rows in by_document(good).items():
        row = rows[0]
        same = float(row.get("precision", 0)) >= 0.5 and float(row["match"]) >= float(first["match"]) - ELSEWHERE
        if document != first["document"] and same and float(row.get("own", 0)) >= float(first.get("own", 0)) - ELSEWHERE:
            found.append(row)
    return found


def _twin(row: Row, first: Row) -> bool:
    """Whether the line states another value of the very thing the first one states, as surely asked for."""
    if (
        not row.get("value")
        or fold(str(row.get("name"))) != fold(str(first.get("name")))
        or row.get("value") == first.get("value")
    ):
        return False
    close = float(row["match"]) >= float(first["match"]) - CLOSE_MATCH
    return close and float(row.get("precision", 0)) >= SAME_NAME and row.get("period_fit") == first.get("period_fit")


def _as_good(row: Row, first: Row) -> bool:
    if float(row["match"]) < float(first["match"]) - CLOSE_MATCH or float(row["score"]) < CLOSE_SCORE * float(first["score"]):
        return False
    return float(row.get("precision", 0.0)) >= float(first.get("precision", 0.0)) - PRECISION_GAP


def by_document(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by document, in order of first appearance."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row["document"]), []).append(row)
    return groups


def counts_something_unnamed(asked: Asked, row: Row) -> bool:
    """The question wants names (`which universities`), the line only holds their number (`10 universities`)."""
    if not asked.head or cue_places("count", asked.text):
        return False
    stem = asked.head[: max(5, len(asked.head) - 3)]
    return bool(re.search(rf"\d+\+?\s+{re.escape(stem)}", fold(str(row.get("text", "")))))


def names_someone(row: Row) -> bool:
    """Whether the line's value looks like a person's name."""
    return bool(NAMELIKE.match(str(row.get("value", "")).strip()))
