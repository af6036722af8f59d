"""Which document is meant: names, titles and nicknames in any of the four languages; lists and outlines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from rapidfuzz import fuzz

from copilot.domain.answer import ToolResult
from copilot.domain.errors import ModelCanRetry
from retrieval.language.analyser import fold
from tools.lookup.rows import Rows
from tools.lookup.terms import TOKEN, concepts_in, document_nouns, generic_roots, likeness, phrases, root, split, stop_words
from tools.lookup.view import PlanView

NEAR = 4
"""Words between the parts of one mention, at most."""
TIE = 0.8
ALIKE = 82
CADENCES = frozenset({"=mensual", "=anual", "=semanal", "=trimestral", "=diario"})
"""Of what a document says in its title, how often something happens never names it."""
BY_CONCEPT = 0.75
"""A synonym names a document less surely than its title's own word."""


@dataclass(frozen=True)
class Mention:
    """Words of a text that name a document."""

    document: str
    weight: float
    """Rarity of what was matched, summed; comparable within one text."""
    start: int
    end: int


def list_documents(view: PlanView, *, query: str | None = None) -> ToolResult:
    """Documents with title, language and what they hold; with `query`, those it names, best first.

    A row's `mention` is the part of the query that names the document; without it the row is only part of the list.
    """
    rows = Rows(view, "list_documents")
    found = {mention.document: mention for mention in mentions(view, query)} if query else {}
    records = sorted(view.plan.documents, key=lambda record: -found[record.document].weight if record.document in found else 0.0)
    for record in records:
        mention = found.get(record.document)
        first = next((s for s in view.index.of(record.document) if s.is_container), None) or next(
            iter(view.index.of(record.document)), None
        )
        rows.add(
            {
                "document": record.document,
                "title": record.title,
                "language": record.language,
                "lines": record.line_count,
                "facts": view.counts[record.document],
                "mention": query[mention.start : mention.end] if mention and query else None,
                "weight": round(mention.weight, 2) if mention else None,
                "e": [rows.cite_statement(first)] if first else [],
            }
        )
    return rows.result(note=None if found or not query else "the query names no document")


def document_outline(view: PlanView, *, document: str) -> ToolResult:
    """Headings of a document, in order."""
    rows = Rows(view, "document_outline")
    for name in resolve(view, document) or ():
        for statement in view.index.of(name):
            if statement.is_container:
                rows.add({**rows.described(statement), "level": statement.block.level, "e": [rows.cite_statement(statement)]})
    return rows.result()


def resolve(view: PlanView, document: str | None) -> list[str] | None:
    """Documents an argument names; None for all.

    Raises:
        ModelCanRetry: it names none; the error lists what there is.
    """
    if document is None or not document.strip() or document.strip() in ("*", "all"):
        return None
    asked = document.strip()
    names = [record.document for record in view.plan.documents]
    exact = [name for name in names if asked in (name, PurePosixPath(name).name, PurePosixPath(name).stem)]
    if exact:
        return exact
    listed = [part.strip() for part in asked.split("|") if part.strip() in names]
    if listed:
        return listed
    found = mentions(view, asked, loose=True)
    if found:
        return [mention.document for mention in found]
    scored = [(fuzz.WRatio(fold(asked), fold(title)), name) for name, title in view.titles.items()]
    best = max(scored, default=(0.0, ""))
    if best[0] >= ALIKE:
        return [best[1]]
    raise ModelCanRetry("unknown_document", document=asked, allowed=[f"{name}: {title}" for name, title in view.titles.items()])


def mentions(view: PlanView, text: str, *, loose: bool = False) -> list[Mention]:
    """Documents the text names, the most surely named first; several only where they are named as well as the first.

    A title's rare words name it when two of them stand together, when one stands beside a word for a document (`plan`,
    `strategy`), or when one is a compound (`anti-churn`, `30-60-90`); `loose` takes any.
    """
    words = (
        [(match[0], match.start(), match.end()) for match in TOKEN.finditer(fold(text))]
        if len(fold(text)) == len(text)
        else _words(text)
    )
    titles = {name: title_keys(title, name) for name, title in view.titles.items()}
    whole = {name: frozenset(root(word) for word in split(title)) for name, title in view.titles.items()}
    found = [mention for name in titles if (mention := _mention(name, titles, words, loose, whole[name]))]
    best = max((mention.weight for mention in found), default=0.0)
    return sorted((mention for mention in found if mention.weight >= TIE * best), key=lambda mention: -mention.weight)


