"""Prompt templates: one file, one purpose, with name, version and variables declared on top.

Knows nothing of models or agents. A template's hash covers its text, so an answer can be traced to the words that made it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from copilot.domain.answer import PromptInfo

_HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


class BrokenTemplate(ValueError):
    """A template's front matter and its text disagree: a bug in the package, not in what a person did."""


@dataclass(frozen=True)
class Prompt:
    """A template, ready to be filled."""

    info: PromptInfo
    variables: frozenset[str]
    text: str

    def fill(self, **values: str) -> str:
        """The text with every declared variable given; one pass, so a value that looks like a variable stays as it is."""
        if values.keys() != self.variables:
            raise BrokenTemplate(f"{self.info.name}: given {sorted(values)}, declared {sorted(self.variables)}")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


@cache
def load(name: str) -> Prompt:
    """The template of that name."""
    return parse(name, files("prompts").joinpath("templates", f"{name}.md").read_text(encoding="utf-8"))


def names() -> list[str]:
    """Names of all templates, sorted."""
    found = files("prompts").joinpath("templates").iterdir()
    return sorted(entry.name.removesuffix(".md") for entry in found if entry.name.endswith(".md"))


def parse(name: str, content: str) -> Prompt:
    """A template from a file's content. Raises BrokenTemplate."""
    match = _HEAD.match(content)
    if match is None:
        raise BrokenTemplate(f"{name}: no front matter")
    head = dict(line.split(":", 1) for line in match.group(1).splitlines())
    text = match.group(2).strip() + "\n"
    declared = frozenset(head["variables"].replace(",", " ").split())
    used = frozenset(_VARIABLE.findall(text))
    if head["name"].strip() != name or declared != used:
        raise BrokenTemplate(f"{name}: declared {sorted(declared)}, used {sorted(used)}, named {head['name'].strip()!r}")
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Prompt(info=PromptInfo(name=name, version=int(head["version"]), hash=digest), variables=declared, text=text)
