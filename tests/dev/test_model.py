"""The fake model endpoint, asked by the official clients."""

from __future__ import annotations

import base64
import json
import struct
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai.types.chat import ChatCompletionToolUnionParam
from pydantic import SecretStr

from copilot.domain.errors import OperatorMustFix
from integrations.dev.model import running, serve

QUESTION = "¿Cuál es la meta de NPS en el Mes 6?"
ROWS = {"rows": [{"name": "NPS", "period": "Mes 6", "value": "52", "document": "plan.md", "e": ["e1"]}], "note": None}
TOOLS: list[ChatCompletionToolUnionParam] = [
    {
        "type": "function",
        "function": {
            "name": "find_kpis",
            "description": "Metric values.",
            "parameters": {
                "type": "object",
                "properties": {"metric": {"type": "string"}, "period": {"type": "string"}, "limit": {"type": "integer"}},
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "search_passages",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    },
]


@tool
def find_kpis(metric: str, period: str = "") -> str:
    """Metric values of the plan."""
    return json.dumps(ROWS | {"note": f"{metric} {period}"})


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="any", max_retries=0, timeout=60) as client:
        client.delete("http://" + base_url.split("/")[2] + "/dev/state", cast_to=dict[str, bool])
        yield client


def asked(client: openai.OpenAI, model: str, **options: Any) -> openai.types.chat.ChatCompletion:
    reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": QUESTION}], **options)
    assert isinstance(reply, openai.types.chat.ChatCompletion)
    return reply


def told(call_id: str, result: object = ROWS) -> Any:
    call = {"id": call_id, "type": "function", "function": {"name": "find_kpis", "arguments": "{}"}}
    return [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": json.dumps(result)},
    ]


def script(base_url: str, *replies: dict[str, Any]) -> httpx2.Response:
    return httpx2.post(base_url.removesuffix("/v1") + "/dev/script", json=list(replies))


def test_good_calls_the_tool_that_the_words_of_the_question_name(client: openai.OpenAI) -> None:
    choice = asked(client, "good", tools=TOOLS).choices[0]

    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    call = choice.message.tool_calls[0]
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == ("find_kpis", {"metric": "NPS", "period": "Mes 6"})


def test_good_quotes_rows_with_their_evidence_marks(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="good", messages=told("call_1"), tools=TOOLS)

    assert reply.choices[0].message.content == "- NPS; Mes 6; 52 [e1]"
    assert reply.choices[0].finish_reason == "stop"


def test_good_tells_a_calculation_with_its_mark(client: openai.OpenAI) -> None:
    made = {"id": "c1", "name": "total", "formula": "20 + 40", "result": 60, "unit": "USD"}

    reply = client.chat.completions.create(model="good", messages=told("call_1", {"calculations": [made]}), tools=TOOLS)

    assert reply.choices[0].message.content == "- total: 60 USD [c1]"


def test_good_searches_when_the_first_tool_finds_nothing(client: openai.OpenAI) -> None:
    nothing = told("call_1", {"rows": [], "note": "nothing matches"})

    calls = client.chat.completions.create(model="good", messages=nothing, tools=TOOLS).choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"

    assert calls[0].function.name == "search_passages"


def test_good_says_that_it_cannot_answer_when_no_tool_is_offered(client: openai.OpenAI) -> None:
    answer = asked(client, "good").choices[0].message.content

    assert answer == "[unanswered] Los documentos no lo dicen."


def test_a_streamed_answer_is_the_plain_one_in_pieces_and_ends_with_usage(client: openai.OpenAI) -> None:
    options: dict[str, Any] = {"model": "good", "messages": told("call_1"), "tools": TOOLS}
    plain = client.chat.completions.create(**options)

    events = list(client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **options))

    pieces = [event.choices[0].delta.content for event in events[:-1] if event.choices[0].delta.content]
    assert "".join(pieces) == plain.choices[0].message.content
    assert len(pieces) > 1
    assert [event.choices[0].finish_reason for event in events[:-1] if event.choices[0].finish_reason] == ["stop"]
    assert events[-1].choices == []
    assert events[-1].usage == plain.usage


def test_streamed_tool_call_arguments_come_in_fragments_that_join_to_json(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model="good", messages=[{"role": "user", "content": QUESTION}], tools=TOOLS) as stream:
        final = stream.get_final_completion()

    assert final.choices[0].finish_reason == "tool_calls"
    assert final.choices[0].message.tool_calls is not None
    assert json.loads(final.choices[0].message.tool_calls[0].function.arguments) == {"metric": "NPS", "period": "Mes 6"}