def _words(text: str) -> list[tuple[str, int, int]]:
    return [(fold(match[0]), match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:-[^\W_]+)*", text)]


@lru_cache(maxsize=4096)
def title_keys(title: str, name: str) -> tuple[frozenset[str], ...]:
    """Ways each rare word of a title can be met: itself, and the concepts it belongs to; a compound only as a whole."""
    stem = re.sub(r"[_.]+", " ", PurePosixPath(name).stem)
    keys: dict[str, frozenset[str]] = {}
    for word in (match[0] for part in (title, stem) for match in TOKEN.finditer(fold(part))):
        one = root(word)
        if word in stop_words() or one in generic_roots() or one in document_nouns() or len(one) < 2:
            continue
        if re.fullmatch(r"[0-9a-f]{8,}", one) or phrases().get((one,), frozenset()) & CADENCES:
            continue
        keys[one] = frozenset({one}) | phrases().get((one,), frozenset())
    return tuple(keys.values())


def _mention(
    name: str,
    titles: dict[str, tuple[frozenset[str], ...]],
    words: Sequence[tuple[str, int, int]],
    loose: bool,
    whole: frozenset[str],
) -> Mention | None:
    roots = [root(word) for word, _, _ in words]
    spans = concepts_in(roots)
    hits: list[tuple[int, float, bool]] = []
    for at, (word, _, _) in enumerate(words):
        if word in stop_words():
            continue
        met = max((_met(roots[at], spans.get(at, (1, frozenset()))[1], keys) for keys in titles[name]), default=0.0)
        if met:
            hits.append((at, met * _rarity(roots[at], titles), "-" in word or "antichurn" == roots[at]))
    best: Mention | None = None
    for group in _together(hits, roots):
        places = [at for at, _, _ in group]
        nouns = [at for at in range(len(roots)) if _is_noun(words, roots, at) and min(abs(at - place) for place in places) <= 3]
        sure = loose or any(compound for _, _, compound in group) or (len(group) >= 2 and _distinct(group, roots)) or bool(nouns)
        if not sure:
            continue
        first, last = _stretched(min(places + nouns), max(places + nouns), words, roots, whole)
        weight = sum(value for _, value, _ in group) + (0.1 if nouns else 0.0)
        if best is None or weight > best.weight:
            best = Mention(name, weight, words[first][1], words[last][2])
    return best


def _stretched(
    first: int, last: int, words: Sequence[tuple[str, int, int]], roots: Sequence[str], title: frozenset[str]
) -> tuple[int, int]:
    """With the neighbouring words that stand in the title too, however common: `resumen ejecutivo` of `Ventas: resumen`."""
    for step in (-1, 1):
        at = last if step > 0 else first
        while 0 <= at + step < len(words):
            at += step
            if roots[at] in title and words[at][0] not in stop_words():
                first, last = min(first, at), max(last, at)
            elif words[at][0] not in stop_words():
                break
    return first, last


def _is_noun(words: Sequence[tuple[str, int, int]], roots: Sequence[str], at: int) -> bool:
    # "they plan to open" speaks of no document.
    return roots[at] in document_nouns() and not (at + 1 < len(words) and words[at + 1][0] == "to")


def _distinct(group: Sequence[tuple[int, float, bool]], roots: Sequence[str]) -> bool:
    return len({roots[at] for at, _, _ in group}) >= 2 and sum(value for _, value, _ in group) >= 1.2


def _met(asked: str, concepts: frozenset[str], keys: frozenset[str]) -> float:
    alike = max((likeness(asked, key) for key in keys if not key.startswith("=")), default=0.0)
    return max(alike, BY_CONCEPT) if concepts & keys else alike


def _rarity(asked: str, titles: dict[str, tuple[frozenset[str], ...]]) -> float:
    names = phrases().get((asked,), frozenset())
    holders = sum(1 for keys in titles.values() if any(_met(asked, names, one) for one in keys))
    return math.log(1 + len(titles) / max(holders, 1)) / math.log(1 + len(titles))


def _together(hits: Sequence[tuple[int, float, bool]], roots: Sequence[str]) -> list[list[tuple[int, float, bool]]]:
    groups: list[list[tuple[int, float, bool]]] = []
    for hit in hits:
        if groups and hit[0] - groups[-1][-1][0] <= NEAR and len(roots) > hit[0]:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups
