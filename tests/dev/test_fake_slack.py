"""The fake Slack answers the official client as Slack does, and refuses what Slack refuses."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from integrations.dev.slack.sender import Sender, event_payload
from integrations.dev.slack.server import running
from integrations.dev.slack.workspace import Fault, Workspace


@pytest.fixture
def slack() -> Iterator[tuple[Workspace, str]]:
    with running() as (workspace, url):
        yield workspace, url


def client(slack: tuple[Workspace, str], **kwargs: Any) -> AsyncWebClient:
    return AsyncWebClient(token=slack[0].token, base_url=slack[1], retry_handlers=[], **kwargs)


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as err:
        await call
    return str(err.value.response["error"])


async def test_a_posted_message_is_in_the_history_with_its_metadata(slack: tuple[Workspace, str]) -> None:
    web_client = client(slack)
    key = {"event_type": "rumbo_status", "event_payload": {"key": "plan:2026-W47"}}

    posted = await web_client.chat_postMessage(channel="#equipo", text="Hola", metadata=key)
    with_metadata = await web_client.conversations_history(channel="C0TEAM", include_all_metadata=True)
    without = await web_client.conversations_history(channel="C0TEAM")

    assert with_metadata["messages"][0]["ts"] == posted["ts"]
    assert with_metadata["messages"][0]["metadata"] == key
    assert "metadata" not in without["messages"][0]


async def test_history_comes_in_pages_newest_first_without_replies(slack: tuple[Workspace, str]) -> None:
    web_client = client(slack)
    stamps = [(await web_client.chat_postMessage(channel="C0TEAM", text=str(n)))["ts"] for n in range(5)]
    await web_client.chat_postMessage(channel="C0TEAM", text="reply", thread_ts=stamps[0])

    first = await web_client.conversations_history(channel="C0TEAM", limit=3)
    second = await web_client.conversations_history(channel="C0TEAM", limit=3, cursor=first["response_metadata"]["next_cursor"])

    assert [m["text"] for m in first["messages"] + second["messages"]] == ["4", "3", "2", "1", "0"]
    assert [m["text"] for m in (await web_client.conversations_replies(channel="C0TEAM", ts=stamps[0]))["messages"]] == [
        "0",
        "reply",
    ]


async def test_a_stream_grows_and_cannot_be_appended_to_after_its_end(slack: tuple[Workspace, str]) -> None:
    web_client = client(slack)
    root = (await web_client.chat_postMessage(channel="C0TEAM", text="?"))["ts"]

    started = await web_client.chat_startStream(
        channel="C0TEAM", thread_ts=root, markdown_text="uno ", recipient_user_id="U0ANA", recipient_team_id="T0DEV"
    )
    await web_client.chat_appendStream(channel="C0TEAM", ts=started["ts"], markdown_text="dos")
    await web_client.chat_stopStream(channel="C0TEAM", ts=started["ts"])

    assert slack[0].answers("C0TEAM")[-1]["text"] == "uno dos"
    again = web_client.chat_appendStream(channel="C0TEAM", ts=started["ts"], markdown_text="tres")
    assert await refusal(again) == "message_not_in_streaming_state"


@pytest.mark.filterwarnings("ignore:The top-level `text` argument")  # the client's own advice
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"channel": "C0NONE", "text": "x"}, "channel_not_found", id="unknown channel"),
        pytest.param({"channel": "C0TEAM", "text": "", "blocks": []}, "no_text", id="nothing to say"),
        pytest.param({"channel": "C0TEAM", "text": "x" * 40_001}, "msg_too_long", id="long text"),
        pytest.param({"channel": "C0TEAM", "markdown_text": "x" * 12_001}, "msg_too_long", id="long markdown"),
        pytest.param({"channel": "C0TEAM", "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks", id="51 blocks"),
        pytest.param(
            {"channel": "C0TEAM", "text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}]},
            "invalid_blocks",
            id="long section",
        ),
        pytest.param(
            {
                "channel": "C0TEAM",
                "text": "x",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2900}}] * 5,
            },
            "msg_blocks_too_long",
            id="long in all",
        ),
        pytest.param(
            {"channel": "C0TEAM", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format", id="bad metadata"
        ),
        pytest.param({"channel": "C0TEAM", "text": "x", "thread_ts": "1.1"}, "thread_not_found", id="unknown thread"),
    ],
)
async def test_what_slack_refuses_is_refused_with_its_error(
    slack: tuple[Workspace, str], arguments: dict[str, Any], error: str
) -> None:
    assert await refusal(client(slack).chat_postMessage(**arguments)) == error


async def test_a_stream_in_a_channel_must_name_whom_it_answers(slack: tuple[Workspace, str]) -> None:
    web_client = client(slack)
    root = (await web_client.chat_postMessage(channel="C0TEAM", text="?"))["ts"]

    assert await refusal(web_client.chat_startStream(channel="C0TEAM", thread_ts=root)) == "missing_recipient_user_id"


async def test_a_wrong_token_is_refused(slack: tuple[Workspace, str]) -> None:
    assert await refusal(AsyncWebClient(token="xoxb-no", base_url=slack[1]).auth_test()) == "invalid_auth"


async def test_a_rate_limit_names_its_seconds_and_the_official_handler_waits_for_them(slack: tuple[Workspace, str]) -> None:
    slack[0].faults.append(Fault("chat.postMessage", "ratelimited", seconds=1))
    web_client = AsyncWebClient(
        token=slack[0].token, base_url=slack[1], retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    )
    before = time.monotonic()

    await web_client.chat_postMessage(channel="C0TEAM", text="x")

    assert time.monotonic() - before >= 1
    assert len(slack[0].answers()) == 1


async def test_a_call_that_times_out_after_it_was_accepted_has_its_effect(slack: tuple[Workspace, str]) -> None:
    slack[0].faults.append(Fault("chat.postMessage", "accept_then_hang", seconds=8))

    with pytest.raises(asyncio.TimeoutError):
        await client(slack, timeout=4).chat_postMessage(channel="C0TEAM", text="x")

    assert [m["text"] for m in slack[0].answers()] == ["x"]


async def test_a_cut_before_acceptance_has_no_effect(slack: tuple[Workspace, str]) -> None:
    slack[0].faults.append(Fault("chat.postMessage", "disconnect"))

    with pytest.raises(Exception, match="(?i)disconnect|reset|closed"):
        await client(slack).chat_postMessage(channel="C0TEAM", text="x")

    assert slack[0].answers() == []


async def test_socket_mode_delivers_an_event_and_keeps_its_acknowledgement(slack: tuple[Workspace, str]) -> None:
    socket_client = SocketModeClient(app_token=slack[0].app_token, web_client=client(slack))
    seen: list[str] = []

    async def listen(listener: Any, request: Any) -> None:
        seen.append(request.payload["event"]["text"])
        await listener.send_socket_mode_response({"envelope_id": request.envelope_id})

    socket_client.socket_mode_request_listeners.append(listen)
    await socket_client.connect()  # type: ignore[no-untyped-call]  # the SDK is untyped here
    envelope = {"type": "events_api", "envelope_id": "e1", "payload": event_payload({"type": "app_mention", "text": "hola"})}
    control = slack[1].removesuffix("api/")
    async with httpx2.AsyncClient() as http:
        for _ in range(1200):
            if (await http.post(f"{control}dev/socket", json=envelope)).status_code == 200:
                break
            await asyncio.sleep(0.05)
        for _ in range(1200):
            state = (await http.get(f"{control}dev/state")).json()
            if state["acks"]:
                break
            await asyncio.sleep(0.05)
    await socket_client.close()  # type: ignore[no-untyped-call]  # the SDK is untyped here

    assert seen == ["hola"]
    assert state["acks"][0]["envelope_id"] == "e1"


async def test_a_delivered_event_is_signed_and_a_redelivery_says_so(slack: tuple[Workspace, str]) -> None:
    received: list[tuple[str, dict[str, Any], bool]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.text()
        headers = dict(request.headers)
        good = SignatureVerifier(slack[0].signing_secret).is_valid_request(body, {k.lower(): v for k, v in headers.items()})
        received.append((headers.get("x-slack-retry-num", ""), json.loads(body), good))
        return web.Response()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sender = Sender(slack[0], f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")

    payload = sender.mention("¿ROI?")
    await asyncio.to_thread(sender.deliver, payload, times=2)
    await runner.cleanup()

    assert [(number, good) for number, _, good in received] == [("", True), ("1", True)]
    assert received[0][1]["event_id"] == received[1][1]["event_id"]
