"""Every command line of the README runs, as it stands there, in one workspace and in order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.dev.model import running

ROOT = Path(__file__).resolve().parent.parent.parent
RUMBO = Path(sys.executable).with_name("rumbo")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE_S = 120


def shell_lines() -> list[str]:
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def commands() -> Iterator[tuple[list[str], dict[str, str]]]:
    """Arguments of each `rumbo` line and the settings exported before it."""
    exported: dict[str, str] = {}
    for line in shell_lines():
        words = shlex.split(line, comments=True)
        if words[0] == "export":
            exported |= dict(word.split("=", 1) for word in words[1:])
        elif words[0] == "rumbo":
            yield words[1:], dict(exported)


def test_readme_opens_with_one_sentence_and_the_two_first_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    sentence = text.split("\n\n")[1]

    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert [line.split("#")[0].strip() for line in shell_lines()[:2]] == ["make demo", "make test"]


def test_make_targets_of_the_readme_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"\bmake ([a-z-]+)", "\n".join(shell_lines()))

    assert named
    assert set(named) <= set(targets)


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_runs(tmp_path: Path, isolated: Path) -> None:
    failed = []
    with running() as endpoint:
        for arguments, exported in commands():
            if "RUMBO_MODEL_URL" in exported:
                exported |= {"RUMBO_MODEL_URL": endpoint, "RUMBO_MODEL": "good"}
            there = [word.replace("/tmp/", f"{tmp_path}/") for word in arguments]
            environment = os.environ | exported | {"RUMBO_HOME": str(isolated)}
            done = subprocess.run(
                [RUMBO, *there], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
            if done.returncode != 0 or not done.stdout + done.stderr:
                failed.append(f"rumbo {shlex.join(arguments)}: {done.returncode} {done.stderr[-400:]}")

    assert failed == []


@pytest.mark.skipif(sys.platform == "win32", reason="a bash script")
def test_the_demo_runs_and_cites_lines(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    (copy / "examples").mkdir(parents=True)
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "rumbo").symlink_to(RUMBO)
    (copy / "examples" / "plans").symlink_to(ROOT / "examples" / "plans")
    script = copy / "examples" / "demo.sh"
    script.write_bytes((ROOT / "examples" / "demo.sh").read_bytes())

    done = subprocess.run(["bash", script], capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    assert done.returncode == 0, done.stderr[-800:]
    assert done.stdout.count("\n$ rumbo ") >= 9
    for cited in ("palancas_crecimiento.md:", "operaciones_servicio.md:", "escalamiento_40_a_200_altas.md:"):
        assert cited in done.stdout
    assert "RUMBO_MODEL" in done.stdout
    assert "Ã" not in done.stdout.split("rumbo ingest")[1]
