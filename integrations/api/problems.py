"""Errors as problem+json (RFC 9457), in the reader's language, never with a trace."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from copilot.domain.answer import Language
from copilot.domain.errors import RumboError, UserCanFix
from integrations.translate import error_sentence, language_of_locale

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STATUSES = {
    "unknown_document": 404,
    "unknown_conversation": 404,
    "unknown_turn": 404,
    "nothing_said": 404,
    "unknown_draft": 404,
    "unknown_metric": 404,
    "unknown_task": 404,
    "unknown_proposal": 404,
    "unknown_finance_item": 404,
    "unknown_key": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "draft_moved_on": 409,
    "proposal_closed": 409,
    "proposal_outdated": 409,
    "reading_superseded": 409,
    "ambiguous_metric": 409,
    "ambiguous_task": 409,
    "idempotency_key_reused": 422,
    "request_in_progress": 409,
    "nothing_ingested": 409,
    "key_required": 401,
    "key_refused": 401,
    "not_allowed": 403,
    "proposal_of_another": 403,
    "foreign_origin": 403,
    "body_too_large": 413,
    "file_too_large": 413,
    "too_many_requests": 429,
    "request_timed_out": 504,
    "model_unavailable": 502,
    "model_refused_key": 502,
    "model_answered_nonsense": 502,
    "database_locked": 503,
    "bad_json": 400,
    "bad_header": 400,
}
"""HTTP statuses of codes that have a better one than their branch of errors."""


class Problem(BaseModel):
    """What an error looks like."""

    type: str
    """`urn:rumbo:error:<code>`."""
    title: str
    """The code, stable."""
    status: int
    detail: str
    """What happened and what to do next, in the language of Accept-Language (es, en, pt, fr)."""
    request_id: str
    errors: list[dict[str, Any]] = []
    """For `invalid_request`: where in the request, and why."""


class ApiError(UserCanFix):
    """A refusal of the door itself."""


def problem(request: Request, error: RumboError, *, errors: list[dict[str, Any]] | None = None) -> JSONResponse:
    """The response for an error."""
    status = STATUSES.get(error.code, error.http_status)
    told = Problem(
        type=f"urn:rumbo:error:{error.code}",
        title=error.code,
        status=status,
        detail=error_sentence(error, language_of(request)),
        request_id=request_id(request),
        errors=errors or [],
    )
    headers = {"Retry-After": str(error.params["retry_after_s"])} if "retry_after_s" in error.params else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(told.model_dump(), status_code=status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every exception into a problem."""

    @app.exception_handler(RumboError)
    async def told(request: Request, error: RumboError) -> JSONResponse:
        return problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        broken = any(found["type"] == "json_invalid" for found in error.errors())
        found = [{"at": [str(part) for part in one["loc"]], "why": one["msg"]} for one in error.errors()[:20]]
        where = ".".join(found[0]["at"]) if found else ""
        failure = ApiError("bad_json" if broken else "invalid_request", where=where, why=found[0]["why"] if found else "")
        failure.http_status = 422
        return problem(request, failure, errors=found)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        code = error.status_code
        failure = ApiError(
            "not_found"
            if code == 404
            else "method_not_allowed"
            if code == 405
            else "bad_json"
            if code == 400
            else "invalid_request",
            path=request.url.path,
            method=request.method,
        )
        failure.http_status = error.status_code
        response = problem(request, failure)
        response.headers.update(error.headers or {})
        if code == 405:
            response.headers["Allow"] = ", ".join(_methods(request))
        return response

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        log.error("request_failed", exc_info=error, extra={"request": request_id(request), "path": request.url.path})
        response = problem(request, RumboError("internal_error", request_id=request_id(request)))
        response.headers["X-Request-Id"] = request_id(request)  # this handler stands outside our own middleware
        return response


def _methods(request: Request) -> list[str]:
    """What the path may be asked for: routes share paths, and each alone knows only its own method."""
    routes = request.app.routes
    return [m for m in METHODS if any(route.matches({**request.scope, "method": m})[0] is Match.FULL for route in routes)]


def language_of(request: Request) -> Language:
    """The first of Accept-Language that we speak; English otherwise."""
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        head = part.split(";")[0].strip().lower()[:2]
        if head in ("es", "en", "pt", "fr"):
            return language_of_locale(head)
    return "en"


def request_id(request: Request) -> str:
    """The id of this request, as its response header says it."""
    return str(request.scope.get("state", {}).get("request_id", ""))
