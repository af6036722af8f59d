"""Inline Markdown: a line's text as a reader sees it. Knows nothing of blocks or documents.

Every pattern is bounded and cannot start again inside its own match, so a line of a megabyte costs linear time.
"""

from __future__ import annotations

import html
import re

# Emoji and their joiners. Ticks, crosses and boxes that stand for a word in a table (✓ ✗ ☐ ☒ ★ ☆) are text and stay.
_EMOJI = re.compile(
    "[0-9#*]\ufe0f?\u20e3"
    "|[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2600-\u2604\u2607-\u260f\u2611\u2613-\u2712\u2714-\u2716\u2719-\u27bf"
    "\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u25fb-\u25fe\ufe0e\ufe0f\u200d\u200b\ufeff\ufffd]"
)
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\([^()\s]{0,1000}(?:[ \t]+\"[^\"\n]{0,200}\")?\)")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]{1,1000})>")
_BREAK = re.compile(r"<br\s{0,5}/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>\n]{0,300})?/?>|<!--[^<>\n]{0,300}-->")
_STRONG = re.compile(r"\*\*|~~|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)")
_STAR = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,400})(?<=\S)\*(?!\*)")
_UNDERSCORE = re.compile(r"(?<![\w_\\])_(?=\S)([^_\n]{1,400})(?<=\S)_(?![\w_])")
_CODE = re.compile(r"`+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# Most cells and many lines have nothing to take away; thousands of columns make the short cut worth it.
_PLAIN = re.compile(r"[\w ,.;:/%$()+='\"!?-]*")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")

_BOLD_LINE = re.compile(r"[^\w*_$%]{0,20}(\*\*|__)(?=\S)(?:(?!\1)[^\n]){1,300}\1[^\w*]{0,20}")


def plain(text: str) -> str:
    """The text without inline marks, tags and emoji; links keep their label; lines stay apart."""
    if "_" not in text and "  " not in text and _PLAIN.fullmatch(text):
        return text.strip()
    for pattern, replacement in (
        (_IMAGE_OR_LINK, r"\1"),
        (_AUTOLINK, r"\1"),
        (_BREAK, " "),
        (_TAG, ""),
        (_STRONG, ""),
        (_STAR, r"\1"),
        (_UNDERSCORE, r"\1"),
        (_CODE, ""),
        (_ESCAPE, r"\1"),
    ):
        text = pattern.sub(replacement, text)
    if "&" in text:
        text = html.unescape(text)
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in _EMOJI.sub("", text).split("\n")).strip()


def introduces(text: str) -> bool:
    """True for a line that announces what follows: it ends with a colon or is bold as a whole."""
    bare = plain(text)
    return bool(bare) and (bare.endswith(":") or _BOLD_LINE.fullmatch(text.strip()) is not None)


def label(text: str) -> str:
    """A label's plain text without its colon."""
    return plain(text).rstrip(": ")
