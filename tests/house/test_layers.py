"""The layer table of docs/architecture.md against the imports of the code."""

from __future__ import annotations

import re
import sys

import pytest

from tests.house.source_tree import PACKAGES, ROOT, imports, modules

# Which folder or module may name a library. A library that is not here may be used anywhere above the domain.
AT_HOME = {
    "chromadb": ("retrieval.store.chroma",),
    "sqlalchemy": ("retrieval.store",),
    "alembic": ("retrieval.store",),
    "openai": ("copilot.llm", "copilot.agent", "tools.registry", "retrieval.search.embedders"),
    "langchain": ("copilot.llm", "copilot.agent", "tools.registry", "retrieval.search.embedders"),
    "langchain_core": ("copilot.llm", "copilot.agent", "tools.registry", "retrieval.search.embedders"),
    "langchain_openai": ("copilot.llm", "copilot.agent", "tools.registry", "retrieval.search.embedders"),
    "langgraph": ("copilot.llm", "copilot.agent", "tools.registry"),
    "tiktoken": ("copilot.llm.tokens",),
    "fastapi": (
        "integrations.api",
        "integrations.openai_compat",
        "integrations.slack",
        "integrations.server",
        "integrations.dev",
    ),
    "uvicorn": ("integrations.api", "integrations.server", "integrations.dev"),
    "slack_bolt": ("integrations.slack",),
    "slack_sdk": ("integrations.slack", "integrations.outbound", "integrations.dev"),
    "rich": ("integrations.cli",),
    "typer": ("integrations.cli",),
    "watchfiles": ("integrations.cli",),
    "pydantic_settings": ("copilot.settings",),
    "markdown_it": ("retrieval.ingest",),
    "mdit_py_plugins": ("retrieval.ingest",),
    "docx": ("retrieval.ingest.formats",),
    "openpyxl": ("retrieval.ingest.formats",),
    "pypdfium2": ("retrieval.ingest.formats",),
    "lxml": ("retrieval.ingest.formats",),
    "matplotlib": ("integrations.charts",),
    "Stemmer": ("retrieval.language",),
    "py3langid": ("retrieval.language",),
}


def layers() -> dict[str, tuple[int, int]]:
    """Room -> (height of its row, step inside the row); rooms of one step are neighbours."""
    table = re.findall(r"^\| (\w+) \| (.+?) \| .*\|$", _architecture().replace("\\|", "¦"), flags=re.M)
    rows = [cells for number, cells in table if number != "layer"]
    return {
        room.strip(): (height, step)
        for height, cells in enumerate(reversed(rows))
        for step, rooms in enumerate(re.split(r"\bthen\b", cells))
        for room in rooms.split("¦")
    }


def test_the_table_names_only_rooms_of_the_house() -> None:
    assert len(layers()) > 10

    strangers = [room for room in layers() if room.partition(".")[0] not in PACKAGES]

    assert strangers == []


def test_every_module_stands_in_one_row_of_the_table() -> None:
    homeless = [name for name in modules() if name not in PACKAGES and room_of(name) is None]

    assert homeless == [], "add them to the table in docs/architecture.md"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_imports_lower_rows_only(package: str) -> None:
    wrong = []
    for module in modules().values():
        if module.name.partition(".")[0] == package:
            wrong += [
                f"{module.place}:{found.line} imports {found.target}"
                for found in imports(module)
                if found.target.partition(".")[0] in PACKAGES and not may_import(module.name, found.target)
            ]

    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module.name: {found.target for found in imports(module) if found.at_module_level and found.target in modules()}
        for module in modules().values()
    }

    assert circle(graph) == []


def test_heavy_libraries_stay_in_their_rooms() -> None:
    wrong = []
    for module in modules().values():
        for found in imports(module):
            homes = AT_HOME.get(found.target.partition(".")[0])
            if homes and not any(is_inside(module.name, home) for home in homes):
                wrong.append(f"{module.place}:{found.line} imports {found.target}, whose room is {' or '.join(homes)}")

    assert wrong == []


def test_the_domain_imports_the_standard_library_and_pydantic_only() -> None:
    allowed = sys.stdlib_module_names | {"pydantic"}
    wrong = [
        f"{module.place}:{found.line} imports {found.target}"
        for module in modules().values()
        if is_inside(module.name, "copilot.domain")
        for found in imports(module)
        if found.target.partition(".")[0] not in allowed and not is_inside(found.target, "copilot.domain")
    ]

    assert wrong == []


def may_import(importer: str, target: str) -> bool:
    """Whether the table lets `importer` name `target`. A package's bare `__init__` may import nothing of the house."""
    above, below = room_of(importer), room_of(target)
    if above is None or below is None:
        return False
    if above == below:
        return True
    return layers()[below] < layers()[above]


def room_of(name: str) -> str | None:
    """The table's room a module stands in: the longest that holds it."""
    return max((room for room in layers() if is_inside(name, room)), key=len, default=None)


def is_inside(name: str, room: str) -> bool:
    """Whether a module is the room itself or stands below it."""
    return name == room or name.startswith(f"{room}.")


def circle(graph: dict[str, set[str]]) -> list[str]:
    """What is left when modules without open imports are taken away again and again; empty without a circle."""
    left = {name: set(targets) - {name} for name, targets in graph.items()}
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def _architecture() -> str:
    return (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
