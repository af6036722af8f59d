"""`/v1/chat/completions` and `/v1/models`: the last user message is the question, the ones before are its history."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from copilot.agent.events import AnswerReady, Sentence, StreamEvent
from copilot.domain.answer import Answer, Question, Turn
from copilot.domain.errors import RumboError
from integrations.api.documentation import events
from integrations.api.door import Caller, door_of
from integrations.api.problems import STATUSES, ApiError, language_of
from integrations.api.streams import begun
from integrations.openai_compat import wire
from integrations.render import answer_text, clean, json_ready
from integrations.translate import error_sentence, label


class OpenAIErrors(APIRoute):
    """A route whose errors have the protocol's shape, those of its dependencies too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors translated."""
        handle = super().get_route_handler()

        async def translated(request: Request) -> Response:
            try:
                return await handle(request)
            except RumboError as failure:
                status = STATUSES.get(failure.code, failure.http_status)
                return JSONResponse(_error(request, failure), status_code=status)
            except HTTPException as failure:  # the framework's word for a body that is no text
                status = failure.status_code
                return JSONResponse(
                    _error(request, ApiError("bad_json" if status == 400 else "invalid_request")), status_code=status
                )
            except RequestValidationError as failure:
                first = failure.errors()[0]
                told = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
                return JSONResponse(wire.error(told, kind="invalid_request_error", code="invalid_request"), status_code=400)

        return translated


ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": wire.ErrorBody, "description": why}
    for code, why in {
        400: "The request does not fit",
        401: "A key is needed, or is not valid",
        403: "Not from here without a key",
        404: "There is no such document",
        409: "There are no documents yet",
        422: "The question is empty or too long",
        429: "Too many requests",
        502: "The model's endpoint failed",
        503: "The installation needs attention",
    }.items()
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": events("message")}, "description": "The completion, or its chunks"}
}
router = APIRouter(prefix="/v1", tags=["openai"], route_class=OpenAIErrors, responses=ERRORS)


@router.get("/models")
def models(_who: Caller) -> dict[str, Any]:
    """The one model there is."""
    return wire.models()


@router.post("/chat/completions", responses=STREAM)
async def chat(request: Request, asked: wire.ChatRequest, who: Caller) -> Response:
    """Answer the last user message, with sources, as a chat completion. The full answer is in the extra field `rumbo`."""
    question, reply = _question(asked.messages), wire.Reply(asked.model)
    if asked.stream:
        usage = asked.stream_options is not None and asked.stream_options.include_usage
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        told = await begun(door_of(request).office.workspace.copilot.stream(who, question))
        return StreamingResponse(_stream(request, told, reply, usage), media_type="text/event-stream", headers=headers)
    answer = await door_of(request).office.workspace.copilot.ask(who, question)
    return JSONResponse(reply.completion(_text(answer), _usage(answer), rumbo=json_ready(answer)))


async def _stream(request: Request, events: AsyncIterator[StreamEvent], reply: wire.Reply, usage: bool) -> AsyncIterator[str]:
    yield _event(reply.chunk({"role": "assistant", "content": ""}))
    told = ""
    try:
        async for event in events:
            if isinstance(event, Sentence):
                said = clean(event.text)  # as `answer_text` will show it
                told += said
                yield _event(reply.chunk({"content": said}))
            elif isinstance(event, AnswerReady):
                rest = _text(event.answer).removeprefix(told.rstrip())
                yield _event(reply.chunk({"content": rest if told.strip() else _text(event.answer)}))
                yield _event(reply.chunk({}, finish="stop", rumbo=json_ready(event.answer)))
                if usage:
                    yield _event(reply.usage_chunk(_usage(event.answer)))
    except RumboError as failure:
        yield _event(_error(request, failure))
    yield "data: [DONE]\n\n"


def _question(messages: Sequence[wire.Message]) -> Question:
    said = [message for message in messages if message.role in ("user", "assistant")]
    history: list[Turn] = []
    for before, after in zip(said, said[1:], strict=False):
        if before.role == "user" and after.role == "assistant":
            history.append(Turn(user=before.text, assistant=after.text))
    last = said[-1].text if said and said[-1].role == "user" else ""
    return Question(text=last, history=tuple(history))


def _text(answer: Answer) -> str:
    return answer_text(answer, partial(label, language=answer.language))


def _usage(answer: Answer) -> dict[str, int]:
    used = answer.usage
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
    }


def _error(request: Request, failure: RumboError) -> dict[str, Any]:
    kind = "invalid_request_error" if STATUSES.get(failure.code, failure.http_status) < 500 else "server_error"
    return wire.error(error_sentence(failure, language_of(request)), kind=kind, code=failure.code)


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
