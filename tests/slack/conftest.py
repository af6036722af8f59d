"""A fake Slack, a home with one small plan, and the door between them on loopback."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from copilot import settings
from copilot.bootstrap import Workspace as Home
from copilot.domain.access import Role
from copilot.domain.work import InboxEvent
from copilot.office import Office
from integrations.dev.slack.sender import Sender
from integrations.dev.slack.server import running as fake_slack
from integrations.dev.slack.workspace import APP, TEAM, Workspace
from integrations.server.serving import running as serving
from integrations.slack.manifest import PATH
from integrations.slack.running import SlackDoor
from integrations.slack.web import web_client

PLAN = """---
start: 2026-01-01
---
# Plan de crecimiento

## Fase 1: Base (Meses 1-3)

- [ ] Contratar Data Analyst
- [ ] Firmar convenio con el proveedor

**Inversión:** $25K - $50K
**ROI esperado:** 2:1 en 6 meses

### Métricas
| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Churn | 6% | 4% |
| NPS | 40 | 55 |

### Inversiones
| Iniciativa | Inversión | Retorno |
|---|---|---|
| CRM nuevo | $10K | $30K |
"""
PATIENCE_S = 60.0
LEASE_S = 3.0


@dataclass
class Bench:
    """What a test holds: both sides and the state between them."""

    slack: Workspace
    office: Office
    sender: Sender

    def wait(self, seen: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """What `seen` finds, as soon as it finds something."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            found = seen()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError("it never came")

    def event(self, payload: dict[str, Any]) -> InboxEvent | None:
        """What is stored of an event."""
        return self.office.inbox.event(f"slack:{APP}:{TEAM}:{payload['event_id']}")

    def settled(self, payload: dict[str, Any], patience_s: float = PATIENCE_S) -> InboxEvent:
        """The event once it is worked."""

        def done() -> InboxEvent | None:
            event = self.event(payload)
            return event if event is not None and event.state in ("answered", "failed") else None

        found: InboxEvent = self.wait(done, patience_s)
        return found

    def ask(self, text: str, **where: Any) -> str:
        """Mention the bot, wait, and read the one answer in the thread."""
        payload = self.sender.mention(text, **where)
        assert self.sender.deliver(payload)[0].status_code == 200
        self.settled(payload)
        return self.answer(payload)

    def answers(self, payload: dict[str, Any]) -> list[dict[str, Any]]:
        """Our messages in the event's thread after it."""
        event = payload["event"]
        root = event.get("thread_ts") or event["ts"]
        return [
            m for m in self.slack.answers(event["channel"]) if m.get("thread_ts") == root and float(m["ts"]) > float(event["ts"])
        ]

    def answer(self, payload: dict[str, Any]) -> str:
        """The one answer."""
        found = self.answers(payload)
        assert len(found) == 1, found
        return str(found[0]["text"])

    def role(self, user: str, role: Role) -> None:
        """Give a person a role."""
        self.office.access.set_role(f"slack:{TEAM}:{user}", role.name)

    def whispers_after(self, count: int) -> Callable[[], str | None]:
        """The next thing said to one person alone, after that many."""

        def told() -> str | None:
            found = self.slack.responses[count:]
            return str(found[0].get("text")) if found else None

        return told


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the plan in it, to be copied."""
    folder = tmp_path_factory.mktemp("ingested")
    (folder / "plan.md").write_text(PLAN, encoding="utf-8")
    home = Home(settings.load(home=folder / "home"))
    home.ingest([folder / "plan.md"])
    home.close()
    return folder / "home"


@pytest.fixture
def open_bench(ingested: Path, tmp_path: Path) -> Callable[..., Any]:
    """Opens a bench; settings and the lease may be given."""

    @contextmanager
    def opened(*, lease_s: float = LEASE_S, timeout_s: int = 5, **given: Any) -> Iterator[Bench]:
        with fake_slack() as (slack, api):
            home = Path(shutil.copytree(ingested, tmp_path / "home"))
            known = settings.load(
                home=home,
                slack_bot_token=slack.token,
                slack_app_token=slack.app_token,
                slack_signing_secret=slack.signing_secret,
                slack_api_url=api,
                **given,
            )
            workspace = Home(known)
            office = Office(workspace)
            door = SlackDoor(office, client=web_client(known, timeout_s=timeout_s), lease_s=lease_s)
            app = FastAPI(lifespan=lambda _app: door.working())
            app.include_router(door.router())
            with serving(app) as address:
                yield Bench(slack, office, Sender(slack, f"{address}{PATH}", base=api.removesuffix("/api/")))
            workspace.close()

    return opened


@pytest.fixture
def bench(open_bench: Callable[..., Any]) -> Iterator[Bench]:
    with open_bench() as opened:
        yield opened
