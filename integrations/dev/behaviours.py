"""How the fake model behaves, chosen by the model's name: well, slowly, or wrong in one particular way.

Decides what is sent and how; `wire` shapes it, `model` sends it. Numbers in a name are its settings: `slow-300-20`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from integrations.dev import good, wire
from integrations.dev.wire import Body, Call, ChatRequest, Reply

KEPT_REQUESTS = 1000
PAGE = "<!doctype html><title>It works</title><p>There is no model behind this page."
FIGURE = re.compile(r"(?<![\[\w.,])\$?\d[\d.,]*")
RATE_LIMIT_MS = 1000


class ScriptedCall(BaseModel):
    """A tool call of a script; `arguments` as an object, or as the text a broken model would send."""

    model_config = ConfigDict(extra="forbid")

    name: str
    arguments: dict[str, Any] | str = {}


class ScriptedReply(BaseModel):
    """One reply of a script, in the order they are asked for."""

    model_config = ConfigDict(extra="forbid")

    content: str = ""
    tool_calls: list[ScriptedCall] = []
    status: int = 200
    """Not 200: this error is answered, with `content` as its message."""
    first_ms: int = 0
    token_ms: int = 0
    cut: bool = False


@dataclass(frozen=True)
class Delivery:
    """A reply and how it arrives."""

    reply: Reply
    first_ms: int = 0
    """Wait before the first byte."""
    token_ms: int = 0
    """Wait before each further event of a stream."""
    cut: bool = False
    """The connection breaks half way."""


@dataclass(frozen=True)
class Refusal:
    """An error status with its body."""

    status: int
    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A success that is not what was asked for."""

    text: str
    media_type: str


@dataclass(frozen=True)
class Silence:
    """No answer for so long."""

    seconds: float


Action = Delivery | Refusal | Page | Silence


@dataclass
class Session:
    """What one fake model remembers: its script, how often each model was asked, and the requests."""

    script: deque[ScriptedReply] = field(default_factory=deque)
    asked: Counter[str] = field(default_factory=Counter)
    requests: deque[ChatRequest] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    embedded: Counter[str] = field(default_factory=Counter)
    """Texts a model was asked to embed and answered."""
    embeddings_left: dict[str, int] = field(default_factory=dict)
    """Requests for embeddings a model still answers; the next ones wait. A model that is not here answers all."""
    embeddings_waiting: Counter[str] = field(default_factory=Counter)

    def forget(self) -> None:
        """Start anew."""
        self.script.clear()
        self.asked.clear()
        self.requests.clear()
        self.embedded.clear()
        self.embeddings_left.clear()


def known(model: str) -> bool:
    """Whether a model of this name exists."""
    return _family(model)[0] in BEHAVIOURS


def act(request: ChatRequest, session: Session) -> Action:
    """What the named model does with the request."""
    session.asked[request.model] += 1
    family, numbers = _family(request.model)
    return BEHAVIOURS[family](request, session, numbers)


def _family(model: str) -> tuple[str, list[int]]:
    """`slow-300-20` is the family `slow` with the numbers 300 and 20; `error-500` is a family of its own."""
    if model in BEHAVIOURS:
        return model, []
    name, numbers = re.fullmatch(r"(.*?)((?:-\d+)*)", model, re.DOTALL).groups()  # type: ignore[union-attr] # always matches
    return name, [int(number) for number in numbers.split("-")[1:]]


def _good(request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    return Delivery(good.reply(request))


def _scripted(_request: ChatRequest, session: Session, _numbers: list[int]) -> Action:
    if not session.script:
        # A client must not retry into an empty script: the test that forgot a reply should fail at once.
        body = wire.error("The script is empty: post replies to /dev/script.", kind="server_error", code="script_empty")
        return Refusal(500, body, {"x-should-retry": "false"})
    step = session.script.popleft()
    if step.status != 200:
        return Refusal(step.status, wire.error(step.content, kind="server_error"))
    calls = tuple(
        Call(call.name, call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments, ensure_ascii=False))
        for call in step.tool_calls
    )
    return Delivery(Reply(step.content, calls), step.first_ms, step.token_ms, step.cut)


