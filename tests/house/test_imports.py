"""Cheap commands stay cheap: what a fresh process loads, by its list of modules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT

HEAVY = (
    "langchain",
    "langchain_core",
    "langgraph",
    "openai",
    "chromadb",
    "fastapi",
    "slack_bolt",
    "alembic",
    "tiktoken",
    "opentelemetry",
)
REPORT = """
import json, sys
from integrations.cli import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    assert not left.code, left.code
tops = {name.partition(".")[0] for name in sys.modules}
print("\\n" + json.dumps(sorted(tops)))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample plans."""
    place = tmp_path_factory.mktemp("imports") / "home"
    loaded(place, "ingest", str(ROOT / "examples" / "plans"))
    return place


def test_help_loads_nothing_heavy(home: Path) -> None:
    assert loaded(home, "--help").isdisjoint({*HEAVY, "sqlalchemy", "numpy"})


@pytest.mark.parametrize("command", [("kpi", "list"), ("task", "list"), ("documents", "list"), ("conflicts",)])
def test_listing_the_plan_loads_nothing_heavy(home: Path, command: tuple[str, ...]) -> None:
    assert loaded(home, *command).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?",
        "¿Qué tareas hay el lunes de la semana 1 en operaciones?",
        "¿Cuál es el ROI del alta guiada en operaciones?",
    ],
)
def test_a_question_about_a_figure_a_task_or_a_roi_does_not_load_chromadb(home: Path, question: str) -> None:
    assert "chromadb" not in loaded(home, "ask", question)


def loaded(home: Path, *arguments: str) -> set[str]:
    """Top-level modules in a fresh process after a command."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, "--home", str(home), *arguments], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(found)
