"""A language model behind an endpoint: what it says arrives whole, and each way to fail has its own error."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from langchain_core.messages import HumanMessage
from pydantic import SecretStr

from copilot.domain.errors import OperatorMustFix
from copilot.llm.factory import ModelConfig, build_model
from integrations.dev.model import running

KEY = "test-key"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running(key=KEY) as url:
        yield url


def config(url: str, model: str, *, key: str = KEY, timeout_s: float = 5.0) -> ModelConfig:
    return ModelConfig(model=model, url=url, api_key=SecretStr(key), timeout_s=timeout_s, max_retries=0)


async def asked(made: ModelConfig) -> str:
    reply = await build_model(made).ainvoke([HumanMessage("¿Cuál es la meta de NPS?")])
    return reply.text


async def test_a_streamed_reply_arrives_whole_with_its_token_counts(endpoint: str) -> None:
    reply = await build_model(config(endpoint, "good")).ainvoke([HumanMessage("¿Cuál es la meta de NPS?")])

    assert "no lo dicen" in reply.text
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["output_tokens"] > 0


FAILURES = [
    pytest.param("error-500", "model_unavailable", "HTTP 500", id="server error"),
    pytest.param("rate-limited-9-1", "model_unavailable", "HTTP 429", id="rate limit"),
    pytest.param("nobody-of-that-name", "model_unavailable", "HTTP 404", id="unknown model"),
    pytest.param("timeout-30", "model_unavailable", "timed out", id="silence"),
    pytest.param("nonsense", "model_answered_nonsense", "", id="a web page"),
    pytest.param("empty", "model_answered_nonsense", "empty", id="nothing said"),
    pytest.param("broken-json", "model_answered_nonsense", "", id="half a reply"),
]


@pytest.mark.parametrize(("model", "code", "hint"), FAILURES)
async def test_a_failure_names_the_endpoint_and_what_happened(endpoint: str, model: str, code: str, hint: str) -> None:
    with pytest.raises(OperatorMustFix) as caught:
        await asked(config(endpoint, model, timeout_s=0.5))

    assert caught.value.code == code
    assert caught.value.params["endpoint"] == endpoint
    assert hint in str(caught.value.params["hint"])


async def test_a_stream_that_is_cut_is_not_taken_for_an_answer(endpoint: str) -> None:
    with pytest.raises(OperatorMustFix) as caught:
        await asked(config(endpoint, "cut-stream"))

    assert caught.value.code in ("model_unavailable", "model_answered_nonsense")


async def test_a_refused_key_is_told_apart_and_not_shown(endpoint: str) -> None:
    with pytest.raises(OperatorMustFix) as caught:
        await asked(config(endpoint, "good", key="wrong-key"))

    assert caught.value.code == "model_refused_key"
    assert "wrong-key" not in str(caught.value)


async def test_an_endpoint_that_is_down_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]

    with pytest.raises(OperatorMustFix) as caught:
        await asked(config(f"http://127.0.0.1:{port}/v1", "good"))

    assert (caught.value.code, caught.value.params["hint"]) == ("model_unavailable", "no connection")


def test_an_endpoint_without_a_key_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(OperatorMustFix, match="model_key_missing"):
        build_model(ModelConfig(model="gpt-4o"))
