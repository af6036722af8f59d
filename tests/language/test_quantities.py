"""Amounts in text."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.language.quantities import find_quantities, parse_number, uses_decimal_comma

SINGLE = {
    "$10M+": ("10000000", None, "USD", ">="),
    "$4,000-6,000/mes": ("4000", "6000", "USD", "range"),
    "$25K - $50K": ("25000", "50000", "USD", "range"),
    "$100-500K": ("100000", "500000", "USD", "range"),
    "$100-1K": ("100", "1000", "USD", "range"),
    "+$1.2M - $2M": ("1200000", "2000000", "USD", "range"),
    "1.234,56 €": ("1234.56", None, "EUR", "="),
    "1 000 000 €": ("1000000", None, "EUR", "="),
    "€ -500": ("500", None, "EUR", "="),
    "$1.000.000": ("1000000", None, "USD", "="),
    "R$ 5 mil": ("5000", None, "BRL", "="),
    "US$ 3,5 millones": ("3500000", None, "USD", "="),
    "MXN 12,000": ("12000", None, "MXN", "="),
    "$100 MXN": ("100", None, "MXN", "="),
    "5 millones de dólares": ("5000000", None, "USD", "="),
    "$2.4B": ("2400000000", None, "USD", "="),
    "25%": ("25", None, "%", "="),
    "-86 %": ("86", None, "%", "="),
    "400% - 600%": ("400", "600", "%", "range"),
    "10 to 15%": ("10", "15", "%", "range"),
    "5:1": ("5", None, "ratio", "="),
    ">10:1": ("10", None, "ratio", ">"),
    "ROI 10:1, en": ("10", None, "ratio", "="),
    "no más de 60%": ("60", None, "%", "<="),
    "menor de 60%": ("60", None, "%", "<"),
    "no more than 5%": ("5", None, "%", "<="),
    "10x": ("10", None, "x", "="),
    "10-15": ("10", "15", "count", "range"),
    "entre 10 y 15": ("10", "15", "count", "range"),
    "de 10 a 15 clientes": ("10", "15", "count", "range"),
    "<5%": ("5", None, "%", "<"),
    ">= 90%": ("90", None, "%", ">="),
    "≥95%": ("95", None, "%", ">="),
    "más de 300 clientes": ("300", None, "count", ">"),
    "hasta 20%": ("20", None, "%", "<="),
    "al menos 3": ("3", None, "count", ">="),
    "menos de 2 horas": ("2", None, "hours", "<"),
    "up to $5M": ("5000000", None, "USD", "<="),
    "at least 10": ("10", None, "count", ">="),
    "80% o más": ("80", None, "%", ">="),
    "9.2/10": ("9.2", None, "score/10", "="),
    "500ms": ("500", None, "ms", "="),
    "2s": ("2", None, "seconds", "="),
    "24h": ("24", None, "hours", "="),
    "12 - 18 meses": ("12", "18", "months", "range"),
    "1,000+": ("1000", None, "count", ">="),
    "2000 usuarios": ("2000", None, "count", "="),
    "200K": ("200000", None, "count", "="),
}


@pytest.mark.parametrize("text", SINGLE)
def test_amount_is_read_with_unit_comparator_and_ends(text: str) -> None:
    value, high, unit, comparator = SINGLE[text]

    (found,) = find_quantities(text)

    assert found.quantity.value == Decimal(value)
    assert found.quantity.high == (Decimal(high) if high else None)
    assert (found.quantity.unit, found.quantity.comparator) == (unit, comparator)


@pytest.mark.parametrize(
    "text",
    [
        "B2B",
        "Q3 2026",
        "Mes 6",
        "Meses 4-6",
        "24/7",
        "v2.1.3",
        "GPT-4",
        "80/20",
        "30-60-90",
        "2024-2025",
        "en 2025",
        "15 de marzo",
        "+34 600 123 456",
        "Fortune 500",
        "ISO 27001",
        "#1",
        "10:30",
        "1:20",
        "2025-10-29",
        "16GB",
        "3D",
        "30-day plan",
        "[Nombre 1]",
        "[Score]/10",
        "X/10",
        "https://example.org/2024/500",
        "Fase 2",
    ],
)
def test_digits_that_name_or_date_something_are_no_amount(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "baseline", "value", "unit"),
    [
        ("reducir la carga (de 3.2s a 1.9s)", "3.2", "1.9", "seconds"),
        ("7 días → 1 día", "7", "1", "days"),
        ("escalar de 10 a 100 clientes", "10", "100", "count"),
        ("from 5% to 10%", "5", "10", "%"),
        ("desde $2.1M ARR actual hasta $150M", "2100000", "150000000", "USD"),
        ("10,000 -> 50,000", "10000", "50000", "count"),
        ("20% → 15% → 12%", "20", "12", "%"),
    ],
)
def test_move_keeps_the_former_value_apart(text: str, baseline: str, value: str, unit: str) -> None:
    (found,) = find_quantities(text)

    assert found.baseline is not None
    assert (found.baseline.value, found.quantity.value) == (Decimal(baseline), Decimal(value))
    assert found.quantity.unit == unit
    assert found.quantity.high is None


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("$15/usuario/mes", "user/month"),
        ("$19.99 per user per month", "user/month"),
        ("$45/mo", "month"),
        ("$500 por cliente", "client"),
    ],
)
def test_rate_behind_an_amount_is_normalised(text: str, per: str) -> None:
    (found,) = find_quantities(text)

    assert found.per == per
    assert found.raw == text


def test_sign_is_kept_apart_from_the_size() -> None:
    down, up = find_quantities("-60% y +$500K")

    assert (down.sign, down.quantity.value) == ("-", Decimal(60))
    assert (up.sign, up.quantity.value) == ("+", Decimal(500000))


def test_hyphen_between_words_is_no_minus() -> None:
    (found,) = find_quantities("Total - 20%")

    assert found.sign == ""


def test_tilde_makes_an_approximation() -> None:
    (found,) = find_quantities("~40 horas")

    assert found.qualifier == "approx"


def test_bare_number_is_not_marked_and_a_percentage_is() -> None:
    bare, marked = find_quantities("3 webinars con 80% de asistencia")

    assert (bare.marked, marked.marked) == (False, True)


def test_lone_group_of_three_follows_the_documents_convention() -> None:
    point = find_quantities("1.234")[0]
    comma = find_quantities("1.234", decimal_comma=True)[0]

    assert (point.quantity.value, comma.quantity.value) == (Decimal("1.234"), Decimal(1234))
    assert point.ambiguous
    assert comma.ambiguous


def test_comma_before_three_digits_groups_thousands_without_doubt() -> None:
    (found,) = find_quantities("1,234")

    assert (found.quantity.value, found.ambiguous) == (Decimal(1234), False)


def test_document_with_decimal_commas_is_recognised() -> None:
    assert uses_decimal_comma("El margen es 12,5 % y los ingresos 1.234,56 €")
    assert not uses_decimal_comma("Margin of 12.5% on $1,234")


def test_digits_of_any_length_are_read_in_linear_time() -> None:
    started = time.process_time()

    find_quantities("9" * 30_000)
    find_quantities("1,000 - " * 4_000)
    find_quantities("$1.5M+ " * 4_000)

    assert time.process_time() - started < 10


@given(st.text(alphabet="0123456789.,$€%+-–<>~≥xKMB:/()→ adehmosy\n", max_size=120))
@settings(max_examples=150, deadline=None)
def test_found_amounts_stand_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for found in find_quantities(text):
        assert found.start >= end
        assert text[found.start : found.end] == found.raw
        assert found.quantity.value >= 0
        end = found.end


@given(st.integers(min_value=0, max_value=10**12))
def test_number_written_with_groups_is_read_back(number: int) -> None:
    assert parse_number(f"{number:,}")[0] == number
    assert parse_number(f"{number:,}.50".replace(",", "_").replace(".", ",").replace("_", "."), decimal_comma=True)[
        0
    ] == number + Decimal("0.5")


@pytest.mark.parametrize(
    ("text", "former", "value", "unit"),
    [
        ("7 días  1 día (-86%)", 7, 1, "days"),
        ("$500  $100 (-80%)", 500, 100, "USD"),
        ("60% 90% (+50%)", 60, 90, "%"),
    ],
)
def test_an_arrow_that_damage_took_is_told_by_the_change_in_brackets(text: str, former: int, value: int, unit: str) -> None:
    first = find_quantities(text)[0]

    assert first.baseline is not None
    assert (int(first.baseline.value), int(first.quantity.value), first.quantity.unit) == (former, value, unit)


def test_two_amounts_side_by_side_without_a_change_are_two() -> None:
    assert [one.baseline for one in find_quantities("$500  $100")] == [None, None]
