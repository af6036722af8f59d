"""What the bench computes is right: its figures stand in the project's README."""

from __future__ import annotations

import math

import pytest

from bench.generate import document
from bench.metrics import covers, growth_exponent, line_at, line_starts, percentile, place, quality
from bench.report import markdown


def test_a_passage_counts_once_at_the_place_of_its_first_chunk() -> None:
    assert place([4, 4, 9, 4, 7], right=7) == 3


def test_a_passage_below_the_depth_is_not_found() -> None:
    assert place(range(20), right=10) == 0
    assert place(range(20), right=9) == 10


def test_quality_of_four_known_places() -> None:
    found = quality([1, 2, 0, 10])

    assert found["recall_1"] == 0.25
    assert found["recall_5"] == 0.5
    assert found["recall_10"] == 0.75
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 10) / 4)
    assert found["ndcg_10"] == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(11)) / 4)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.95) == 95
    assert percentile([3.0], 0.95) == 3


@pytest.mark.parametrize("power", [0.5, 1.0, 1.15, 2.0])
def test_growth_exponent_of_a_power_is_the_power(power: float) -> None:
    sizes = [100.0, 300.0, 1000.0, 12_000.0]

    assert growth_exponent(sizes, [0.02 * size**power for size in sizes]) == pytest.approx(power)


def test_lines_of_characters_are_counted_from_one() -> None:
    starts = line_starts("ab\n\ncd")

    assert [line_at(starts, at) for at in (0, 2, 3, 4, 5)] == [1, 1, 2, 3, 3]


def test_a_passage_covers_its_first_and_last_line_and_no_further() -> None:
    assert covers((3, 5), [5, 90])
    assert covers((3, 5), [3])
    assert not covers((3, 5), [2, 6])


def test_generated_documents_are_the_same_for_the_same_number_and_differ_between_numbers() -> None:
    assert document(7) == document(7)
    assert len({document(number) for number in range(50)}) == 50


def test_the_page_leaves_out_what_was_not_run() -> None:
    machine = {"cores": 2, "system": "Linux", "python": "3.11.0", "sqlite": "3.40.1"}
    page = markdown({"date": "2026-01-02", "machine": machine, "versions": {"rumbo": "0.1.0"}})

    assert page.startswith("# Results of the bench\n\n2026-01-02, 2 cores")
    assert "##" not in page
