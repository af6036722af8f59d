"""A document as people corrected it: what lookups read changes, lines and quotes do not."""

from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import pytest

from copilot.domain.correction import Correction
from copilot.domain.fact import Fact
from copilot.domain.source import ParsedDocument
from retrieval.extract import extract
from retrieval.extract.amending import amended
from retrieval.extract.corrections import apply
from retrieval.extract.merge import compile_plan, identify
from retrieval.ingest.blocks import parse

TEXT = """# Plan

- **Retención**: 5% en el Mes 3
- Servicio siempre en pie

| Métrica | Mes 1 | Mes 3 | Mes 6 |
|---|---|---|---|
| Churn | 4% | 4% | 3% |

- [ ] Firmar convenio
  - [ ] Leer el borrador
"""
READ = partial(parse, "a.md")


def facts() -> tuple[Fact, ...]:
    return identify(extract(READ(TEXT)).facts)


def changed(action: Literal["correct", "add", "withdraw"], fact: Fact | None, **fields: Any) -> tuple[ParsedDocument, list[Fact]]:
    place = {"lines": fact.lines, "quote": fact.quote} if fact else {"lines": (4, 4), "quote": TEXT.split("\n")[3]}
    made = Correction(
        id="c1",
        document="a.md",
        action=action,
        fact_id=fact.id if fact else "new",
        fields=fields,
        by="local:ana",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        **place,
    )
    after = apply(facts(), [made], lambda _: TEXT.split("\n")).facts
    return amended(READ(TEXT), facts(), after, READ), list(after)


def on(line: int, which: int = 0) -> Fact:
    return [fact for fact in facts() if fact.lines[0] == line][which]


def test_of_equal_cells_the_one_of_the_corrected_period_changes() -> None:
    doc, _ = changed("correct", on(8, 1), value="3.5")

    (row,) = [block for block in doc.blocks if block.lines == (8, 8)]
    assert row.cells == ("Churn", "4%", "3.5%", "3%")


def test_the_files_own_words_stay_what_is_quoted_and_the_correction_is_cited_beside_them() -> None:
    doc, _ = changed("correct", on(8, 1), value="3.5")

    cited = doc.citation((8, 8))

    assert cited.quote == "| Churn | 4% | 4% | 3% |"
    assert cited.correction == "Churn: 3.5% (Mes 3) (local:ana)"
    assert doc.citation((3, 3)).correction is None


def test_a_figure_of_another_period_leaves_its_column_and_is_said_on_its_own() -> None:
    doc, _ = changed("correct", on(8, 2), period="Mes 9")

    said = [block for block in doc.blocks if block.lines == (8, 8)]
    assert [(block.kind, block.plain if block.fact_id else block.cells[-1]) for block in said] == [
        ("item", "Churn: 3% (Mes 9)"),
        ("row", ""),
    ]


def test_a_name_that_stands_on_the_line_is_changed_there() -> None:
    doc, _ = changed("correct", on(3), name="Renovación")

    assert next(block.plain for block in doc.blocks if block.lines == (3, 3)) == "Renovación: 5% en el Mes 3"


def test_an_added_fact_is_a_block_of_its_own_beside_its_line() -> None:
    doc, _ = changed("add", None, kind="kpi", name="Uptime", value="99.9", unit="%")

    assert [(block.plain, block.heading_path) for block in doc.blocks if block.lines == (4, 4)] == [
        ("Uptime: 99.9%", ("Plan",)),
        ("Servicio siempre en pie", ("Plan",)),
    ]


def test_items_find_their_parents_again_behind_an_added_block() -> None:
    doc, _ = changed("add", None, kind="kpi", name="Uptime", value="99.9", unit="%")

    child = next(block for block in doc.blocks if block.plain == "Leer el borrador")
    assert child.parent is not None
    assert doc.blocks[child.parent].plain == "Firmar convenio"


def test_a_ticked_task_has_its_box_ticked() -> None:
    doc, _ = changed("correct", on(10), done="true")

    assert next(block.checked for block in doc.blocks if block.lines == (10, 10))


def test_a_withdrawn_statement_is_gone_unless_others_stand_under_it() -> None:
    lone, _ = changed("withdraw", on(3))
    above, _ = changed("withdraw", on(10))

    assert not [block for block in lone.blocks if block.lines == (3, 3)]
    assert [block for block in above.blocks if block.lines == (10, 10)]


def test_a_document_nobody_corrected_is_the_same() -> None:
    doc = READ(TEXT)

    assert amended(doc, facts(), facts(), READ) is doc


def test_ids_of_all_facts_stay_when_one_is_added_or_renamed() -> None:
    _, after = changed("add", None, kind="kpi", name="Uptime", value="99.9", unit="%")

    plan = compile_plan([], after)

    assert {fact.id for fact in plan.facts} == {fact.id for fact in facts()} | {"new"}
    assert all(fact.entry_id for fact in plan.facts)


@pytest.mark.parametrize(
    ("raw", "fields", "line"),
    [
        pytest.param("- **Margen**: 40 puntos", {"value": "45"}, "Margen: 45 puntos", id="words of the unit stay"),
        pytest.param("- **Margen**: >40%", {"value": "45"}, "Margen: >45%", id="the sign stays"),
        pytest.param("- **Margen**: 40%", {"value": "45", "unit": "USD"}, "Margen: $45", id="another unit"),
        pytest.param("- **Margen**: $40K", {"value": "45500"}, "Margen: $45,500", id="a scaled number in full"),
    ],
)
def test_a_corrected_value_is_written_as_the_line_wrote_it(raw: str, fields: dict[str, str], line: str) -> None:
    doc = READ(f"# Métricas\n\n{raw}\n")
    (fact,) = identify(extract(doc).facts)
    given = fields if fact.kind == "kpi" else {"amount_low": fields["value"]}
    made = Correction(
        id="c", document="a.md", action="correct", fact_id=fact.id, fields=given, by="ana", at=datetime(2026, 1, 1, tzinfo=UTC)
    )

    new = amended(doc, [fact], apply([fact], [made], lambda _: doc.lines).facts, READ)

    assert new.blocks[-1].plain == line
