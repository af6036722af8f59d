"""Every command line of the README and of the demo runs, as it stands there, in one workspace and in order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.cli import main
from integrations.dev.model import running

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
DEMO = ROOT / "examples" / "demo.sh"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FEW = 3
"""Questions of the set that are asked here: all of them would take half a minute."""
PATIENCE_S = 60
ENDS_WELL = 0


def shell_lines() -> list[str]:
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def readme_commands() -> Iterator[tuple[list[str], dict[str, str]]]:
    """Arguments of each `rumbo` line and the settings exported before it."""
    exported: dict[str, str] = {}
    for line in shell_lines():
        words = shlex.split(line, comments=True)
        if words[0] == "export":
            exported |= dict(word.split("=", 1) for word in words[1:])
        elif words[0] == "rumbo":
            yield words[1:], dict(exported)


def demo_commands() -> list[list[str]]:
    """Arguments of each `run` line that does not need the output of another."""
    lines = DEMO.read_text(encoding="utf-8").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("run ") and "$" not in line]


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints, when it ends well."""
    code: object = ENDS_WELL
    try:
        main(arguments)
    except SystemExit as end:
        code = end.code or ENDS_WELL
    printed = capsys.readouterr()
    assert code == ENDS_WELL, f"rumbo {shlex.join(arguments)}: {printed.err[-400:]}"
    return printed.out + printed.err


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples and a short set of questions, to run commands from."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "plans").symlink_to(ROOT / "examples" / "plans")
    questions = (ROOT / "examples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "examples" / "questions.jsonl").write_text("\n".join(questions[:FEW]) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_readme_opens_with_one_sentence_and_the_two_first_commands() -> None:
    sentence = README.read_text(encoding="utf-8").split("\n\n")[1]

    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert [line.split("#")[0].strip() for line in shell_lines()[:2]] == ["make demo", "make test"]


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"\bmake ([a-z-]+)", "\n".join(shell_lines()))

    assert named
    assert set(named) <= set(targets)


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def shown_answer() -> tuple[list[str], list[str]]:
    """Arguments of the command whose answer the README shows, and the sources it shows."""
    [block] = re.findall(r"^```text\n\$ rumbo (.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    command, _, answer = block.partition("\n")
    return shlex.split(command), [line for line in answer.splitlines() if re.match(r"\s*\[\d+\] \S+\.md:\d", line)]


def test_every_command_of_readme_and_demo_runs(
    beside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = {}
    offline = [(arguments, exported) for arguments, exported in readme_commands() if not exported]
    live = [(arguments, exported) for arguments, exported in readme_commands() if exported]
    for arguments, _ in [*offline, *((arguments, {}) for arguments in demo_commands())]:
        there = [word.replace("/tmp/", f"{beside}/") for word in arguments]
        printed[shlex.join(arguments)] = told(there, capsys)
    with running() as endpoint:
        for arguments, exported in live:
            for name, value in (exported | {"RUMBO_MODEL_URL": endpoint, "RUMBO_MODEL": "good"}).items():
                monkeypatch.setenv(name, value)
            printed[shlex.join(arguments)] = told(arguments, capsys)

    assert [command for command, output in printed.items() if not output.strip()] == []
    asked, sources = shown_answer()
    assert sources
    assert [line for line in sources if line not in printed[shlex.join(asked)]] == []
    everything = "\n".join(printed.values())
    for cited in ("palancas_crecimiento.md:", "operaciones_servicio.md:", "escalamiento_40_a_200_altas.md:230"):
        assert cited in everything


@pytest.mark.skipif(sys.platform == "win32" and os.environ.get("CI") != "true", reason="a bash script")
def test_the_demo_shows_each_command_before_its_output_and_runs_offline_in_a_home_of_its_own(tmp_path: Path) -> None:
    head, _, _ = DEMO.read_text(encoding="utf-8").partition("\nsay '")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "examples").mkdir()
    script = tmp_path / "examples" / "demo.sh"
    script.write_text(head + "\nrun kpi list\nrun ask 'What is it?'\n", encoding="utf-8")
    stand_in = tmp_path / ".venv" / "bin" / "rumbo"
    stand_in.write_text('#!/bin/sh\necho "ran $1 in $RUMBO_HOME with ${RUMBO_MODEL:-offline}"\n', encoding="utf-8")
    stand_in.chmod(0o755)

    done = subprocess.run(
        ["bash", script],
        env=os.environ | {"RUMBO_MODEL": "costly"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert [line for line in done.stdout.splitlines() if line] == [
        "$ rumbo kpi list",
        "ran kpi in .rumbo-demo with offline",
        '$ rumbo ask "What is it?"',
        "ran ask in .rumbo-demo with offline",
    ]


def test_the_demo_ends_with_what_to_try_next() -> None:
    assert "RUMBO_MODEL" in DEMO.read_text(encoding="utf-8").split("try next")[1]
