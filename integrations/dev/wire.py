"""The OpenAI protocol as values: what a request may hold, and completions, chunks, errors and vectors as bodies.

Knows nothing of what a reply says (`behaviours`) nor of HTTP (`model`).
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

CREATED = 1_700_000_000
"""Fixed, so that equal requests get equal bodies."""
DIMENSIONS = 256
TOKEN = r"(?s).{1,4}"
"""By the rule of thumb that `usage` counts with: an event of a stream is a token."""
Body = dict[str, Any]


class FunctionCall(BaseModel):
    """Name and arguments (a JSON text) of a call."""

    model_config = ConfigDict(extra="allow")

    name: str
    arguments: str = "{}"


class CallMessage(BaseModel):
    """A tool call as an assistant message holds it."""

    model_config = ConfigDict(extra="allow")

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Body] | None = None
    tool_calls: list[CallMessage] = []
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """Content as plain text, its parts joined."""
        if isinstance(self.content, str):
            return self.content
        return "".join(str(part.get("text", "")) for part in self.content or ())


class Function(BaseModel):
    """An offered tool's name, purpose and JSON schema."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str = ""
    parameters: Body = {}


class Tool(BaseModel):
    """An offered tool."""

    model_config = ConfigDict(extra="allow")

    type: Literal["function"]
    function: Function


class StreamOptions(BaseModel):
    """What a stream carries besides the reply."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class ChatRequest(BaseModel):
    """Body of a chat completion."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1)
    tools: list[Tool] | None = None
    tool_choice: str | Body | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] = 1

    @property
    def offered(self) -> list[Function]:
        """Tools that may be called; none when `tool_choice` is "none", one when it names one."""
        functions = [tool.function for tool in self.tools or ()]
        if self.tool_choice == "none":
            return []
        if isinstance(self.tool_choice, dict):
            wanted = self.tool_choice.get("function", {}).get("name")
            return [function for function in functions if function.name == wanted]
        return functions

    @property
    def must_call(self) -> bool:
        """Whether the caller insists on a tool call."""
        return self.tool_choice in ("required", "any") or isinstance(self.tool_choice, dict)


class EmbeddingRequest(BaseModel):
    """Body of an embedding request."""

    model_config = ConfigDict(extra="allow")

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int = Field(default=DIMENSIONS, ge=1, le=4096)


@dataclass(frozen=True)
class Call:
    """A tool call of a reply; `arguments` is a JSON text, or what a broken model takes for one."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """What the model says: text or tool calls."""

    text: str = ""
    calls: tuple[Call, ...] = field(default=())

    @property
    def finish_reason(self) -> str:
        """Why the reply ends."""
        return "tool_calls" if self.calls else "stop"


def error(message: str, *, kind: str = "invalid_request_error", param: str | None = None, code: str | None = None) -> Body:
    """Error body."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def models(names: Sequence[str]) -> Body:
    """Body of the list of models."""
    return {"object": "list", "data": [model(name) for name in names]}


def model(name: str) -> Body:
    """One model of the list."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "rumbo-dev"}


def completion(request: ChatRequest, reply: Reply) -> Body:
    """Body of a plain completion."""
    message: Body = {"role": "assistant", "content": reply.text or (None if reply.calls else ""), "refusal": None}
    if reply.calls:
        message["tool_calls"] = _calls(request, reply)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}
    return _head(request, "chat.completion") | {"choices": [choice], "usage": usage(request, reply)}


def chunks(request: ChatRequest, reply: Reply) -> Iterator[Body]:
    """Bodies of the stream's events in order, without the final `[DONE]`."""
    asked = request.stream_options is not None and request.stream_options.include_usage
    head = _head(request, "chat.completion.chunk") | ({"usage": None} if asked else {})

    def event(delta: Body, finish_reason: str | None = None) -> Body:
        return head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]}

    yield event({"role": "assistant", "content": None if reply.calls else "", "refusal": None})
    for piece in re.findall(TOKEN, reply.text):
        yield event({"content": piece})
    for index, call in enumerate(_calls(request, reply)):
        arguments = call["function"]["arguments"]
        first = call | {"index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        yield event({"tool_calls": [first]})
        for piece in re.findall(TOKEN, arguments):
            yield event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield event({}, reply.finish_reason)
    if asked:
        yield head | {"choices": [], "usage": usage(request, reply)}


def usage(request: ChatRequest, reply: Reply) -> Body:
    """Tokens of a completion, by a rule of thumb of four characters each."""
    prompt = _tokens("".join(message.text for message in request.messages))
    written = _tokens(reply.text + "".join(call.name + call.arguments for call in reply.calls))
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


def embeddings(request: EmbeddingRequest) -> Body:
    """Body of an embedding reply: the same text gives the same vector, in every process."""
    one = isinstance(request.input, str) or (bool(request.input) and isinstance(request.input[0], int))
    inputs: list[Any] = [request.input] if one else list(request.input)
    rows = []
    for index, item in enumerate(inputs):
        text = item if isinstance(item, str) else " ".join(map(str, item))
        vector: list[float] | str = embed(text, request.dimensions)
        if request.encoding_format == "base64":
            vector = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        rows.append({"object": "embedding", "index": index, "embedding": vector})
    tokens = _tokens("".join(map(str, inputs)))
    spent = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": rows, "model": request.model, "usage": spent}


def embed(text: str, dimensions: int) -> list[float]:
    """Unit vector of the text's hashed words; texts that share words lie closer."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[int.from_bytes(digest[:4]) % dimensions] += 1.0 if digest[4] & 1 else -1.0
    length = math.sqrt(sum(x * x for x in vector))
    # Two words may cancel each other out: an embedding is never the zero vector.
    return [x / length for x in vector] if length else [1.0] + [0.0] * (dimensions - 1)


def _head(request: ChatRequest, kind: str) -> Body:
    return {"id": f"chatcmpl-{_digest(request)}", "object": kind, "created": CREATED, "model": request.model}


def _calls(request: ChatRequest, reply: Reply) -> list[Body]:
    digest = _digest(request)
    return [
        {"id": f"call_{digest}_{index}", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for index, call in enumerate(reply.calls)
    ]


def _digest(request: ChatRequest) -> str:
    told = hashlib.blake2b(digest_size=9)
    for message in request.messages:
        told.update(message.model_dump_json().encode())
    return told.hexdigest()


def _tokens(text: str) -> int:
    return max(1, math.ceil(len(text) / 4))
