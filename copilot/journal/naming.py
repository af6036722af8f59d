"""Finds what a person means by a name: exact first, then the one near match, else the near matches. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from rapidfuzz import fuzz, process

from retrieval.language.folding import folded

Item = TypeVar("Item")
SURE = 88
"""Similarity, 0 to 100, from which a single near match is taken."""
NEAR = 55
SHOWN = 5
ALIKE = 75
_PER = re.compile(r"\s(?:per|por|par)\s")
_EDGES = re.compile(r"[^a-z0-9%/]+")


def find_named(
    name: str, items: Sequence[Item], label: Callable[[Item], str], key: Callable[[Item], str]
) -> tuple[list[Item], list[str]]:
    """The items a name means, and labels near to it.

    Args:
        name: an id, or a name in any case, accents or not.
        items: what there is.
        label: an item's name.
        key: an item's id.

    Returns:
        The matches (one: found; several: ambiguous; none: unknown) and at most five near labels, best first.
    """
    wanted = _plain(name)
    exact = [item for item in items if key(item) == name.strip()]
    exact = exact or [item for item in items if _plain(label(item)) == wanted]
    if exact or not wanted:
        return exact, []
    labels = sorted({label(item) for item in items})
    found = process.extract(wanted, labels, scorer=fuzz.WRatio, processor=_plain, limit=SHOWN, score_cutoff=NEAR)
    near = [text for text, _, _ in found]
    sure = [text for text, score, _ in found if score >= SURE and _holds_both(wanted, _plain(text))]
    if len(sure) == 1:
        return [item for item in items if label(item) == sure[0]], near
    return [], near


def is_named(name: str, label: str, key: str) -> bool:
    """Whether a name is exactly this item's: its id, or its label in any case, accents or not."""
    return name.strip() == key or _plain(name) == _plain(label)


def _holds_both(wanted: str, label: str) -> bool:
    """Whether a label has both sides of a name such as `cost per lead`: neither `Cost` nor `Leads` is that metric."""
    sides = _PER.split(wanted)
    words = label.split()
    return len(sides) < 2 or all(
        any(fuzz.ratio(word, other) >= ALIKE for other in words) for side in sides for word in side.split()[-1:]
    )


def _plain(text: str) -> str:
    return _EDGES.sub(" ", folded(text)).strip()
