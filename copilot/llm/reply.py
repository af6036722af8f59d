"""A streamed chat completion, put together from its events.

Owns the form of the protocol's events and when a reply counts as whole. Knows no client and no network. The client library
makes a checked object of every event; with a hundred conversations at once that is most of what a turn costs.
"""

from __future__ import annotations

import json
from typing import Any

Body = dict[str, Any]

DATA = "data:"
DONE = "[DONE]"


class NotACompletion(ValueError):
    """What came is not in the protocol's form, or it tells of an error."""


class StreamedReply:
    """Takes an event stream as it comes and gives the completion it makes."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.calls: dict[int, Body] = {}
        self.finish_reason: str | None = None
        self.usage: Body | None = None
        self.model = ""
        self.began = False
        """Whether there was any event; a web page has none."""
        self._begun = b""
        """Of a line whose end has not come yet."""

    def feed(self, part: bytes) -> bool:
        """Read the lines that a part ends; whether one of them was an event. Raises NotACompletion."""
        lines = (self._begun + part).splitlines(keepends=True)
        self._begun = lines.pop() if lines and lines[-1][-1:] not in (b"\n", b"\r") else b""
        return any([self.take(line.decode(errors="replace")) for line in lines])

    def end(self) -> None:
        """Read what the stream ended with, if that was no whole line. Raises NotACompletion."""
        self.feed(b"\n")

    def take(self, line: str) -> bool:
        """Read one line; whether it was an event and not a comment that keeps the line open. Raises NotACompletion."""
        if not line.startswith(DATA):
            return False
        self.began = True
        data = line[len(DATA) :].strip()
        if data == DONE:
            return True
        try:
            event = json.loads(data)
        except ValueError as error:
            raise NotACompletion("an event is not JSON") from error
        if not isinstance(event, dict) or event.get("error"):
            raise NotACompletion("the stream tells of an error")
        self._take_event(event)
        return True

    @property
    def is_whole(self) -> bool:
        """Whether the reply was ended by the model and not by the line."""
        return self.finish_reason is not None

    @property
    def says_something(self) -> bool:
        """Whether there is text or a tool call."""
        return bool(self.calls) or any(self.text)

    def completion(self) -> Body:
        """The body a plain request would have been answered with."""
        message: Body = {"role": "assistant", "content": "".join(self.text)}
        if self.calls:
            message["tool_calls"] = [self.calls[index] for index in sorted(self.calls)]
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return {"model": self.model, "choices": [choice], "usage": self.usage}

    def _take_event(self, event: Body) -> None:
        self.usage = event.get("usage") or self.usage
        self.model = event.get("model") or self.model
        for choice in event.get("choices") or ():
            if choice.get("index"):
                continue
            self.finish_reason = choice.get("finish_reason") or self.finish_reason
            delta = choice.get("delta") or {}
            if isinstance(delta.get("content"), str):
                self.text.append(delta["content"])
            for part in delta.get("tool_calls") or ():
                self._take_call(part)

    def _take_call(self, part: Body) -> None:
        # Some endpoints send whole calls without an index; each is then a call of its own.
        index = part.get("index")
        place = len(self.calls) if index is None else int(index)
        call = self.calls.setdefault(place, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        call["id"] = part.get("id") or call["id"]
        function = part.get("function") or {}
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""
