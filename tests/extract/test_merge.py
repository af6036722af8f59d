"""Ids that last, entries, conflicts, changes, and the whole reading measured against annotations made by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.fact import Fact, FinanceFact, KpiFact
from copilot.domain.plan import Conflict, DocumentRecord, PlanEvent
from retrieval.extract import extract
from retrieval.extract.merge import changes, compile_plan, identify
from retrieval.ingest.blocks import parse

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)
PLAN = """# Plan de tienda

## Mes 1: Abrir
- [ ] Contratar encargada
- [ ] Pedir licencia

## Riesgos
- **Retraso**: Mitigación mediante turnos extra

## Métricas
| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn Rate | 8% | 5% |
"""


def read(text: str, document: str = "plan.md") -> tuple[Fact, ...]:
    return identify(extract(parse(document, text)).facts)


def kpi(name: str, value: str, *, path: Sequence[str] = ("Plan", "KPIs"), line: int = 1, **fields: Any) -> KpiFact:
    made = {"document": "a.md", "lines": (line, line), "heading_path": tuple(path), "raw": value, "quote": value, "unit": "%"}
    return KpiFact.model_validate({**made, "name": name, "value": Decimal(value), **fields})


def conflicts(*facts: Fact) -> tuple[Conflict, ...]:
    return compile_plan((), identify(facts)).conflicts


def events(before: str, after: str) -> list[tuple[str, str, str, str | None, str | None]]:
    told: tuple[PlanEvent, ...] = changes(read(before), read(after), NOON)
    return [(one.kind, one.fact_kind, one.name, one.before, one.after) for one in told]


def test_every_mention_has_an_id_of_its_own() -> None:
    facts = read(PLAN + PLAN)

    assert len({fact.id for fact in facts}) == len(facts)
    assert all(fact.entry_id for fact in facts)


def test_ids_survive_moved_lines_and_words_elsewhere() -> None:
    moved = PLAN.replace("# Plan de tienda\n", "# Plan de tienda\n\nUna nota nueva.\n").replace(
        "Pedir licencia", "Pedir la licencia municipal"
    )
    before = {fact.id: fact for fact in read(PLAN)}
    after = {fact.id: fact for fact in read(moved)}

    gone = [fact.raw for fact in before.values() if fact.id not in after]
    assert gone == ["Pedir licencia"]


def test_id_does_not_rest_on_the_value() -> None:
    assert {fact.id for fact in read(PLAN)} == {fact.id for fact in read(PLAN.replace("8%", "9%"))}


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 30))
def test_ids_do_not_depend_on_the_lines(shift: int) -> None:
    assert [fact.id for fact in read("\n" * shift + PLAN)] == [fact.id for fact in read(PLAN)]


def test_facts_stand_in_line_order_and_twins_are_stated_once() -> None:
    facts = extract(parse("plan.md", PLAN)).facts

    assert [fact.lines for fact in facts] == sorted(fact.lines for fact in facts)
    assert len({fact.model_dump_json() for fact in facts}) == len(facts)


def test_mentions_of_one_metric_and_period_are_one_entry() -> None:
    plan = compile_plan(
        (),
        identify([kpi("Churn Rate", "5"), kpi("Churn", "5", path=("Plan", "Tablero"), line=9), kpi("NPS", "50", unit="score")]),
    )

    assert sorted(len(entry.mentions) for entry in plan.entries) == [1, 2]


def test_entry_shows_its_most_complete_mention_first() -> None:
    full = kpi("Churn", "5", path=("Plan", "Tablero"), line=9, baseline=Decimal(8), baseline_unit="%")
    plan = compile_plan((), identify([kpi("Churn", "5"), full]))

    assert plan.entries[0].mentions[0].lines == (9, 9)


def test_plan_lists_facts_in_the_order_of_its_documents() -> None:
    records = [
        DocumentRecord(document=name, version_id="v", title=name, language="es", sha256="", line_count=1, ingested_at=NOON)
        for name in ("b.md", "a.md")
    ]
    facts = identify([kpi("Churn", "5"), kpi("NPS", "50", document="b.md")])

    assert [fact.document for fact in compile_plan(records, facts).facts] == ["b.md", "a.md"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"value": "5"}, {"value": "3"}, id="two values"),
        pytest.param({"value": "90", "comparator": ">="}, {"value": "85"}, id="value under the bound"),
        pytest.param({"value": "90", "comparator": ">="}, {"value": "95", "comparator": ">"}, id="two bounds"),
        pytest.param({"value": "20", "comparator": "delta_up"}, {"value": "30", "comparator": "delta_up"}, id="two rises"),
        pytest.param({"value": "1", "value_high": "3", "comparator": "range"}, {"value": "5"}, id="value outside the range"),
        pytest.param({"value": "5", "role": "deliverable"}, {"value": "3"}, id="deliverable and target"),
        pytest.param({"value": "1", "unit": "days"}, {"value": "30", "unit": "hours"}, id="two times"),
    ],
)
def test_values_that_cannot_both_hold_are_a_conflict(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = conflicts(
        kpi("Churn Rate", one.pop("value"), period="Mes 6", **one),
        kpi("Churn", other.pop("value"), period="month 6", path=("Plan", "Ruta", "Tablero"), line=9, **other),
    )

    assert [[value.citation.lines[0] for value in conflict.values] for conflict in found] == [[1, 9]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"value": "5"}, {"value": "5.0"}, id="same value"),
        pytest.param({"value": "80", "comparator": ">="}, {"value": "85"}, id="value beyond the bound"),
        pytest.param({"value": "1", "value_high": "3", "comparator": "range"}, {"value": "2"}, id="value in the range"),
        pytest.param({"value": "5", "period": "Mes 3"}, {"value": "3"}, id="other period"),
        pytest.param({"value": "5", "role": "actual"}, {"value": "3"}, id="actual and target"),
        pytest.param({"value": "5", "comparator": "delta_down"}, {"value": "3"}, id="change and level"),
        pytest.param({"value": "5", "unit": "count"}, {"value": "3"}, id="other unit"),
        pytest.param({"value": "1", "unit": "days"}, {"value": "24", "unit": "hours"}, id="one day"),
        pytest.param({"value": "2849"}, {"value": "2850"}, id="rounding"),
    ],
)
def test_values_that_can_both_hold_are_none(one: dict[str, Any], other: dict[str, Any]) -> None:
    first = {"period": "Mes 6", **one}
    second = {"period": "Mes 6", "path": ("Plan", "Ruta", "Tablero"), "line": 9, **other}

    assert conflicts(kpi("Churn", first.pop("value"), **first), kpi("Churn", second.pop("value"), **second)) == ()


def test_levels_of_one_process_do_not_contradict_each_other() -> None:
    path = ("Plan", "Soporte")

    assert (
        conflicts(
            kpi("Tiempo de espera", "5", path=(*path, "Nivel 1"), segment="Nivel 1"),
            kpi("Tiempo de espera", "60", path=(*path, "Nivel 2"), segment="Nivel 2", line=9),
        )
        == ()
    )


@pytest.mark.parametrize("heading", ["Caso 1: Panadería", "Escenario optimista"])
def test_what_holds_for_one_case_contradicts_nothing(heading: str) -> None:
    assert conflicts(kpi("Churn", "5"), kpi("Churn", "3", path=("Plan", heading, "Cifras"), line=9)) == ()


def test_names_of_every_list_are_compared_nowhere() -> None:
    assert conflicts(kpi("Total", "5"), kpi("Total", "3", path=("Plan", "Ruta", "Tablero"), line=9)) == ()


def test_documents_contradict_each_other_where_name_and_period_agree() -> None:
    (found,) = conflicts(
        kpi("Customer Acquisition Cost (CAC)", "60", unit="USD", period="Mes 12"),
        kpi("CAC", "200", unit="USD", period="12 meses", document="b.md", comparator="<"),
        kpi("CAC", "300", unit="USD", period="12 meses", document="c.md"),
    )

    assert [value.citation.document for value in found.values] == ["a.md", "b.md", "c.md"]
    assert {value.unit for value in found.values} == {"USD"}


def test_two_returns_of_one_amount_are_a_conflict() -> None:
    def spent(roi: str, line: int, heading: str) -> FinanceFact:
        return FinanceFact(
            document="a.md",
            lines=(line, line),
            heading_path=("Plan", heading),
            raw="$500K",
            quote="$500K",
            name="Total",
            role="investment",
            amount_low=Decimal(500000),
            amount_high=Decimal(500000),
            currency="USD",
            roi_value=roi,
        )

    (found,) = conflicts(spent("280%", 1, "Retorno"), spent("350%", 9, "Inversión"))

    assert found.name == "Total (ROI)"
    assert [value.value for value in found.values] == ["280%", "350%"]


def test_moved_target_is_a_change_with_before_and_after() -> None:
    assert events(PLAN, PLAN.replace("| 5% |", "| 4% |")) == [("changed", "kpi", "Churn Rate", "5 %", "4 %")]


def test_ticked_box_added_task_and_gone_risk_are_events() -> None:
    after = PLAN.replace("- [ ] Pedir licencia", "- [x] Pedir licencia\n- [ ] Comprar caja").replace(
        "- **Retraso**: Mitigación mediante turnos extra", ""
    )

    assert sorted(events(PLAN, after)) == [
        ("added", "task", "Comprar caja", None, "open"),
        ("changed", "task", "Pedir licencia", "open", "done"),
        ("removed", "risk", "Retraso", "turnos extra", None),
    ]


def test_renamed_heading_is_no_event() -> None:
    assert (
        events(PLAN, PLAN.replace("## Riesgos", "## Riesgos principales").replace("# Plan de tienda", "# Plan de la tienda"))
        == []
    )


def test_new_document_adds_and_unchanged_one_is_silent() -> None:
    assert {kind for kind, *_ in events("", PLAN)} == {"added"}
    assert events(PLAN, PLAN) == []


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="#-*|[] x1.:\nRiesgo Mes Fase$%", max_size=200))
def test_any_text_is_read_and_every_fact_stands_where_it_says(text: str) -> None:
    doc = parse("any.md", text)

    for fact in extract(doc).facts:
        assert fact.raw in doc.lines[fact.lines[0] - 1]
        assert fact.quote == doc.quote(fact.lines)


@pytest.fixture(scope="module")
def measured(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The scores of a reading of the annotated documents, by the scorer that stands beside the annotations."""
    export = tmp_path_factory.mktemp("export") / "facts.jsonl"
    with export.open("w", encoding="utf-8") as out:
        for path in sorted((shared / "corpus" / "seeds_clean").iterdir()):
            doc = parse(path.name, path.read_bytes().decode("utf-8"))
            for fact in identify(extract(doc).facts):
                out.write(json.dumps(fact.exported(), ensure_ascii=False) + "\n")
    scorer = shared / "eval" / "score_extraction.py"
    told = subprocess.run([sys.executable, scorer, shared / "gold", export, "--json"], capture_output=True, check=True, text=True)
    scores: dict[str, Any] = json.loads(told.stdout)
    return scores


