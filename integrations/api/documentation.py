"""The OpenAPI document: what every route may answer, and who needs a key. Describes; decides nothing."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from integrations.api.problems import MEDIA_TYPE, Problem

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": why}
    for code, why in {
        400: "The body is not JSON",
        401: "A key is needed, or is not valid",
        403: "The role does not suffice",
        404: "There is no such thing; the detail names near ones",
        405: "The path has no such method; `Allow` lists those it has",
        409: "It has changed in between, or names several things",
        413: "The body is too large",
        422: "The request does not fit; `errors` says where",
        429: "Too many requests",
        502: "The model's endpoint failed",
        503: "The installation needs attention",
        504: "It took too long",
    }.items()
}
OPEN_TO_ALL: dict[int | str, dict[str, Any]] = {code: PROBLEMS[code] for code in (405, 503, 504)}
"""Of routes without parameters that need nothing of the caller."""


def events(*names: str) -> dict[str, Any]:
    """The schema of a stream of server-sent events, one object an event; an unnamed event is a `message`."""
    fields = {"data": {"type": "string", "description": "JSON"}, "event": {"type": "string", "enum": list(names)}}
    return {"itemSchema": {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}}


def describe(app: FastAPI, *, needs_key: bool) -> None:
    """Have the application tell its OpenAPI document, in which a key is optional where the server asks for none."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            told = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                separate_input_output_schemas=False,  # a Decimal is a JSON number on both ways
            )
            for operation in (one for path in told["paths"].values() for one in path.values()):
                _tidy(operation, needs_key=needs_key)
            made.update(told)
        return made

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to replace it


def _tidy(operation: dict[str, Any], *, needs_key: bool) -> None:
    if "security" in operation and not needs_key:
        operation["security"] = [{}, *operation["security"]]
    for answer in operation["responses"].values():
        content = answer.get("content", {})
        if MEDIA_TYPE in content and not content[MEDIA_TYPE]:
            content[MEDIA_TYPE] = content.pop("application/json")
