"""Facts of a document: every extractor, merged into one list in line order."""

from __future__ import annotations

from collections.abc import Callable

from copilot.domain.fact import Extraction, Fact
from copilot.domain.source import ParsedDocument
from retrieval.extract.figures import read_figures
from retrieval.extract.finance import finance_of
from retrieval.extract.kpis import kpis_of
from retrieval.extract.notes import extract_notes
from retrieval.extract.phases import extract_phases
from retrieval.extract.risks import extract_risks
from retrieval.extract.tasks import extract_tasks

__all__ = ["extract"]

EXTRACTORS: tuple[Callable[[ParsedDocument], Extraction], ...] = (
    extract_tasks,
    extract_risks,
    extract_phases,
    extract_notes,
)


def extract(doc: ParsedDocument) -> Extraction:
    """Everything the document states, by line; a fact that two readers found alike is stated once."""
    # Reading figures is the dearest part of it: a value is read once and then is a KPI or an amount.
    figures = read_figures(doc)
    found = [kpis_of(doc, figures), finance_of(doc, figures), *(read(doc) for read in EXTRACTORS)]
    facts: dict[str, Fact] = {fact.model_dump_json(): fact for one in found for fact in one.facts}
    dropped = dict.fromkeys(lost for one in found for lost in one.dropped)
    return Extraction(
        facts=tuple(sorted(facts.values(), key=lambda fact: fact.lines)),
        dropped=tuple(sorted(dropped, key=lambda lost: lost.line)),
    )
