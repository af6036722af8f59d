"""Every error the code can raise has a sentence in four languages, filled from what it carries."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import cast

import pytest

from integrations.translate import LANGUAGES
from tests.house.source_tree import ROOT, Module, modules


def catalogue(language: str) -> dict[str, dict[str, str]]:
    """The sentences and labels of a language."""
    path = ROOT / "integrations" / "messages" / f"{language}.json"
    return cast(dict[str, dict[str, str]], json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_raised_code_has_a_sentence(language: str) -> None:
    silent = sorted({f"{code} ({place})" for code, place, _ in raised() if code not in catalogue(language)["errors"]})

    assert silent == []


def test_every_sentence_belongs_to_a_code_that_is_raised() -> None:
    codes = {code for code, _, _ in raised()} | set(_error_classes().values())

    assert sorted(set(catalogue("en")["errors"]) - codes) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_asks_for_nothing_its_error_lacks(language: str) -> None:
    wrong = []
    for code, place, given in raised():
        required = re.sub(r"\[[^\[\]]*\]", "", catalogue(language)["errors"].get(code, ""))
        missing = set(re.findall(r"\{(\w+)\}", required)) - given if given is not None else set()
        wrong += [f"{code}: {name} ({place})" for name in missing]

    assert wrong == []


@pytest.mark.parametrize("section", ["errors", "labels", "hints"])
def test_all_languages_say_the_same_things_with_the_same_values(section: str) -> None:
    wanted = {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in catalogue("en")[section].items()}

    for language in LANGUAGES:
        found = {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in catalogue(language)[section].items()}
        assert found == wanted, language


def test_every_label_is_used() -> None:
    text = "\n".join(module.path.read_text(encoding="utf-8") for module in modules().values() if "integrations" in module.name)
    computed = ("col_", "status_", "roi_sense_", "task_", "draft_", "model_", "group_")

    assert [
        key for key in catalogue("en")["labels"] if not re.search(rf"""["']{key}["']""", text) and not key.startswith(computed)
    ] == []


def raised() -> Iterator[tuple[str, str, set[str] | None]]:
    """Code, place and parameters of every construction of an expected error; parameters None where they are not literal."""
    kinds = _error_classes()
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and (kind := _name(node.func)) in kinds:
                yield from _constructed(module, node, kinds[kind])


def _constructed(module: Module, node: ast.Call, default: str) -> Iterator[tuple[str, str, set[str] | None]]:
    given = None if any(word.arg is None for word in node.keywords) else {str(word.arg) for word in node.keywords}
    place = f"{module.place}:{node.lineno}"
    if not node.args:
        yield default, place, given
        return
    codes = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    for code in codes:
        yield code, place, given


def _error_classes() -> dict[str, str]:
    """Names of RumboError and its subclasses with their default codes."""
    found: dict[str, str] = {"RumboError": "error"}
    classes = [node for module in modules().values() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):  # as deep as the tree of errors may get
        for node in classes:
            if any(_name(base) in found for base in node.bases):
                found[node.name] = next((_code(part) for part in node.body if _code(part)), "")
    return found


def _code(part: ast.stmt) -> str:
    if isinstance(part, ast.Assign) and _name(part.targets[0]) == "code" and isinstance(part.value, ast.Constant):
        return str(part.value.value)
    return ""


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
