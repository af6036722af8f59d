"""The project's Python files as syntax trees, for the tests that read the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("copilot", "integrations", "prompts", "retrieval", "tools")


@dataclass(frozen=True)
class Import:
    """A module named by an import statement, as far as it can be told without importing."""

    target: str
    line: int
    at_module_level: bool


@dataclass(frozen=True)
class Module:
    """One Python file of the five packages."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def place(self) -> str:
        """Path as shown in a failure."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def line_count(self) -> int:
        """Lines of the file."""
        return len(self.path.read_text(encoding="utf-8").splitlines())


@cache
def modules() -> dict[str, Module]:
    """Every module of the five packages by its dotted name."""
    found = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return found


def imports(module: Module) -> Iterator[Import]:
    """What a module imports, type-checking blocks left out; `from a import b` names `a.b` where that is a module."""
    for node, at_module_level in _statements(module.tree, at_module_level=True):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, at_module_level)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield Import(deeper if deeper in modules() else node.module, node.lineno, at_module_level)


def _statements(node: ast.AST, *, at_module_level: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child, at_module_level
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _statements(child, at_module_level=at_module_level and not inside)
