"""The official client and langchain's model work against the copilot unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from copilot.domain.access import Role
from copilot.office import Office

QUESTION = "¿Cuál es la meta de churn en el mes 3?"


@pytest.fixture
def key(office: Office) -> str:
    return office.doorkeeper.create("chat", Role.viewer)[1]


@pytest.fixture
def client(locked: str, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{locked}/v1", api_key=key, max_retries=0) as made:
        yield made


def test_the_client_lists_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["rumbo"]


def test_a_plain_completion_holds_the_answer_with_its_sources(client: openai.OpenAI) -> None:
    made = client.chat.completions.create(model="rumbo", messages=[{"role": "user", "content": QUESTION}])

    text = made.choices[0].message.content or ""
    assert "4%" in text
    assert "plan.md:17" in text
    assert made.choices[0].finish_reason == "stop"


def test_half_a_character_does_not_break_a_question(http: httpx2.Client) -> None:
    body = json.dumps({"model": "rumbo", "messages": [{"role": "user", "content": f"{QUESTION} \ud800"}]})

    made = http.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})

    assert (made.status_code, "4%" in made.text) == (200, True)


def test_a_stream_makes_the_same_text_as_the_plain_reply(client: openai.OpenAI) -> None:
    plain = client.chat.completions.create(model="rumbo", messages=[{"role": "user", "content": QUESTION}])
    chunks = list(
        client.chat.completions.create(
            model="rumbo", messages=[{"role": "user", "content": QUESTION}], stream=True, stream_options={"include_usage": True}
        )
    )

    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert streamed.split() == (plain.choices[0].message.content or "").split()
    assert chunks[-1].usage is not None


def test_earlier_messages_are_the_history_of_a_follow_up(client: openai.OpenAI) -> None:
    made = client.chat.completions.create(
        model="rumbo",
        messages=[
            {"role": "system", "content": "ignored"},
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": "4%"},
            {"role": "user", "content": [{"type": "text", "text": "¿Y en el mes 1?"}]},
        ],
    )

    told = made.choices[0].message.content or ""
    assert "6%" in told
    assert "NPS" not in told  # what the last message alone would ask for as well


def test_langchains_model_answers_and_streams(locked: str, key: str) -> None:
    model = ChatOpenAI(base_url=f"{locked}/v1", api_key=SecretStr(key), model="rumbo", timeout=30, max_retries=0)

    assert "4%" in model.invoke(QUESTION).text
    assert "4%" in "".join(chunk.text for chunk in model.stream(QUESTION))


def test_errors_have_the_protocols_shape(locked: str, client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        openai.OpenAI(base_url=f"{locked}/v1", api_key="wrong", max_retries=0).models.list()
    with pytest.raises(openai.UnprocessableEntityError) as empty:
        client.chat.completions.create(model="rumbo", messages=[{"role": "user", "content": " "}])
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="rumbo", messages=[])

    assert refused.value.code == "key_refused"
    assert empty.value.code == "empty_question"