def test_a_stream_ends_with_done(base_url: str) -> None:
    body = {"model": "good", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}

    reply = httpx2.post(f"{base_url}/chat/completions", json=body)

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.text.endswith("data: [DONE]\n\n")


async def test_chat_openai_of_langchain_streams_tool_calls_and_answers_from_their_results(base_url: str) -> None:
    chat = ChatOpenAI(
        model="good", base_url=base_url, api_key=SecretStr("any"), timeout=60, stream_usage=True, use_responses_api=False
    )
    model = chat.bind_tools([find_kpis])
    question = HumanMessage(QUESTION)
    chunks = [chunk async for chunk in model.astream([question])]
    first = sum(chunks[1:], start=chunks[0])
    call = first.tool_calls[0]

    answer = await model.ainvoke([question, first, ToolMessage(find_kpis.invoke(call["args"]), tool_call_id=call["id"])])

    assert call["args"] == {"metric": "NPS", "period": "Mes 6"}
    assert first.usage_metadata is not None
    assert answer.content == "- NPS; Mes 6; 52 [e1]"


def test_scripted_replays_replies_in_order_and_then_fails_for_good(client: openai.OpenAI, base_url: str) -> None:
    script(base_url, {"content": "primero"}, {"tool_calls": [{"name": "find_kpis", "arguments": {"metric": "CAC"}}]})

    first, second = asked(client, "scripted"), asked(client, "scripted")

    assert first.choices[0].message.content == "primero"
    assert second.choices[0].finish_reason == "tool_calls"
    with pytest.raises(openai.InternalServerError, match="script is empty"):
        asked(client, "scripted")


def test_a_script_that_is_not_one_is_refused(base_url: str) -> None:
    reply = script(base_url, {"says": "hello"})

    assert reply.status_code == 400
    assert "says" in reply.json()["error"]["message"]


def test_slow_waits_before_the_first_token_and_between_tokens(client: openai.OpenAI) -> None:
    began = time.monotonic()
    arrivals = [time.monotonic() - began for _ in asked_stream(client, "slow-120-15")]

    assert arrivals[0] >= 0.12
    assert arrivals[-1] >= 0.12 + 0.015 * (len(arrivals) - 1)


def asked_stream(client: openai.OpenAI, model: str) -> openai.Stream[openai.types.chat.ChatCompletionChunk]:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": QUESTION}], stream=True)


def test_rate_limited_refuses_as_often_as_its_name_says_then_behaves(client: openai.OpenAI) -> None:
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as refused:
            asked(client, "rate-limited-2-20")
        assert refused.value.response.headers["retry-after-ms"] == "20"

    assert asked(client, "rate-limited-2-20").choices[0].finish_reason == "stop"


def test_the_official_client_outlasts_a_rate_limit_by_retrying(base_url: str) -> None:
    with openai.OpenAI(base_url=base_url, api_key="any", max_retries=2, timeout=60) as patient:
        assert asked(patient, "rate-limited-2-10").choices


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_cut_stream_breaks_the_connection_half_way(client: openai.OpenAI, stream: bool) -> None:
    with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
        list(client.chat.completions.create(model="cut-stream", messages=[{"role": "user", "content": QUESTION}], stream=stream))


def test_broken_json_sends_half_of_the_arguments(client: openai.OpenAI) -> None:
    calls = asked(client, "broken-json", tools=TOOLS).choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"

    with pytest.raises(json.JSONDecodeError):
        json.loads(calls[0].function.arguments)


def test_wrong_tool_calls_one_that_was_not_offered(client: openai.OpenAI) -> None:
    calls = asked(client, "wrong-tool", tools=TOOLS).choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].type == "function"

    assert calls[0].function.name not in {"find_kpis", "search_passages"}


def test_endless_loop_calls_again_whatever_the_tool_returned(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="endless-loop", messages=told("call_1"), tools=TOOLS)

    assert reply.choices[0].finish_reason == "tool_calls"


def test_alters_figures_changes_a_digit_and_no_evidence_mark(client: openai.OpenAI) -> None:
    rows = {"rows": [{"text": "MRR de $120K en el Mes 6", "e": ["e1"]}]}

    reply = client.chat.completions.create(model="alters-figures", messages=told("call_1", rows), tools=TOOLS)

    assert reply.choices[0].message.content == "- MRR de $220K en el Mes 6 [e1]"


def test_empty_says_nothing_at_all(client: openai.OpenAI) -> None:
    message = asked(client, "empty", tools=TOOLS).choices[0].message

    assert (message.content, message.tool_calls) == ("", None)


