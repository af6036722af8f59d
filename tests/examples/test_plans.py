"""The sample plans keep their promises: what is damaged can be mended, what is wrong is wrong, what is asked is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from retrieval.ingest.repair import repair

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
PLANS = EXAMPLES / "plans"
DAMAGED = "escalamiento_40_a_200_altas.md"
WITH_ERRORS = "operaciones_servicio.md"
TYPES = {
    "aggregate",
    "ambiguous",
    "checklist",
    "conflict",
    "cross_document",
    "kpi_lookup",
    "multi_turn",
    "narrative",
    "risk",
    "roi_calc",
    "roi_compare",
    "timeline",
    "unanswerable",
}
FIELDS = ["id", "lang", "type", "question", "history", "answer", "must_contain", "must_not_contain", "sources", "arithmetic"]


@cache
def lines(name: str) -> list[str]:
    return repair((PLANS / name).read_bytes()).text.split("\n")


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]


def table(name: str, heading: str) -> dict[str, list[str]]:
    """First cell of each row below the heading -> its other cells, without marks."""
    start = next(place for place, line in enumerate(lines(name)) if line.lstrip("# ").startswith(heading))
    rows: dict[str, list[str]] = {}
    for line in lines(name)[start + 1 :]:
        if line.startswith("|"):
            first, *others = [cell.strip(" *") for cell in line.strip("|").split("|")]
            rows[first] = others
        elif rows:
            break
    return rows


def amount(text: str) -> Decimal:
    found = re.search(r"([\d.,]+)([KM]?)", text)
    assert found is not None, text
    return Decimal(found.group(1).replace(",", "")) * {"": 1, "K": 1_000, "M": 1_000_000}[found.group(2)]


def total_of(rows: dict[str, list[str]], column: int) -> Decimal:
    return sum((amount(cells[column]) for name, cells in list(rows.items())[2:] if name != "Total"), Decimal(0))


def test_the_damaged_plan_is_mended_and_keeps_its_lines() -> None:
    content = (PLANS / DAMAGED).read_bytes()

    mended = repair(content)

    assert mended.repairs
    assert len(mended.text.split("\n")) == len(content.decode("utf-8").split("\n"))
    assert not re.search(r"Ã|ğŸ|â€", mended.text)
    for word in ("ESCALAMIENTO", "pasará", "Duración", "OPERACIÓN", "TÉCNICA", "Capacitación", "nómina", "AUTOMATIZACIÓN"):
        assert word in mended.text


@pytest.mark.parametrize("name", sorted(path.name for path in PLANS.glob("*.md") if path.name != DAMAGED))
def test_the_other_plans_are_whole_and_stay_as_they_are(name: str) -> None:
    content = (PLANS / name).read_bytes()

    mended = repair(content)

    assert mended.repairs == ()
    assert mended.text.encode() == content


def test_the_plans_are_long_enough_to_be_worth_asking() -> None:
    assert {path.name: 100 <= len(lines(path.name)) <= 320 for path in PLANS.glob("*.md")} == dict.fromkeys(
        (path.name for path in PLANS.glob("*.md")), True
    )


@pytest.mark.parametrize(
    ("heading", "column", "stated", "right"),
    [
        pytest.param("Coste anual de servicio", 2, 293_000, 283_000, id="savings of the cost table"),
        pytest.param("INVERSIÓN", 0, 190_000, 180_000, id="investment table"),
    ],
)
def test_wrong_totals_are_wrong(heading: str, column: int, stated: int, right: int) -> None:
    rows = table(WITH_ERRORS, heading)

    assert amount(rows["Total"][column]) == stated
    assert total_of(rows, column) == right


def test_wrong_roi_and_payback_are_wrong() -> None:
    rows = table(WITH_ERRORS, "ROI por iniciativa")
    training, knowledge = rows["Formación"], rows["Base de conocimiento"]

    assert amount(training[3]) == 2
    assert amount(training[0]) / (amount(training[1]) / 12) == 4
    assert amount(knowledge[2]) == 400
    assert (amount(knowledge[1]) - amount(knowledge[0])) / amount(knowledge[0]) * 100 == 300


def test_two_plans_set_two_targets_for_one_metric_and_month() -> None:
    levers, operations = table("palancas_crecimiento.md", "**Producto**"), table(WITH_ERRORS, "COMPROMISOS")

    assert (levers["NPS"][2], operations["NPS"][1]) == ("52", "60")
    assert (levers["Churn mensual"][2], operations["Churn mensual"][1]) == ("3.5%", "2.8%")


def test_budgets_of_the_scaling_plan_add_up() -> None:
    text = "\n".join(lines(DAMAGED))
    phases = re.findall(r"\*\*FASE \d \(Meses [\d-]+\): \$([\d,]+)\*\*\n((?:- .*\n)+)", text)

    assert len(phases) == 3
    for stated, items in phases:
        assert amount(stated) == sum(amount(item.split("$")[1]) for item in items.strip().split("\n"))
    assert sum(amount(stated) for stated, _ in phases) == 390_000


def test_some_plans_say_when_they_start_and_none_is_closed_to_readers() -> None:
    heads = ["\n".join(lines(path.name)[:8]) for path in PLANS.glob("*.md")]

    assert sum("\nstart: 2026-" in head for head in heads) >= 3
    assert not any("access:" in head for head in heads)


def test_questions_have_the_fields_of_the_format_and_ids_of_their_own() -> None:
    asked = questions()

    assert [list(question) for question in asked] == [FIELDS] * len(asked)
    assert len({question["id"] for question in asked}) == len(asked) >= 30
    assert {question["type"] for question in asked} == TYPES
    assert Counter(question["lang"] for question in asked).keys() == {"es", "en", "pt", "fr"}
    assert all(question["history"] for question in asked if question["type"] == "multi_turn")


@pytest.mark.parametrize("question", questions(), ids=lambda question: question["id"])
def test_what_a_question_expects_stands_on_its_source_lines(question: dict[str, Any]) -> None:
    cited = [lines(source["file"])[line - 1] for source in question["sources"] for line in source["lines"]]
    assert all(cited), "a source line is empty"
    if question["arithmetic"] or question["type"] == "unanswerable":
        return

    told = "\n".join(cited).lower()

    for group in question["must_contain"]:
        assert any(alternative.lower() in told or _in_words(alternative) in told for alternative in group), group


def _in_words(alternative: str) -> str:
    """`6-12` may stand as `Meses 6-12`; a number without its unit is looked for alone."""
    return alternative.lower().removesuffix("%").strip()
