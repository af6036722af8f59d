"""Pages written from the code are fresh, and what people read first is short."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from tests.house.source_tree import ROOT


@pytest.mark.parametrize("name", ["cli.md", "modules.md", "settings.md"])
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == generator().pages()[name], "run `make docs`"


def test_contributing_is_short_and_names_targets_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"`make ([a-z-]+)", text)

    assert len(text.splitlines()) < 120
    assert named
    assert set(named) <= set(targets)


def test_paths_named_in_contributing_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`([\w./-]+/[\w./-]*)`", text)

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def generator() -> ModuleType:
    """docs/generate.py, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
