"""Every rule speaks where something is wrong, keeps silent where it is right, is documented, and has words in four languages."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from copilot.audit import rule_names, title
from copilot.audit.registry import FAMILIES
from copilot.domain.answer import Language
from tests.audit.material import CASES, CHANGE, COSTS, DEAL, findings, rules


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_speaks_on_what_is_wrong(rule: str) -> None:
    assert rule in rules(*CASES[rule][0])


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_is_silent_on_what_is_right(rule: str) -> None:
    assert rule not in rules(*CASES[rule][1])


def test_every_rule_has_its_two_cases() -> None:
    assert sorted(CASES) == sorted(rule_names())


def test_every_rule_is_documented(root: Path) -> None:
    page = (root / "docs" / "audit.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == sorted(rule_names())


def test_every_rule_has_a_title_in_every_language() -> None:
    assert all(title(rule, language) for rule in rule_names() for language in get_args(Language))


def test_every_rule_name_begins_with_a_family() -> None:
    assert [rule for rule in rule_names() if not rule.startswith(FAMILIES)] == []


@pytest.mark.parametrize("payback", ["4 meses", "5 meses"])
def test_a_payback_of_four_and_a_half_months_may_be_told_in_whole_ones(payback: str) -> None:
    text = DEAL.replace("$60K", "$53K").format("265%", payback)

    assert "payback_of_investment" not in rules(text)


@pytest.mark.parametrize("roi", ["200%", "300%", "2x", "3:1"])
def test_a_roi_may_be_net_or_gross_and_be_written_as_a_multiple(roi: str) -> None:
    assert "roi_of_investment" not in rules(DEAL.format(roi, "4 meses"))


@pytest.mark.parametrize(
    ("former", "new", "change"),
    [
        ("12%", "25%+", "+108%"),
        ("99.5%", "99.9%+", "+0.4%"),
        ("5s", "<2s", "-60%"),
        ("3.2 días", "<2.5 días", "-22%"),
        ("100", "1,000", "10x"),
    ],
)
def test_a_change_may_be_rounded_in_points_or_a_multiple(former: str, new: str, change: str) -> None:
    text = CHANGE.replace("60 días", former).replace("45 días", new).format(change)

    assert "percent_change_of_row" not in rules(text)


def test_a_total_of_ranges_is_added_end_by_end() -> None:
    ranged = COSTS.replace("$40K", "$40K - $50K")

    assert "total_of_column" not in rules(ranged.format("$80K - $90K"))
    assert "total_of_column" in rules(ranged.format("$80K - $120K"))


def test_a_subtotal_is_not_added_twice() -> None:
    text = COSTS.replace("| Marca |", "| Subtotal | $65K |\n| Marca |").format("$80K")

    assert "total_of_column" not in rules(text)


def test_a_total_that_repeats_the_last_value_of_a_stock_is_no_sum() -> None:
    text = "# Plan\n## Base\n| Mes | Clientes |\n|---|---|\n| Mes 1 | 10 |\n| Mes 2 | 25 |\n| Mes 3 | 40 |\n| Total | 40 |\n"

    assert "total_of_column" not in rules(text)


def test_merge_fields_of_a_message_are_no_blanks() -> None:
    text = "# Plan\n## Correo\n**Asunto:** Gracias, [Nombre]\n\nHola [Nombre],\n\nNos vemos el [Fecha].\n"

    assert "placeholder_left" not in rules(text)


def test_a_finding_shows_its_arithmetic_and_its_lines() -> None:
    (finding,) = findings(COSTS.format("$90K"))

    assert finding.calculations[0].formula == "40000 + 25000 + 15000"
    assert finding.calculations[0].result == Decimal(80000)
    assert [source.lines[0] for source in finding.sources] == [5, 6, 7, 8]
    assert finding.expected == "$80,000"
    assert finding.confidence == "certain"
