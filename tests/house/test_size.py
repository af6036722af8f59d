"""Limits that keep a file and a function readable."""

from __future__ import annotations

import ast

from tests.house.source_tree import modules

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60


def test_no_file_is_too_long() -> None:
    long = [f"{module.place}: {module.line_count}" for module in modules().values() if module.line_count > MOST_LINES_OF_A_FILE]

    assert long == []


def test_no_function_is_too_long() -> None:
    long = [
        f"{module.place}:{node.lineno} {node.name}: {length}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_every_module_says_what_it_owns() -> None:
    silent = [module.place for module in modules().values() if not ast.get_docstring(module.tree)]

    assert silent == []
