"""Which series a metric's mentions belong to: one id for all its periods, so that readings outlive periods and line moves."""

from __future__ import annotations

import hashlib
import re

from copilot.domain.fact import KpiFact
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods

ID_LENGTH = 16
_EDGES = re.compile(r"[^a-z0-9%/]+")


def metric_id(document: str, name: str, segment: str | None = None) -> str:
    """Stable id of a metric of a document.

    Args:
        document: the document's name.
        name: the metric as the document calls it; case, accents and punctuation do not matter.
        segment: the department or row group it is measured for. A segment that names a period (`Q1 2024: Fundación`) is when,
            not what, and does not divide the series.
    """
    where = "" if segment is None or find_periods(segment) else _key(segment)
    return hashlib.sha256("\n".join(("metric", document, _key(name), where)).encode()).hexdigest()[:ID_LENGTH]


def series_of(fact: KpiFact) -> str:
    """Id of the metric a mention belongs to: that of its name and segment, unless it was first seen under others."""
    return fact.series or metric_id(fact.document, fact.name, fact.segment)


def _key(text: str) -> str:
    return _EDGES.sub(" ", folded(text)).strip()
