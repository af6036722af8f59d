"""Front matter: the YAML header of a document as flat strings. Knows nothing of the body.

A header is only taken for one when its lines look like YAML, because documents also open with a `---` rule. Broken YAML is
read line by line: a stray quote in a title must not cost the other keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

_MAX_LINES = 400
_MAX_CHARACTERS = 50_000
_KEY = re.compile(r"([A-Za-z_][\w .-]{0,60}?)\s*:(?:\s+(.*)|\s*)")
_INNER = re.compile(r"\s|- |-$|#|[\]}]")


def front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The header's keys and its number of lines, fences included; ({}, 0) without one."""
    end = _closing_fence(lines)
    if end is None:
        return {}, 0
    inner = [line.rstrip() for line in lines[1:end]]
    filled = [line for line in inner if line]
    if not filled or not _KEY.fullmatch(filled[0]):
        return {}, 0
    if not all(_KEY.fullmatch(line) or _INNER.match(line) for line in filled):
        return {}, 0
    return _keys(inner), end + 1


def _closing_fence(lines: Sequence[str]) -> int | None:
    if not lines or lines[0].rstrip() != "---":
        return None
    for index, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in ("---", "..."):
            return index
    return None


def _keys(inner: Sequence[str]) -> dict[str, str]:
    source = "\n".join(inner)
    if len(source) > _MAX_CHARACTERS or re.search(r"(^|[\s,\[])[&*]\w", source):
        # Anchors can expand without bound and no strategy document needs them.
        return _keys_by_line(inner)
    try:
        # BaseLoader keeps every scalar as written: no dates, no booleans, no octal numbers.
        loaded = yaml.load(source, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return _keys_by_line(inner)
    if not isinstance(loaded, dict):
        return _keys_by_line(inner)
    return {str(key): flat for key, value in loaded.items() if (flat := _flat(value)) is not None}


def _flat(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return None


def _keys_by_line(inner: Sequence[str]) -> dict[str, str]:
    found = {}
    for line in inner:
        if match := _KEY.fullmatch(line):
            found[match[1]] = (match[2] or "").strip().strip("\"'")
    return found
