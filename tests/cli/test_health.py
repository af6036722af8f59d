"""`rumbo kpi health` and `rumbo kpi chart`, over a real workspace."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.office import Office
from integrations.cli.health import sparkline
from tests.cli.conftest import Rumbo

TODAY = datetime.now(UTC).date()
PLAN = f"""---
start: {TODAY - timedelta(days=90)}
---
# Plan

## Metas

| Métrica | Actual | Mes 12 |
|---|---|---|
| Churn | 6% | 3% |
| NPS | 40 | 60 |

## Otros

- CAC: < $50
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a plan, eight weekly readings of Churn and one of CAC; tests only read it."""
    folder = tmp_path_factory.mktemp("health")
    (folder / "plan.md").write_text(PLAN, encoding="utf-8")
    workspace = Workspace(settings.load(home=folder / "home"))
    workspace.ingest([folder / "plan.md"])
    recorder, ana = Office(workspace).recorder, Principal(id="local:ana", role=Role.admin)
    for week in range(8):
        recorder.record(ana, "churn", f"{6 + week % 2 / 10}%", on=TODAY - timedelta(days=7 * (7 - week) + 1))
    recorder.record(ana, "cac", "$52", confidence="green")
    workspace.close()
    return folder / "home"


@pytest.fixture
def said(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, on that workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUMBO_HOME", str(home))
    monkeypatch.setenv("RUMBO_LANGUAGE", "en")
    return tmp_path


def test_the_table_shows_colour_stated_colour_trend_and_rule_worst_first(rumbo: Rumbo, said: Path) -> None:
    lines = rumbo("kpi", "health").out.splitlines()

    assert [line.split()[0] for line in lines[1:3]] == ["Churn", "CAC"]
    assert "red" in lines[1] or "amber" in lines[1]
    assert "▁█" in lines[1]
    assert "of the way behind its path" in lines[1]
    assert lines[2].split()[1:3] == ["amber", "green"]


def test_metrics_nobody_reported_are_counted_and_shown_when_asked_for(rumbo: Rumbo, said: Path) -> None:
    short, whole = rumbo("kpi", "health"), rumbo("kpi", "health", "--all")

    assert "And 1 that nobody has reported yet" in short.out
    assert "NPS" not in short.out.splitlines()[3]
    assert any(line.startswith("NPS") for line in whole.out.splitlines())


def test_one_metric_is_shown_with_its_calculations_and_where_they_come_from(rumbo: Rumbo, said: Path) -> None:
    shown = rumbo("kpi", "health", "churn").out

    assert "gap: 6.1 - 3 = 3.1%" in shown
    assert f"({TODAY - timedelta(days=1)} Churn: 6.1 %)" in shown
    assert "Sources: plan.md:10" in shown


def test_the_json_holds_metrics_groups_and_thresholds(rumbo: Rumbo, said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_HEALTH_NEAR", "1")

    told = rumbo("kpi", "health", "--json", "--all").json()

    found = {metric["name"]: metric for metric in told["metrics"]}
    assert set(found) == {"Churn", "CAC", "NPS"}
    assert (found["CAC"]["status"], found["CAC"]["stated"]) == ("red", "green")
    assert found["NPS"]["silent"] is False
    assert told["rules"]["near_target"] == 1
    assert told["groups"][0]["kind"] == "plan"


def test_an_unknown_metric_is_one_line_with_near_names(rumbo: Rumbo, said: Path) -> None:
    done = rumbo("kpi", "health", "chrn rat")

    assert done.code == 2
    assert "Churn" in done.err


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_chart_is_written_and_is_the_same_every_time(rumbo: Rumbo, said: Path, suffix: str) -> None:
    first, second = said / f"a.{suffix}", said / f"b.{suffix}"

    assert rumbo("kpi", "chart", "churn", "--out", str(first)).code == 0
    assert rumbo("kpi", "chart", "churn", "--out", str(second)).code == 0

    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<?xml")
    assert len(first.read_bytes()) > 5_000


@pytest.mark.parametrize(
    ("arguments", "said_why"),
    [
        pytest.param(("churn", "--out", "a.gif"), ".png", id="another kind"),
        pytest.param(("nps", "--out", "a.png"), "no reading", id="no reading"),
        pytest.param(("churn", "--out", "nowhere/a.png"), "nowhere", id="no folder"),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(rumbo: Rumbo, said: Path, arguments: tuple[str, ...], said_why: str) -> None:
    done = rumbo("kpi", "chart", *arguments)

    assert done.code == 2
    assert said_why in done.err


def test_without_its_library_a_chart_names_the_extra(rumbo: Rumbo, said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    done = rumbo("kpi", "chart", "churn", "--out", "a.png")

    assert done.code == 3
    assert "rumbo[charts]" in done.err


def test_a_sparkline_runs_from_the_least_to_the_greatest_of_the_last_values() -> None:
    assert sparkline([Decimal(value) for value in (1, 2, 3)]) == "▁▅█"
    assert sparkline([Decimal(7)] * 3) == "▄▄▄"
    assert len(sparkline([Decimal(value) for value in range(40)])) == 12
    assert sparkline([]) == ""
