"""The Web API's methods on a fake workspace: arguments in, Slack's JSON out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.dev.slack.checks import MAX_MARKDOWN, blocks_error, message_error, metadata_error, view_error
from integrations.dev.slack.workspace import APP, BOT_ID, BOT_USER, TEAM, Channel, Workspace

Reply = dict[str, Any]
DEFAULT_PAGE = 100
KEPT = ("text", "blocks", "thread_ts", "metadata", "markdown_text", "attachments", "reply_broadcast")


class SlackRefuses(Exception):
    """The call is refused with Slack's error code."""


def call(workspace: Workspace, method: str, args: Reply) -> Reply:
    """One Web API call on behalf of the app. Errors come back as `{ok: false, error}`, as Slack gives them."""
    known = METHODS.get(method)
    if known is None:
        return {"ok": False, "error": "unknown_method"}
    try:
        return {"ok": True, **known(workspace, args)}
    except SlackRefuses as err:
        return {"ok": False, "error": str(err)}


def _auth_test(_workspace: Workspace, _args: Reply) -> Reply:
    return {
        "team_id": TEAM,
        "team": "dev",
        "user_id": BOT_USER,
        "user": "rumbo",
        "bot_id": BOT_ID,
        "app_id": APP,
        "url": "http://dev/",
    }


