"""Lookups over a small plan: who is meant, what is found, and what every row rests on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.answer import ToolResult
from copilot.domain.errors import ModelCanRetry
from tests.offline.desk import DOCUMENTS, compiled, view
from tools import lookup
from tools.lookup.documents import resolve
from tools.lookup.terms import likeness, query_terms, root

BAKERY, BIKES = "apertura_panaderias.md", "delivery_strategy.md"


def texts(result: ToolResult) -> list[str]:
    return [str(row["text"]) for row in result.rows]


@pytest.mark.parametrize(
    ("named", "document"),
    [
        (BAKERY, BAKERY),
        ("apertura_panaderias", BAKERY),
        ("el plan de apertura", BAKERY),
        ("the opening plan", BAKERY),
        ("delivery strategy", BIKES),
        ("Bikes and Boxes", BIKES),
    ],
)
def test_a_document_is_known_by_file_title_and_nickname(named: str, document: str) -> None:
    assert resolve(view(), named) == [document]


def test_an_unknown_document_is_refused_with_those_there_are() -> None:
    with pytest.raises(ModelCanRetry) as caught:
        lookup.find_kpis(view(), metric="CAC", document="the space programme")

    assert len(caught.value.params["allowed"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("find_kpis", {"metric": "CAC", "role": "dream"}),
        ("find_finance", {"item": "horno", "role": "dream"}),
        ("list_tasks", {"weekday": "someday"}),
        ("find_notes", {"kind": "rumour"}),
    ],
)
def test_a_bad_argument_names_the_allowed_ones(call: str, args: dict[str, str]) -> None:
    with pytest.raises(ModelCanRetry) as caught:
        getattr(lookup, call)(view(), **args)

    assert caught.value.params["allowed"]


def test_a_period_picks_the_column_of_a_row() -> None:
    assert texts(lookup.find_kpis(view(), metric="merma", period="month 3")) == ["Merma: Mes 3: 6%"]


def test_a_period_no_line_belongs_to_finds_nothing() -> None:
    assert lookup.find_kpis(view(), metric="merma", period="Mes 9").rows == ()


def test_words_the_documents_lack_are_told() -> None:
    result = lookup.search_passages(view(), query="harina orgánica certificada")

    assert {"organica", "certificada"} <= set(result.rows[0]["missing"])


@pytest.mark.parametrize(
    "result",
    [
        lambda: lookup.find_kpis(view(), metric="CAC"),
        lambda: lookup.list_tasks(view()),
        lambda: lookup.read_section(view(), section="Riesgos de suministro"),
        lambda: lookup.sum_amounts(view(), item="investment", document=BIKES),
        lambda: lookup.list_risks(view()),
    ],
    ids=["kpis", "tasks", "section", "sum", "risks"],
)
def test_every_row_names_evidence_whose_quote_stands_on_its_lines(result) -> None:  # type: ignore[no-untyped-def]
    found = result()
    held = {one.id: one.citation for one in found.evidence}

    assert found.rows
    for row in found.rows:
        for mark in row["e"]:
            place = held[mark]
            first, last = place.lines
            assert place.quote == "\n".join(DOCUMENTS[place.document].split("\n")[first - 1 : last])


def test_a_stated_total_is_shown_and_not_added() -> None:
    result = lookup.sum_amounts(view(), item="investment", document=BIKES)

    assert [step.result for step in result.calculations] == [Decimal(30000)]
    assert [row["text"] for row in result.rows if row.get("stated")] == [
        "Total: Investment: $30K, Annual Saving: $100K, ROI: 320%"
    ]


def test_ranges_are_added_end_by_end() -> None:
    result = lookup.sum_amounts(view(), item="inversión", period="Fase 1", document=BAKERY)

    assert result.value == "$30K - $45K"


def test_the_lowest_is_ranked_first_when_asked_for() -> None:
    assert lookup.rank_values(view(), item="inversión por mes", document=BAKERY, lowest=True).value == "$10K - $15K"


def test_done_tasks_come_with_their_parts() -> None:
    (task,) = lookup.list_tasks(view(), done=True).rows

    assert [part["text"] for part in task["subitems"]] == ["Presentar planos", "Pagar la tasa municipal"]


def test_a_risk_is_found_by_what_is_set_against_it() -> None:
    assert [row["risk"] for row in lookup.list_risks(view(), query="dos molinos de harina").rows] == ["Riesgos de suministro"]


def test_an_outline_lists_headings_in_order() -> None:
    assert [row["text"] for row in lookup.document_outline(view(), document=BIKES).rows][1:3] == [
        "Service Metrics",
        "Cost by Initiative",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("operacional", "operational"), ("calidad", "qualité"), ("gamificação", "gamificación"), ("escalabilidad", "scalability")],
)
def test_cognates_meet_across_languages(one: str, other: str) -> None:
    (mine,), (theirs,) = query_terms(one), query_terms(other)

    assert mine.concepts & theirs.concepts or likeness(mine.roots[0], theirs.roots[0]) >= 0.75


@pytest.mark.parametrize(
    ("one", "other"), [("date", "data"), ("ahora", "ahorro"), ("actual", "anual"), ("contingencia", "continuidad")]
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert likeness(root(one), root(other)) < 0.75


def test_words_of_asking_do_not_count_as_missing() -> None:
    telling = [term.text for term in query_terms("¿Cuál es la meta que se espera alcanzar de la merma?") if not term.generic]

    assert telling == ["merma"]


SITES = """# Obras

## Inversión por sede

- **Sede Norte:** Inversión 420.000 €, retorno anual 600.000 €, ROI 43%
- **Portal de citas:** Inversión 95K €, ahorro 15K €/mes, recuperación en 7 meses
- **Sede Sur:** Inversión 380.000 €
"""


def test_a_roi_takes_cost_and_return_from_the_words_before_each_amount_of_the_items_own_line() -> None:
    made = lookup.calculate_roi(compiled({"obras.md": SITES}), item="Sede Norte").calculations

    assert [step.formula for step in made][:1] == ["(600000 - 420000) / 420000 * 100"]


def test_a_monthly_saving_gives_a_payback_in_months_and_no_yearly_roi() -> None:
    made = lookup.calculate_roi(compiled({"obras.md": SITES}), item="Portal de citas").calculations

    assert [step.formula for step in made] == ["95000 / 15000"]


def test_an_item_without_a_return_of_its_own_borrows_none() -> None:
    assert lookup.calculate_roi(compiled({"obras.md": SITES}), item="Sede Sur").calculations == ()
