"""Questions in Slack, through signed HTTP against the fake, and their answers in the thread."""

from __future__ import annotations

from tests.slack.conftest import Bench


def test_a_mention_is_answered_in_its_thread_with_sources(bench: Bench) -> None:
    payload = bench.sender.mention("¿cuál es la meta de churn en el mes 3?")

    response = bench.sender.deliver(payload)[0]
    bench.settled(payload)

    assert response.status_code == 200
    assert "4%" in bench.answer(payload)
    assert "plan.md:17" in bench.answer(payload)
