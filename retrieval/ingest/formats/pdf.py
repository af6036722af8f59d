"""PDF files: words with their places on the page, gathered into lines; `layout` makes text of them.

A file of scanned pages has no words, and says so. Pictures, forms and what lies behind links are not read.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from copilot.domain.errors import UserCanFix
from retrieval.ingest.formats.layout import write_pages
from retrieval.ingest.formats.lines import Word, lines_of
from retrieval.ingest.formats.writing import Converted, Writer

_PASSWORD_NEEDED = 4
_BOLD = ("bold", "black", "heavy", "semibold", "demi")
_BOLD_WEIGHT = 600
_TILTED = 0.2
_GAP = 0.3
"""Of a letter's height: a wider one ends a word."""
_LOST_HYPHEN = 0x02


def read(content: bytes, path: str) -> Converted:
    """The document as Markdown; places are pages."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise UserCanFix("file_encrypted", path=path) from error
        raise UserCanFix("file_broken", path=path, reason="PDF") from error
    writer = Writer()
    pages, bare = [], []
    for number, page in enumerate(document, start=1):
        words = list(_words(page))
        pages.append(lines_of(words))
        if not words:
            bare.append(number)
        page.close()
    if len(bare) == len(pages):
        raise UserCanFix("pdf_without_text", path=path, pages=len(pages))
    write_pages(writer, pages)
    for number in bare:
        writer.lose(f"p{number}", "page_without_text")
    return writer.done()


def _words(page: Any) -> Iterator[Word]:
    text = page.get_textpage()
    word: Word | None = None
    for at in range(text.count_chars()):
        char = _char(text, at)
        if char is None or char.isspace():
            if word is not None:
                yield word
            word = None
            continue
        left, bottom, right, top = text.get_charbox(at, loose=True)
        if word is not None and _follows(word, left, bottom, top):
            word.text += char
            word.right = max(word.right, right)
            continue
        if word is not None:
            yield word
        tilted = abs(math.sin(raw.FPDFText_GetCharAngle(text, at))) > _TILTED
        word = None if tilted else Word(char, left, right, bottom, top, _is_bold(text, at))
    if word is not None:
        yield word
    text.close()


def _char(text: Any, at: int) -> str | None:
    code = raw.FPDFText_GetUnicode(text, at)
    if code == _LOST_HYPHEN:
        return "-"
    # Letters without a meaning (a font that hides it) and halves of pairs are nothing one could quote.
    return chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 and code not in (0xFFFE, 0xFFFF) else None


def _follows(word: Word, left: float, bottom: float, top: float) -> bool:
    height = word.top - word.bottom
    same_line = abs((top + bottom) - (word.top + word.bottom)) / 2 < height / 2
    return same_line and -height < left - word.right < _GAP * height


def _is_bold(text: Any, at: int) -> bool:
    if raw.FPDFText_GetFontWeight(text, at) >= _BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, at, name, len(name), flags)
    return any(sign in name.value.decode("latin-1").lower() for sign in _BOLD)
