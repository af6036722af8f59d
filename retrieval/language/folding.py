"""Folding that keeps offsets: one character out for each character in, so a match in the folded text is a span of the text."""

from __future__ import annotations

import unicodedata
from functools import cache

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


@cache
def _folded_character(character: str) -> str:
    if character in DASHES:
        return "-"
    base = unicodedata.normalize("NFKD", character)[0] if character not in "ºª" else character
    low = base.lower()
    return low if len(low) == 1 else base


def folded(text: str) -> str:
    """Lower case, without accents, dashes as hyphens; as long as `text`."""
    return text.lower() if text.isascii() else "".join(map(_folded_character, text))
