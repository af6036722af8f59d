"""Words on a page to its lines, and lines to cells where wide gaps part them. Knows coordinates, not their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

_CELL_GAP = 0.85
"""Of a letter's height: a wider gap between words parts two cells."""


@dataclass(slots=True)
class Word:
    """A word and the box around it, in points from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    is_bold: bool = False

    @property
    def height(self) -> float:
        """Of its letters, with room above and below."""
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        """Height of its middle over the page's lower edge."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Cell:
    """Words that stand close together."""

    words: list[Word]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class Line:
    """Words at one height, left to right."""

    words: list[Word] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Of most of its letters."""
        return median(word.height for word in self.words)

    @property
    def middle(self) -> float:
        """Over the page's lower edge."""
        return median(word.middle for word in self.words)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(word.right for word in self.words)

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(word.text for word in self.words)

    @property
    def is_bold(self) -> bool:
        """Whether every word is."""
        return all(word.is_bold for word in self.words)

    def cells(self) -> list[Cell]:
        """Its words, parted at wide gaps."""
        cells = [Cell([self.words[0]])]
        wide = _CELL_GAP * self.height
        for before, word in zip(self.words, self.words[1:], strict=False):
            if word.left - before.right > wide:
                cells.append(Cell([word]))
            else:
                cells[-1].words.append(word)
        return cells


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Lines from top to bottom."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda word: (-word.middle, word.left)):
        near = lines[-1].words[0] if lines else None
        if near is not None and abs(near.middle - word.middle) < min(near.height, word.height) * 0.4:
            lines[-1].words.append(word)
        else:
            lines.append(Line([word]))
    for line in lines:
        line.words.sort(key=lambda word: word.left)
    return lines
