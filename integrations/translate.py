"""Errors and labels in the reader's language: es, en, pt, fr. The sentences are data (`messages/*.json`).

Knows codes and parameters, not who raised them and not which surface shows them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import cast, get_args

from copilot.domain.answer import Language
from copilot.domain.errors import RumboError

DEFAULT: Language = "en"
LANGUAGES: tuple[Language, ...] = get_args(Language)
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
PARAMETER = re.compile(r"\{(\w+)\}")
LONGEST_VALUE = 200


def error_sentence(error: RumboError, language: Language) -> str:
    """What happened and what to do next; for a code without a sentence, the error's own English text."""
    known = _catalogue(language)
    template = known["errors"].get(error.code)
    if template is None:
        return str(error)
    hint = error.params.get("hint")
    # A hint that is words and no name of a setting has words in each language.
    return fill(template, {**error.params, "hint": known["hints"].get(str(hint), hint)})


def label(key: str, language: Language, **values: object) -> str:
    """A word or sentence of the surface itself."""
    return fill(_catalogue(language)["labels"][key], values)


def language_of_locale(name: str | None) -> Language:
    """`es_MX.UTF-8` is es; what is not one of the four is English."""
    head = (name or "").lower()[:2]
    return head if head in LANGUAGES else DEFAULT


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put values into a sentence; `[an optional part with {a_name}]` goes when a value of it is missing or empty."""

    def optional(found: re.Match[str]) -> str:
        part = found.group(1)
        return part if all(_told(values.get(name)) for name in PARAMETER.findall(part)) else ""

    kept = OPTIONAL.sub(optional, template)
    return PARAMETER.sub(lambda found: _told(values.get(found.group(1))), kept)


@cache
def _catalogue(language: Language) -> dict[str, dict[str, str]]:
    text = resources.files("integrations").joinpath("messages", f"{language}.json").read_text(encoding="utf-8")
    return cast(dict[str, dict[str, str]], json.loads(text))


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        told = value
    elif isinstance(value, list | tuple | set | frozenset):
        told = ", ".join(_told(item) for item in value)
    else:
        told = str(value)
    return told if len(told) <= LONGEST_VALUE else told[: LONGEST_VALUE - 1] + "…"
