"""Questions over HTTP: JSON, server-sent events, conversations, search; problems where something is wrong."""

from __future__ import annotations

import json

import httpx2
import pytest

QUESTION = "¿Cuál es la meta de churn en el mes 3?"


def test_an_answer_is_cited_json_with_a_request_id(http: httpx2.Client) -> None:
    response = http.post("/v1/ask", json={"question": QUESTION}, headers={"X-Request-Id": "abc-1"})

    told = response.json()
    assert "4%" in told["answer"]
    assert told["answered"] is True
    assert (told["citations"][0]["document"], told["citations"][0]["lines"]) == ("plan.md", [17, 17])
    assert response.headers["x-request-id"] == "abc-1"


def test_a_stream_ends_with_the_answer_its_sentences_make(http: httpx2.Client) -> None:
    with http.stream("POST", "/v1/ask", json={"question": QUESTION, "stream": True}) as response:
        events = [block.split("\n", 1) for block in response.read().decode().strip().split("\n\n")]

    kinds = [head.removeprefix("event: ") for head, _ in events]
    bodies = [json.loads(body.removeprefix("data: ")) for _, body in events]
    assert kinds[-1] == "answer"
    assert "tool_started" in kinds
    sentences = "".join(body["text"] for kind, body in zip(kinds, bodies, strict=True) if kind == "sentence")
    assert sentences.strip() == bodies[-1]["answer"]["answer"].strip()


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
def test_a_stream_that_cannot_begin_is_a_plain_refusal(http: httpx2.Client, path: str) -> None:
    body = {"question": " "} if path == "/v1/ask" else {"messages": [{"role": "user", "content": " "}]}

    response = http.post(path, json={**body, "stream": True})

    assert response.status_code == 422
    assert "json" in response.headers["content-type"]


def test_a_client_that_leaves_in_the_middle_of_a_stream_leaves_the_server_well(http: httpx2.Client, url: str) -> None:
    for _ in range(5):
        with httpx2.stream("POST", f"{url}/v1/ask", json={"question": QUESTION, "stream": True}, timeout=60) as response:
            next(response.iter_bytes())

    assert http.post("/v1/ask", json={"question": QUESTION}).status_code == 200


def test_a_conversation_is_kept_listed_continued_and_deleted(http: httpx2.Client) -> None:
    first = http.post("/v1/ask", json={"question": QUESTION}).json()
    key = first["conversation_id"]
    http.post("/v1/ask", json={"question": "¿Y en el mes 1?", "conversation_id": key})

    assert [row["turns"] for row in http.get("/v1/conversations").json()] == [2]
    assert [turn["user"] for turn in http.get(f"/v1/conversations/{key}").json()["turns"]] == [QUESTION, "¿Y en el mes 1?"]
    assert http.delete(f"/v1/conversations/{key}").status_code == 204
    assert http.get("/v1/conversations").json() == []
    assert http.delete(f"/v1/conversations/{key}").status_code == 404


def test_search_finds_the_passage_with_its_lines(http: httpx2.Client) -> None:
    hit = http.get("/v1/search", params={"q": "convenio proveedor"}).json()[0]

    assert hit["document"] == "plan.md"
    assert "convenio" in hit["text"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"{", 400, "bad_json", id="broken JSON"),
        pytest.param(b"[1]", 422, "invalid_request", id="not an object"),
        pytest.param(b'{"question": 5}', 422, "invalid_request", id="wrong type"),
        pytest.param(b'{"question": "x", "colour": 1}', 422, "invalid_request", id="unknown field"),
        pytest.param(b'{"question": "  "}', 422, "empty_question", id="empty question"),
        pytest.param(b'{"question": "' + b"x" * 100_000 + b'"}', 422, "question_too_long", id="long question"),
        pytest.param(b'{"question": "' + b"x" * 2_000_000 + b'"}', 413, "body_too_large", id="huge body"),
        pytest.param(b'{"question": "x", "documents": ["no.md"]}', 404, "unknown_document", id="unknown document"),
        pytest.param(b"\xff\xfe", 400, "bad_json", id="no text"),
    ],
)
def test_a_bad_request_is_a_problem_that_says_what_to_do(http: httpx2.Client, body: bytes, status: int, code: str) -> None:
    response = http.post("/v1/ask", content=body, headers={"content-type": "application/json", "accept-language": "es"})

    told = response.json()
    assert (response.status_code, told["title"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert told["request_id"] == response.headers["x-request-id"]
    assert told["detail"]


def test_a_body_without_a_length_is_cut_at_the_limit(url: str) -> None:
    def parts() -> object:
        yield b'{"question": "'
        for _ in range(30):
            yield b"x" * 100_000

    response = httpx2.post(f"{url}/v1/ask", content=parts(), headers={"content-type": "application/json"}, timeout=30)  # type: ignore[arg-type]

    assert response.status_code == 413


def test_problems_speak_the_readers_language(http: httpx2.Client) -> None:
    told = {
        language: http.post("/v1/ask", json={"question": ""}, headers={"accept-language": language}).json()["detail"]
        for language in ("es", "en", "pt-BR", "fr")
    }

    assert len(set(told.values())) == 4


def test_an_unknown_path_is_a_problem_too(http: httpx2.Client) -> None:
    response = http.get("/v1/nothing")

    assert (response.status_code, response.json()["title"]) == (404, "not_found")
