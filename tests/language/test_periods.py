"""Periods in es, en, pt and fr: where they stand, what they mean, when two are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.quantity import Period
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods, heading_period, parse_period, period_key, phase_number, same_period


def spans(text: str) -> list[tuple[str, str, int | None, int | None, int | None]]:
    return [(hit.period.raw, hit.period.unit, hit.period.start, hit.period.end, hit.period.year) for hit in find_periods(text)]


def period(text: str) -> Period:
    found = parse_period(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "raw", "unit", "start", "end", "year"),
    [
        pytest.param("Mes 5: Internacionalización", "Mes 5", "months", 5, 5, None, id="es month"),
        pytest.param("en el Mes 18 del plan", "Mes 18", "months", 18, 18, None, id="months beyond a year"),
        pytest.param("DÍAS 31-60: ESTRATEGIA", "DÍAS 31-60", "days", 31, 60, None, id="es days, capitals"),
        pytest.param("PRIMEROS 30 DÍAS", "PRIMEROS 30 DÍAS", "days", 1, 30, None, id="es opening"),
        pytest.param("Semana 2–4", "Semana 2–4", "weeks", 2, 4, None, id="en dash"),
        pytest.param("Q1 2024: Fundación", "Q1 2024", "quarter", 1, 1, 2024, id="calendar quarter"),
        pytest.param("by Q3", "Q3", "quarter", 3, 3, None, id="quarter code"),
        pytest.param("H2 2025", "H2 2025", "quarter", 3, 4, 2025, id="half year"),
        pytest.param("Año 2", "Año 2", "year", 2, 2, None, id="es year"),
        pytest.param("a 0-6 meses", "0-6 meses", "months", 0, 6, None, id="counted range from zero"),
        pytest.param("en 12 meses", "12 meses", "months", None, 12, None, id="duration"),
        pytest.param("Trimestre 3", "Trimestre 3", "quarter", 3, 3, None, id="es quarter"),
        pytest.param("segundo trimestre", "segundo trimestre", "quarter", 2, 2, None, id="ordinal"),
        pytest.param("Meses 5+", "Meses 5+", "months", 5, None, None, id="open end"),
        pytest.param("Enero-Marzo 2024", "Enero-Marzo 2024", "months", 1, 3, 2024, id="named months"),
        pytest.param("el 1 de febrero de 2024", "1 de febrero de 2024", "days", 32, 32, 2024, id="date"),
        pytest.param("ventas en 2026", "2026", "year", None, None, 2026, id="bare year after a preposition"),
        pytest.param("month 6", "month 6", "months", 6, 6, None, id="en month"),
        pytest.param("weeks 3-4", "weeks 3-4", "weeks", 3, 4, None, id="en weeks"),
        pytest.param("the first 30 days", "first 30 days", "days", 1, 30, None, id="en opening"),
        pytest.param("a 90-day plan", "90-day", "days", None, 90, None, id="en adjective"),
        pytest.param("no mês 3", "mês 3", "months", 3, 3, None, id="pt month"),
        pytest.param("primeiros 30 dias", "primeiros 30 dias", "days", 1, 30, None, id="pt opening"),
        pytest.param("trimestre 1", "trimestre 1", "quarter", 1, 1, None, id="pt quarter"),
        pytest.param("au mois 6", "mois 6", "months", 6, 6, None, id="fr month"),
        pytest.param("jours 1-30", "jours 1-30", "days", 1, 30, None, id="fr days"),
        pytest.param("30 premiers jours", "30 premiers jours", "days", 1, 30, None, id="fr opening"),
        pytest.param("année 2", "année 2", "year", 2, 2, None, id="fr year"),
        pytest.param("Fase II: Crecimiento", "Fase II", "phase", 2, 2, None, id="roman phase"),
    ],
)
def test_period_is_read_as_the_text_numbers_it(
    text: str, raw: str, unit: str, start: int | None, end: int | None, year: int | None
) -> None:
    assert spans(text) == [(raw, unit, start, end, year)]


@pytest.mark.parametrize(
    "text", ["crecer 20% mensual", "CAGR del 45%", "monthly churn", "revisión trimestral", "croissance annuelle"]
)
def test_cadence_words_are_periods(text: str) -> None:
    assert [hit.period.unit for hit in find_periods(text)] == ["cadence"]


@pytest.mark.parametrize(
    "text",
    [
        "100 leads al mes 5 veces",
        "1,200 días",
        "mes 1,000",
        "24 horas",
        "D30 retention",
        "mes 50% de avance",
        "9.5 meses",
        "ISO 27001",
    ],
)
def test_figures_beside_a_unit_word_are_not_periods(text: str) -> None:
    assert not [hit for hit in find_periods(text) if hit.form != "relative"]


def test_key_is_equal_for_one_period_and_differs_for_others() -> None:
    same = {period_key(period(text)) for text in ("Mes 6", "month 6", "6 meses", "M6")}

    assert len(same) == 1
    assert period_key(period("Mes 12")) not in same
    assert period_key(period("mensual")) == period_key(period("monthly"))


def test_two_months_joined_by_and_are_two_periods() -> None:
    assert [raw for raw, *_ in spans("compara Mes 6 y Mes 12")] == ["Mes 6", "Mes 12"]
    assert [raw for raw, *_ in spans("compare Q1 and Q4")] == ["Q1", "Q4"]


def test_neighbours_joined_by_and_are_one_stretch() -> None:
    assert spans("Semanas 1 y 2") == [("Semanas 1 y 2", "weeks", 1, 2, None)]


def test_phase_and_its_stretch_are_read_together() -> None:
    found = period("FASE 2: ACELERACIÓN (Meses 4-6)")

    assert (found.raw, found.unit, found.start, found.end) == ("Fase 2 (Meses 4-6)", "months", 4, 6)
    assert phase_number(found) == 2


def test_bare_year_is_a_period_of_a_table_head() -> None:
    assert period("2025").year == 2025


def test_heading_period_is_that_of_the_nearest_heading_that_holds_one() -> None:
    found = heading_period(["Plan", "FASE 2: Aceleración (Meses 4-6)", "Mes 5: Internacionalización", "KPIs"])

    assert found is not None
    assert found.raw == "Mes 5"


def test_heading_cadence_yields_to_a_numbered_stretch_above() -> None:
    found = heading_period(["Plan", "Mes 3", "Métricas semanales"])

    assert found is not None
    assert found.raw == "Mes 3"


@pytest.mark.parametrize("title", ["Plan 30-60-90 Días", "DE 10 A 100 CLIENTES MENSUALES", "Guía 2024", "Crecer en 12 meses"])
def test_title_that_describes_the_whole_plan_dates_nothing(title: str) -> None:
    assert heading_period([title, "KPIs Financieros"]) is None


def test_bracketed_duration_of_a_heading_dates_its_facts() -> None:
    found = heading_period(["Plan", "KPIs de Impacto (3 meses)"])

    assert found is not None
    assert found.raw == "3 meses"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mes 6", "month 6"),
        ("Mes 6", "mês 6"),
        ("mois 6", "M6"),
        ("12 meses", "Mes 12"),
        ("1 año", "12 months"),
        ("Q1", "Q1 2024"),
        ("Trimestre 2", "second quarter"),
        ("Fase 2 (Meses 4-6)", "phase 2"),
        ("mensual", "monthly"),
        ("primeros 30 días", "30 days"),
    ],
)
def test_same_period_in_other_words(a: str, b: str) -> None:
    assert same_period(period(a), period(b))
    assert same_period(period(b), period(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mes 1", "Mes 12"),
        ("Mes 6", "Semana 6"),
        ("Q1 2024", "Q1 2025"),
        ("Día 30", "primeros 30 días"),
        ("mensual", "anual"),
        ("Fase 1", "Fase 2"),
        ("este mes", "próximo mes"),
        ("mensual", "Mes 1"),
    ],
)
def test_other_period_is_not_the_same(a: str, b: str) -> None:
    assert not same_period(period(a), period(b))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(folded(text)) == len(text)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="Mes mésDíasQ1234567890 -–+()y atrimestre\n", max_size=80))
def test_found_periods_are_substrings_in_order_without_overlap(text: str) -> None:
    found = find_periods(text)

    assert all(text[hit.start : hit.end] == hit.period.raw for hit in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
