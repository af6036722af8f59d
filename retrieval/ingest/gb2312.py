"""UTF-8 that was read as GB2312 or GBK: every accented letter became a Chinese character, and much was lost for good."""

from __future__ import annotations

import re
from functools import cache

_RUN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\ue000-\uf8ff\u3000-\u30ff]+")
_PUNCTUATION = b"\xe2\x80"
"""Begins dashes, quotes and dots; a comparison sign begins otherwise and its debris stays, lest a limit lose its sign."""
_MIN_HITS = 2
_LATIN_SHARE = 3
"""Latin letters there must be for one of these characters; real Chinese text has fewer."""


@cache
def _touched() -> re.Pattern[str]:
    """An accented letter's debris between Latin letters, or at the edge of a word, and alone."""
    debris = "".join(bytes((lead, trail)).decode("gb2312", "ignore") for lead in (0xC2, 0xC3) for trail in range(0xA1, 0xC0))
    return re.compile(rf"(?<=[A-Za-z])[{debris}](?![\u4e00-\u9fff])|(?<![\u4e00-\u9fff])[{debris}](?=[A-Za-z])")


def is_damaged(text: str) -> bool:
    """True when the debris stands inside Latin words and there is little other Chinese."""
    if len(_touched().findall(text)) < _MIN_HITS:
        return False
    chinese = sum(len(run) for run in _RUN.findall(text))
    return sum(char.isascii() and char.isalpha() for char in text) > _LATIN_SHARE * chinese


def undo(line: str) -> str:
    """The line with its Chinese runs read as UTF-8 again; a run that is none stays."""
    return _RUN.sub(lambda match: _undone(match[0]), line)


def _undone(run: str) -> str:
    try:
        raw = run.encode("gb18030")
    except UnicodeEncodeError:
        return run
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "ignore") or ("" if raw == _PUNCTUATION else run)
