"""What a request of Slack means: work to be stored, or nothing for us. Pure; knows Slack's payloads and no network.

Only what may be for us is kept, and only the fields the work needs: other people's talk is not ours to store.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from copilot.domain.source import Frozen
from copilot.domain.work import InboxEvent

QUESTION, COMMAND, DECISION, EDIT = "slack.question", "slack.command", "slack.decision", "slack.edit"
EDIT_VIEW = "status_edit"
TEXT_BLOCK = "status_text"
SPOKEN = (None, "file_share", "thread_broadcast")
"""Subtypes of what a person says; the others are joins, edits, deletions and machines."""
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")

Body = dict[str, Any]


class Identity(Frozen):
    """Who we are in the workspace, as auth.test tells it."""

    team: str
    user: str


class Said(Frozen):
    """A message that asks something, or may."""

    team: str
    channel: str
    user: str
    text: str
    """Without the mention of us."""
    ts: str
    thread_ts: str | None = None
    is_direct: bool = False
    only_ours: bool = False
    """Said in a channel's thread without a mention: a question only where we have answered before."""

    @property
    def root(self) -> str:
        """The thread's first message, under which the answer goes."""
        return self.thread_ts or self.ts

    @property
    def conversation(self) -> str:
        """Names what was said in this thread."""
        return f"slack:{self.team}:{self.channel}:{self.root}"


class Command(Frozen):
    """A slash command."""

    team: str
    channel: str
    user: str
    text: str
    response_url: str


class Decision(Frozen):
    """A click on Approve or Reject."""

    team: str
    channel: str
    user: str
    action: Literal["approve", "reject"]
    draft_id: str
    version: int
    message_ts: str
    response_url: str


class Edit(Frozen):
    """A draft's text, as a person rewrote it."""

    team: str
    channel: str
    user: str
    draft_id: str
    version: int
    message_ts: str
    text: str


class EditClick(Frozen):
    """A click on Edit: answered at once with a form, since Slack's ticket for it lasts three seconds."""

    team: str
    channel: str
    user: str
    draft_id: str
    version: int
    message_ts: str
    trigger_id: str
    response_url: str


