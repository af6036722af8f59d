"""A hundred conversations at once against the fake endpoint: how much longer a turn takes than the endpoint itself.

The endpoint runs in a process of its own and paces its replies (300 ms to the first token, 20 ms a token), so its own time is
known from what it was asked for; what a turn takes beyond that is ours, the waiting for each other included.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, Final

AT_ONCE: Final = 100
FIRST_MS, TOKEN_MS = 300, 20
MODEL: Final = f"slow-{FIRST_MS}-{TOKEN_MS}"
MOST_ADDED = 0.15


def run(plans: Path, questions: Path, at_once: int = AT_ONCE) -> dict[str, Any]:
    """Medians of what turns took, of the endpoint's own time, and of the share added."""
    from copilot.bootstrap import Workspace
    from copilot.domain.access import Principal, Role
    from copilot.evals.sets import read_questions
    from copilot.settings import Settings

    asked = [one.question for one in read_questions(questions) if not one.history]
    chosen = [asked[turn % len(asked)] for turn in range(at_once)]
    with tempfile.TemporaryDirectory() as folder, _endpoint() as url:
        known = Settings(home=Path(folder) / "home", model=MODEL, model_url=url, model_api_key="none")
        workspace = Workspace(known)
        workspace.ingest([plans])
        reader = Principal(id="bench", role=Role.admin)
        took, busy_ms = asyncio.run(_turns(workspace, reader, chosen, url))
        own = _own_ms(url)
        workspace.close()
    rows = [(took_ms, own[question] / chosen.count(question)) for question, took_ms in zip(chosen, took, strict=True)]
    added = [(took_ms - own_ms) / own_ms for took_ms, own_ms in rows]
    return {
        "conversations": at_once,
        "model": MODEL,
        "turn_ms": round(median(took_ms for took_ms, _ in rows)),
        "endpoint_ms": round(median(own_ms for _, own_ms in rows)),
        "added_share": round(median(added), 3),
        "cpu_ms_a_turn": round(busy_ms / at_once, 1),
        "passed": median(added) < MOST_ADDED,
    }


async def _turns(workspace: Any, reader: Any, asked: Sequence[str], url: str) -> tuple[list[float], float]:
    import httpx2

    from copilot.domain.answer import Question

    # One first: what is loaded on first use is not what a conversation costs.
    await workspace.copilot.ask(reader, Question(text=asked[0]))
    async with httpx2.AsyncClient() as client:
        (await client.delete(url.removesuffix("/v1") + "/dev/state")).raise_for_status()

    async def one(turn: int, text: str) -> float:
        began = time.perf_counter()
        await workspace.copilot.ask(reader, Question(text=text, conversation_id=f"bench-{turn}"))
        return (time.perf_counter() - began) * 1000

    busy = time.process_time()
    took = list(await asyncio.gather(*(one(turn, text) for turn, text in enumerate(asked))))
    return took, (time.process_time() - busy) * 1000


def _own_ms(url: str) -> dict[str, float]:
    """Milliseconds the endpoint paced for each question, by what it was asked for; questions asked twice count twice."""
    import httpx2

    from integrations.dev import good, wire

    spent: dict[str, float] = defaultdict(float)
    for body in httpx2.get(url.removesuffix("/v1") + "/dev/requests", timeout=60).raise_for_status().json():
        request = wire.ChatRequest.model_validate(body)
        events = sum(1 for _ in wire.chunks(request, good.reply(request)))
        spent[good.question(request)] += FIRST_MS + TOKEN_MS * (events - 1)
    return spent


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
