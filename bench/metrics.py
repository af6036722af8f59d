"""What the bench computes from places, times and sizes. Pure: no engine, no file, no clock."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

DEPTH = 10
"""Passages of a ranking that are looked at."""


def place(ranked: Iterable[int], right: int, depth: int = DEPTH) -> int:
    """Place of the right passage from 1, 0 when it is not among the first; a passage counts once, where its first chunk is."""
    for number, passage in enumerate(dict.fromkeys(ranked), start=1):
        if number > depth:
            break
        if passage == right:
            return number
    return 0


def quality(places: Sequence[int]) -> dict[str, float]:
    """Recall at 1, 5 and 10, mean reciprocal rank and nDCG at 10 of questions with one right passage each."""
    asked = len(places)
    found = [at for at in places if at]
    return {
        "recall_1": sum(at == 1 for at in found) / asked,
        "recall_5": sum(at <= 5 for at in found) / asked,
        "recall_10": len(found) / asked,
        "mrr": sum(1 / at for at in found) / asked,
        "ndcg_10": sum(1 / math.log2(at + 1) for at in found) / asked,
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed, by nearest rank."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Slope of log cost over log size by least squares: 1 when the cost grows as the input does."""
    across = [math.log(size) for size in sizes]
    up = [math.log(cost) for cost in costs]
    middle_across, middle_up = sum(across) / len(across), sum(up) / len(up)
    spread = sum((x - middle_across) ** 2 for x in across)
    return sum((x - middle_across) * (y - middle_up) for x, y in zip(across, up, strict=True)) / spread


def line_at(starts: Sequence[int], offset: int) -> int:
    """Line, from 1, of a character, given where each line starts."""
    return bisect_right(starts, offset)


def line_starts(text: str) -> list[int]:
    """Offset of the first character of each line."""
    return [0] + [at + 1 for at, character in enumerate(text) if character == "\n"]


def covers(lines: tuple[int, int], wanted: Iterable[int]) -> bool:
    """Whether one of the wanted lines is among these."""
    return any(lines[0] <= line <= lines[1] for line in wanted)
