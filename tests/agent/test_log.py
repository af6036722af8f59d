"""Log lines and the trace file: what is told where, and what is not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from copilot.agent.service import Options
from copilot.domain.answer import Question
from copilot.llm.scripted import ScriptedModel, calls
from copilot.log import Trace, configure, question_scope
from tests.agent.desk import ANA, desk, scripted

ROOMS = ("copilot", "retrieval", "tools", "prompts", "integrations")
LOOK = calls(("find_kpis", {"metric": "NPS", "document": "escalamiento"}))


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as text; the loggers are given back as they were."""
    before = {room: (list(log.handlers), log.level, log.propagate) for room in ROOMS if (log := logging.getLogger(room))}
    stream = io.StringIO()
    configure("info", stream)
    yield stream
    for room, (handlers, level, propagate) in before.items():
        log = logging.getLogger(room)
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(level)


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_event_with_its_fields_and_the_question_it_belongs_to(lines: io.StringIO) -> None:
    with question_scope("q1"):
        logging.getLogger("copilot.agent.x").info("ingest_done", extra={"facts": 12})
    logging.getLogger("copilot.agent.x").info("idle")

    first, second = told(lines)
    assert (first["event"], first["facts"], first["question"], first["level"]) == ("ingest_done", 12, "q1", "INFO")
    assert "question" not in second


async def test_a_question_is_one_line_without_its_words_or_the_documents(lines: io.StringIO) -> None:
    copilot, _ = scripted(LOOK, "La meta de NPS es más de 60 [e1].")

    await copilot.ask(ANA, Question(text="¿Cuál es la meta de NPS del plan de escalamiento?"))

    (line,) = told(lines)
    assert (line["event"], line["answered"], line["tools"]) == ("question_answered", True, ["find_kpis"])
    assert "NPS" not in json.dumps(line)
    assert ANA.id not in json.dumps(line)


async def test_a_trace_holds_the_whole_turn(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    model = ScriptedModel(script=[LOOK, AIMessage("La meta de NPS es más de 60 [e1].")])
    copilot = desk(model, options=Options(trace=Trace(path)))

    await copilot.ask(ANA, Question(text="¿Cuál es la meta de NPS?"))

    (line,) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [message["type"] for message in line["messages"]] == ["human", "ai", "tool", "ai"]
    assert "Rumbo" in line["prompt"]


def test_a_new_trace_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"

    Trace(path).write("turn", prompt="...")

    assert path.stat().st_mode & 0o077 == 0