def test_error_500_is_an_error_of_the_protocol(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as failed:
        asked(client, "error-500")

    assert failed.value.type == "server_error"


def test_timeout_answers_nothing_within_the_clients_patience(base_url: str) -> None:
    with openai.OpenAI(base_url=base_url, api_key="any", max_retries=0, timeout=0.2) as hasty:
        with pytest.raises(openai.APITimeoutError):
            asked(hasty, "timeout")


def test_nonsense_is_a_page_with_the_status_of_success(base_url: str) -> None:
    body = {"model": "nonsense", "messages": [{"role": "user", "content": QUESTION}]}

    reply = httpx2.post(f"{base_url}/chat/completions", json=body)

    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, "text/html")


def test_models_are_listed_and_found_by_name(client: openai.OpenAI) -> None:
    assert {"good", "scripted", "timeout", "hashed"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("slow-300-20").id == "slow-300-20"


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        asked(client, "gpt-of-dreams")

    assert missing.value.code == "model_not_found"


def test_equal_texts_have_equal_unit_vectors_and_shared_words_lie_closer(client: openai.OpenAI) -> None:
    texts = ["churn mensual", "churn mensual", "churn anual", "contratar personal"]
    vectors = [row.embedding for row in client.embeddings.create(model="hashed", input=texts).data]

    def alike(a: int, b: int) -> float:
        return sum(x * y for x, y in zip(vectors[a], vectors[b], strict=True))

    assert vectors[0] == vectors[1]
    assert alike(0, 0) == pytest.approx(1, abs=1e-6)
    assert alike(0, 2) > alike(0, 3)


def test_vectors_as_base64_hold_the_same_numbers_as_floats(base_url: str) -> None:
    body = {"model": "hashed", "input": ["meta de NPS"], "dimensions": 64}
    floats = httpx2.post(f"{base_url}/embeddings", json=body).json()["data"][0]["embedding"]

    packed = httpx2.post(f"{base_url}/embeddings", json=body | {"encoding_format": "base64"}).json()["data"][0]["embedding"]

    assert struct.unpack("<64f", base64.b64decode(packed)) == pytest.approx(floats, abs=1e-6)


def test_embeddings_of_langchain_work_unchanged(base_url: str) -> None:
    embedder = OpenAIEmbeddings(
        model="hashed", openai_api_base=base_url, openai_api_key=SecretStr("any"), check_embedding_ctx_length=False, dimensions=32
    )

    assert [len(vector) for vector in embedder.embed_documents(["uno", "dos"])] == [32, 32]


def test_a_wrong_key_is_refused_and_the_right_one_let_in() -> None:
    with running(key="s3cret") as url:
        with (
            openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as stranger,
            pytest.raises(openai.AuthenticationError) as no,
        ):
            asked(stranger, "good")
        with openai.OpenAI(base_url=url, api_key="s3cret", max_retries=0) as friend:
            welcome = asked(friend, "good")

    assert no.value.code == "invalid_api_key"
    assert welcome.choices


@pytest.mark.parametrize(
    ("body", "param"),
    [
        pytest.param({"model": "good"}, "messages", id="no messages"),
        pytest.param({"model": "good", "messages": []}, "messages", id="empty messages"),
        pytest.param({"model": "good", "messages": [{"role": "king", "content": "?"}]}, "messages.0.role", id="unknown role"),
        pytest.param({"model": "good", "messages": told("call_1")[1:2]}, "messages", id="call without a result"),
        pytest.param({"model": "good", "messages": told("call_1")[2:]}, "messages", id="result without a call"),
    ],
)
def test_a_bad_request_is_refused_in_the_protocols_words(base_url: str, body: dict[str, Any], param: str) -> None:
    reply = httpx2.post(f"{base_url}/chat/completions", json=body)

    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param
    assert reply.json()["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_not_json_and_a_page_that_is_not_there_are_errors_of_the_protocol(base_url: str) -> None:
    broken = httpx2.post(f"{base_url}/chat/completions", content=b'{"model": ', headers={"content-type": "application/json"})
    absent = httpx2.get(f"{base_url}/nowhere")

    assert (broken.status_code, absent.status_code) == (400, 404)
    assert broken.json()["error"]["message"]
    assert absent.json()["error"]["code"] == "unknown_url"


def test_requests_are_kept_for_those_who_test(client: openai.OpenAI, base_url: str) -> None:
    asked(client, "good", temperature=0.5)

    kept = httpx2.get(base_url.removesuffix("/v1") + "/dev/requests").json()

    assert [(body["model"], body["temperature"]) for body in kept] == [("good", 0.5)]


def test_an_open_address_without_a_key_is_refused() -> None:
    with pytest.raises(OperatorMustFix) as refused:
        serve("0.0.0.0", 0)

    assert refused.value.code == "open_address"
