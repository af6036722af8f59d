"""A hundred conversations against the fake endpoint: how much longer a turn takes than the endpoint itself.

The endpoint runs in a process of its own and paces its replies (300 ms to the first token, 20 ms a token), so its own time is
known from what it was asked for; what a turn takes beyond that is ours, the waiting for each other included. The same requests
sent by a client that does nothing else show how much of it is the machine's: endpoint and client share it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, Final

PEOPLE: Final = 100
FIRST_MS, TOKEN_MS = 300, 20
MODEL: Final = f"slow-{FIRST_MS}-{TOKEN_MS}"
MOST_ADDED = 0.15
REWRITTEN: Final = "New question: "

Body = dict[str, Any]
Turn = Callable[[int, str], Awaitable[None]]
"""Asks a question in the conversation of that number."""


@dataclass(frozen=True)
class Pace:
    """How a hundred people ask."""

    name: str
    turns: int
    """Questions of each."""
    reading_s: float
    """From an answer to the next question; people begin spread over as long."""


PACES: Final = (
    Pace("in conversation, 20 s from an answer to the next question", turns=3, reading_s=20.0),
    Pace("without a pause, all beginning at once", turns=3, reading_s=0.0),
)


def run(plans: Path, questions: Path) -> dict[str, Any]:
    """For each pace the medians of what turns took, of the endpoint's own time, and of the share added."""
    import uvicorn

    from copilot.evals.sets import read_questions

    asked = [one.question for one in read_questions(questions) if not one.history]
    with tempfile.TemporaryDirectory() as folder, _endpoint() as url, _workspace(Path(folder), url, plans) as workspace:
        # On the event loop that `rumbo serve` runs on.
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
            rows = [runner.run(_measured(workspace, url, pace, asked)) for pace in PACES]
    return {"conversations": PEOPLE, "model": MODEL, "paces": rows, "passed": rows[0]["added_share"] < MOST_ADDED}


async def _measured(workspace: Any, url: str, pace: Pace, asked: Sequence[str]) -> dict[str, Any]:
    from copilot.domain.access import Principal, Role
    from copilot.domain.answer import Question

    reader = Principal(id="bench", role=Role.admin)

    async def turn(person: int, text: str) -> None:
        await workspace.copilot.ask(reader, Question(text=text, conversation_id=f"{pace.name} {person}"))

    for text in asked[:10]:
        # What is loaded on first use is not what a conversation costs.
        await workspace.copilot.ask(reader, Question(text=text))
    await _forget(url)
    busy = time.process_time()
    took = await _conversations(pace, asked, turn)
    busy_ms = (time.process_time() - busy) * 1000
    sent = await _sent(url)
    own = _own_ms(sent, Counter(text for text, _ in took))
    bare = await _bare(url, pace, asked, sent)
    return {
        "pace": pace.name,
        "turn_ms": round(median(ms for _, ms in took)),
        "endpoint_ms": round(median(own[text] for text, _ in took)),
        "added_share": round(_added(took, own), 3),
        "bare_added_share": round(_added(bare, own), 3),
        "cpu_ms_a_turn": round(busy_ms / len(took), 1),
    }


async def _conversations(pace: Pace, asked: Sequence[str], turn: Turn) -> list[tuple[str, float]]:
    """Each question with the milliseconds until its answer."""
    took: list[tuple[str, float]] = []

    async def talk(person: int) -> None:
        await asyncio.sleep(pace.reading_s * person / PEOPLE)
        for number in range(pace.turns):
            text = asked[(person + number * 7) % len(asked)]
            began = time.perf_counter()
            await turn(person, text)
            took.append((text, (time.perf_counter() - began) * 1000))
            await asyncio.sleep(pace.reading_s)

    await asyncio.gather(*(talk(person) for person in range(PEOPLE)))
    return took


async def _bare(url: str, pace: Pace, asked: Sequence[str], sent: Mapping[str, Sequence[Body]]) -> list[tuple[str, float]]:
    """The same conversations by a client that sends what was sent, reads the replies and does nothing else."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def turn(_person: int, text: str) -> None:
            # Of equal questions one is sent again: a call for each stage of it.
            for body in {_stage(body): body for body in sent[text]}.values():
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    await response.read()

        return await _conversations(pace, asked, turn)


def _stage(body: Body) -> tuple[bool, int]:
    """How far a turn has come: what follows its question, in a call of the agent or of a rewriting."""
    roles = [message["role"] for message in body["messages"]]
    return bool(body.get("tools")), roles[::-1].index("user")


def _added(took: Sequence[tuple[str, float]], own: Mapping[str, float]) -> float:
    return median(ms / own[text] - 1 for text, ms in took)


def _own_ms(sent: Mapping[str, Sequence[Body]], asked: Mapping[str, int]) -> dict[str, float]:
    """Milliseconds the endpoint paces for each question, by what it was asked for."""
    from integrations.dev import good, wire

    spent: dict[str, float] = defaultdict(float)
    for text, bodies in sent.items():
        for body in bodies:
            request = wire.ChatRequest.model_validate(body)
            events = sum(1 for _ in wire.chunks(request, good.reply(request)))
            spent[text] += (FIRST_MS + TOKEN_MS * (events - 1)) / max(1, asked[text])
    return spent


async def _sent(url: str) -> dict[str, list[Body]]:
    """What the endpoint was asked for, by the question of the turn. A title is written beside a turn and does not count."""
    import httpx2

    from integrations.dev import good, wire

    async with httpx2.AsyncClient(timeout=60) as client:
        bodies = (await client.get(_control(url, "requests"))).raise_for_status().json()
    sent: dict[str, list[Body]] = defaultdict(list)
    for body in bodies:
        request = wire.ChatRequest.model_validate(body)
        last = request.messages[-1].text
        if request.offered:
            sent[good.question(request)].append(body)
        elif REWRITTEN in last:
            sent[last.rpartition(REWRITTEN)[2]].append(body)
    return sent


async def _forget(url: str) -> None:
    import httpx2

    async with httpx2.AsyncClient(timeout=60) as client:
        (await client.delete(_control(url, "state"))).raise_for_status()


def _control(url: str, what: str) -> str:
    return f"{url.removesuffix('/v1')}/dev/{what}"


@contextmanager
def _workspace(folder: Path, url: str, plans: Path) -> Iterator[Any]:
    from copilot.bootstrap import Workspace
    from copilot.settings import Settings

    workspace = Workspace(Settings(home=folder / "home", model=MODEL, model_url=url, model_api_key="none"))
    workspace.ingest([plans])
    try:
        yield workspace
    finally:
        workspace.close()


@contextmanager
def _endpoint() -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def serve(told: Connection) -> None:
    """The fake endpoint, until it is ended."""
    from integrations.dev.model import running

    with running() as url:
        told.send(url)
        told.poll(None)
