"""KPI facts of lines and tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.domain.fact import KpiFact
from retrieval.extract.kpis import extract_kpis
from retrieval.ingest.blocks import parse


def kpis(text: str) -> list[KpiFact]:
    found = extract_kpis(parse("plan.md", text)).facts
    return [fact for fact in found if isinstance(fact, KpiFact)]


def told(*values: object) -> tuple[object, ...]:
    return values


def one(text: str) -> KpiFact:
    (fact,) = kpis(text)
    return fact


def reasons(text: str) -> set[str]:
    return {left.reason for left in extract_kpis(parse("plan.md", text)).dropped}


def test_period_columns_give_one_target_a_cell() -> None:
    found = kpis(
        "# Plan\n\n## Producto\n\n| Métrica | Mes 1 | Mes 3 |\n|---|---|---|\n"
        "| Usuarios | 200 | 1,500 |\n| Latencia | 2s | 500ms |\n"
    )

    assert [told(f.name, f.period, f.value, f.unit) for f in found] == [
        ("Usuarios", "Mes 1", Decimal(200), "count"),
        ("Usuarios", "Mes 3", Decimal(1500), "count"),
        ("Latencia", "Mes 1", Decimal(2), "seconds"),
        ("Latencia", "Mes 3", Decimal(500), "ms"),
    ]
    assert all(f.in_table and f.role == "target" for f in found)


def test_target_actual_and_change_of_a_row_are_one_fact() -> None:
    fact = one(
        "## Ventas\n\n| Métrica | Target | Actual | Mejora |\n|---|---|---|---|\n"
        "| **Ciclo de cierre** | <40 días | 90 días | -56% |\n"
    )

    assert told(fact.comparator, fact.value, fact.unit) == ("<", Decimal(40), "days")
    assert told(fact.baseline, fact.baseline_unit, fact.stated_change) == (Decimal(90), "days", "-56%")


def test_every_dated_target_column_keeps_the_baseline() -> None:
    found = kpis("| KPI | Current | Target (6M) | Target (12M) |\n|---|---|---|---|\n| NPS | 40 | 50 | 60 |\n")

    assert [told(f.value, f.baseline, f.unit) for f in found] == [(50, 40, "score"), (60, 40, "score")]
    assert [told(f.period)[0] for f in found] == ["6M", "12M"]


def test_actual_column_alone_is_the_actual_value() -> None:
    fact = one("| Métrica | Actual | Responsable |\n|---|---|---|\n| Churn | 7% | Eva |\n")

    assert told(fact.role, fact.value) == ("actual", 7)


def test_benchmark_column_is_a_benchmark() -> None:
    found = kpis("| Metric | Target | Industry Benchmark |\n|---|---|---|\n| Retention | 92% | 85% |\n")

    assert [told(f.role, f.value) for f in found] == [("target", 92), ("benchmark", 85)]


def test_row_named_by_a_period_dates_its_metrics() -> None:
    found = kpis("| Trimestre | ARR | Crecimiento |\n|---|---|---|\n| Q1 2027 | $300K | 80% |\n")

    assert [told(f.name, f.period, f.comparator) for f in found] == [
        ("ARR", "Q1 2027", "="),
        ("Crecimiento", "Q1 2027", "delta_up"),
    ]


def test_minus_of_a_level_is_part_of_the_value() -> None:
    found = kpis("| Métrica | 2026 | 2027 |\n|---|---|---|\n| EBITDA | -$600K | $200K |\n| Net margin | -20% | 5% |\n")

    assert [told(f.value)[0] for f in found] == [-600000, 200000, -20, 5]
    assert all(f.comparator == "=" for f in found)


@pytest.mark.parametrize(
    ("line", "comparator", "value", "qualifier"),
    [
        ("- **Churn**: Reducción al 4%", "=", 4, "reduced to"),
        ("- **Impacto**: Reducción del 45% en devoluciones", "delta_down", 45, None),
        ("- **Soporte**: 20% incremento en resoluciones", "delta_up", 20, None),
        ("- **Ventas por equipo**: 15%+ mejora", "delta_up", 15, ">="),
        ("- Crecimiento mensual de clientes: 20-30%", "delta_up", 20, "range"),
        ("- **Tiempo de respuesta**: -60% en el primer turno", "delta_down", 60, None),
        ("- **Retención**: 85%+ mensual", ">=", 85, None),
        ("- Error rate: <2%", "<", 2, None),
        ("- **Uptime**: >99.5%", ">", Decimal("99.5"), None),
    ],
)
def test_change_level_and_bound_are_told_apart(line: str, comparator: str, value: object, qualifier: str | None) -> None:
    fact = one(f"## Métricas\n\n{line}\n")

    assert told(fact.comparator, fact.value, fact.qualifier) == (comparator, value, qualifier)


@pytest.mark.parametrize(
    ("line", "value", "baseline", "change"),
    [
        ("- **ARR**: $10M+ (vs. $2M actual)", 10_000_000, 2_000_000, None),
        ("- **Time**: 7 días → 1 día (-86%)", 1, 7, "-86%"),
        ("- External dependency: <50% (currently 90%)", 50, 90, None),
        ("- **Quick Win #1**: Reducir tiempo de carga en 40% (de 3.2s a 1.9s)", 40, Decimal("3.2"), "de 3.2s a 1.9s"),
        ("- **Alcance**: 10x crecimiento en clientes (10 → 100)", 100, 10, "10x"),
        ("- **LTV/CAC Ratio**: 2:1 (Target: >3:1)", 3, 2, None),
        ("- Tasa de apertura actual: 18%; objetivo: 25%", 25, 18, None),
        ("- Satisfacción: 8.5/10 (actual 7.2)", Decimal("8.5"), Decimal("7.2"), None),
        ("- Reduzir o churn de 8% para 5%", 5, 8, None),
    ],
)
def test_former_value_belongs_to_the_figure_it_explains(line: str, value: object, baseline: object, change: str | None) -> None:
    fact = one(f"## KPIs\n\n{line}\n")

    assert told(fact.value, fact.baseline, fact.stated_change) == (value, baseline, change)


def test_several_figures_of_a_line_have_names_of_their_own() -> None:
    found = kpis("## KPIs del Mes 3\n\n- **Curso IA**: 500+ estudiantes activos, 90% satisfacción\n")

    assert [told(f.name, f.comparator, f.value) for f in found] == [
        ("Curso IA: estudiantes activos", ">=", 500),
        ("Curso IA: satisfacción", "=", 90),
    ]
    assert {f.period for f in found} == {"Mes 3"}


def test_nested_item_is_named_after_its_parent() -> None:
    fact = one("## Workflows\n\n1. **Alta de clientes**\n   - **Success Rate**: 95%+\n")

    assert fact.name == "Alta de clientes: Success Rate"


def test_period_comes_from_the_nearest_heading_that_holds_one() -> None:
    fact = one("# Plan\n\n## Fase 2 (Meses 4-6)\n\n### Calidad\n\n- Error rate: <2%\n")

    assert fact.period == "Fase 2 (Meses 4-6)"
    assert fact.when is not None
    assert told(fact.when.start, fact.when.end) == (4, 6)


def test_sibling_headings_name_for_the_same_stretch_is_taken() -> None:
    found = kpis("# P\n\n## DÍAS 31-60: Plan\n\n### KPIs del Mes 2\n\n- NPS: 40\n\n### Victoria\n\n- **Alianzas**: 2 empresas\n")

    assert [told(f.period)[0] for f in found] == ["Mes 2", "Mes 2"]


def test_deliverables_are_their_own_role() -> None:
    found = kpis("#### Mes 4: Expansión\n\n**Entregables:**\n- 3-5 servicios lanzados\n- Red de 5+ partners activos\n")

    assert [told(f.role, f.comparator, f.value, f.value_high) for f in found] == [
        ("deliverable", "range", 3, 5),
        ("deliverable", ">=", 5, None),
    ]


def test_checked_point_that_is_a_figure_is_a_milestone() -> None:
    fact = one("### Hitos clave\n\n#### Día 30: Preparación\n\n- [ ] 100% procesos auditados\n")

    assert told(fact.role, fact.period, fact.value) == ("milestone", "Día 30", 100)


def test_figure_inside_a_task_is_left_to_the_task() -> None:
    text = "## Semana 1\n\n- [ ] Preparar contenido para 5 webinars\n  - con 200+ inscritos\n"

    assert kpis(text) == []
    assert reasons(text) == {"task_text"}


def test_timeline_line_dates_the_figures_of_its_list() -> None:
    found = kpis("## Contexto\n\n- **Timeline**: Implementación en 90 días\n- **Resultado**: 50% reducción de costos\n")

    assert [told(f.period, f.comparator) for f in found] == [("90 días", "delta_down")]


def test_duration_of_an_activity_is_no_metric() -> None:
    text = "## Soporte\n\n- **Consultoría**: 3 horas\n"

    assert kpis(text) == []
    assert reasons(text) == {"duration"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('- **Aplicación**: "Gana $5,000 este mes"\n', "quotation"),
        ("Implementar las 5 palancas que aumentan la retención.\n", "reference"),
        ("## Ejemplo de cálculo\n\n- ARR: $100M\n", "sample_text"),
        ("- **Versión**: 1.5\n", "passing"),
        ("## Equipo\n\n- 2x Customer Success Specialists\n", "head_count"),
        ("| Riesgo | Probabilidad | Impacto |\n|---|---|---|\n| Fuga | 30% | $50K |\n", "risk_register"),
        ("**Escenario base (20% probabilidad)**\n", "probability"),
        ("| KPI | Meta | Peso |\n|---|---|---|\n| NPS | 60 | 25% |\n", "passing_column"),
    ],
)
def test_what_is_no_figure_is_listed_with_its_reason(text: str, reason: str) -> None:
    assert reason in reasons(text)


def test_placeholder_is_never_a_figure() -> None:
    assert kpis("- **ARR**: [100M]\n- **NPS**: [X]\n") == []


def test_raw_stands_on_the_line_and_quote_is_the_line() -> None:
    text = "# T\n\n## Metas\n\n- **Clientes**: **1,200+** activos en 24 meses\n"
    fact = one(text)

    assert fact.raw in text.split("\n")[4]
    assert fact.quote == text.split("\n")[4]
    assert fact.lines == (5, 5)
    assert fact.period == "24 meses"


def test_english_sentence_gives_metric_and_money() -> None:
    fact = one("# Plan\n\nWe want to reach $10M ARR within 24 months.\n")

    assert told(fact.name, fact.value, fact.period, fact.unit) == ("ARR", 10_000_000, "24 months", "USD")


def test_price_of_a_plan_is_a_price() -> None:
    fact = one("## Revenue streams\n\n- Starter: $29/mes\n")

    assert told(fact.role, fact.unit) == ("price", "USD/month")


def test_condition_for_a_measure_is_a_warning_threshold() -> None:
    fact = one("## Contingencia\n\n- Si el churn supera el 8%, activar el plan B\n")

    assert told(fact.name, fact.role, fact.comparator, fact.value) == ("churn", "warning_threshold", ">", 8)


def test_traffic_light_columns_are_target_and_thresholds() -> None:
    found = kpis("| Indicador | Verde | Rojo |\n|---|---|---|\n| Churn | <3% | >5% |\n")

    assert [told(f.role, f.comparator, f.value) for f in found] == [("target", "<", 3), ("warning_threshold", ">", 5)]


def test_lone_group_of_three_before_a_noun_is_thousands() -> None:
    fact = one("## Objetivos\n\n- Llegar a 1.200 clientes activos\n")

    assert told(fact.value, fact.name) == (1200, "clientes activos")


def test_move_between_ranges_keeps_both_ends_of_each() -> None:
    fact = one("## Metas\n\n- **Conversión**: 0.5-1% → 2-3%\n")

    assert told(fact.baseline, fact.baseline_high) == (Decimal("0.5"), 1)
    assert told(fact.value, fact.value_high, fact.comparator) == (2, 3, "range")


def test_signed_change_against_a_former_period_is_no_former_value() -> None:
    fact = one("## Metas\n\n- **Share of voice**: 23% (+5% vs mes anterior)\n")

    assert told(fact.value, fact.baseline, fact.stated_change) == (23, None, "+5%")