def _post_message(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    _refuse(message_error(args))
    _refuse_unknown_thread(workspace, channel, args)
    stored = workspace.post(channel, {key: args[key] for key in KEPT if args.get(key) is not None})
    return {"channel": channel.id, "ts": stored["ts"], "message": stored}


def _post_ephemeral(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    if args.get("user") not in workspace.users:
        raise SlackRefuses("user_not_in_channel")
    _refuse(message_error(args))
    workspace.responses.append({"ephemeral": True, "channel": channel.id, **args})
    return {"message_ts": workspace.next_ts()}


def _update(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    stored = workspace.find(channel, str(args.get("ts")))
    if stored is None:
        raise SlackRefuses("message_not_found")
    if stored.get("bot_id") != BOT_ID:
        raise SlackRefuses("cant_update_message")
    if (channel.id, stored["ts"]) in workspace.streaming:
        raise SlackRefuses("streaming_state_conflict")
    _refuse(message_error(args))
    stored.update({key: args[key] for key in KEPT if args.get(key) is not None and key != "thread_ts"})
    return {"channel": channel.id, "ts": stored["ts"], "text": stored.get("text", ""), "message": stored}


def _start_stream(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    if not args.get("thread_ts"):
        raise SlackRefuses("invalid_arguments")
    _refuse_unknown_thread(workspace, channel, args)
    if not channel.is_im and not args.get("recipient_user_id"):
        raise SlackRefuses("missing_recipient_user_id")
    if not channel.is_im and not args.get("recipient_team_id"):
        raise SlackRefuses("missing_recipient_team_id")
    text = _streamed(args)
    stored = workspace.post(channel, {"text": text, "thread_ts": args["thread_ts"]})
    workspace.streaming.add((channel.id, stored["ts"]))
    return {"channel": channel.id, "ts": stored["ts"]}


def _append_stream(workspace: Workspace, args: Reply) -> Reply:
    channel, stored = _stream(workspace, args)
    text = _streamed(args)
    if not text and not args.get("chunks"):
        raise SlackRefuses("no_text")
    stored["text"] += text
    return {"channel": channel.id, "ts": stored["ts"]}


def _stop_stream(workspace: Workspace, args: Reply) -> Reply:
    channel, stored = _stream(workspace, args)
    blocks = args.get("blocks")
    _refuse((blocks_error(blocks) if blocks else None) or metadata_error(args.get("metadata")))
    stored["text"] += _streamed(args)
    stored.update({key: args[key] for key in ("blocks", "metadata") if args.get(key)})
    workspace.streaming.discard((channel.id, stored["ts"]))
    return {"channel": channel.id, "ts": stored["ts"], "message": stored}


def _history(workspace: Workspace, args: Reply) -> Reply:
    if str(args.get("channel") or "") not in workspace.channels:  # a name is good for posting, not for reading
        raise SlackRefuses("channel_not_found")
    channel = _open_channel(workspace, args)
    tops = [m for m in channel.messages if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("reply_broadcast")]
    return _page(list(reversed(tops)), args)


def _replies(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    root = str(args.get("ts"))
    thread = [m for m in channel.messages if m["ts"] == root or m.get("thread_ts") == root]
    if not thread:
        raise SlackRefuses("thread_not_found")
    return _page(thread, args)


def _add_reaction(workspace: Workspace, args: Reply) -> Reply:
    channel = _open_channel(workspace, args)
    if workspace.find(channel, str(args.get("timestamp"))) is None:
        raise SlackRefuses("message_not_found")
    if any(r == args for r in workspace.reactions):
        raise SlackRefuses("already_reacted")
    workspace.reactions.append(dict(args))
    return {}


def _users_info(workspace: Workspace, args: Reply) -> Reply:
    user = str(args.get("user"))
    if user not in workspace.users:
        raise SlackRefuses("user_not_found")
    return {
        "user": {
            "id": user,
            "name": workspace.users[user],
            "real_name": workspace.users[user],
            "locale": "es-ES",
            "tz": "Europe/Madrid",
        }
    }


def _channel_info(workspace: Workspace, args: Reply) -> Reply:
    channel = workspace.channel(str(args.get("channel")))
    if channel is None:
        raise SlackRefuses("channel_not_found")
    return {"channel": {"id": channel.id, "name": channel.name, "is_im": channel.is_im, "is_archived": channel.is_archived}}


def _open_view(workspace: Workspace, args: Reply) -> Reply:
    if not args.get("trigger_id"):
        raise SlackRefuses("invalid_trigger_id")
    _refuse(view_error(args.get("view")))
    view = {**args["view"], "id": f"V{len(workspace.views) + 1}"}
    workspace.views.append(view)
    return {"view": view}


def _nothing(_workspace: Workspace, _args: Reply) -> Reply:
    return {}


def _open_channel(workspace: Workspace, args: Reply) -> Channel:
    channel = workspace.channel(str(args.get("channel") or ""))
    if channel is None:
        raise SlackRefuses("channel_not_found")
    if channel.is_archived:
        raise SlackRefuses("is_archived")
    if not channel.has_bot:
        raise SlackRefuses("not_in_channel")
    return channel


def _stream(workspace: Workspace, args: Reply) -> tuple[Channel, Reply]:
    channel = _open_channel(workspace, args)
    stored = workspace.find(channel, str(args.get("ts")))
    if stored is None:
        raise SlackRefuses("message_not_found")
    if (channel.id, stored["ts"]) not in workspace.streaming:
        raise SlackRefuses("message_not_in_streaming_state")
    return channel, stored


def _streamed(args: Reply) -> str:
    text = args.get("markdown_text") or ""
    for chunk in args.get("chunks") or []:
        if not isinstance(chunk, dict) or "type" not in chunk:
            raise SlackRefuses("invalid_chunks")
        text += chunk.get("text", "") if chunk["type"] == "markdown_text" else ""
    if len(text) > MAX_MARKDOWN:
        raise SlackRefuses("msg_too_long")
    return str(text)


def _refuse_unknown_thread(workspace: Workspace, channel: Channel, args: Reply) -> None:
    if args.get("thread_ts") and workspace.find(channel, str(args["thread_ts"])) is None:
        raise SlackRefuses("thread_not_found")


def _refuse(error: str | None) -> None:
    if error is not None:
        raise SlackRefuses(error)


def _page(messages: list[Reply], args: Reply) -> Reply:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    chosen = [m for m in messages if oldest < float(m["ts"]) < latest or str(args.get("inclusive")).lower() == "true"]
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or DEFAULT_PAGE)
    page = [
        _shown(m, with_metadata=str(args.get("include_all_metadata")).lower() in ("true", "1"))
        for m in chosen[start : start + limit]
    ]
    more = start + limit < len(chosen)
    return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": str(start + limit) if more else ""}}


def _shown(message: Reply, *, with_metadata: bool) -> Reply:
    return message if with_metadata else {k: v for k, v in message.items() if k != "metadata"}


METHODS: dict[str, Callable[[Workspace, Reply], Reply]] = {
    "api.test": _nothing,
    "auth.test": _auth_test,
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.startStream": _start_stream,
    "chat.appendStream": _append_stream,
    "chat.stopStream": _stop_stream,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "conversations.info": _channel_info,
    "reactions.add": _add_reaction,
    "users.info": _users_info,
    "views.open": _open_view,
    "assistant.threads.setStatus": _nothing,
    "assistant.threads.setTitle": _nothing,
    "assistant.threads.setSuggestedPrompts": _nothing,
}
