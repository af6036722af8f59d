"""Processes killed at any moment, redeliveries, calls of unknown outcome: every event is answered exactly once.

`RUMBO_PROVE=1` runs it at full scale, as `make prove` does.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

from copilot import settings
from copilot.bootstrap import Workspace as Home
from copilot.office import Office
from integrations.dev.slack.sender import Sender
from integrations.dev.slack.server import running as fake_slack
from integrations.dev.slack.workspace import APP, TEAM, Fault, Workspace
from integrations.slack.manifest import PATH
from tests.slack.process import PRELOADED, TIMEOUT_S, serve

FULL = os.environ.get("RUMBO_PROVE") == "1"
EVENTS, KILLS, PATIENCE_S = (200, 40, 900.0) if FULL else (20, 4, 300.0)
PROCESSES = 2
START_S = 90.0
HARM = (("chat.startStream", "accept_then_hang"), ("chat.stopStream", "accept_then_hang"), ("chat.startStream", "disconnect"))
QUESTIONS = ("¿cuál es la meta de churn en el mes 3?", "What is the churn target for month 3?")


class Process:
    """One process, and the next one in its place. New ones are forked from one that has loaded everything."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self.address = ""
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        ours, theirs = context.Pipe()
        self._running = context.Process(target=serve, args=(theirs, self._given), daemon=True)
        self._running.start()
        theirs.close()
        assert ours.poll(START_S), "it did not start"
        self.address = ours.recv()
        ours.close()

    def die(self) -> None:
        """kill -9."""
        self.address = ""
        self._running.kill()
        self._running.join()
        self._running.close()

    def replace(self) -> None:
        """Die, and come back."""
        self.die()
        self._start()


def test_every_event_is_answered_exactly_once_whatever_is_killed(ingested: Path, tmp_path: Path) -> None:
    chance = random.Random(20261120)
    home = Path(shutil.copytree(ingested, tmp_path / "home"))
    with fake_slack() as (slack, api):
        given = {
            "home": home,
            "slack_bot_token": slack.token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": api,
        }
        processes = [Process(given) for _ in range(PROCESSES)]
        office = Office(Home(settings.load(home=home)))
        sender = Sender(slack, "", base=api.removesuffix("/api/"))
        payloads = [sender.mention(chance.choice(QUESTIONS)) for _ in range(EVENTS)]
        killer = threading.Thread(target=_kill, args=(processes, slack, random.Random(7)))
        killer.start()
        try:
            for payload in payloads:
                for _ in range(chance.randint(1, 4)):
                    _deliver(slack, payload, processes, chance)
                time.sleep(chance.uniform(0, 0.3))
            killer.join()
            _wait(office, payloads)
        finally:
            killer.join()
            for process in processes:
                process.die()
            office.workspace.close()

    _check(slack, payloads)


def _deliver(slack: Workspace, payload: dict[str, Any], processes: list[Process], chance: random.Random) -> None:
    """To any process, again and again until one acknowledges, as Slack does."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        address = chance.choice(processes).address
        try:
            if address and Sender(slack, f"{address}{PATH}").deliver(payload)[0].status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("nobody acknowledges")


def _kill(processes: list[Process], slack: Workspace, chance: random.Random) -> None:
    for _ in range(KILLS):
        for method, kind in chance.sample(HARM, 2):
            slack.faults.append(Fault(method, kind, seconds=2 * TIMEOUT_S))
        time.sleep(chance.uniform(0.2, 1.5))
        chance.choice(processes).replace()


def _wait(office: Office, payloads: list[dict[str, Any]]) -> None:
    until = time.monotonic() + PATIENCE_S
    open_keys = {_key(payload) for payload in payloads}
    while open_keys and time.monotonic() < until:
        time.sleep(0.2)
        events = {key: office.inbox.event(key) for key in open_keys}
        open_keys = {key for key, event in events.items() if event is None or event.state not in ("answered", "failed")}
    assert not open_keys


def _check(slack: Workspace, payloads: list[dict[str, Any]]) -> None:
    answers = slack.answers("C0TEAM")
    said = Counter(message.get("metadata", {}).get("event_payload", {}).get("key") for message in answers)
    threads = Counter(message["thread_ts"] for message in answers)

    assert said == Counter(_key(payload) for payload in payloads)
    assert threads == Counter(payload["event"]["ts"] for payload in payloads)
    assert all("4%" in message["text"] and "plan.md:17" in message["text"] for message in answers)
    assert slack.streaming == set()


def _key(payload: dict[str, Any]) -> str:
    return f"slack:{APP}:{TEAM}:{payload['event_id']}"
