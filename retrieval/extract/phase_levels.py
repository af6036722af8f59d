"""Which level of the plan a stretch of time stands at; the rules of the annotation, over word data."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.domain.fact import PhaseLevel
from copilot.domain.quantity import Period
from copilot.domain.source import Block, ParsedDocument
from retrieval.extract.wording import one_line
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods
from retrieval.language.wordlists import listed

SHORT_UNITS = ("days", "weeks", "months")


@dataclass(frozen=True)
class Naming:
    """How a statement names a stretch."""

    name: str
    period: Period | None
    has_phase_word: bool
    goal: str | None = None


@dataclass(frozen=True)
class Levels:
    """What of the document decides the level of its phases."""

    has_phases: bool
    """Some heading is a phase by name, so weeks and months elsewhere divide phases."""

    @classmethod
    def of(cls, doc: ParsedDocument) -> Levels:
        """Read the document's headings once."""
        return cls(any(_opens_with_phase(block.plain) for block in doc.blocks if block.kind == "heading"))

    def of_block(self, block: Block, named: Naming, period: Period | None) -> PhaseLevel:
        """The level of what this block names."""
        own = block.kind == "heading"
        headings = block.heading_path[:-1] if own else block.heading_path
        above = [folded(text) for text in (*headings, *([block.label] if block.label else []))]
        unit = period.unit if period else None
        # The nearest title decides: milestones listed among the next steps are milestones.
        for title in (folded(named.name), *reversed(above[1:] if len(above) > 2 else above)):
            if listed("phases", "milestone").search(title):
                return "milestone"
            if unit in SHORT_UNITS and listed("phases", "next_steps").search(title):
                return "next_steps"
        if unit == "quarter" and _any("objective", above):
            return "objective_quarter"
        if unit in ("days", "weeks") and not named.has_phase_word and _any("onboarding", above):
            return "onboarding_step"
        if listed("phases", "lever").match(folded(named.name)):
            return "lever"
        if named.has_phase_word:
            scales = not own and block.heading_path and listed("phases", "scaling").search(folded(block.heading_path[-1]))
            return "scaling_phase" if scales else "phase"
        return "subphase" if unit in SHORT_UNITS and (self.has_phases or _is_inside_stretch(block)) else "phase"


def _any(table: str, texts: list[str]) -> bool:
    return any(listed("phases", table).search(text) for text in texts)


def _opens_with_phase(text: str) -> bool:
    return any(hit.form == "phase" and hit.start < 12 for hit in find_periods(one_line(text)))


def _is_inside_stretch(block: Block) -> bool:
    """A heading above it names a stretch at its beginning, as `Primeros 30 días: fundación` does."""
    above = block.heading_path[:-1] if block.kind == "heading" else block.heading_path
    return any(
        hit.start < 6 and hit.form in ("point", "stretch", "opening", "calendar", "phase")
        for text in above[0 if len(above) == 1 else 1 :]
        for hit in find_periods(text)
    )
