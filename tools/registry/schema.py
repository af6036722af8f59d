"""From a function to a tool: what the model fills in is read off its signature, what the turn brings is left out.

The library would put the runtime into the schema too, and then copies it, with the plan and all evidence in it, on every call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import create_model

from copilot.domain.answer import ToolResult

Call = Callable[..., tuple[str, ToolResult]]
GIVEN = ("view", "runtime")
"""Arguments the turn brings."""


def tool_from(
    call: Call, signature_of: Callable[..., Any], *, description: str, hints: Mapping[str, Any] | None = None
) -> BaseTool:
    """A tool named after `signature_of`, with its arguments; `call` takes them and `runtime`."""
    types = hints or get_type_hints(signature_of, include_extras=True)
    fields: dict[str, Any] = {
        name: (types[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in inspect.signature(signature_of).parameters.items()
        if name not in GIVEN
    }
    return StructuredTool(
        name=signature_of.__name__,
        description=description,
        func=call,
        args_schema=create_model(f"{signature_of.__name__}_arguments", **fields),
        response_format="content_and_artifact",
    )
