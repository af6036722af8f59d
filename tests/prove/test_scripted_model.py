"""The questions through the fake endpoint over real HTTP: graph, streams, tool calls, grounding, all as with a language model.

The endpoint's script is what the rules would do: the calls they choose, one a message, and the draft they write.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from copilot import settings
from copilot.agent.events import AnswerReady, Sentence, ToolFinished
from copilot.bootstrap import Workspace
from copilot.domain.answer import Answer
from copilot.evals.judge import judge
from copilot.evals.runs import Asked, record
from copilot.evals.sets import SetQuestion, read_questions
from copilot.grounding.surroundings import surroundings
from integrations.dev.model import running as fake_model
from tests.evals.rounds import EXAMPLES, READER, answered, examples, opened, rows, wrong
from tests.prove.conftest import Scale

RIGHT = 0.90


@pytest.fixture
def endpoint() -> Iterator[str]:
    with fake_model() as url:
        yield url


def test_examples_are_answered_over_http(tmp_path: Path, endpoint: str, scale: Scale) -> None:
    asked = examples()

    check(over_http(tmp_path, endpoint, EXAMPLES / "plans", some(asked, scale(len(asked)))))


def test_reference_questions_are_answered_over_http(tmp_path: Path, endpoint: str, shared: Path, scale: Scale) -> None:
    asked = read_questions(shared / "gold" / "questions_dev.jsonl")

    check(over_http(tmp_path, endpoint, shared / "corpus" / "seeds", some(asked, scale(len(asked)))))


def check(results: Sequence[Asked]) -> None:
    total = rows(results)[""]

    assert total.right_share >= RIGHT, wrong(results)
    assert total.unsupported == 0
    assert {one.model for one in results} == {"scripted"}
    assert all(one.usage.input_tokens > 0 for one in results)


def some(asked: Sequence[SetQuestion], most: int) -> Sequence[SetQuestion]:
    """As many, spread over the whole set."""
    return asked[:: max(1, len(asked) // most)][:most]


def over_http(folder: Path, endpoint: str, documents: Path, asked: Sequence[SetQuestion]) -> list[Asked]:
    home, trace = folder / "home", folder / "trace.jsonl"
    opened(home, documents).close()
    rules = Workspace(settings.load(home=home, trace=trace))
    answered(rules, asked, folder / "rules.jsonl")
    rules.close()
    turns = [json.loads(line)["messages"] for line in trace.read_text(encoding="utf-8").splitlines()]

    live = settings.load(home=home, model="scripted", model_url=endpoint, model_api_key=SecretStr("none"))
    workspace = Workspace(live)
    view, results = workspace.view(READER), []
    with asyncio.Runner() as runner, httpx2.Client(base_url=endpoint.removesuffix("/v1")) as control:
        for question, turn in zip(asked, turns, strict=True):
            control.delete("/dev/state").raise_for_status()
            control.post("/dev/script", json=script(turn)).raise_for_status()
            answer = runner.run(streamed(workspace, question))
            judged = judge(question, answer, lambda one: surroundings(view.parsed(one.document), one))
            results.append(record(question, answer, judged))
    workspace.close()
    return results


def script(turn: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replies for the calls and the draft of a recorded turn; the draft twice, since the grounding may send it back once."""
    asked_at = max(at for at, message in enumerate(turn) if message["type"] == "human")
    said = [message for message in turn[asked_at:] if message["type"] == "ai"]
    calls = [call for message in said for call in message["tool_calls"]]
    steps = [{"tool_calls": [{"name": call["name"], "arguments": call["args"]}]} for call in calls]
    return [*steps, *[{"content": said[-1]["content"]}] * 2]


async def streamed(workspace: Workspace, question: SetQuestion) -> Answer:
    """The answer, from the stream a surface would read: tools first, then the sentences of the answer, then all of it."""
    events = [event async for event in workspace.copilot.stream(READER, question.asked())]
    last = events[-1]
    assert isinstance(last, AnswerReady)
    answer = last.answer
    assert sum(isinstance(event, ToolFinished) for event in events) == len(answer.tool_calls)
    assert "".join(event.text for event in events if isinstance(event, Sentence)) == answer.answer
    return answer
