"""Money facts: investments, costs, savings, returns with ROI, payback and horizon; `figures` decides which they are."""

from __future__ import annotations

from typing import cast

from copilot.domain.fact import Extraction, FinanceFact, FinanceRole
from copilot.domain.source import ParsedDocument
from retrieval.extract.figure import Figure, Reading
from retrieval.extract.figures import read_figures


def extract_finance(doc: ParsedDocument) -> Extraction:
    """The document's money facts by line; what was left out is reported once, with the KPIs."""
    return finance_of(doc, read_figures(doc))


def finance_of(doc: ParsedDocument, reading: Reading) -> Extraction:
    """Money facts of figures already read."""
    return Extraction(facts=tuple(_fact(doc, figure) for figure in reading.figures if figure.kind == "finance"))


def _fact(doc: ParsedDocument, figure: Figure) -> FinanceFact:
    quantity = figure.quantity
    return FinanceFact(
        document=doc.document,
        lines=figure.lines,
        heading_path=figure.heading_path,
        raw=figure.raw,
        quote=doc.quote(figure.lines),
        name=figure.name,
        segment=figure.segment,
        period=figure.period.raw if figure.period else None,
        when=figure.period,
        role=cast(FinanceRole, figure.role),
        amount_low=quantity.value if quantity else None,
        amount_high=(quantity.value if quantity.high is None else quantity.high) if quantity else None,
        currency=quantity.unit if quantity else None,
        per=figure.per,
        roi_value=figure.roi_value,
        roi_basis=figure.roi_basis,
        horizon=figure.horizon,
        payback=figure.payback,
        savings=figure.savings,
        comparator=quantity.comparator if quantity else "=",
        in_table=figure.in_table,
    )
