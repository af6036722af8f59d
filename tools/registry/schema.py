"""From a function to a tool: what the model fills in is read off its signature, what the turn brings is left out.

The library would put the runtime into the schema too, and then copies it, with the plan and all evidence in it, on every call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, create_model
from typing_extensions import override

from copilot.domain.answer import ToolResult

Call = Callable[..., tuple[str, ToolResult]]
GIVEN = ("view", "runtime")
"""Arguments the turn brings."""
UNTOLD = ("title", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
"""Of a schema: what the description says or the tool itself refuses with the allowed values."""
MOST_NAMES = 6
"""Of an argument's allowed values that are listed in its schema in any case."""


class BriefTool(StructuredTool):
    """A tool whose schema is as short as it can be: it is sent with every call of a model."""

    @override
    @property
    def tool_call_schema(self) -> dict[str, Any]:
        """The arguments a model fills in; what it sends is checked against the whole schema."""
        assert isinstance(self.args_schema, type)  # set by `tool_from`
        assert issubclass(self.args_schema, BaseModel)
        schema = self.args_schema.model_json_schema()
        shapes = {f"#/$defs/{name}": shape for name, shape in schema.pop("$defs", {}).items()}
        told: dict[str, Any] = brief(schema, shapes)
        for argument in told.get("properties", {}).values():
            # A long list of names that the description explains one by one is not given twice.
            if len(argument.get("enum", ())) > MOST_NAMES and all(name in self.description for name in argument["enum"]):
                del argument["enum"]
        return told


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
    return BriefTool(
        name=signature_of.__name__,
        description=description,
        func=call,
        args_schema=create_model(f"{signature_of.__name__}_arguments", **fields),
        response_format="content_and_artifact",
    )


def brief(schema: Any, shapes: Mapping[str, Any]) -> Any:
    """A JSON schema without titles, defaults and bounds; what may be left out has its one type.

    Args:
        schema: the schema, or a part of it.
        shapes: what `$ref` names.
    """
    if isinstance(schema, list):
        return [brief(one, shapes) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        # A shape used once needs no name, and its docstring is for readers of the code.
        shape = {name: part for name, part in shapes[schema["$ref"]].items() if name != "description"}
        return brief({**shape, **{name: part for name, part in schema.items() if name != "$ref"}}, shapes)
    if "anyOf" in schema:
        # "A number, or a string with a number, or nothing": a model sends the first.
        first = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return brief({**first, **{name: part for name, part in schema.items() if name != "anyOf"}}, shapes)
    named = schema.get("properties")
    kept = {name: brief(part, shapes) for name, part in schema.items() if name not in (*UNTOLD, "properties")}
    if isinstance(named, dict):
        kept["properties"] = {name: brief(part, shapes) for name, part in named.items()}
    return kept
