"""What a rule found, in a few words of the reader's language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from copilot.domain.answer import Language


def title(rule: str, language: Language) -> str:
    """`A total is not the sum of its rows`."""
    return _titles(language)[rule]


@cache
def _titles(language: Language) -> dict[str, str]:
    text = resources.files("copilot.audit").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
