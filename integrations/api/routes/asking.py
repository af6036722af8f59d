"""Questions, conversations, search."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from copilot.agent.events import StreamEvent
from copilot.domain.answer import Answer, Language, Question, Turn
from copilot.domain.errors import RumboError, UserCanFix
from integrations.api.documentation import events
from integrations.api.door import Caller, aside, door_of
from integrations.api.problems import language_of, request_id
from integrations.api.streams import begun
from integrations.render import json_ready
from integrations.translate import error_sentence

router = APIRouter(prefix="/v1", tags=["ask"])

EXAMPLE: dict[str, JsonValue] = {"question": "¿Cuál es la meta de churn en el mes 3?", "language": "es"}
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]


class Said(BaseModel):
    """One earlier question and its answer."""

    user: str = Field(max_length=20_000)
    assistant: str = Field(max_length=20_000)


class Ask(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    question: str = Field(max_length=200_000, json_schema_extra={"minLength": 1, "pattern": r"\S"})
    language: Language | None = Field(None, description="Reply language; without one, that of the question.")
    conversation_id: Id | None = Field(None, description="Continue or start a conversation that is kept.")
    documents: list[Annotated[str, Field(max_length=500)]] = Field([], max_length=100, description="Answer from these only.")
    history: list[Said] = Field([], max_length=50, description="What was said before, oldest first; overrides the conversation.")
    stream: StrictBool = Field(False, description="Server-sent events instead of JSON; so does `Accept: text/event-stream`.")


EVENTS = ("tool_started", "tool_finished", "sentence", "answer", "error")
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": events(*EVENTS)}, "description": "The answer, or its events"}
}


@router.post("/ask", response_model=Answer, responses=STREAM)
async def ask(request: Request, asked: Ask, who: Caller) -> Response:
    """Answer a question from the documents, with citations.

    As server-sent events: `tool_started` and `tool_finished` while it works, `sentence` for each checked part of the answer,
    `answer` last; or `error` with a problem.
    """
    question = _question(asked)
    if asked.stream or "text/event-stream" in request.headers.get("accept", ""):
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        told = await begun(door_of(request).office.workspace.copilot.stream(who, question))
        return StreamingResponse(_events(request, told), media_type="text/event-stream", headers=headers)
    answer = await door_of(request).office.workspace.copilot.ask(who, question)
    return JSONResponse(json_ready(answer))


@router.get("/conversations")
def conversations(request: Request, who: Caller, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[dict[str, Any]]:
    """The caller's own conversations, the latest first."""
    return [dict(row) for row in door_of(request).office.workspace.conversations.listed(who, limit=limit)]


@router.get("/conversations/{conversation_id}")
def conversation(request: Request, conversation_id: str, who: Caller) -> dict[str, Any]:
    """A conversation's turns, oldest first, with its title and the notes kept of older turns."""
    store = door_of(request).office.workspace.conversations
    turns = store.turns(who, conversation_id, limit=1000)
    if not turns:
        raise UserCanFix("unknown_conversation", conversation_id=conversation_id)
    title, notes = store.title(who, conversation_id), store.summary(who, conversation_id)
    told = {"conversation_id": conversation_id, "title": title, "notes": notes.model_dump() if notes else None}
    return {**told, "turns": [turn.model_dump() for turn in turns]}


@router.delete("/conversations/{conversation_id}", status_code=204)
def forget(request: Request, conversation_id: str, who: Caller) -> Response:
    """Delete a conversation."""
    door_of(request).office.workspace.conversations.delete(who, conversation_id)
    return Response(status_code=204)


@router.get("/search")
async def search(
    request: Request,
    who: Caller,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="Words.", examples=["retención mes 6"])],
    document: Annotated[list[str], Query(default_factory=list, max_length=100, description="Of these documents only.")],
    k: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[dict[str, Any]]:
    """Passages, best first."""
    find = door_of(request).office.workspace.search
    hits = await aside(request, lambda: find(who, q, documents=document or None, k=k))
    return [
        {
            "document": hit.chunk.document,
            "lines": list(hit.chunk.lines),
            "heading_path": list(hit.chunk.heading_path),
            "text": hit.chunk.text,
            "score": hit.score,
        }
        for hit in hits
    ]


def _question(asked: Ask) -> Question:
    return Question(
        text=asked.question,
        history=tuple(Turn(user=said.user, assistant=said.assistant) for said in asked.history),
        language=asked.language,
        conversation_id=asked.conversation_id or uuid.uuid4().hex,
        documents=tuple(asked.documents),
    )


async def _events(request: Request, told: AsyncIterator[StreamEvent]) -> AsyncIterator[str]:
    try:
        async for event in told:
            yield _event(event.type, json_ready(event))
    except RumboError as error:
        failed = {"title": error.code, "detail": error_sentence(error, language_of(request)), "request_id": request_id(request)}
        yield _event("error", failed)


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
