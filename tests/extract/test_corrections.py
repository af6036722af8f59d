"""A person's corrections hold through re-ingests, follow moved lines, and say whose they are."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest

from copilot.domain.correction import Correction
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import KpiFact
from retrieval.extract.corrections import apply

NPS = KpiFact(id="f1", document="a.md", lines=(3, 3), raw="60", quote="- NPS: 60", name="NPS", value=Decimal(60), unit="score")
TEXT = ["# Plan", "", "- NPS: 60", "- Uptime altísimo"]


def correction(action: Literal["correct", "add", "withdraw"], fact_id: str = "f1", **given: Any) -> Correction:
    return Correction(
        id=f"c-{action}-{given}",
        document="a.md",
        action=action,
        fact_id=fact_id,
        by="local:ana",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        **given,
    )


def test_a_corrected_fact_has_the_new_value_and_its_author() -> None:
    made = apply([NPS], [correction("correct", fields={"value": "65", "period": "Mes 3"})], lambda _: TEXT)

    (fact,) = made.facts
    assert isinstance(fact, KpiFact)
    assert (fact.value, fact.by, fact.id) == (Decimal(65), "local:ana", "f1")
    assert fact.when is not None
    assert (fact.when.unit, fact.when.start) == ("months", 3)
    assert fact.exported()["by"] == "local:ana"


def test_the_last_correction_of_a_field_counts() -> None:
    made = apply(
        [NPS], [correction("correct", fields={"value": "65"}), correction("correct", fields={"value": "66"})], lambda _: TEXT
    )

    assert [fact.value for fact in made.facts if isinstance(fact, KpiFact)] == [66]


def test_a_withdrawn_fact_is_gone() -> None:
    assert apply([NPS], [correction("withdraw")], lambda _: TEXT).facts == ()


def test_an_added_fact_follows_its_line() -> None:
    new = correction(
        "add", "f2", fields={"kind": "kpi", "name": "Uptime", "value": "99.9", "unit": "%"}, lines=(4, 4), quote=TEXT[3]
    )

    moved = apply([NPS], [new], lambda _: ["", "", *TEXT])

    assert [(fact.id, fact.lines) for fact in moved.facts] == [("f1", (3, 3)), ("f2", (6, 6))]


def test_a_correction_whose_line_or_fact_is_gone_is_told_and_not_lost() -> None:
    lost = [
        correction("add", "f2", fields={"kind": "note", "text": "x"}, quote="gone"),
        correction("correct", "f9", fields={"value": "1"}),
    ]

    made = apply([NPS], lost, lambda _: TEXT)

    assert made.facts == (NPS,)
    assert list(made.orphans) == lost


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"value": "mucho"}, id="no number"),
        pytest.param({"colour": "red"}, id="no such field"),
        pytest.param({"lines": "1"}, id="the place is not a person's to set"),
        pytest.param({"role": "hope"}, id="no such role"),
    ],
)
def test_a_field_that_does_not_fit_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(UserCanFix, match="bad_fact_field"):
        apply([NPS], [correction("correct", fields=fields)], lambda _: TEXT)
