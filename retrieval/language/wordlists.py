"""Word lists as patterns over folded text. Knows how lists are matched, not what their words mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from retrieval.language.folding import folded
from retrieval.language.vocabulary import vocabulary


def alternation(terms: Iterable[str]) -> str:
    """A regex group that matches any of the terms, longest first, with free white space between their words."""
    ordered = sorted({folded(term) for term in terms}, key=lambda term: (-len(term), term))
    return "(?:" + "|".join(r"\s+".join(re.escape(part) for part in term.split()) for term in ordered) + ")"


@cache
def listed(name: str, table: str, *, stems: bool = False) -> re.Pattern[str]:
    """Pattern over folded text for the `list` of a table in `words/<name>.toml`: whole words, or beginnings of words."""
    return re.compile(r"(?<!\w)" + alternation(vocabulary(name)[table]["list"]) + ("" if stems else r"(?!\w)"))
