"""Numbered plan time becomes days of the calendar, or nothing where the start is not known."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.fact import PhaseFact
from copilot.domain.quantity import Period
from tools.calc.schedule import period_span, phase_span

START = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        pytest.param(Period(raw="Mes 1", unit="months", start=1, end=1), date(2026, 1, 15), date(2026, 2, 14), id="first month"),
        pytest.param(Period(raw="Meses 4-6", unit="months", start=4, end=6), date(2026, 4, 15), date(2026, 7, 14), id="months"),
        pytest.param(
            Period(raw="Mes 14", unit="months", start=14, end=14), date(2027, 2, 15), date(2027, 3, 14), id="beyond a year"
        ),
        pytest.param(Period(raw="Días 31-60", unit="days", start=31, end=60), date(2026, 2, 14), date(2026, 3, 15), id="days"),
        pytest.param(Period(raw="Semana 2", unit="weeks", start=2, end=2), date(2026, 1, 22), date(2026, 1, 28), id="week"),
        pytest.param(
            Period(raw="0-6 meses", unit="months", start=0, end=6), date(2026, 1, 15), date(2026, 7, 14), id="from zero"
        ),
        pytest.param(Period(raw="12 meses", unit="months", end=12), date(2026, 1, 15), date(2027, 1, 14), id="duration"),
        pytest.param(
            Period(raw="Q2 2024", unit="quarter", start=2, end=2, year=2024), date(2024, 4, 1), date(2024, 6, 30), id="quarter"
        ),
        pytest.param(Period(raw="Año 2", unit="year", start=2, end=2), date(2027, 1, 15), date(2028, 1, 14), id="plan year"),
        pytest.param(Period(raw="2025", unit="year", year=2025), date(2025, 1, 1), date(2025, 12, 31), id="calendar year"),
    ],
)
def test_a_period_covers_its_days(period: Period, first: date, last: date) -> None:
    assert period_span(period, START) == (first, last)


@pytest.mark.parametrize(
    "period",
    [
        pytest.param(Period(raw="mensual", unit="cadence"), id="cadence"),
        pytest.param(Period(raw="Fase 2", unit="phase", start=2, end=2), id="bare phase"),
        pytest.param(Period(raw="Mes 999999999", unit="months", start=999999999, end=999999999), id="beyond the calendar"),
    ],
)
def test_what_names_no_stretch_has_no_days(period: Period) -> None:
    assert period_span(period, START) is None


def test_without_the_plans_start_only_calendar_periods_have_days() -> None:
    assert period_span(Period(raw="Mes 1", unit="months", start=1, end=1), None) is None
    assert period_span(Period(raw="Q1 2024", unit="quarter", start=1, end=1, year=2024), None) == (
        date(2024, 1, 1),
        date(2024, 3, 31),
    )


def test_a_phase_reads_the_year_of_its_unit() -> None:
    phase = PhaseFact(
        document="a.md", lines=(1, 1), raw="Q1 2024", quote="Q1 2024", name="Q1 2024", start=1, end=1, unit="quarter 2024"
    )

    assert phase_span(phase, None) == (date(2024, 1, 1), date(2024, 3, 31))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_follow_each_other_without_gap_or_overlap(start: date, number: int) -> None:
    this = period_span(Period(raw="", unit="months", start=number, end=number), start)
    following = period_span(Period(raw="", unit="months", start=number + 1, end=number + 1), start)

    assert this is not None
    assert following is not None
    assert (following.first - this.last).days == 1
