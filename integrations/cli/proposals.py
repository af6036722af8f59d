"""Commands of proposals: changes that wait for a person's yes."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from copilot.domain.work import Proposal
from integrations.cli.options import ConfidenceOption, JsonOption, given_day
from integrations.cli.session import Session, session
from integrations.render import json_ready

ProposalArgument = Annotated[str, typer.Argument(help="Id of the proposal, as the answer names it.")]

STATES = {
    "open": "proposal_open",
    "applied": "proposal_applied",
    "rejected": "proposal_rejected",
    "replaced": "proposal_replaced",
    "expired": "proposal_expired",
}
TOLD = {
    "open": "proposal_is_open",
    "applied": "proposal_is_applied",
    "rejected": "proposal_is_rejected",
    "replaced": "proposal_is_replaced",
    "expired": "proposal_is_expired",
}
"""State of a proposal to its label and its sentence."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Changes that wait for your yes; each is written once, or not at all.", no_args_is_help=True)
    commands = (
        ("list", proposal_list),
        ("show", proposal_show),
        ("confirm", proposal_confirm),
        ("reject", proposal_reject),
        ("edit", proposal_edit),
    )
    for name, function in commands:
        group.command(name)(function)
    app.add_typer(group, name="proposal")


def proposal_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Decided and expired ones too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List proposals that can be decided, the newest first."""
    opened = session(context)
    found = opened.workspace.proposal_desk.proposals(opened.principal, every=every)
    if as_json:
        opened.screen.json([json_ready(one) for one in found])
    elif not found:
        opened.screen.line(opened.say("none"))
    else:
        rows = [[one.id, _state(opened, one), one.summary, one.requested_by, _until(one)] for one in found]
        opened.screen.table(opened.columns("id", "state", "change", "by", "until"), rows)


def proposal_show(context: typer.Context, proposal: ProposalArgument, as_json: JsonOption = False) -> None:
    """Show exactly what a proposal would change."""
    opened = session(context)
    _show(opened, opened.workspace.proposal_desk.proposal(proposal, opened.principal), as_json)


def proposal_confirm(context: typer.Context, proposal: ProposalArgument, as_json: JsonOption = False) -> None:
    """Say yes: the change is written, once, under your name."""
    opened = session(context)
    _show(opened, opened.workspace.proposal_desk.confirm(proposal, by=opened.principal), as_json)


def proposal_reject(context: typer.Context, proposal: ProposalArgument, as_json: JsonOption = False) -> None:
    """Say no: nothing is written."""
    opened = session(context)
    _show(opened, opened.workspace.proposal_desk.reject(proposal, by=opened.principal), as_json)


def proposal_edit(
    context: typer.Context,
    proposal: ProposalArgument,
    value: Annotated[str | None, typer.Option("--value", help="Another value of the metric.")] = None,
    on: Annotated[str | None, typer.Option("--date", help="Another day, 2026-03-31.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="Another remark.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Another source.")] = None,
    confidence: ConfidenceOption = None,
    status: Annotated[str | None, typer.Option("--status", help="Another state: open, doing, done, blocked, dropped.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is proposed: that is a new proposal in the place of this one, with a yes of its own."""
    from copilot.journal.proposing import Edited

    opened = session(context)
    given: dict[str, Any] = {"value": value, "note": note, "source": source, "confidence": confidence, "status": status}
    edited = Edited(on=None if on is None else given_day(on), **given)
    made = opened.workspace.proposal_desk.revise(proposal, edited, by=opened.principal, language=opened.language)
    _show(opened, made, as_json)


def _show(opened: Session, proposal: Proposal, as_json: bool) -> None:
    if as_json:
        opened.screen.json(json_ready(proposal))
        return
    slots = {"id": proposal.id, "change": proposal.summary, "until": _until(proposal), "by": proposal.decided_by or ""}
    opened.screen.line(opened.say(TOLD[proposal.state], **slots))


def _state(opened: Session, proposal: Proposal) -> str:
    return opened.say(STATES[proposal.state])


def _until(proposal: Proposal) -> str:
    return proposal.expires_at.strftime("%Y-%m-%d %H:%M UTC")
