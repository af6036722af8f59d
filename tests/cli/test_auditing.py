"""`rumbo audit` on documents with a total that does not add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Rumbo

WRONG = (
    "# Plan\n## Costos\n| Categoría | Inversión |\n|---|---|\n| Equipo | $40K |\n| Nube | $25K |\n"
    "| Marca | $15K |\n| Total | {} |\n"
)


@pytest.fixture
def plan(tmp_path: Path, rumbo: Rumbo) -> Path:
    """An ingested plan whose total is $10K too high."""
    path = tmp_path / "plan.md"
    path.write_text(WRONG.format("$90K"), encoding="utf-8")
    assert rumbo("ingest", str(path)).code == 0
    return path


def test_a_finding_is_told_with_its_arithmetic_and_its_lines(plan: Path, rumbo: Rumbo) -> None:
    done = rumbo("audit")

    assert done.code == 0
    assert "40000 + 25000 + 15000 = 80000" in done.out
    assert f"{plan.name}:8" in done.out


def test_json_holds_rule_severity_and_sources(plan: Path, rumbo: Rumbo) -> None:
    (finding,) = rumbo("audit", "--json").json()

    assert finding["rule"] == "total_of_column"
    assert finding["severity"] == "high"
    assert finding["sources"][-1] == {"document": plan.name, "lines": [8, 8]}


def test_a_known_finding_is_quiet_until_its_numbers_change(plan: Path, rumbo: Rumbo) -> None:
    (finding,) = rumbo("audit", "--json").json()

    assert rumbo("audit", "ack", finding["id"], "--note", "corrected next week").code == 0
    assert rumbo("audit", "--json").json() == []
    assert [one["acknowledged"] for one in rumbo("audit", "--all", "--json").json()] == [True]
    assert rumbo("audit", "--fail-on", "high").code == 0

    plan.write_text(WRONG.format("$95K"), encoding="utf-8")
    rumbo("ingest", str(plan))

    assert len(rumbo("audit", "--json").json()) == 1
    assert rumbo("audit", "--fail-on", "high").code == 1


@pytest.mark.usefixtures("plan")
def test_fail_on_looks_at_this_severity_and_worse(rumbo: Rumbo) -> None:
    assert rumbo("audit", "--fail-on", "high").code == 1
    assert rumbo("audit", "--fail-on", "low").code == 1


@pytest.mark.usefixtures("plan")
def test_wrong_words_are_named(rumbo: Rumbo) -> None:
    for arguments in (("audit", "--fail-on", "terrible"), ("audit", "ack", "nothing")):
        done = rumbo(*arguments)
        assert done.code == 2
        assert arguments[-1] in done.err


def test_sarif_names_the_rule_and_the_line_and_suppresses_what_is_known(plan: Path, tmp_path: Path, rumbo: Rumbo) -> None:
    target = tmp_path / "findings.sarif"
    (finding,) = rumbo("audit", "--json").json()
    rumbo("audit", "ack", finding["id"], "--note", "known")

    assert rumbo("audit", "--sarif", str(target)).code == 0

    (run,) = json.loads(target.read_text(encoding="utf-8"))["runs"]
    (result,) = run["results"]
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == plan.name
    assert result["suppressions"] == [{"kind": "external", "justification": "known"}]


def test_findings_are_told_in_the_readers_language(plan: Path, rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_LANGUAGE", "fr")

    assert "Un total n'est pas la somme de ses lignes" in rumbo("audit", "--document", plan.name).out
