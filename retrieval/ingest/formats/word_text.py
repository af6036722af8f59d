"""Text of a Word paragraph: runs, breaks, boxes to tick, bold. What was deleted or hidden is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = {qn(name) for name in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:delText", "w:txbxContent")}
_PLAIN = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_SIGNS = {"F0A8": "☐", "F06F": "☐", "F071": "☐", "F0A3": "☐", "F0FE": "☑", "F0FD": "☒", "F052": "☑", "F0FC": "✓", "F0E0": "→"}
_FALSE = ("0", "false", "off", "none")

Piece = tuple[str, bool]
"""Text, and whether it is bold."""


def bare_text(paragraph: Any) -> str:
    """The text without marks."""
    return "".join(text for text, _ in _pieces(paragraph))


def marked_text(paragraph: Any) -> str:
    """The text with bold as `**`, but never inside a word."""
    told = ""
    pieces = _joined(_pieces(paragraph))
    for at, (text, is_bold) in enumerate(pieces):
        core = text.strip()
        after = pieces[at + 1][0] if at + 1 < len(pieces) else ""
        inside = (told[-1:].isalnum() and text[:1].isalnum()) or (text[-1:].isalnum() and after[:1].isalnum())
        if is_bold and any(map(str.isalnum, core)) and not inside and "\n" not in core:
            head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            told += f"{head}**{core}**{tail}"
        else:
            told += text
    return told


def boxes_of(paragraph: Any) -> list[Any]:
    """Contents of the text boxes anchored here, each once."""
    return [
        box
        for box in paragraph.iter(qn("w:txbxContent"))
        if not any(above.tag == f"{_MC}Fallback" for above in box.iterancestors())
    ]


def _pieces(node: Any, *, is_bold: bool = False) -> Iterator[Piece]:
    for child in node:
        if child.tag in _SKIPPED or child.tag == f"{_MC}Fallback":
            continue
        if child.tag == qn("w:t"):
            yield child.text or "", is_bold
        elif child.tag == qn("w:r"):
            properties = child.find(qn("w:rPr"))
            if properties is None or not _on(properties, "w:vanish"):
                yield from _pieces(child, is_bold=properties is not None and _on(properties, "w:b"))
        elif child.tag in _PLAIN:
            yield "" if child.get(qn("w:type")) in ("page", "column") else _PLAIN[child.tag], is_bold
        elif child.tag == qn("w:sym"):
            yield _SIGNS.get((child.get(qn("w:char")) or "").upper(), ""), is_bold
        elif (box := _box(child)) is not None:
            yield box, False
        elif isinstance(child.tag, str):
            yield from _pieces(child, is_bold=is_bold)


def _box(node: Any) -> str | None:
    """`[x] ` or `[ ] ` for a box to tick, of today's kind or of old forms; None for anything else."""
    if node.tag == qn("w:sdt"):
        box = node.find(f"{qn('w:sdtPr')}/{_W14}checkbox")
        if box is None:
            return None
        checked = box.find(f"{_W14}checked")
        return "[x] " if checked is not None and checked.get(f"{_W14}val") not in _FALSE else "[ ] "
    if node.tag == qn("w:fldChar"):
        old = node.find(f"{qn('w:ffData')}/{qn('w:checkBox')}")
        if old is None:
            return None
        named = "w:checked" if old.find(qn("w:checked")) is not None else "w:default"
        return "[x] " if _on(old, named) else "[ ] "
    return None


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for text, is_bold in pieces:
        if not text:
            continue
        # Blanks between two bold words belong to them.
        if joined and (joined[-1][1] == is_bold or not text.strip()):
            joined[-1] = (joined[-1][0] + text, joined[-1][1])
        else:
            joined.append((text, is_bold))
    return joined


def _on(properties: Any, name: str) -> bool:
    found = properties.find(qn(name))
    return found is not None and found.get(qn("w:val")) not in _FALSE
