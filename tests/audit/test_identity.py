"""A finding's id rests on its figures: lines may move, a changed figure is a new finding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.audit import audit, worth_telling
from copilot.domain.plan import Plan
from retrieval.ingest.blocks import parse
from tests.audit.material import COSTS, audit_of, findings


def test_a_moved_finding_keeps_its_id() -> None:
    (before,) = findings(COSTS.format("$90K"))
    (after,) = findings(COSTS.format("$90K").replace("## Costos", "Un párrafo nuevo.\n\n## Costos"))

    assert after.sources[0].lines != before.sources[0].lines
    assert after.id == before.id


def test_a_changed_figure_makes_a_new_finding() -> None:
    (before,) = findings(COSTS.format("$90K"))
    (after,) = findings(COSTS.format("$95K"))

    assert after.id != before.id


def test_like_findings_of_one_document_have_ids_of_their_own() -> None:
    twice = COSTS.format("$90K") + COSTS.format("$90K").replace("# Plan", "# Otro").replace("## Costos", "## Gastos")

    found = findings(twice)

    assert len(found) == 2
    assert len({finding.id for finding in found}) == 2


def test_an_empty_plan_has_no_findings() -> None:
    assert audit(Plan(), []) == []


def test_what_is_worth_telling_is_never_low_and_the_worst_comes_first() -> None:
    text = (
        COSTS.format("$90K")
        + "## Datos\n- **Responsable**: [Nombre]\n## Uno\n- **Win Rate**: 25%+\n## Dos\n- **Win Rate**: 40%+\n"
    )

    told = worth_telling(findings(text), most=2)

    assert len(told) == 2
    assert {finding.severity for finding in told} <= {"high", "medium"}
    assert told[0].severity == "high"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="|-*#:[]()$%€.,0123456789 \nTotalROIpaybkMsANV→×=/+<>~", max_size=300))
def test_no_text_breaks_the_audit(text: str) -> None:
    audit_of([parse("plan.md", text)])
