"""The model client's way of sending: failures have the client library's names, connections end with their event loop."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import httpx2
import pytest

from copilot.llm.transport import AiohttpTransport
from integrations.dev.model import running


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running() as url:
        yield url


def client(**more: float) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=AiohttpTransport(), timeout=more.get("timeout", 30.0))


def asking(model: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "¿Cuál es la meta de NPS?"}], "stream": True}


async def test_a_request_arrives_with_its_body_and_comes_back_with_status_and_headers(endpoint: str) -> None:
    async with client() as http:
        answer = await http.post(f"{endpoint}/chat/completions", json=asking("nobody"))

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert "nobody" in answer.json()["error"]["message"]


async def test_a_refused_connection_is_a_connect_error() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with client() as http:
            with pytest.raises(httpx2.ConnectError):
                await http.get(f"http://127.0.0.1:{port}/")


async def test_a_body_that_is_cut_is_a_protocol_error(endpoint: str) -> None:
    async with client() as http:
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.post(f"{endpoint}/chat/completions", json=asking("cut-stream"))


async def test_silence_is_a_read_timeout(endpoint: str) -> None:
    async with client(timeout=0.3) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.post(f"{endpoint}/chat/completions", json=asking("timeout-30"))


async def test_an_address_that_is_none_is_a_protocol_that_is_not_spoken() -> None:
    async with client() as http:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await http.get("ftp://127.0.0.1/")


def test_one_client_serves_several_event_loops_and_leaves_nothing_open(
    endpoint: str, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    http = client()

    async def listed() -> int:
        return (await http.get(f"{endpoint}/models")).status_code

    with caplog.at_level(logging.WARNING, logger="asyncio"):
        assert [asyncio.run(listed()) for _ in range(2)] == [200, 200]

    assert not caplog.records
    assert not [warning for warning in recwarn if issubclass(warning.category, ResourceWarning)]


async def test_a_second_request_of_a_loop_takes_the_same_connection() -> None:
    ports = []

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with client() as http:
        assert [(await http.get(address)).text for _ in range(2)] == ["ok", "ok"]
    server.close()
    await server.wait_closed()

    assert len(ports) == 1
