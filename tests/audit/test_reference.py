"""On the reference documents: what is wrong is found, what is right is left alone, and damage changes nothing."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from copilot.domain.audit import Finding
from retrieval.ingest.blocks import parse
from retrieval.ingest.repair import repair
from tests.audit.material import audit_of

TWINS_OF_A_KIND = 3
KINDS = ("gb2312_ignore", "cp1254_ignore_noSHY", "cp1252_ignore", "macroman", "latin1", "fffd_emoji", "mixed_blocks_cp1252")
LONGEST = 30_000
"""Bytes of a twin; longer ones take seconds."""


def test_the_seeds_score_as_promised(shared: Path) -> None:
    scorer = _scorer(shared)
    gold = _lines(shared / "gold" / "audit_dev.jsonl")
    right = _lines(shared / "gold" / "audit_ok_dev.jsonl")
    found = [finding.exported() for finding in _audited(*sorted((shared / "corpus" / "seeds").iterdir()))]

    figures, missed, alarms, _ = scorer.evaluate(gold, right, found, [])

    assert figures["arithmetic"]["recall"] == 1, missed
    assert figures["detectable"]["recall"] >= 0.8, missed
    assert alarms == []


@pytest.mark.parametrize("kind", KINDS)
def test_damage_changes_no_finding(shared: Path, kind: str) -> None:
    twins = _twins(shared, kind)
    assert len(twins) == TWINS_OF_A_KIND

    for damaged, clean in twins:
        assert _told(_audited(damaged)) == _told(_audited(clean)), damaged.name


def _told(found: list[Finding]) -> list[tuple[object, ...]]:
    return [(one.rule, one.severity, one.expected, tuple(source.lines for source in one.sources)) for one in found]


def _audited(*paths: Path) -> list[Finding]:
    return audit_of([parse(path.name, repair(path.read_bytes()).text) for path in paths])


def _twins(shared: Path, kind: str) -> list[tuple[Path, Path]]:
    with (shared / "corpus" / "dev_damaged_manifest.csv").open(encoding="utf-8", newline="") as lines:
        by_kind: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in csv.DictReader(lines):
            by_kind[row["kind"]].append(row)
    longest = sorted((row for row in by_kind[kind] if int(row["bytes"]) < LONGEST), key=lambda row: -int(row["bytes"]))
    folder = shared / "corpus"
    return [(folder / "dev_damaged" / row["file"], folder / "dev" / row["clean_file"]) for row in longest[:TWINS_OF_A_KIND]]


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_audit", shared / "eval" / "score_audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
