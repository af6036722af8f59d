"""Money facts of lines and tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.fact import FinanceFact
from retrieval.extract.finance import extract_finance
from retrieval.extract.kpis import extract_kpis
from retrieval.ingest.blocks import parse


def money(text: str) -> list[FinanceFact]:
    return [fact for fact in extract_finance(parse("plan.md", text)).facts if isinstance(fact, FinanceFact)]


def told(*values: object) -> tuple[object, ...]:
    return values


def one(text: str) -> FinanceFact:
    (fact,) = money(text)
    return fact


def test_roi_below_an_investment_is_a_field_of_it() -> None:
    fact = one("#### Mes 2: Base\n\n**Inversión:** $50K - $100K\n**ROI Esperado:** 3:1 en 9 meses\n")

    assert told(fact.role, fact.amount_low, fact.amount_high, fact.currency) == ("investment", 50_000, 100_000, "USD")
    assert told(fact.roi_value, fact.horizon, fact.period, fact.lines) == ("3:1", "9 meses", "Mes 2", (3, 4))
    assert fact.name == "Inversión: Mes 2: Base"


def test_list_of_investment_savings_roi_and_payback_is_one_fact() -> None:
    text = (
        "### Retorno\n\n- **Inversión Total**: $500K\n- **Ahorros Anuales**: $1.15M\n"
        "- **ROI**: 230% anual\n- **Payback**: 5 meses\n"
    )
    fact = one(text)

    assert told(fact.amount_low, fact.savings, fact.roi_value, fact.payback) == (500_000, "$1.15M", "230% anual", "5 meses")
    assert fact.lines == (3, 6)


def test_salary_takes_the_roi_beside_it_and_the_role_as_its_name() -> None:
    text = "### Roles\n\n**OPERACIONES (Mes 1)**\n- **Analista**\n  - Salario: $3,000-4,500/mes\n  - ROI: 400%+ en retención\n"
    fact = one(text)

    assert told(fact.role, fact.per, fact.amount_low, fact.amount_high) == ("salary", "month", 3000, 4500)
    assert told(fact.name, fact.roi_value, fact.roi_basis, fact.period) == ("Salario: Analista", "400%+", "retención", "Mes 1")


def test_tool_takes_the_roi_nested_under_it() -> None:
    text = (
        "### Herramientas\n\n- **Correo Pro** ($15/usuario/mes)\n  - Plantillas\n"
        "  - ROI: 250%+ en conversión\n- **Panel** (Gratuito)\n"
    )
    paid, free = money(text)

    assert told(paid.role, paid.per, paid.roi_value, paid.lines) == ("tool", "user/month", "250%+", (3, 5))
    assert told(free.role, free.amount_low, free.raw) == ("tool", 0, "Gratuito")


def test_items_of_an_investment_are_told_from_its_total() -> None:
    text = "### Inversión Requerida\n\n- **Desarrollo**: $200K\n- **Salarios**: $100K\n- **Total**: $300K\n"

    assert [told(f.role, f.amount_low) for f in money(text)] == [
        ("investment_item", 200_000),
        ("investment_item", 100_000),
        ("investment", 300_000),
    ]


def test_amount_of_a_bold_line_heads_the_items_below_it() -> None:
    text = (
        "### Inversión\n\n**FASE 1 (Meses 1-3): $45,000**\n- Salarios: $35,000\n"
        "- Marketing: $10,000\n\n**TOTAL INVERSIÓN: $45,000**\n"
    )
    found = money(text)

    assert [told(f.role)[0] for f in found] == ["investment", "investment_item", "investment_item", "investment"]
    assert [f.period for f in found[:2]] == ["Fase 1 (Meses 1-3)", "Fase 1 (Meses 1-3)"]


def test_row_of_an_roi_table_is_one_fact_with_fields() -> None:
    text = (
        "| Iniciativa | Inversión | Ahorro Anual | ROI | Payback |\n|---|---|---|---|---|\n"
        "| **Bots** | $200K | $500K | 250% | 5 meses |\n"
    )
    fact = one(text)

    assert told(fact.role, fact.amount_low, fact.savings, fact.roi_value, fact.payback) == (
        "investment",
        200_000,
        "$500K anual",
        "250%",
        "5 meses",
    )
    assert fact.in_table


def test_money_in_an_roi_column_is_a_benefit_and_the_target_stays_a_kpi() -> None:
    doc = parse("p.md", "| Métrica | Target | Actual | ROI |\n|---|---|---|---|\n| Adopción | 80%+ | 40% | $200K |\n")

    (benefit,) = extract_finance(doc).facts
    (kpi,) = extract_kpis(doc).facts

    assert isinstance(benefit, FinanceFact)
    assert told(benefit.role, benefit.amount_low, benefit.roi_value) == ("benefit", 200_000, "$200K")
    assert kpi.kind == "kpi"


def test_saving_beside_optimised_costs_is_a_saving() -> None:
    doc = parse(
        "p.md",
        "## Costos\n\n| Categoría | Actual | Optimizado | Ahorro |\n|---|---|---|---|\n| Personal | $2M | $1.5M | $500K |\n",
    )

    (saving,) = extract_finance(doc).facts
    (kpi,) = extract_kpis(doc).facts

    assert isinstance(saving, FinanceFact)
    assert told(saving.role, saving.savings) == ("saving", "$500K")
    assert kpi.kind == "kpi"
    assert told(kpi.value, kpi.baseline) == (1_500_000, 2_000_000)


@pytest.mark.parametrize(
    ("line", "role", "amount"),
    [
        ("- **Presupuesto asignado**: $500K para producto", "budget", 500_000),
        ("- **Ronda de inversión**: Series A de $15M", "funding", 15_000_000),
        ("- **Reducción de Churn**: Ahorro de $800K", "saving", 800_000),
        ("- **Costo**: $25K por función", "cost", 25_000),
        ("- **NPV (3 años)**: $2.8M", "npv", 2_800_000),
    ],
)
def test_words_of_the_line_decide_the_role(line: str, role: str, amount: int) -> None:
    fact = one(f"## Números\n\n{line}\n")

    assert told(fact.role, fact.amount_low) == (role, amount)


def test_what_a_cost_is_counted_by_is_kept() -> None:
    fact = one("#### Escala\n\n**Costo**: $100K - $500K por 10x scaling\n")

    assert fact.per == "por 10x scaling"


def test_roi_without_an_amount_is_a_fact_without_one() -> None:
    fact = one("## Retorno\n\n**Mes 12**: ROI 200%+\n")

    assert told(fact.role, fact.amount_low, fact.currency, fact.roi_value, fact.period) == ("roi", None, None, "200%+", "Mes 12")


def test_break_even_month_is_a_payback() -> None:
    fact = one("## Retorno\n\n**Mes 6**: Break-even\n")

    assert told(fact.role, fact.payback, fact.amount_low) == ("payback", "Mes 6", None)


def test_sentence_with_investment_and_roi_is_one_fact() -> None:
    fact = one("# Cierre\n\nCon una inversión de **$300,000** en 12 meses, puedes esperar un **ROI del 600%+** y crecer.\n")

    assert told(fact.role, fact.amount_low, fact.roi_value, fact.horizon) == ("investment", 300_000, "600%+", "12 meses")


@pytest.mark.parametrize(
    "line",
    [
        "- **ARR**: $10M",
        "- Costo de adquisición de cliente (CAC): <$200",
        "- **Ingresos**: $5,000",
        "- **Valuación objetivo**: $100M+",
    ],
)
def test_metric_in_money_is_no_money_fact(line: str) -> None:
    doc = parse("p.md", f"## Metas\n\n{line}\n")

    assert extract_finance(doc).facts == ()
    assert len(extract_kpis(doc).facts) == 1


def test_no_value_is_both_kpi_and_money_fact() -> None:
    text = (
        "# P\n\n## Inversión\n\n- Bots: $10K\n- **ARR**: $2M\n- Ahorro de $5K al mes\n\n"
        "| Q | ARR | Inversión |\n|---|---|---|\n| Q1 2026 | $1M | $50K |\n"
    )
    doc = parse("p.md", text)

    kpis = {(fact.lines, fact.raw) for fact in extract_kpis(doc).facts}
    amounts = {(fact.lines, fact.raw) for fact in extract_finance(doc).facts}

    assert kpis
    assert amounts
    assert not kpis & amounts


def test_european_amount_in_a_european_document() -> None:
    fact = one("## Presupuesto\n\nEl presupuesto es de 1.234,56 € y crece un 12,5 %.\n")

    assert told(fact.amount_low, fact.currency) == (Decimal("1234.56"), "EUR")


def test_amount_of_a_heading_is_found() -> None:
    fact = one("# Plan\n\n## Total Inversión: $8.3M\n\nTexto.\n")

    assert told(fact.role, fact.amount_low, fact.lines) == ("investment", 8_300_000, (3, 3))


def test_statements_set_beside_each_other_on_a_line_are_joined() -> None:
    fact = one("## Obra\n\n**Inversión:** $50K | **ROI:** 3:1 | **Payback:** 6 meses\n")

    assert told(fact.amount_low, fact.roi_value, fact.payback, fact.lines) == (50_000, "3:1", "6 meses", (3, 3))


def test_currency_behind_a_range_counts_for_both_ends() -> None:
    fact = one("## Obra\n\n- Presupuesto: $10,000 - $15,000 MXN mensuales\n")

    assert told(fact.amount_low, fact.amount_high, fact.currency, fact.per) == (10_000, 15_000, "MXN", "month")
