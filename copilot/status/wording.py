"""The report in words: one sentence an item, each with the marks of its evidence, in four languages. Pure but for its word lists.

The text goes through the same grounding check as any answer; nothing here is trusted because code wrote it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from copilot.audit import title as title_of_rule
from copilot.domain.answer import Evidence, Language, ToolResult
from copilot.domain.status import SECTIONS, StatusItem, StatusReport
from copilot.grounding.evidence import Around, TurnEvidence

MONEY_PARTS = ("amount", "roi", "horizon", "payback", "savings")


@dataclass(frozen=True)
class Words:
    """A language's title, word for sources, section heads and sentences."""

    title: str
    sources: str
    sections: Mapping[str, str]
    sentences: Mapping[str, str]


@cache
def words(language: Language) -> Words:
    """The words of a language."""
    text = resources.files("copilot.status").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return Words(**tomllib.loads(text))


def title(report: StatusReport, language: Language) -> str:
    """The update's first line."""
    return words(language).title.format(week=report.week)


def draft(report: StatusReport, language: Language, around: Around | None = None) -> tuple[str, TurnEvidence]:
    """The update as a draft with marks (`[e1]`, `[c1]`), and what the marks stand for."""
    turn, lines = TurnEvidence("", around=around), []
    for section in SECTIONS:
        items = [item for item in report.items if item.section == section]
        if items:
            lines += [f"**{words(language).sections[section]}**", *(f"- {_sentence(item, turn, language)}" for item in items), ""]
    if not lines:
        lines = [words(language).sentences["nothing"]]
    return "\n".join(lines).rstrip() + "\n", turn


def _sentence(item: StatusItem, turn: TurnEvidence, language: Language) -> str:
    known = words(language)
    marks = _marks(item, turn)
    slots = dict(item.slots)
    if item.what == "money":
        shown = [known.sentences[f"money_{part}"].format(**slots) for part in MONEY_PARTS if slots.get(part)]
        slots["parts"] = "; ".join(shown)
    if item.what == "finding":
        slots["title"] = title_of_rule(slots["rule"], language)
    if "confidence" in slots:
        told = slots["confidence"]
        slots["confidence"] = known.sentences["confidence"].format(colour=known.sentences[f"colour_{told}"]) if told else ""
    if item.what == "conflict":
        values = [(slots[key], mark) for key, mark in zip(_value_keys(slots), marks, strict=True)]
        slots["values"] = " / ".join(f"{value} {mark}" for value, mark in values)
        return known.sentences["conflict"].format(**slots)
    return f"{known.sentences[item.what].format(**slots)} {''.join(marks)}".rstrip()


def _value_keys(slots: Mapping[str, str]) -> list[str]:
    return sorted((key for key in slots if key.startswith("value")), key=lambda key: int(key.removeprefix("value")))


def _marks(item: StatusItem, turn: TurnEvidence) -> list[str]:
    """Marks of the item's evidence and calculations, in their order; equal citations share one."""
    given = tuple(Evidence(id=f"e{n}", citation=citation) for n, citation in enumerate(item.evidence, start=1))
    steps = tuple(step.model_copy(update={"id": f"c{n}"}) for n, step in enumerate(item.calculations, start=1))
    admitted = turn.admit(
        ToolResult(tool="weekly_report", evidence=given, calculations=steps, rows=({"e": [e.id for e in given]},))
    )
    ids = list(admitted.rows[0]["e"]) + [step.id for step in admitted.calculations]
    return [f"[{mark}]" for mark in ids]
