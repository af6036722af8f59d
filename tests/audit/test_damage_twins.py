"""A damaged file says what its clean twin says: the same facts on the same lines, and the same findings."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from copilot.audit import audit
from copilot.domain.fact import Fact
from retrieval.extract import extract
from retrieval.extract.identity import fact_name
from retrieval.extract.merge import compile_plan, identify
from retrieval.ingest.blocks import parse
from retrieval.ingest.repair import repair

KINDS = ("gb2312_ignore", "cp1254_no_shy", "cp1252_ignore", "macroman", "latin1", "fffd_emoji", "mixed_blocks_cp1252")
DOCUMENTS = ("000", "002", "004")
WORDS = ("name", "text", "risk", "mitigation", "contingency", "monitoring", "segment", "label", "parent", "subitems", "goal")
PLACES = ("id", "entry_id", "heading_path", "raw", "period", "qualifier", "symptoms", "trigger", "stated_change")
ALIKE = 0.9


def damage(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("damage", shared / "eval" / "damage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def read(content: bytes) -> tuple[tuple[Fact, ...], frozenset[tuple[Any, ...]]]:
    """Facts, and findings by rule and lines."""
    doc = parse("plan.md", repair(content).text)
    facts = identify(extract(doc).facts)
    findings = audit(compile_plan([], facts), [doc])
    return facts, frozenset((one.rule, *(cited.lines for cited in one.sources)) for one in findings)


def figures(fact: Fact) -> tuple[tuple[str, Any], ...]:
    """All of a fact but its words: kind, lines, values, units, roles."""
    told = fact.exported()
    return tuple((key, str(value)) for key, value in sorted(told.items()) if key not in (*WORDS, *PLACES))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_damaged_twin_has_the_facts_and_findings_of_the_clean_file(shared: Path, document: str, kind: str) -> None:
    (path,) = (shared / "corpus" / "seeds_clean").glob(f"{document}_*")
    clean = path.read_text(encoding="utf-8")
    harmed = getattr(damage(shared), kind)(clean).encode("utf-8", "surrogatepass")

    facts, findings = read(clean.encode())
    others, other_findings = read(harmed)

    assert sorted(map(figures, others)) == sorted(map(figures, facts))
    assert other_findings == findings
    twins: dict[tuple[tuple[str, Any], ...], list[Fact]] = defaultdict(list)
    for other in others:
        twins[figures(other)].append(other)
    for fact in facts:
        twin = twins[figures(fact)].pop(0)
        assert SequenceMatcher(None, fact_name(fact), fact_name(twin)).ratio() >= ALIKE
