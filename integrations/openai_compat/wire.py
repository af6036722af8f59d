"""What the OpenAI protocol says: requests, completions, chunks, errors. Knows nothing of the copilot."""

from __future__ import annotations

import time
import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from integrations.render import well_formed

MODEL = "rumbo"
EXAMPLE: dict[str, JsonValue] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "¿Cuál es la meta de churn en el mes 3?"}],
}


class Part(BaseModel):
    """A part of a message's content; only text is read."""

    type: str
    text: str = Field("", max_length=200_000)


class Message(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        if isinstance(self.content, list):
            return well_formed("\n".join(part.text for part in self.content if part.type == "text"))
        return well_formed(self.content or "")


class StreamOptions(BaseModel):
    """What a stream should hold besides the text."""

    include_usage: StrictBool = False


class ChatRequest(BaseModel):
    """A chat completion request; sampling parameters and tools of the caller's are accepted and have no effect."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE]})

    model: str = Field(MODEL, max_length=200)
    messages: list[Message] = Field(min_length=1, max_length=500)
    stream: StrictBool = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=1)


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """An error, as the protocol words it."""

    error: ErrorDetail


class Reply:
    """One completion's identity, shared by its chunks."""

    def __init__(self, model: str) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self.created = int(time.time())
        self.model = model

    def completion(self, text: str, usage: dict[str, int], **extra: Any) -> dict[str, Any]:
        """The whole reply."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
        return {**self._head("chat.completion"), "choices": [choice], "usage": usage, **extra}

    def chunk(self, delta: dict[str, Any], *, finish: str | None = None, **extra: Any) -> dict[str, Any]:
        """A piece of a streamed reply."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **extra}

    def usage_chunk(self, usage: dict[str, int]) -> dict[str, Any]:
        """The last piece, where usage was asked for."""
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": usage}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "system_fingerprint": None}


def error(message: str, *, kind: str, code: str) -> dict[str, Any]:
    """An error body."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def models() -> dict[str, Any]:
    """The list of models: one."""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "rumbo"}]}
