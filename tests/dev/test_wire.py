"""The protocol's bodies as values: a stream holds what the plain reply holds, vectors are what they claim to be."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from integrations.dev import wire
from integrations.dev.wire import Call, ChatRequest, Message, Reply

REPLIES = st.builds(
    Reply,
    text=st.text(max_size=80),
    calls=st.lists(
        st.builds(Call, name=st.from_regex(r"[a-z_]{1,12}", fullmatch=True), arguments=st.text(max_size=60)), max_size=3
    ).map(tuple),
)


def request(*, usage: bool = True) -> ChatRequest:
    options = wire.StreamOptions(include_usage=usage)
    return ChatRequest(model="good", messages=[Message(role="user", content="?")], stream=True, stream_options=options)


@given(REPLIES)
def test_the_pieces_of_a_stream_join_to_the_plain_reply(reply: Reply) -> None:
    plain = wire.completion(request(), reply)["choices"][0]
    calls: dict[int, wire.Body] = {}
    text, ends = "", []

    for event in wire.chunks(request(), reply):
        for choice in event["choices"]:
            text += choice["delta"].get("content") or ""
            ends += [choice["finish_reason"]] if choice["finish_reason"] else []
            for part in choice["delta"].get("tool_calls", ()):
                call = calls.setdefault(
                    part["index"], {"id": part.get("id"), "name": part["function"].get("name"), "arguments": ""}
                )
                call["arguments"] += part["function"]["arguments"]

    assert text == (plain["message"]["content"] or "")
    assert ends == [plain["finish_reason"]]
    assert list(calls.values()) == [{"id": call["id"], **call["function"]} for call in plain["message"].get("tool_calls", ())]


@given(REPLIES)
def test_usage_comes_last_and_only_when_asked_for(reply: Reply) -> None:
    with_usage = list(wire.chunks(request(), reply))
    without = list(wire.chunks(request(usage=False), reply))

    assert with_usage[-1]["choices"] == []
    assert with_usage[-1]["usage"]["total_tokens"] > 0
    assert all(event["usage"] is None for event in with_usage[:-1])
    assert not any("usage" in event for event in without)


@given(st.text(max_size=200), st.integers(min_value=1, max_value=64))
def test_every_text_has_a_unit_vector_of_the_asked_length(text: str, dimensions: int) -> None:
    vector = wire.embed(text, dimensions)

    assert len(vector) == dimensions
    assert math.isclose(sum(x * x for x in vector), 1.0, rel_tol=1e-9)
