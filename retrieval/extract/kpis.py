"""KPI facts: metrics with their value, target, former value or promised change; `figures` decides which they are."""

from __future__ import annotations

from typing import cast

from copilot.domain.fact import Extraction, KpiFact, KpiRole
from copilot.domain.source import ParsedDocument
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.figures import read_figures


def extract_kpis(doc: ParsedDocument) -> Extraction:
    """The document's KPI facts by line, and the amounts that became no fact."""
    return kpis_of(doc, read_figures(doc))


def kpis_of(doc: ParsedDocument, reading: Reading) -> Extraction:
    """KPI facts of figures already read."""
    facts = tuple(_fact(doc, figure) for figure in reading.figures if figure.kind == "kpi")
    return Extraction(facts=facts, dropped=reading.dropped)


def _fact(doc: ParsedDocument, figure: Figure) -> KpiFact:
    quantity = figure.quantity
    assert quantity is not None, "a KPI has a value"
    baseline = figure.baseline
    return KpiFact(
        document=doc.document,
        lines=figure.lines,
        heading_path=figure.heading_path,
        raw=figure.raw,
        quote=doc.quote(figure.lines),
        name=figure.name,
        segment=figure.segment,
        period=figure.period.raw if figure.period else None,
        when=figure.period,
        comparator=quantity.comparator,
        value=quantity.value,
        value_high=quantity.high,
        unit=quantity.unit,
        role=cast(KpiRole, figure.role),
        baseline=baseline.value if baseline else None,
        baseline_high=baseline.high if baseline else None,
        baseline_unit=baseline.unit if baseline else None,
        stated_change=figure.stated_change,
        qualifier=figure.qualifier,
        in_table=figure.in_table,
    )
