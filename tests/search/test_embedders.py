from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from copilot.domain.errors import OperatorMustFix
from retrieval.search.embedders import BATCH, OpenAIEmbedder

Reply = Callable[[dict[str, Any]], tuple[int, bytes]]


class Endpoint:
    """An embeddings endpoint on the loopback that answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.reply: Reply = good
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.requests.append(asked)
                endpoint.keys.append(self.headers["authorization"])
                status, body = endpoint.reply(asked)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def good(asked: dict[str, Any]) -> tuple[int, bytes]:
    # Out of order, as servers may answer; the vector is twice as long as it should be.
    rows = [{"object": "embedding", "index": at, "embedding": [2.0 * len(text), 0.0]} for at, text in enumerate(asked["input"])]
    told = {"object": "list", "model": asked["model"], "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    return 200, json.dumps(told).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.stop()


@pytest.fixture
def embedder(endpoint: Endpoint) -> Iterator[OpenAIEmbedder]:
    made = OpenAIEmbedder(model="org/Multi-Lingual:v2", base_url=endpoint.url, api_key="k", timeout_s=2.0, max_retries=0)
    yield made
    made.close()


def test_vectors_come_in_the_order_of_the_texts_with_length_one(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    assert embedder.embed(["a", "bb", "ccc"]) == [[1.0, 0.0]] * 3
    assert endpoint.requests[0] == {"model": "org/Multi-Lingual:v2", "input": ["a", "bb", "ccc"], "encoding_format": "float"}
    assert endpoint.keys[0] == "Bearer k"


def test_many_texts_go_in_several_requests(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    assert len(embedder.embed(["texto"] * (BATCH + 1))) == BATCH + 1
    assert [len(asked["input"]) for asked in endpoint.requests if asked["input"] != ["dimension"]] == [BATCH, 1]


def test_an_empty_text_is_not_sent_empty(embedder: OpenAIEmbedder, endpoint: Endpoint) -> None:
    embedder.embed([" "])

    assert endpoint.requests[0]["input"] == ["-"]


def test_the_name_fits_a_collection_and_the_dimension_is_the_endpoints(embedder: OpenAIEmbedder) -> None:
    assert embedder.name.startswith("org-multi-lingual-v2-")
    assert embedder.dimension == 2


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        pytest.param(lambda _: (401, b'{"error": {"message": "no"}}'), "embeddings_refused", id="wrong key"),
        pytest.param(lambda _: (500, b"oops"), "embeddings_refused", id="broken"),
        pytest.param(lambda _: (200, b"<html>hello</html>"), "embeddings_nonsense", id="not json"),
        pytest.param(lambda _: (200, b'{"data": []}'), "embeddings_nonsense", id="no vectors"),
        pytest.param(lambda _: (200, b'{"data": [{"index": 0, "embedding": ["x"]}]}'), "embeddings_nonsense", id="no numbers"),
        pytest.param(lambda _: (200, b"[]"), "embeddings_nonsense", id="another shape"),
    ],
)
def test_an_endpoint_in_trouble_is_named(embedder: OpenAIEmbedder, endpoint: Endpoint, reply: Reply, code: str) -> None:
    endpoint.reply = reply

    with pytest.raises(OperatorMustFix) as caught:
        embedder.embed(["a"])

    assert (caught.value.code, caught.value.params["url"]) == (code, endpoint.url)


def test_an_endpoint_that_is_down_is_named() -> None:
    embedder = OpenAIEmbedder(model="m", base_url="http://127.0.0.1:9/v1", timeout_s=1.0, max_retries=0)

    with pytest.raises(OperatorMustFix, match="embeddings_unavailable"):
        embedder.embed(["a"])
    embedder.close()
