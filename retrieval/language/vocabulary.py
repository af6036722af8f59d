"""Word lists as data: TOML files beside this module, read on first use and kept."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """The word data of `words/<name>.toml`; callers must not change it."""
    source = resources.files("retrieval.language") / "words" / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
