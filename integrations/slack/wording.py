"""What the bot itself says, in four languages, and answers as Slack's markdown. The sentences are data (`words/*.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import cache, partial
from importlib import resources

from copilot.domain.answer import Answer, Language
from integrations.render import answer_text
from integrations.translate import fill, label


def say(key: str, language: Language, **values: object) -> str:
    """A sentence of the bot."""
    return fill(words_of(language)[key], values).strip()


def answered(answer: Answer) -> str:
    """The answer with its calculations, gaps and sources as `file.md:12`, as markdown."""
    text = answer_text(answer, partial(_label, answer.language))
    # Lines below a heading are a list to the eye; markdown would run them together.
    return re.sub(r"^ {4}(?=\S)", "  - ", re.sub(r"^ {2}(?:- )?(?=\S)", "- ", text, flags=re.M), flags=re.M)


def _label(language: Language, key: str) -> str:
    return label(key, language)


@cache
def words_of(language: Language) -> dict[str, str]:
    """All sentences of a language, by key."""
    text = resources.files("integrations.slack").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}
