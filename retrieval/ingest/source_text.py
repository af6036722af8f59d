"""The text a document is cited from: repaired as it stands, or converted first where the file is no Markdown.

Knows that some files are converted, not how.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copilot.domain.source import Place, Repair, SourceFile
from retrieval.ingest.formats.convert import TEXT_SUFFIXES, convert, suffix_of
from retrieval.ingest.repair import repair


@dataclass(frozen=True)
class SourceText:
    """A file's repaired text."""

    text: str
    repairs: tuple[Repair, ...]
    places: tuple[Place, ...] = ()
    """Of a converted file: where its lines stand in it."""
    lost: tuple[tuple[int, str, str], ...] = ()
    """Line, what, and the code of the reason: content that could not be read."""


def source_text(file: SourceFile, path: Path) -> SourceText:
    """The file's text. Raises UserCanFix as `formats.convert.convert` does."""
    suffix = suffix_of(file.path)
    if suffix is None:
        repaired = repair(file.content)
        return SourceText(repaired.text, repaired.repairs)
    if suffix in TEXT_SUFFIXES:
        # Its bytes have an encoding, that may be damaged; what comes out has none.
        repaired = repair(file.content)
        made = convert(repaired.text.encode("utf-8", "replace"), suffix, str(path))
        return SourceText(made.text, repaired.repairs, made.places, made.lost)
    made = convert(file.content, suffix, str(path))
    repaired = repair(made.text.encode("utf-8", "replace"))
    return SourceText(repaired.text, repaired.repairs, made.places, made.lost)
