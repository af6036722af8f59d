"""What a Word paragraph is by its style and numbering: a heading of a level, an item of a list. Knows no text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from docx.oxml.ns import qn

_HEADING = re.compile(r"(?:heading|t[ií]tulo|titre|título) (\d)", re.IGNORECASE)
_TITLE = re.compile(r"title|t[ií]tulo|titre", re.IGNORECASE)
_BOXES = set("☐□❑❒⬜\uf06f\uf071\uf0a8\uf0a3")
_TICKED = set("☑☒\uf0fe\uf0fd\uf052\uf053")
_DEEPEST = 12
_VALUE = qn("w:val")
_STYLE = f"{qn('w:pPr')}/{qn('w:pStyle')}"


@dataclass(frozen=True)
class Style:
    """A paragraph's place in the structure."""

    name: str
    level: int = 0
    """Of a heading; 0 for text."""
    list_id: int | None = None
    depth: int = 0
    is_numbered: bool = False
    box: str = ""
    """`[ ] ` or `[x] ` where the list's bullet is a box."""


class Styles:
    """The styles and lists of one document."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._styles = {style.get(qn("w:styleId")): style for style in document.styles.element.iter(qn("w:style"))}
        self._based: dict[str, list[Any]] = {}
        self._shift = 1 if any(self._is_title(one) for one in document.element.body.iter(qn("w:p"))) else 0

    def of(self, paragraph: Any) -> Style:
        """The paragraph's own properties, then those of its style and of the styles that one is based on."""
        chain = self._chain(paragraph)
        name = self._name(chain[1]) if len(chain) > 1 else ""
        level = self._level(chain)
        if level:
            return Style(name, level=level)
        number = _first(chain, "w:numPr")
        list_id = _value(number, "w:numId") if number is not None else None
        if not list_id:
            return Style(name)
        depth = (_value(number, "w:ilvl") or 0) or self._depth(name)
        kind, sign = self._lists.get((list_id, depth), ("bullet", ""))
        box = "[ ] " if sign in _BOXES else "[x] " if sign in _TICKED else ""
        return Style(name, list_id=list_id, depth=depth, is_numbered=kind not in ("bullet", "none"), box=box)

    @staticmethod
    def _depth(name: str) -> int:
        """`List Bullet 2` is nested though its own list has one level."""
        found = re.fullmatch(r"list (?:bullet|number) (\d)", name, re.IGNORECASE)
        return int(found[1]) - 1 if found else 0

    def _level(self, chain: list[Any]) -> int:
        for node in chain[1:]:
            name = self._name(node)
            if found := _HEADING.fullmatch(name):
                return int(found[1]) + self._shift
            if _TITLE.fullmatch(name):
                return 1
        outline = _first(chain, "w:outlineLvl")
        told = outline.get(qn("w:val")) if outline is not None else None
        return int(told) + 1 + self._shift if told and told.isdigit() and int(told) < 9 else 0

    def _is_title(self, paragraph: Any) -> bool:
        chain = self._chain(paragraph)
        return len(chain) > 1 and bool(_TITLE.fullmatch(self._name(chain[1])))

    def _chain(self, paragraph: Any) -> list[Any]:
        """The paragraph, its style, the style that one is based on, and so on."""
        named = paragraph.find(_STYLE)
        return [paragraph, *self._styles_of(named.get(_VALUE))] if named is not None else [paragraph]

    def _styles_of(self, name: str) -> list[Any]:
        if name not in self._based:
            chain: list[Any] = []
            style = self._styles.get(name)
            while style is not None and len(chain) < _DEEPEST:
                chain.append(style)
                base = style.find(qn("w:basedOn"))
                style = self._styles.get(base.get(_VALUE)) if base is not None else None
            self._based[name] = chain
        return self._based[name]

    @staticmethod
    def _name(style: Any) -> str:
        named = style.find(qn("w:name"))
        return str(named.get(qn("w:val")) or "") if named is not None else ""

    @cached_property
    def _lists(self) -> dict[tuple[int, int], tuple[str, str]]:
        """List and depth -> kind of number, and the bullet."""
        related = [part for part in self._document.part.rels.values() if part.reltype.endswith("/numbering")]
        if not related:
            return {}
        root = related[0].target_part.element
        abstract = {one.get(qn("w:abstractNumId")): one for one in root.iter(qn("w:abstractNum"))}
        found: dict[tuple[int, int], tuple[str, str]] = {}
        for number in root.iter(qn("w:num")):
            told = number.find(qn("w:abstractNumId"))
            kind = abstract.get(told.get(qn("w:val"))) if told is not None else None
            for level in kind.iter(qn("w:lvl")) if kind is not None else ():
                key = (int(number.get(qn("w:numId")) or 0), int(level.get(qn("w:ilvl")) or 0))
                found[key] = (_text(level, "w:numFmt"), _text(level, "w:lvlText"))
        return found


def _first(chain: list[Any], name: str) -> Any | None:
    for node in chain:
        found = node.find(f"{qn('w:pPr')}/{qn(name)}")
        if found is not None:
            return found
    return None


def _value(node: Any, name: str) -> int | None:
    found = node.find(qn(name))
    told = found.get(qn("w:val")) if found is not None else None
    return int(told) if told and told.isdigit() else None


def _text(node: Any, name: str) -> str:
    found = node.find(qn(name))
    return str(found.get(qn("w:val")) or "") if found is not None else ""
