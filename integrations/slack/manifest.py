"""The manifest from which Slack makes our app: scopes, events, the command, buttons. Data; knows no network."""

from __future__ import annotations

from typing import Any

NAME = "Rumbo"
COMMAND = "/rumbo"
PATH = "/slack/events"
"""Where all of Slack's requests go."""
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
)
EVENTS = ("app_mention", "message.channels", "message.groups", "message.im")


def manifest(url: str | None = None) -> dict[str, Any]:
    """The app's manifest.

    Args:
        url: public address of `rumbo serve`, with or without `/slack/events`; None: Socket Mode, no address is needed.
    """
    events = f"{url.rstrip('/').removesuffix(PATH)}{PATH}" if url else None
    at = {"request_url": events} if events else {}
    command = {
        "command": COMMAND,
        "description": "Ask the plan, record, report",
        "usage_hint": "ask | kpi | tasks | roi | status | help",
        "should_escape": False,
        **({"url": events} if events else {}),
    }
    return {
        "display_information": {
            "name": NAME,
            "description": "Answers from your strategy documents, with sources.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "rumbo", "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
