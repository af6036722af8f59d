"""A reply put together from the events of its stream, as endpoints really send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from copilot.llm.reply import NotACompletion, StreamedReply


def event(delta: dict[str, Any], finish: str | None = None, **beside: Any) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **beside})


def call(part: str, *, index: int | None = 0, **head: Any) -> str:
    place = {} if index is None else {"index": index}
    return event({"tool_calls": [{**place, **head, "function": {"arguments": part, **({"name": "f"} if head else {})}}]})


def read(*lines: str) -> StreamedReply:
    reply = StreamedReply()
    for line in lines:
        reply.take(line)
    return reply


def message(reply: StreamedReply) -> dict[str, Any]:
    told: dict[str, Any] = reply.completion()["choices"][0]["message"]
    return told


def test_text_is_joined_in_order() -> None:
    reply = read(
        event({"role": "assistant", "content": ""}), event({"content": "Ho"}), event({"content": "la"}, "stop"), "data: [DONE]"
    )

    assert message(reply)["content"] == "Hola"
    assert reply.is_whole


def test_arguments_of_a_call_are_joined_and_calls_kept_apart() -> None:
    reply = read(call("", id="a"), call('{"x"'), call(": 1}"), call("{}", index=1, id="b"), event({}, "tool_calls"))

    calls = message(reply)["tool_calls"]
    assert [(one["id"], one["function"]["arguments"]) for one in calls] == [("a", '{"x": 1}'), ("b", "{}")]


def test_calls_without_an_index_are_each_their_own() -> None:
    reply = read(call("{}", index=None, id="a"), call("{}", index=None, id="b"), event({}, "tool_calls"))

    assert [one["id"] for one in message(reply)["tool_calls"]] == ["a", "b"]


def test_tokens_come_from_the_last_event_that_tells_them() -> None:
    reply = read(event({"content": "x"}, "stop", usage=None), 'data: {"choices": [], "usage": {"prompt_tokens": 7}}')

    assert reply.completion()["usage"] == {"prompt_tokens": 7}


@pytest.mark.parametrize("line", [": keep-alive", "", "event: ping"])
def test_a_line_that_only_keeps_the_connection_open_is_no_event(line: str) -> None:
    reply = StreamedReply()

    assert not reply.take(line)
    assert not reply.began


def test_a_stream_without_an_end_is_not_whole() -> None:
    assert not read(event({"content": "La meta es"})).is_whole


@pytest.mark.parametrize(
    "line",
    ['data: {"error": {"message": "overloaded"}}', "data: {half", "data: [1]"],
    ids=["an error inside", "no JSON", "a list"],
)
def test_what_is_no_completion_is_refused(line: str) -> None:
    with pytest.raises(NotACompletion):
        read(line)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_lines_are_read_whole_wherever_the_stream_is_cut_into_parts(size: int) -> None:
    told = "\r\n\r\n".join([event({"content": "años "}), ": waiting", event({"content": "más"}, "stop"), "data: [DONE]"]).encode()
    reply = StreamedReply()

    heard = [reply.feed(told[start : start + size]) for start in range(0, len(told), size)]
    reply.end()

    assert message(reply)["content"] == "años más"
    assert any(heard)
    assert reply.is_whole


def test_a_part_of_comments_alone_is_no_event() -> None:
    assert not StreamedReply().feed(b": waiting\n\n: still\n\n")