@pytest.mark.parametrize(("kind", "least"), [("tasks", 0.99), ("risks", 0.95), ("phases", 0.95)])
def test_annotated_facts_are_found_and_nothing_else(measured: dict[str, Any], kind: str, least: float) -> None:
    assert measured["totals"][kind]["f1"] >= least


@pytest.mark.parametrize(
    ("attribute", "least"), [("risk.mitigation", 0.9), ("phase.span", 0.95), ("phase.level", 0.95), ("task.line", 1.0)]
)
def test_annotated_attributes_are_read(measured: dict[str, Any], attribute: str, least: float) -> None:
    assert measured["attributes"][attribute] >= least


TOTALS = """# Plan

## Presupuesto

| Partida | Monto |
|---|---|
| Plataforma | $40,000 |
| Licencias | $20,000 |
| **Total** | **$60,000** |

## {other}

| Partida | Monto |
|---|---|
| Plataforma | $45,000 |
| Licencias | $20,000 |
| **Total** | **$65,000** |
"""


def test_one_total_in_two_tables_of_the_same_items_is_a_conflict() -> None:
    found = compile_plan((), read(TOTALS.format(other="Resumen del presupuesto"))).conflicts

    assert [[value.citation.lines[0] for value in one.values] for one in found if "Total" in one.name] == [[9, 17]]


def test_totals_of_sections_of_one_sort_are_no_conflict() -> None:
    text = TOTALS.replace("## Presupuesto", "## Región norte").format(other="Región sur")

    assert not compile_plan((), read(text)).conflicts


def test_the_whole_plans_investment_in_two_sections_is_one_thing() -> None:
    text = "# Plan\n\n## Resumen\n\n- **Inversión total**: $60,000\n\n## Cierre\n\n- **Inversión total**: $65,000\n"

    (found,) = compile_plan((), read(text)).conflicts
    assert [value.value for value in found.values] == ["$60,000", "$65,000"]


@pytest.mark.parametrize("other", [">10:1", "8x", "8:1"])
def test_a_ratio_is_compared_however_it_is_written(other: str) -> None:
    first = ">5:1" if other.startswith(">") else "5:1"
    text = f"# Plan\n\n## Resumen\n\n- **LTV/CAC**: {first}\n\n## Cierre\n\n- **LTV/CAC**: {other}\n"

    assert len(compile_plan((), read(text)).conflicts) == 1
