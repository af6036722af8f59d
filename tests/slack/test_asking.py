"""Questions in Slack, through signed HTTP against the fake, and their answers in the thread."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from integrations.dev.model import running as fake_model
from integrations.dev.slack.sender import event_payload
from integrations.dev.slack.workspace import BOT_USER, Fault
from tests.slack.conftest import Bench

CHURN = "¿cuál es la meta de churn en el mes 3?"


def test_a_mention_is_answered_in_its_thread_with_sources(bench: Bench) -> None:
    payload = bench.sender.mention(CHURN)

    response = bench.sender.deliver(payload)[0]
    bench.settled(payload)

    assert response.status_code == 200
    assert "4%" in bench.answer(payload)
    assert "plan.md:17" in bench.answer(payload)
    assert [call["method"] for call in bench.slack.calls if call["method"].startswith("chat.")] == [
        "chat.startStream",
        "chat.stopStream",
    ]


def test_a_direct_message_is_answered_in_the_language_it_was_asked_in(bench: Bench) -> None:
    payload = bench.sender.message("What is the churn target for month 3?")

    bench.sender.deliver(payload)
    bench.settled(payload)

    assert "4%" in bench.answer(payload)
    assert "Sources" in bench.answer(payload)


def test_a_reply_in_our_thread_needs_no_mention_and_knows_what_was_asked(bench: Bench) -> None:
    first = bench.sender.mention(CHURN)
    bench.sender.deliver(first)
    bench.settled(first)

    second = bench.sender.message("¿y en el mes 1?", channel="C0TEAM", user="U0LUIS", thread_ts=first["event"]["ts"])
    bench.sender.deliver(second)
    bench.settled(second)

    assert "6%" in bench.answer(second)


def test_a_follow_up_sent_before_the_answer_waits_for_it(bench: Bench) -> None:
    first = bench.sender.mention(CHURN)
    second = bench.sender.message("¿y en el mes 1?", channel="C0TEAM", thread_ts=first["event"]["ts"])

    bench.sender.deliver(first)
    bench.sender.deliver(second)
    bench.settled(second)

    assert [text for text in map(str, (m["text"] for m in bench.answers(first))) if "6%" in text.split("\n")[0]]


def test_an_empty_mention_is_told_what_can_be_asked(bench: Bench) -> None:
    assert "/rumbo ask" in bench.ask("")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"type": "message", "text": "churn?", "channel_type": "channel"}, id="a channel's own talk"),
        pytest.param(
            {"type": "message", "text": f"<@{BOT_USER}> churn?", "channel_type": "channel", "thread_ts": "1.1"},
            id="a mention in a thread, which comes as app_mention too",
        ),
        pytest.param(
            {"type": "message", "text": "<@U0LUIS> churn?", "channel_type": "channel", "thread_ts": "1.1"},
            id="a question to somebody else",
        ),
        pytest.param({"type": "message", "text": "x", "channel_type": "im", "bot_id": "B1"}, id="another bot"),
        pytest.param({"type": "message", "text": "x", "channel_type": "im", "user": BOT_USER}, id="our own words"),
        pytest.param({"type": "message", "text": "x", "channel_type": "im", "subtype": "message_changed"}, id="an edit"),
        pytest.param({"type": "app_mention", "text": "x", "edited": {"ts": "1.2"}}, id="a mention put in by an edit"),
        pytest.param({"type": "app_mention", "text": "x", "user_team": "T0OTHER"}, id="a guest of another organisation"),
        pytest.param({"type": "reaction_added"}, id="another event"),
    ],
)
def test_what_is_not_for_us_is_acknowledged_and_not_kept(bench: Bench, event: dict[str, Any]) -> None:
    payload = event_payload({"user": "U0ANA", "channel": "C0TEAM", "ts": "1.2", **event})

    response = bench.sender.deliver(payload)[0]

    assert response.status_code == 200
    assert bench.event(payload) is None


def test_a_thread_we_never_spoke_in_is_left_alone(bench: Bench) -> None:
    root = bench.slack.post(bench.slack.channels["C0TEAM"], {"user": "U0ANA", "text": "hola"})
    payload = bench.sender.message("¿qué tal el churn?", channel="C0TEAM", thread_ts=root["ts"])

    bench.sender.deliver(payload)
    bench.settled(payload)

    assert bench.answers(payload) == []


def test_a_redelivered_event_is_answered_once(bench: Bench) -> None:
    payload = bench.sender.mention(CHURN)

    responses = bench.sender.deliver(payload, times=4)
    bench.settled(payload)
    responses += bench.sender.deliver(payload, times=2)
    time.sleep(0.3)

    assert {response.status_code for response in responses} == {200}
    bench.answer(payload)


def test_a_bad_signature_and_an_old_timestamp_are_refused(bench: Bench) -> None:
    body = json.dumps(bench.sender.mention(CHURN))

    forged = bench.sender.post(body, content_type="application/json", secret="wrong")
    old = bench.sender.post(body, content_type="application/json", age_s=600)

    assert (forged.status_code, old.status_code) == (401, 401)
    assert bench.event(json.loads(body)) is None


def test_another_workspace_is_refused_and_not_stored(bench: Bench) -> None:
    payload = {**bench.sender.mention(CHURN), "team_id": "T0OTHER"}

    response = bench.sender.deliver(payload)[0]

    assert response.status_code == 403
    assert bench.event(payload) is None


def test_slack_s_check_of_the_address_is_answered(bench: Bench) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "unused"})

    response = bench.sender.post(body, content_type="application/json")

    assert (response.status_code, response.json()["challenge"]) == (200, "abc")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"type": "event_callback"}', "payload=%7B", "x" * 2_000_000])
def test_nonsense_with_a_good_signature_is_no_server_error(bench: Bench, body: str) -> None:
    response = bench.sender.post(body, content_type="application/json")

    assert response.status_code < 500


def test_where_streaming_is_refused_the_answer_is_posted(bench: Bench) -> None:
    bench.slack.faults.append(Fault("chat.startStream", "error", error="not_allowed_token_type"))

    assert "4%" in bench.ask(CHURN)
    assert [m["metadata"]["event_type"] for m in bench.slack.answers()] == ["rumbo_message"]


def test_where_blocks_are_refused_the_words_are_posted(bench: Bench) -> None:
    bench.slack.faults.append(Fault("chat.startStream", "error", error="not_allowed_token_type"))
    bench.slack.faults.append(Fault("chat.postMessage", "error", error="invalid_blocks"))

    assert "4%" in bench.ask(CHURN)


def test_a_stream_that_cannot_be_stopped_is_completed_in_place(bench: Bench) -> None:
    bench.slack.faults.append(Fault("chat.stopStream", "error", error="invalid_arguments"))

    assert "plan.md:17" in bench.ask(CHURN)


def test_a_rate_limit_is_waited_for(bench: Bench) -> None:
    bench.slack.faults.append(Fault("chat.startStream", "ratelimited", seconds=1))

    assert "4%" in bench.ask(CHURN)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("chat.startStream", "accept_then_disconnect"),
        ("chat.startStream", "disconnect"),
        ("chat.stopStream", "accept_then_disconnect"),
        ("chat.stopStream", "disconnect"),
        ("chat.stopStream", "server_error"),
    ],
)
def test_a_call_of_unknown_outcome_never_makes_a_second_answer(open_bench: Callable[..., Any], method: str, kind: str) -> None:
    with open_bench(lease_s=1.5) as bench:
        bench.slack.faults.append(Fault(method, kind))

        assert "plan.md:17" in bench.ask(CHURN)
        assert [m["metadata"]["event_payload"]["part"] for m in bench.slack.answers()] == [1]


def test_a_channel_that_is_gone_ends_the_event_without_a_loop(bench: Bench) -> None:
    payload = bench.sender.mention(CHURN)
    bench.slack.channels["C0TEAM"].is_archived = True

    bench.sender.deliver(payload)
    event = bench.settled(payload)

    assert (event.state, event.result) == ("failed", "is_archived")


def test_a_failure_is_said_in_the_asker_s_language(open_bench: Callable[..., Any]) -> None:
    with fake_model() as url, open_bench(model="error-500", model_url=url, model_api_key="k", model_retries=0) as bench:
        payload = bench.sender.mention("What is the churn target for month 3?")
        bench.sender.deliver(payload)
        event = bench.settled(payload)

        assert "I could not answer this" in bench.answer(payload)
        assert event.attempts == 3


def test_a_mistake_of_the_asker_is_told_at_once(bench: Bench) -> None:
    assert "4000" in bench.ask("¿" + "x" * 4001 + "?")


def test_acknowledgements_do_not_wait_for_a_model_that_hangs(open_bench: Callable[..., Any]) -> None:
    with (
        fake_model() as url,
        open_bench(model="timeout", model_url=url, model_api_key="k", model_timeout_s=1, model_retries=0) as bench,
    ):
        took = []
        for number in range(20):
            payload = bench.sender.mention(f"¿churn {number}?")
            before = time.monotonic()
            assert bench.sender.deliver(payload)[0].status_code == 200
            took.append(time.monotonic() - before)

        # Had they waited for the model, each would have taken its second.
        assert median(took) < 1
