"""`rumbo eval run` and `rumbo eval compare` at the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.conftest import Rumbo

GOOD = {"id": "A", "lang": "es", "type": "kpi_lookup", "question": "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?"}
SET = [{**GOOD, "must_contain": [["120K"]]}, {**GOOD, "id": "B", "must_contain": [["999K"]]}]


def question_file(folder: Path, *rows: Mapping[str, Any]) -> str:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return str(path)


def test_a_run_tells_what_is_right_by_type_and_language(plans: Rumbo, tmp_path: Path) -> None:
    done = plans("eval", "run", question_file(tmp_path, *SET), "--out", str(tmp_path / "run.jsonl"), "--json")

    rows = {row["group"]: row for row in json.loads(done.out)}
    assert {name: (row["questions"], row["right"]) for name, row in rows.items()} == {
        "kpi_lookup": (2, 1),
        "es": (2, 1),
        "": (2, 1),
    }


def test_a_run_below_the_least_share_fails(plans: Rumbo, tmp_path: Path) -> None:
    questions = question_file(tmp_path, *SET)

    assert plans("eval", "run", questions, "--out", str(tmp_path / "a.jsonl"), "--fail-under", "60").code == 1
    assert plans("eval", "run", questions, "--out", str(tmp_path / "b.jsonl"), "--fail-under", "50").code == 0


def test_a_run_without_a_file_is_saved_in_the_home(plans: Rumbo, tmp_path: Path) -> None:
    done = plans("eval", "run", question_file(tmp_path, SET[0]))

    saved = Path(done.out.split("Written: ")[1].split(" (")[0])
    assert saved.parent.name == "evals"
    assert len(saved.read_text(encoding="utf-8").splitlines()) == 1
    saved.unlink()


def test_two_runs_are_compared_by_question(plans: Rumbo, tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    plans("eval", "run", question_file(tmp_path, SET[1]), "--out", str(before))
    plans("eval", "run", question_file(tmp_path, {**SET[0], "id": "B"}), "--out", str(after))

    told = json.loads(plans("eval", "compare", str(before), str(after), "--json").out)
    shown = plans("eval", "compare", str(before), str(after)).out

    assert [change["id"] for change in told["better"]] == ["B"]
    assert (told["worse"], told["before"]["right"], told["after"]["right"]) == ([], 0, 1)
    assert "lacks 999K" in shown
