"""Thumbs over HTTP."""

from __future__ import annotations

import httpx2
import pytest


@pytest.fixture
def conversation(url: str) -> str:
    """One question, asked."""
    told = httpx2.post(f"{url}/v1/ask", json={"question": "¿Cuál es la meta de churn en el mes 3?"}).raise_for_status().json()
    return str(told["conversation_id"])


def test_a_thumb_is_kept_with_its_question(url: str, conversation: str) -> None:
    given = httpx2.post(f"{url}/v1/feedback", json={"vote": "down", "note": "falta", "conversation_id": conversation})

    assert given.status_code == 201
    (kept,) = httpx2.get(f"{url}/v1/feedback", params={"vote": "down"}).json()
    assert (kept["note"], kept["said"]["question"]) == ("falta", "¿Cuál es la meta de churn en el mes 3?")


def test_a_thumb_on_nothing_is_not_found(url: str, conversation: str) -> None:
    unknown = httpx2.post(f"{url}/v1/feedback", json={"vote": "up", "conversation_id": "nobody"})
    late = httpx2.post(f"{url}/v1/feedback", json={"vote": "up", "conversation_id": conversation, "turn": 9})

    assert [(one.status_code, one.json()["title"]) for one in (unknown, late)] == [
        (404, "unknown_conversation"),
        (404, "unknown_turn"),
    ]
