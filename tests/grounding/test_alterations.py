"""Hundreds of grounded answers from the sample plans: kept as they are, caught with one digit, unit or sign altered."""

from __future__ import annotations

import random
from typing import Literal

import pytest

from copilot.grounding.compose import problems_of
from tests.grounding.material import altered, grounded_answers, turn_for

SAMPLES = 300
Kind = Literal["digit", "unit", "sign"]


def test_grounded_answers_are_kept_whole() -> None:
    answers = list(grounded_answers())

    flagged = [(text, problems) for citation, text in answers if (problems := problems_of(text, turn_for(citation)))]

    assert len(answers) >= SAMPLES
    assert flagged == []


@pytest.mark.parametrize("kind", ["digit", "unit", "sign"])
def test_one_altered_digit_unit_or_sign_is_caught(kind: Kind) -> None:
    rng = random.Random(20261120)
    answers = list(grounded_answers())
    rng.shuffle(answers)
    tried, missed = 0, []
    for citation, text in answers:
        turn = turn_for(citation)
        around = turn.around(citation)
        known = " ".join([citation.quote, *citation.heading_path, *around.header, *(one.quote for one in around.above)])
        for changed, _, now in altered(text, kind, rng):
            # A digit may by chance make a figure that the line holds elsewhere, which is then no alteration.
            if tried < SAMPLES and (kind != "digit" or now.strip(".,") not in known):
                tried += 1
                missed += [] if problems_of(changed, turn) else [changed]

    assert tried >= (SAMPLES if kind != "sign" else 60)
    assert missed == []
