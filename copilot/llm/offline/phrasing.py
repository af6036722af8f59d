"""Sentences of answers in four languages; quotes what a document says in its own language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from copilot.llm.offline.cues import data

Row = Mapping[str, Any]
LONGEST = 900
LONGEST_LIST = 2400
LONGEST_QUOTE = 118
TREE = re.compile(r"(?:\s*[\u2500-\u257f]+\s*)+")
"""Lines drawn in text diagrams."""
NUMBERED = re.compile(r"(^|, )(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]|\d{1,2}(?:\.\d{1,2}){1,3})\s+(?=[^\W\d])")
"""A heading's own number, which counts the heading and says nothing."""
UNANSWERED = "[unanswered]"


class Phrasing:
    """One answer's language and the languages of the documents it quotes."""

    def __init__(self, language: str, languages: Mapping[str, str]) -> None:
        self._language = language
        self._languages = languages
        self._sentences: dict[str, str] = data("sentences")[language]

    def say(self, sentence: str, **slots: Any) -> str:
        """A sentence with its slots filled."""
        return self._sentences[sentence].format(**slots)

    def title(self, row: Row) -> str:
        """A document's title, quoted."""
        return f'"{plain(str(row.get("title") or row["document"]))[:LONGEST_QUOTE]}"'

    def words(self, text: str, row: Row) -> str:
        """Words of a document: quoted when they are in another language than the answer."""
        text = plain(text)
        if self._languages.get(str(row.get("document")), self._language) == self._language or not re.search(r"[^\W\d_]{3}", text):
            return text
        return " ".join(f'"{part}"' for part in _parts(text))

    def statement(self, row: Row, *, context: bool = True) -> str:
        """A row as a sentence with its marks: what it speaks of, where it stands, what it says."""
        extra: list[str] = []
        name, value = plain(str(row.get("name", ""))), plain(str(row.get("value", "")))
        place = ""
        if context:
            place, extra = self.place(row)
        if not value or not name:
            return f"{self.words(str(row['text']), row)}{f' ({place})' if place else ''} {marks(row, extra)}"
        head = f"**{name[:78]}**" if len(name) <= 78 else name
        return f"{head}{f' ({place})' if place else ''}: {self.words(value, row)} {marks(row, extra)}"

    def place(self, row: Row) -> tuple[str, list[str]]:
        """What a row stands under, and the evidence that takes besides its own."""
        context = NUMBERED.sub(r"\1", plain(str(row.get("context", ""))))
        return (self.words(context, row), list(row.get("context_e", ()))) if context else ("", [])


def plain(text: str) -> str:
    """Without marks that would be taken for ours, and on one line."""
    text = re.sub(r"\[([^\]]*)\](?!\()", r"(\1)", TREE.sub("; ", text.replace("\n", " ")))
    return text.replace('"', "'").replace("*", "").strip()


def marks(row: Row, extra: Iterable[str] = ()) -> str:
    """The evidence marks of a row."""
    ids = dict.fromkeys([*row.get("e", ()), *extra])
    return "".join(f"[{one}]" for one in ids)


def fitted(lines: Iterable[str], limit: int) -> str:
    """As many whole lines as fit."""
    kept: list[str] = []
    size = 0
    for line in lines:
        if size + len(line) + 1 > limit:
            break
        kept.append(line)
        size += len(line) + 1
    return "\n".join(kept)


def _parts(text: str) -> list[str]:
    if len(text) <= LONGEST_QUOTE:
        return [text]
    parts, held = [], ""
    for word in text.split(" "):
        if len(held) + len(word) + 1 > LONGEST_QUOTE:
            parts.append(held)
            held = word
        else:
            held = f"{held} {word}".strip()
    return [*parts, held]
