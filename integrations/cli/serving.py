"""Commands that open doors: the HTTP server, its keys, people's roles, Slack, and the fake peers."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from copilot.domain.access import Role
from copilot.domain.errors import UserCanFix
from integrations.cli.options import JsonOption
from integrations.cli.session import session
from integrations.render import json_ready

HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; anything but loopback needs keys.")]
PortOption = Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port to listen on.")]
ROLES = [role.name for role in Role]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("serve")(serve)
    key = typer.Typer(help="Keys of the HTTP doors.", no_args_is_help=True)
    for name, function in (("create", key_create), ("list", key_list), ("revoke", key_revoke)):
        key.command(name)(function)
    role = typer.Typer(help="Roles of people who come in through Slack.", no_args_is_help=True)
    role.command("set")(role_set)
    slack = typer.Typer(help="Answer in Slack over Socket Mode.", invoke_without_command=True)
    slack.callback()(slack_run)
    slack.command("manifest")(slack_manifest)
    dev = typer.Typer(help="Fake peers to try things without accounts: they speak the real protocols.", no_args_is_help=True)
    dev.command("slack")(dev_slack)
    dev.command("model")(dev_model)
    for group, called in ((key, "key"), (role, "role"), (slack, "slack"), (dev, "dev")):
        app.add_typer(group, name=called)


def serve(
    context: typer.Context,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    require_key: Annotated[bool, typer.Option("--require-key", help="Ask for keys on loopback too.")] = False,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Draft and deliver in this process.")] = True,
) -> None:
    """Serve the HTTP API, the OpenAI-compatible model and Slack's requests; documentation at /docs."""
    from integrations.server import serving

    opened = session(context)
    app = serving.build(opened.office, host=host, local=opened.principal, always_key=require_key, worker=worker)
    locked = require_key or not serving.is_loopback(host)
    opened.screen.notice(opened.say("serving_locked" if locked else "serving_open", host=host, port=port))
    serving.serve(app, host=host, port=port)


def key_create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: Annotated[str, typer.Option("--role", help="viewer, member, approver or admin.")] = "member",
    days: Annotated[int, typer.Option("--days", help="Days until it ends.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """Make a key. It is shown once; only its hash is kept."""
    opened = session(context)
    made, secret = opened.office.doorkeeper.create(name, _role(role), days=days)
    if as_json:
        opened.screen.json({**json_ready(made.model_copy(update={"sha256": ""})), "key": secret})
        return
    opened.screen.line(secret)
    opened.screen.notice(opened.say("key_made", key_id=made.id, role=made.role.name, until=str(made.expires_at)))


def key_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List keys, without their secrets."""
    opened = session(context)
    keys, now = opened.office.access.keys(), opened.office.clock.now()
    if as_json:
        opened.screen.json([json_ready(key.model_copy(update={"sha256": ""})) for key in keys])
        return
    rows = [
        [key.id, key.name, key.role.name, str(key.expires_at or ""), opened.say("key_valid" if key.valid(now) else "key_ended")]
        for key in keys
    ]
    opened.screen.table(opened.columns("id", "name", "role", "until", "state"), rows)


def key_revoke(context: typer.Context, key: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """End a key at once."""
    opened = session(context)
    opened.office.doorkeeper.revoke(key)
    opened.screen.line(opened.say("key_revoked", key_id=key))


def role_set(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="slack:TEAM:USER, as Slack's ids say it.")],
    role: Annotated[str, typer.Argument(help="viewer, member, approver or admin.")],
) -> None:
    """Give a person a role; whoever has none is a member."""
    opened = session(context)
    opened.office.access.set_role(person, _role(role).name)
    opened.screen.line(opened.say("role_given", person=person, role=role))


def slack_run(context: typer.Context) -> None:
    """Answer in Slack over Socket Mode, until interrupted."""
    if context.invoked_subcommand is not None:
        return
    from integrations.slack.running import run_socket_mode

    opened = session(context)
    run_socket_mode(opened.office)


def slack_manifest(
    context: typer.Context,
    url: Annotated[str | None, typer.Option("--url", help="Public address of `rumbo serve`; Socket Mode without it.")] = None,
) -> None:
    """Print the manifest to create the Slack app from."""
    from integrations.slack.manifest import manifest

    session(context).screen.raw(json.dumps(manifest(url), ensure_ascii=False, indent=2) + "\n")


def dev_slack(context: typer.Context, port: PortOption = 8126) -> None:
    """Run the fake Slack: Web API at /api/, Socket Mode, faults on demand at /dev/faults, a look inside at /dev/state."""
    from integrations.dev.slack.server import serve as serve_slack

    opened = session(context)
    opened.screen.notice(opened.say("dev_slack_started", url=f"http://127.0.0.1:{port}/api/"))
    serve_slack(port=port)


def dev_model(context: typer.Context, port: PortOption = 8099) -> None:
    """Run the fake model endpoint; what it does is in the model's name: good, slow-300-20, cut-stream, alters-figures ..."""
    from integrations.dev.model import serve as serve_model

    opened = session(context)
    opened.screen.notice(opened.say("dev_model_started", url=f"http://127.0.0.1:{port}/v1"))
    serve_model(port=port, log_level="warning")


def _role(name: str) -> Role:
    if name not in ROLES:
        raise UserCanFix("unknown_role", role=name, allowed=ROLES)
    return Role[name]
