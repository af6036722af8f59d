"""`/rumbo` and the buttons of a draft, as people press them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from copilot.domain.access import Principal, Role
from copilot.domain.work import Draft, InboxEvent
from integrations.dev.slack.workspace import TEAM
from integrations.slack.commands import Commands, name_and_value
from integrations.slack.events import Command
from integrations.slack.people import People
from integrations.slack.web import Web, web_client
from integrations.worker import Worker
from tests.slack.conftest import Bench

ANA = Principal(id=f"slack:{TEAM}:U0ANA")


def told(bench: Bench, text: str, **where: Any) -> str:
    """The reply to a command, seen by one person alone."""
    before = len(bench.slack.responses)
    response = bench.sender.command(text, **where)
    assert response.status_code == 200
    assert response.json()["response_type"] == "ephemeral"
    found: list[dict[str, Any]] = bench.wait(lambda: bench.slack.responses[before:])
    assert found[0]["response_type"] == "ephemeral"
    return str(found[0]["text"])


def test_a_question_by_command_is_answered_to_the_asker_alone(bench: Bench) -> None:
    assert "plan.md:17" in told(bench, "ask ¿cuál es la meta de churn en el mes 3?")
    assert bench.slack.answers() == []


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("", "/rumbo kpi record"),
        ("help", "/rumbo kpi record"),
        ("kpi", "6% (Mes 1, plan.md:17); 4% (Mes 3"),
        ("kpi nps", "plan.md:18"),
        ("tasks", "Firmar convenio con el proveedor (plan.md:9)"),
        ("kpi nonsense", "nonsense"),
        ("roi", ""),
        ("roi CRM nuevo", "plan.md:23"),
        ("¿cuál es la meta de churn en el mes 3?", "4%"),
    ],
)
def test_a_command_shows_what_it_names(bench: Bench, command: str, shown: str) -> None:
    text = told(bench, command)

    assert text
    assert shown in text


def test_a_reading_by_command_is_the_person_s_own(bench: Bench) -> None:
    text = told(bench, "kpi record Churn 5.5 %")

    reading = bench.office.journal.readings()[0]
    assert "5.5%" in text
    assert (reading.by, str(reading.value), reading.unit) == (ANA.id, "5.5", "%")
    assert "5.5%" in told(bench, "kpi churn")


def test_an_order_in_slack_waits_for_the_person_s_own_yes(bench: Bench) -> None:
    text = told(bench, "anota que el churn es 5,5 %")
    (made,) = bench.office.workspace.proposal_desk.proposals(ANA)
    before = list(bench.office.journal.readings())

    other = told(bench, f"confirm {made.id}", user="U0LUIS")
    confirmed = told(bench, f"confirm {made.id}")
    again = told(bench, f"confirm {made.id}")

    assert f"/rumbo confirm {made.id}" in text
    assert before == []
    assert "approver" in other
    assert "5.5%" in confirmed
    assert "applied" in again
    assert [(str(one.value), one.by) for one in bench.office.journal.readings()] == [("5.5", ANA.id)]


def test_a_viewer_may_not_record(bench: Bench) -> None:
    bench.role("U0LUIS", Role.viewer)

    assert "member" in told(bench, "kpi record Churn 5%", user="U0LUIS")
    assert list(bench.office.journal.readings()) == []


def test_a_task_by_command_is_done(bench: Bench) -> None:
    assert "hecha" in told(bench, "task done Contratar Data Analyst")
    assert [change.status for change in bench.office.journal.task_changes()] == ["done"]


def test_a_command_delivered_twice_acts_once(bench: Bench) -> None:
    form = {
        "command": "/rumbo",
        "text": "kpi record Churn 5%",
        "channel_id": "C0TEAM",
        "user_id": "U0ANA",
        "team_id": TEAM,
        "trigger_id": "T1",
        "response_url": f"{bench.sender.base}/response/1",
    }
    for _ in range(3):
        bench.sender.post(urlencode(form), content_type="application/x-www-form-urlencoded")
    bench.wait(lambda: bench.slack.responses)
    time.sleep(0.3)

    assert len(bench.slack.responses) == 1
    assert len(bench.office.journal.readings()) == 1


async def test_an_attempt_that_died_after_recording_is_not_recorded_again(bench: Bench) -> None:
    web = Web(web_client(bench.office.workspace.settings))
    commands = Commands(bench.office, People(bench.office, web))
    command = Command(team=TEAM, channel="C0TEAM", user="U0ANA", text="kpi record Churn 5%", response_url="")
    now = bench.office.clock.now() - timedelta(seconds=1)
    event = InboxEvent(key="k", kind="slack.command", payload={}, received_at=now, attempts=1)

    first = await commands.run(event, command, "es")
    second = await commands.run(event.model_copy(update={"attempts": 2}), command, "es")

    assert first == second
    assert len(bench.office.journal.readings()) == 1


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("Churn 4.2%", ("Churn", "4.2%")),
        ("Churn 4.2 %", ("Churn", "4.2 %")),
        ("Churn mes 3 4%", ("Churn mes 3", "4%")),
        ("“Churn mes 3” $12K", ("Churn mes 3", "$12K")),
        ("Tiempo de respuesta 3 horas", ("Tiempo de respuesta", "3 horas")),
        ("Churn", ("Churn", "")),
    ],
)
def test_the_last_number_is_the_value(words: str, read: tuple[str, str]) -> None:
    assert name_and_value(words) == read


@pytest.fixture
def shown(bench: Bench) -> tuple[Bench, Callable[[], dict[str, Any]]]:
    """A draft on show in the channel, by command; with its message as it stands."""
    told(bench, "status")
    Worker(bench.office).once()

    def message() -> dict[str, Any]:
        found = bench.slack.find(bench.slack.channels["C0TEAM"], stamp)
        assert found is not None
        return found

    stamp = bench.slack.answers("C0TEAM")[0]["ts"]
    return bench, message


Shown = tuple[Bench, Callable[[], dict[str, Any]]]


def draft_of(bench: Bench) -> Draft:
    return bench.office.drafts.drafts()[0]


def has_buttons(message: dict[str, Any]) -> bool:
    return any(block["type"] == "actions" for block in message["blocks"])


def test_a_draft_asked_for_twice_is_one_draft(shown: Shown) -> None:
    bench, _ = shown

    assert "ya existe: espera aprobación" in told(bench, "status")
    assert len(bench.office.drafts.drafts()) == 1


def test_an_approved_draft_is_posted_once_and_its_buttons_go(shown: Shown) -> None:
    bench, message = shown
    bench.role("U0LUIS", Role.approver)
    pressed = dict(message())

    bench.sender.click(pressed, "status_approve", channel="C0TEAM", user="U0LUIS")
    bench.wait(lambda: not has_buttons(message()))
    bench.sender.click(pressed, "status_approve", channel="C0TEAM", user="U0LUIS")
    bench.wait(bench.whispers_after(1))
    for _ in range(3):
        Worker(bench.office).once()

    assert "<@U0LUIS>" in str(message()["blocks"])
    assert draft_of(bench).state == "sent"
    posted = [m for m in bench.slack.answers("C0TEAM") if m["metadata"]["event_payload"]["key"] == draft_of(bench).key]
    assert len(posted) == 1


@pytest.mark.parametrize("action", ["status_approve", "status_reject", "status_edit"])
def test_a_member_may_not_decide_and_is_told(shown: Shown, action: str) -> None:
    bench, message = shown

    bench.sender.click(message(), action, channel="C0TEAM", user="U0LUIS")
    text = bench.wait(bench.whispers_after(1))

    assert "approver" in text
    assert draft_of(bench).state == "awaiting_approval"
    assert has_buttons(message())
    assert bench.slack.views == []


def test_a_rejected_draft_is_not_posted(shown: Shown) -> None:
    bench, message = shown
    bench.role("U0ANA", Role.approver)

    bench.sender.click(message(), "status_reject", channel="C0TEAM")
    bench.wait(lambda: not has_buttons(message()))
    Worker(bench.office).once()

    assert draft_of(bench).state == "rejected"
    assert len(bench.slack.answers("C0TEAM")) == 1


def test_an_edited_draft_is_a_new_version_with_buttons_of_its_own(shown: Shown) -> None:
    bench, message = shown
    bench.role("U0ANA", Role.approver)
    stale = dict(message())

    bench.sender.click(stale, "status_edit", channel="C0TEAM")
    view = bench.wait(lambda: bench.slack.views)[0]
    fields = {block["block_id"]: {"text": {"value": block["element"]["initial_value"]}} for block in view["blocks"]}
    assert "\n".join(part["text"]["value"] for part in fields.values()) == draft_of(bench).text.rstrip()
    fields[min(fields)]["text"]["value"] = "Todo bien."
    bench.sender.submit(view, fields)
    bench.wait(lambda: "Todo bien." in str(message()["blocks"]))

    assert draft_of(bench).version == 2
    assert draft_of(bench).edited_by == ANA.id
    bench.sender.click(stale, "status_approve", channel="C0TEAM")
    assert "2" in bench.wait(bench.whispers_after(1))
    bench.sender.click(message(), "status_approve", channel="C0TEAM")
    bench.wait(lambda: draft_of(bench).state == "approved")


def test_a_decision_delivered_twice_is_one_decision(shown: Shown) -> None:
    bench, message = shown
    bench.role("U0ANA", Role.approver)
    clicks = {
        "type": "block_actions",
        "actions": [{"action_id": "status_approve", "value": f"{draft_of(bench).id}:1", "action_ts": "1.1"}],
        "channel": {"id": "C0TEAM"},
        "container": {"message_ts": message()["ts"], "channel_id": "C0TEAM"},
    }

    for _ in range(3):
        assert bench.sender.interact(clicks, user="U0ANA").status_code == 200
    bench.wait(lambda: not has_buttons(message()))
    time.sleep(0.3)

    assert len(bench.slack.responses) == 1  # the command's own
