"""Approved drafts, workers killed around the network call, a Slack that fails in every way it can: each is posted once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from copilot.domain.work import Draft, OutboxMessage
from integrations.dev.slack.server import running
from integrations.dev.slack.workspace import Fault, Workspace
from retrieval.store.database import Database, open_database
from retrieval.store.drafts import SqlDrafts
from tests.prove.conftest import Scale

DRAFTS, AT_ONCE = 50, 2
LEASE_S = 4.0
"""Over the time-outs of one look and one post."""
KINDS = ("accept_then_hang", "accept_then_disconnect", "disconnect", "server_error", "ratelimited", "slow", "slow")
DEADLINE_S = 600
SURE_KILLS = 3


def approve(database: Database, number: int) -> None:
    drafts, now = SqlDrafts(database), datetime.now(UTC)
    for n in range(number):
        draft = Draft(
            id=f"d{n}",
            key=f"plan:2026-W47:weekly:team{n}",
            week="2026-W47",
            audience=f"team{n}",
            language="es",
            destination="slack:C0TEAM",
            state="awaiting_approval",
            text=f"Avance {n}",
            created_by="t",
            created_at=now,
        )
        drafts.add_draft(draft)
        message = OutboxMessage(key=draft.key, draft_id=draft.id, destination=draft.destination, text=draft.text)
        drafts.move_draft(draft.id, version=1, to="approved", at=now, message=message)


class Workers:
    """A few worker processes, and a hand that kills one at a time, mostly while its call is under way."""

    def __init__(self, root: Path, database_url: str, slack_url: str, rng: random.Random) -> None:
        self._command = [sys.executable, "-m", "tests.prove.deliver", database_url, slack_url, str(LEASE_S)]
        self._root, self._rng = root, rng
        self._alive = [self._start() for _ in range(AT_ONCE)]
        self.killed = 0

    def kill_one(self) -> None:
        victim = self._alive.pop(self._rng.randrange(AT_ONCE))
        victim.kill()
        victim.wait()
        self.killed += 1
        self._alive.append(self._start())

    def stop(self) -> None:
        for process in self._alive:
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=self._root)


def kill_around_calls(workers: Workers, space: Workspace, kills: int, rng: random.Random, until: float) -> None:
    seen = 0
    while workers.killed < kills and time.monotonic() < until:
        calls = sum(call["method"] == "chat.postMessage" for call in space.calls)
        if calls == seen:
            time.sleep(0.002)
            continue
        seen = calls
        if rng.random() < 0.7:
            space.faults.append(
                Fault("*" if rng.random() < 0.2 else "chat.postMessage", rng.choice(KINDS), seconds=rng.choice((0.2, 1.5)))
            )
        # The first ones surely, since a small proof has few calls to kill around.
        if workers.killed < SURE_KILLS or rng.random() < 0.5:
            time.sleep(rng.random() * 0.05)
            workers.kill_one()


def test_every_approved_draft_is_posted_once_whoever_dies_and_whatever_slack_does(
    root: Path, tmp_path: Path, scale: Scale
) -> None:
    number, rng = scale(DRAFTS), random.Random(47)
    url = f"sqlite:///{tmp_path / 'state.db'}"
    database = open_database(url)
    approve(database, number)
    drafts, until = SqlDrafts(database), time.monotonic() + DEADLINE_S

    with running() as (space, slack_url):
        space.faults += [
            Fault("chat.postMessage", "slow", times=2, seconds=0.3),
            Fault("chat.postMessage", "accept_then_disconnect"),
        ]
        workers = Workers(root, url, slack_url, rng)
        try:
            kill_around_calls(workers, space, max(3, number // 3), rng, until)
            while any(draft.state != "sent" for draft in drafts.drafts(limit=1000)) and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            workers.stop()
        posted = Counter(message["metadata"]["event_payload"]["key"] for message in space.answers())

    states = Counter(draft.state for draft in drafts.drafts(limit=1000))
    database.close()
    assert workers.killed >= min(SURE_KILLS, number // 3)
    assert states == {"sent": number}
    assert posted == {f"plan:2026-W47:weekly:team{n}": 1 for n in range(number)}