def _slow(request: ChatRequest, _session: Session, numbers: list[int]) -> Action:
    first, token = (numbers + [500, 50][len(numbers) :])[:2]
    return Delivery(good.reply(request), first_ms=first, token_ms=token)


def _rate_limited(request: ChatRequest, session: Session, numbers: list[int]) -> Action:
    """`rate-limited-N-MS`: refuses N times, each asking for a wait of MS; then behaves, and starts over."""
    times = numbers[0] if numbers else 2
    wait = numbers[1] if len(numbers) > 1 else RATE_LIMIT_MS
    if session.asked[request.model] > times:
        session.asked[request.model] = 0
        return Delivery(good.reply(request))
    headers = {"retry-after": str(-(-wait // 1000)), "retry-after-ms": str(wait)}
    body = wire.error("Rate limit reached; try again later.", kind="requests", code="rate_limit_exceeded")
    return Refusal(429, body, headers)


def _cut_stream(request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    return Delivery(good.reply(request), cut=True)


def _broken_json(request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    """Half a JSON text as a tool's arguments; without tools, as the body."""
    reply = good.reply(request)
    if reply.calls:
        broken = tuple(replace(call, arguments=call.arguments[: len(call.arguments) // 2]) for call in reply.calls)
        return Delivery(Reply(reply.text, broken))
    body = json.dumps(wire.completion(request, reply))
    return Page(body[: len(body) // 2], "application/json")


def _wrong_tool(request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    """Calls a tool that was not offered; once told so, behaves."""
    if request.offered and not any(message.role == "tool" for message in request.messages):
        return Delivery(Reply(calls=(Call("launch_rocket", '{"to": "moon"}'),)))
    return Delivery(good.reply(request))


def _endless_loop(request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    """Calls a tool again and again, whatever it returns."""
    asked = good.question(request)
    tool = good.choose(asked, request.offered)
    if tool is None:
        return Delivery(good.reply(request))
    arguments = good.arguments(tool, asked)
    return Delivery(Reply(calls=(Call(tool.name, json.dumps(arguments, ensure_ascii=False)),)))


def _alters_figures(request: ChatRequest, _session: Session, numbers: list[int]) -> Action:
    """A good answer whose first figure, or first N of `alters-figures-N`, has its first digit changed; marks are left alone."""
    reply = good.reply(request)

    def altered(match: re.Match[str]) -> str:
        return re.sub(r"\d", lambda digit: str(int(digit.group()) % 9 + 1), match.group(), count=1)

    return Delivery(replace(reply, text=FIGURE.sub(altered, reply.text, count=numbers[0] if numbers else 1)))


def _empty(_request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    return Delivery(Reply())


def _error_500(_request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    return Refusal(500, wire.error("The server had an error while processing your request.", kind="server_error"))


def _timeout(_request: ChatRequest, _session: Session, numbers: list[int]) -> Action:
    """`timeout-SECONDS`; ten minutes when unnamed."""
    return Silence(float(numbers[0]) if numbers else 600.0)


def _nonsense(_request: ChatRequest, _session: Session, _numbers: list[int]) -> Action:
    return Page(PAGE, "text/html")


BEHAVIOURS: dict[str, Callable[[ChatRequest, Session, list[int]], Action]] = {
    "good": _good,
    "scripted": _scripted,
    "slow": _slow,
    "rate-limited": _rate_limited,
    "cut-stream": _cut_stream,
    "broken-json": _broken_json,
    "wrong-tool": _wrong_tool,
    "endless-loop": _endless_loop,
    "alters-figures": _alters_figures,
    "empty": _empty,
    "error-500": _error_500,
    "timeout": _timeout,
    "nonsense": _nonsense,
}
