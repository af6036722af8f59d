"""Layouts as other companies write them: each case is a class of error that once was read wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from copilot.domain.fact import Fact, FinanceFact, KpiFact, PhaseFact
from retrieval.extract import extract
from retrieval.ingest.blocks import parse


def facts(text: str) -> tuple[Fact, ...]:
    return extract(parse("plan.md", text)).facts


def kpis(text: str) -> list[Any]:
    return [fact for fact in facts(text) if isinstance(fact, KpiFact)]


def money(text: str) -> list[Any]:
    return [fact for fact in facts(text) if isinstance(fact, FinanceFact)]


def table(*rows: str) -> str:
    columns = rows[0].count("|") - 1
    return "\n".join(["# Plan", "", "## Métricas", "", rows[0], "|" + "---|" * columns, *rows[1:], ""])


@pytest.mark.parametrize("now", ["Hoy", "Actual", "Today", "Atual", "Hoje", "Actuel", "Aujourd'hui"])
def test_a_column_of_present_values_is_the_former_value_and_no_period(now: str) -> None:
    (fact,) = kpis(table(f"| KPI | {now} | Objetivo |", "| Churn | 6% | 4% |"))

    assert (fact.value, fact.baseline, fact.role, fact.period) == (4, 6, "target", None)


@pytest.mark.parametrize("now", ["Hoy", "Actual", "Today", "Atual", "Actuel"])
def test_a_column_of_present_values_beside_periods_holds_actual_values(now: str) -> None:
    found = kpis(table(f"| KPI | {now} | Mes 3 | Mes 6 |", "| Churn | 6% | 5% | 4% |"))

    assert [(fact.value, fact.role, fact.period) for fact in found] == [
        (6, "actual", None),
        (5, "target", "Mes 3"),
        (4, "target", "Mes 6"),
    ]


def test_a_header_over_several_columns_gives_each_metric_its_target_and_former_value() -> None:
    found = kpis(
        table("| | Actual | | Objetivo | |", "| Segmento | Churn | NPS | Churn | NPS |", "| Pymes | 5.5% | 31 | 3.5% | 45 |")
    )

    assert [(fact.name, fact.segment, fact.value, fact.baseline, fact.unit) for fact in found] == [
        ("Churn", "Pymes", Decimal("3.5"), Decimal("5.5"), "%"),
        ("NPS", "Pymes", 45, 31, "score"),
    ]


def test_years_of_an_item_table_are_costs_and_its_metrics_are_not() -> None:
    text = table("| Item | Year 1 | Year 2 |", "| Trucks | $1.2M | $800K |", "| Revenue | $3M | $4M |")

    assert [(fact.name, fact.role, fact.period) for fact in money(text)] == [
        ("Trucks", "cost", "Year 1"),
        ("Trucks", "cost", "Year 2"),
    ]
    assert [(fact.name, fact.value) for fact in kpis(text)] == [("Revenue", 3_000_000), ("Revenue", 4_000_000)]


@pytest.mark.parametrize(
    ("line", "amount", "name"),
    [
        pytest.param(
            "El presupuesto total asciende a 1.250.000 € y cubre tres fases.", 1_250_000, "presupuesto total", id="prose"
        ),
        pytest.param("Presupuesto 1.250.000 € aprobado por el comité.", 1_250_000, "Presupuesto", id="no colon"),
        pytest.param("- Presupuesto: 18.000 €", 18_000, None, id="bullet"),
        pytest.param("- Budget : 1,8 M€", 1_800_000, None, id="French millions"),
        pytest.param("- Presupuesto: 120 k€", 120_000, None, id="thousands of euros"),
    ],
)
def test_euros_with_grouping_points_and_scales_are_amounts(line: str, amount: int, name: str | None) -> None:
    (fact,) = money(f"# Plan\n\n## Resumen\n\n{line}\n")

    assert (fact.amount_low, fact.currency, fact.role) == (amount, "EUR", "budget")
    assert name is None or fact.name == name


def test_versions_and_addresses_are_still_no_amounts() -> None:
    assert not facts("# Plan\n\n## Métricas\n\n- **Servidor**: v2.10.3 en 10.4.2.1\n")


def test_a_label_speaks_for_its_own_sentence_only() -> None:
    saving, budget = money("# Plan\n\nAhorro previsto: 18.000 € al año. Para formación reservamos 9.000 €.\n")

    assert (saving.name, saving.role, saving.amount_low, saving.per) == ("Ahorro previsto", "saving", 18000, "year")
    assert (budget.role, budget.amount_low, budget.savings) == ("budget", 9000, None)
    assert "Ahorro" not in budget.name


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("- Total budget: which of the 2 offers at $40K we take is open", id="question word"),
        pytest.param("- ¿Qué pasa si el churn sube al 7%?", id="question"),
        pytest.param("- Presupuesto: ¿20.000 € o 30.000 €?", id="question behind a label"),
    ],
)
def test_a_question_states_nothing(line: str) -> None:
    assert not facts(f"# Plan\n\n## Objetivos abiertos\n\n{line}\n") or not [
        *kpis(f"# P\n\n{line}\n"),
        *money(f"# P\n\n{line}\n"),
    ]


def test_the_answer_behind_a_question_is_named_without_its_asking_words() -> None:
    (fact,) = money("# Plan\n\n## Dudas\n\n- ¿Cuál es el presupuesto? 20.000 €\n")

    assert (fact.name, fact.amount_low) == ("presupuesto", 20000)


def test_an_opinion_in_prose_is_named_by_what_it_is_about() -> None:
    (fact,) = kpis("# Plan\n\nPensamos que la satisfacción de los clientes debería mejorar hasta el 90% con el portal nuevo.\n")

    assert (fact.name, fact.comparator, fact.value) == ("satisfacción de los clientes", "=", 90)


@pytest.mark.parametrize(
    "line", ["- Retorno: 5:1 en 12 meses", "- Retorno esperado: 5:1 en 12 meses", "- Retour sur investissement : 5:1 en 12 mois"]
)
def test_a_return_in_ratio_is_a_roi_with_its_horizon(line: str) -> None:
    (fact,) = money(f"# Plan\n\n## Resumen\n\n{line}\n")

    assert (fact.role, fact.roi_value, fact.amount_low) == ("roi", "5:1", None)
    assert fact.horizon in ("12 meses", "12 mois")


def test_over_behind_a_roi_tells_how_long() -> None:
    (fact,) = facts("# Plan\n\n## Money\n\n**ROI:** 180% over 36 months\n")

    assert isinstance(fact, FinanceFact)
    assert (fact.roi_value, fact.horizon) == ("180%", "36 months")


def test_the_rate_of_a_present_value_is_no_figure_of_its_own() -> None:
    (fact,) = facts("# Plan\n\n## Money\n\n**NPV:** $640K at 9%\n")

    assert isinstance(fact, FinanceFact)
    assert fact.role == "npv"
    assert fact.amount_low == 640_000


def test_a_time_in_brackets_behind_a_time_is_what_it_is_today() -> None:
    (fact,) = kpis("# Plan\n\n## KPIs\n\n- Response time: < 2 hours (currently 6 hours)\n")

    assert (fact.value, fact.comparator, fact.baseline, fact.baseline_unit, fact.role) == (2, "<", 6, "hours", "target")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("- CO2 emissions down 40% by 2029", ("CO2 emissions", "delta_down", 40), id="down"),
        pytest.param("- Grow MRR 15% month over month", ("MRR", "delta_up", 15), id="month over month"),
        pytest.param("- Satisfaction client supérieure à 92 %", ("Satisfaction client", ">", 92), id="French bound"),
        pytest.param("- Mileage -31 %", ("Mileage", "delta_down", 31), id="a sign without colon"),
        pytest.param("- Tiempo de alta: 7 días → 1 día (-86%)", ("Tiempo de alta", "=", 1), id="arrow with change"),
    ],
)
def test_names_and_comparators_of_inline_forms(line: str, expected: tuple[Any, ...]) -> None:
    (fact,) = kpis(f"# Plan\n\n## KPIs\n\n{line}\n")

    assert (fact.name, fact.comparator, fact.value) == expected


def test_pay_under_a_team_is_salary_by_the_name_of_the_role() -> None:
    found = money("# Plan\n\n## Equipo\n\n- **Jefa de ventas**: 45.000 € anuales\n- Analista: $62K - $70K\n")

    assert [(fact.name, fact.role, fact.amount_low, fact.amount_high, fact.per) for fact in found] == [
        ("Jefa de ventas", "salary", 45_000, 45_000, "year"),
        ("Analista", "salary", 62_000, 70_000, None),
    ]


def test_parts_of_a_budget_in_brackets_have_names_of_their_own() -> None:
    found = money("# Plan\n\n## Q2\n\n- Budget: $65K (marketing $45K, travel $20K)\n")

    assert [(fact.name, fact.amount_low) for fact in found][1:] == [("Budget: marketing", 45_000), ("Budget: travel", 20_000)]


def test_phases_that_tell_only_their_length_follow_one_another() -> None:
    text = "# Plan\n\n## Fase 1 (6 semanas): Base\n\n## Fase 2: Despliegue (10 semanas)\n\n## Fase 3 (2 meses)\n"

    text += "\n## Fase 5 (1 semana)\n"
    found = [fact for fact in facts(text) if isinstance(fact, PhaseFact)]

    assert [(fact.start, fact.end, fact.unit) for fact in found] == [
        (1, 6, "weeks"),
        (7, 16, "weeks"),
        (None, None, None),
        (None, None, None),
    ]


def test_years_as_labels_date_the_metric_of_their_list() -> None:
    found = kpis("# Plan\n\n## Unit economics\n\n**CAC:**\n- 2027: $45\n- 2028: $38\n")

    assert [(fact.name, fact.period, fact.value) for fact in found] == [("CAC", "2027", 45), ("CAC", "2028", 38)]


def test_a_string_with_several_blanks_is_quoted_as_the_line_has_it() -> None:
    (fact,) = kpis("# Plan\n\n## KPIs\n\n- **Alta**: 7 días  1 día (-86%)\n")

    assert (fact.raw, fact.baseline, fact.value) == ("7 días  1 día", 7, 1)


def test_a_time_set_against_another_is_its_former_value_and_no_date() -> None:
    (fact,) = kpis("# Plan\n\n## Métricas\n\n- **Time to market**: 6-12 meses vs. 12-24 meses en otros\n")

    assert (fact.value, fact.value_high, fact.baseline, fact.period) == (6, 12, 12, None)


def test_what_a_change_is_counted_by_is_no_figure() -> None:
    (fact,) = kpis("# Plan\n\n## Métricas\n\n- **Growth Rate**: +2-5x por cada 50% adicional\n")

    assert (fact.name, fact.value, fact.value_high) == ("Growth Rate", 2, 5)


def test_tasks_of_a_fence_belong_to_the_stretch_named_above_them() -> None:
    fence = "Month 1-2: Platform\n- [ ] Set up services\n\nMonth 3-4: Portal\n- [x] Draw pages"
    text = f"# Plan\n\n### Phase 1 (Months 1-6)\n\n```\n{fence}\n```\n"

    assert [(fact.text, fact.period) for fact in facts(text) if fact.kind == "task"] == [
        ("Set up services", "Month 1-2"),
        ("Draw pages", "Month 3-4"),
    ]
