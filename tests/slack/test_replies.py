"""Replies that are long, cut off, or left behind by an attempt that died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.delivery import OutcomeUnknown
from integrations.dev.slack.workspace import TEAM, Fault
from integrations.outbound.slack_blocks import MAX_MARKDOWN
from integrations.slack.events import Said
from integrations.slack.manifest import manifest
from integrations.slack.replies import Replies, split
from integrations.slack.running import SlackDoor, over_socket
from integrations.slack.web import Web, web_client
from integrations.slack.wording import words_of
from integrations.translate import LANGUAGES
from tests.slack.conftest import Bench

LONG = "\n\n".join(f"Punto {number}: " + "palabra " * 200 for number in range(20))


def replies(bench: Bench, *, lease_s: float = 0.2) -> Replies:
    office = bench.office
    return Replies(Web(web_client(office.workspace.settings)), office.idempotency, office.clock, lease_s=lease_s)


def asked(bench: Bench) -> Said:
    event = bench.sender.mention("?")["event"]
    return Said(team=TEAM, channel="C0TEAM", user="U0ANA", text="?", ts=event["ts"])


@given(st.text(alphabet="ab \n", max_size=300), st.integers(min_value=5, max_value=50))
def test_pieces_fit_and_hold_every_word(text: str, longest: int) -> None:
    pieces = split(text, longest)

    assert all(len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_document_s_call_to_everybody_calls_nobody() -> None:
    assert split("churn < 4% <!channel> <@U1>") == ["churn < 4% &lt;!channel> &lt;@U1>"]


async def test_a_long_answer_is_several_replies_within_slack_s_limits(bench: Bench) -> None:
    said = asked(bench)

    await replies(bench).say(said, "k", LONG, again=False)

    found = bench.slack.answers("C0TEAM")
    assert [m["metadata"]["event_payload"] for m in found] == [{"key": "k", "part": n, "parts": 3} for n in (1, 2, 3)]
    assert all(len(m["text"]) <= MAX_MARKDOWN for m in found)
    assert all(f"Punto {number}:" in "".join(m["text"] for m in found) for number in range(20))


async def test_a_long_answer_cut_off_in_the_middle_is_completed(bench: Bench) -> None:
    said = asked(bench)
    bench.slack.faults.append(Fault("chat.stopStream", "slow", seconds=0))  # the first part is well
    bench.slack.faults.append(Fault("chat.stopStream", "disconnect"))
    with pytest.raises(OutcomeUnknown):
        await replies(bench).say(said, "k", LONG, again=False)
    await asyncio.sleep(1.2)

    receipt = await replies(bench).say(said, "k", LONG, again=True)

    found = bench.slack.answers("C0TEAM")
    assert [m["metadata"]["event_payload"]["part"] for m in found] == [1, 2, 3]
    assert receipt == f"C0TEAM/{found[0]['ts']}"
    assert await replies(bench).whole(said, "k") == receipt
    assert bench.slack.streaming == set()


async def test_two_dead_streams_in_one_thread_go_to_one_event_each(bench: Bench) -> None:
    said = asked(bench)
    channel = bench.slack.channels["C0TEAM"]
    for _ in range(2):
        left = bench.slack.post(channel, {"text": "La meta", "thread_ts": said.ts})
        bench.slack.streaming.add((channel.id, left["ts"]))
    await asyncio.sleep(1.2)

    await asyncio.gather(*(replies(bench).say(said, key, f"respuesta {key}", again=True) for key in ("a", "b")))

    assert sorted(m["text"] for m in bench.slack.answers("C0TEAM")) == ["respuesta a", "respuesta b"]


async def test_a_stream_that_is_still_young_is_left_to_who_writes_it(bench: Bench) -> None:
    said = asked(bench)
    channel = bench.slack.channels["C0TEAM"]
    young = bench.slack.post(channel, {"text": "La meta", "thread_ts": said.ts})
    bench.slack.streaming.add((channel.id, young["ts"]))

    await replies(bench, lease_s=60).say(said, "k", "respuesta", again=True)

    assert [m["text"] for m in bench.slack.answers("C0TEAM")] == ["La meta", "respuesta"]


async def test_a_thread_of_many_pages_is_read_to_its_end(bench: Bench) -> None:
    said = asked(bench)
    for number in range(450):
        bench.slack.post(bench.slack.channels["C0TEAM"], {"user": "U0LUIS", "text": str(number), "thread_ts": said.ts})
    receipt = await replies(bench).say(said, "k", "respuesta", again=False)

    assert await replies(bench).whole(said, "k") == receipt


@asynccontextmanager
async def on_socket(bench: Bench) -> AsyncIterator[str]:
    """The door over Socket Mode; gives the fake's own address."""
    stop = asyncio.Event()
    door = SlackDoor(bench.office, lease_s=3)
    task = asyncio.create_task(over_socket(bench.office, stop=stop, door=door))
    try:
        yield bench.sender.base
    finally:
        stop.set()
        await task


async def test_over_a_socket_an_event_is_acknowledged_and_answered(open_bench: Callable[..., Any]) -> None:
    with open_bench() as bench:
        payload = bench.sender.mention("¿cuál es la meta de churn en el mes 3?")
        envelope = {"type": "events_api", "envelope_id": "e1", "payload": payload, "accepts_response_payload": False}
        async with on_socket(bench) as base, httpx2.AsyncClient() as http:
            await _until(lambda: _sent(http, base, envelope))
            await asyncio.to_thread(bench.settled, payload)
            state = (await http.get(f"{base}/dev/state")).json()

        assert [ack["envelope_id"] for ack in state["acks"]] == ["e1"]
        assert "4%" in bench.answer(payload)


async def _sent(http: httpx2.AsyncClient, base: str, envelope: dict[str, Any]) -> bool:
    return (await http.post(f"{base}/dev/socket", json=envelope)).status_code == 200


async def _until(seen: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not await seen():
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


def test_the_manifest_asks_for_what_is_used() -> None:
    by_socket, by_http = manifest(), manifest("https://rumbo.example.com/")

    assert by_socket["settings"]["socket_mode_enabled"] is True
    assert "url" not in by_socket["features"]["slash_commands"][0]
    assert by_http["settings"]["interactivity"]["request_url"] == "https://rumbo.example.com/slack/events"
    assert by_http["settings"]["event_subscriptions"]["bot_events"] == by_socket["settings"]["event_subscriptions"]["bot_events"]


def test_the_bot_says_the_same_things_in_every_language() -> None:
    keys = {language: sorted(words_of(language)) for language in LANGUAGES}

    assert all(found == keys["en"] for found in keys.values())