def team_of(body: Body) -> str | None:
    """The workspace a request comes from."""
    told = body.get("team_id") or (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id")
    return str(told) if told else None


def received(body: Body, me: Identity, at: datetime) -> InboxEvent | None:
    """The work a request stands for; None when there is none to store."""
    for known in (_question, _command, _decision, _edit):
        found = known(body, me)
        if found is not None:
            name, kind, payload = found
            key = f"slack:{body.get('api_app_id') or '-'}:{me.team}:{name}"
            return InboxEvent(key=key, kind=kind, payload=payload.model_dump(mode="json"), received_at=at)
    return None


def edit_click(body: Body, me: Identity) -> EditClick | None:
    """The click on Edit, when the request is one."""
    action = _action(body)
    if action is None or action["action_id"] != "status_edit":
        return None
    return EditClick(trigger_id=str(body.get("trigger_id")), **_clicked(body, action, me))


Found = tuple[str, str, Frozen] | None


def _question(body: Body, me: Identity) -> Found:
    if body.get("type") != "event_callback":
        return None
    event = body.get("event") or {}
    if not _spoken(event, me):
        return None
    said = _mentioned(event, me) if event.get("type") == "app_mention" else _overheard(event, me)
    return None if said is None else (str(body.get("event_id")), QUESTION, said)


def _spoken(event: Body, me: Identity) -> bool:
    """Whether a person of this workspace said it now: no machine, no edit, nobody of another organisation."""
    if event.get("type") not in ("app_mention", "message") or event.get("subtype") not in SPOKEN:
        return False
    if event.get("bot_id") or event.get("edited") or event.get("user") in (None, me.user):
        return False
    return all(event.get(home) in (None, me.team) for home in ("user_team", "source_team"))


def _mentioned(event: Body, me: Identity) -> Said:
    return _said(event, me, is_direct=event.get("channel_type") == "im")


def _overheard(event: Body, me: Identity) -> Said | None:
    if event.get("channel_type") == "im":
        return _said(event, me, is_direct=True)
    in_thread = event.get("thread_ts") not in (None, event.get("ts"))
    # A mention of us comes as app_mention as well; a mention of someone else is a question to that person.
    if not in_thread or MENTION.search(str(event.get("text") or "")):
        return None
    return _said(event, me, only_ours=True)


def _said(event: Body, me: Identity, *, is_direct: bool = False, only_ours: bool = False) -> Said:
    def without_us(found: re.Match[str]) -> str:
        return "" if found.group(1) == me.user else found.group(0)

    return Said(
        team=me.team,
        channel=event["channel"],
        user=event["user"],
        text=" ".join(plain(MENTION.sub(without_us, str(event.get("text") or ""))).split()),
        ts=event["ts"],
        thread_ts=event.get("thread_ts"),
        is_direct=is_direct,
        only_ours=only_ours,
    )


def plain(text: str) -> str:
    """Slack's escapes and links as the person typed them."""
    told = re.sub(r"<(?:https?|mailto|tel):[^|>]*\|([^>]*)>", r"\1", text)
    told = re.sub(r"<((?:https?|mailto|tel):[^|>]*)>", r"\1", told)
    told = re.sub(r"<#[A-Z0-9]+\|([^>]*)>", r"#\1", told)
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _command(body: Body, me: Identity) -> Found:
    if not body.get("command") or not body.get("response_url"):
        return None
    command = Command(
        team=me.team,
        channel=str(body.get("channel_id")),
        user=str(body.get("user_id")),
        text=plain(str(body.get("text") or "")).strip(),
        response_url=body["response_url"],
    )
    return f"cmd:{body.get('trigger_id')}", COMMAND, command


def _decision(body: Body, me: Identity) -> Found:
    action = _action(body)
    if action is None or action["action_id"] not in ("status_approve", "status_reject"):
        return None
    decision = Decision(action=action["action_id"].removeprefix("status_"), **_clicked(body, action, me))
    name = f"act:{decision.message_ts}:{action['action_id']}:{decision.user}:{action.get('action_ts')}"
    return name, DECISION, decision


def _edit(body: Body, me: Identity) -> Found:
    view = body.get("view") or {}
    if body.get("type") != "view_submission" or view.get("callback_id") != EDIT_VIEW:
        return None
    draft_id, version, channel, message_ts = str(view.get("private_metadata")).split("|")
    values = (view.get("state") or {}).get("values") or {}
    blocks = sorted(
        (name for name in values if name.startswith(TEXT_BLOCK)), key=lambda name: int(name.removeprefix(f"{TEXT_BLOCK}_"))
    )
    text = "\n".join(str(values[name]["text"].get("value") or "") for name in blocks)
    edit = Edit(
        team=me.team,
        channel=channel,
        user=body["user"]["id"],
        draft_id=draft_id,
        version=int(version),
        message_ts=message_ts,
        text=text,
    )
    return f"view:{view.get('id')}:{edit.user}", EDIT, edit


def _action(body: Body) -> Body | None:
    if body.get("type") != "block_actions" or not body.get("actions"):
        return None
    action: Body = body["actions"][0]
    return action if re.fullmatch(r"\w+:\d+", str(action.get("value"))) else None


def _clicked(body: Body, action: Body, me: Identity) -> dict[str, Any]:
    draft_id, _, version = action["value"].partition(":")
    container = body.get("container") or {}
    return {
        "team": me.team,
        "channel": container.get("channel_id") or body["channel"]["id"],
        "user": body["user"]["id"],
        "draft_id": draft_id,
        "version": int(version),
        "message_ts": str(container.get("message_ts")),
        "response_url": str(body.get("response_url") or ""),
    }


READERS: dict[str, Callable[[Body], Frozen]] = {
    QUESTION: Said.model_validate,
    COMMAND: Command.model_validate,
    DECISION: Decision.model_validate,
    EDIT: Edit.model_validate,
}
"""Kind of a stored event to what reads its payload."""
