"""The lookup behind "what does not add up in the plan?"."""

from __future__ import annotations

import pytest

from copilot.domain.errors import ModelCanRetry
from retrieval.extract import extract
from retrieval.extract.merge import compile_plan, identify
from retrieval.ingest.blocks import parse
from tests.audit.material import BLANK, COSTS, record
from tools.lookup import PlanView, audit_findings


def view(**texts: str) -> PlanView:
    """A reader's view of these documents."""
    parsed = {f"{name}.md": parse(f"{name}.md", text) for name, text in texts.items()}
    facts = [fact for doc in parsed.values() for fact in identify(extract(doc).facts)]
    plan = compile_plan([record(doc) for doc in parsed.values()], facts)
    return PlanView(plan=plan, parsed=parsed.__getitem__, search=lambda *_: ())


def test_a_finding_comes_with_evidence_for_each_line_and_its_calculation() -> None:
    result = audit_findings(view(costes=COSTS.format("$90K")))

    (row,) = result.rows
    assert row["rule"] == "total_of_column"
    assert [seen.citation.lines[0] for seen in result.evidence] == [5, 6, 7, 8]
    assert row["e"] == [seen.id for seen in result.evidence]
    assert result.calculations[0].result == 80000


def test_findings_are_narrowed_by_document_and_by_family() -> None:
    both = view(costes=COSTS.format("$90K"), datos=BLANK.format("[Nombre]"))

    assert [row["rule"] for row in audit_findings(both, document="datos").rows] == ["placeholder_left"]
    assert [row["rule"] for row in audit_findings(both, rule="total").rows] == ["total_of_column"]


def test_a_plan_that_adds_up_says_so() -> None:
    result = audit_findings(view(costes=COSTS.format("$80K")))

    assert result.rows == ()
    assert result.note


def test_an_unknown_family_is_told_what_there_is() -> None:
    with pytest.raises(ModelCanRetry) as told:
        audit_findings(view(costes=COSTS.format("$80K")), rule="astrology")

    assert "total" in str(told.value)
