"""Internal rates and present values beside numpy-financial: equal, or both refuse."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from math import isclose, isnan

import numpy_financial

from copilot.domain.errors import UserCanFix
from tools.calc.amounts import Amount
from tools.calc.flows import internal_rate, npv

CASES = 10_000


def random_flows(chance: random.Random) -> list[Decimal]:
    """One or no change of sign, one to thirty periods, amounts from cents to hundreds of millions."""
    first = chance.choice((-1, 1))
    turns = chance.randint(1, 30) if chance.random() < 0.97 else 99
    size = 10 ** chance.uniform(0, 8)
    return [
        Decimal(str(round((first if place < turns else -first) * size * chance.uniform(0.02, 2), 2)))
        for place in range(chance.randint(2, 31))
    ]


def rate_of(flows: list[Decimal]) -> Decimal | None:
    try:
        return internal_rate(flows)
    except UserCanFix:
        return None


def test_internal_rates_equal_the_reference_or_both_refuse(scale: Callable[[int], int]) -> None:
    chance = random.Random(20261120)
    cases, refused = scale(CASES), 0
    for _ in range(cases):
        flows = random_flows(chance)
        reference = float(numpy_financial.irr([float(flow) for flow in flows]))
        rate = rate_of(flows)
        if rate is None or isnan(reference):
            assert rate is None
            assert isnan(reference)
            refused += 1
            continue
        present = sum((flow / (1 + rate) ** period for period, flow in enumerate(flows)), Decimal(0))
        # Beside the flows as they are worth today: at -90 % a period the last of thirty is worth 10**30 of its own.
        assert abs(present) <= Decimal("1e-9") * sum(abs(flow) / (1 + rate) ** period for period, flow in enumerate(flows))
        assert isclose(float(1 + rate), 1 + reference, rel_tol=1e-6), (flows, rate, reference)
    assert cases / 100 < refused < cases * 0.7


def test_present_values_equal_the_reference(scale: Callable[[int], int]) -> None:
    chance = random.Random(7)
    for _ in range(scale(CASES)):
        flows = random_flows(chance)
        rate = Decimal(str(round(chance.uniform(-50, 80), 2)))
        (mine,) = npv([Amount(value=flow, unit="USD") for flow in flows], rate_percent=rate, timing="end")
        reference = float(numpy_financial.npv(float(rate) / 100, [float(flow) for flow in flows]))
        worth = sum(abs(float(flow)) / (1 + float(rate) / 100) ** period for period, flow in enumerate(flows))
        assert abs(float(mine.result) - reference) <= 1e-9 * worth + 1e-6
