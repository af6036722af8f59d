"""Commands of the weekly update: status drafts, schedules, the worker."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.domain.schedule import Schedule
from copilot.domain.work import Draft, check_destination
from integrations.cli.options import JsonOption
from integrations.cli.session import Session, session
from integrations.render import json_ready
from integrations.translate import LANGUAGES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DraftArgument = Annotated[str, typer.Argument(help="Id of the draft.")]
LanguageOption = Annotated[str | None, typer.Option("--language", "-l", help="es, en, pt or fr.")]
AudienceOption = Annotated[str, typer.Option("--audience", help="For whom; one draft a week and audience.")]
ToOption = Annotated[str, typer.Option("--to", help="Where it goes once approved: slack:C0123ABCD or file:PATH.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    groups: dict[str, tuple[str, dict[str, Callable[..., None]]]] = {
        "status": (
            "The weekly update: drafted, decided by a person, posted once.",
            {
                "draft": status_draft,
                "list": status_list,
                "show": status_show,
                "edit": status_edit,
                "approve": status_approve,
                "reject": status_reject,
            },
        ),
        "schedule": (
            "When updates are drafted by themselves.",
            {"add": schedule_add, "list": schedule_list, "remove": schedule_remove},
        ),
    }
    for group_name, (told, commands) in groups.items():
        group = typer.Typer(help=told, no_args_is_help=True)
        for name, function in commands.items():
            group.command(name)(function)
        app.add_typer(group, name=group_name)
    app.command("worker")(worker)


def status_draft(
    context: typer.Context,
    to: ToOption = "file:progress.md",
    audience: AudienceOption = "team",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft this week's update, or show the draft there is. Nothing is posted before `rumbo status approve`."""
    opened = session(context)
    draft = opened.office.desk.compose(
        by=opened.principal, audience=audience, language=_language(opened, language), destination=_destination(to)
    )
    _show(opened, draft, as_json)


def status_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List drafts, the newest first."""
    opened = session(context)
    drafts = opened.office.drafts.drafts()
    if as_json:
        opened.screen.json([json_ready(draft) for draft in drafts])
        return
    rows = [
        [
            draft.id,
            draft.week,
            draft.audience,
            opened.say(f"draft_{draft.state}"),
            draft.destination,
            draft.reason or draft.receipt or "",
        ]
        for draft in drafts
    ]
    opened.screen.table(opened.columns("id", "week", "audience", "state", "destination", "reason"), rows)


def status_show(context: typer.Context, draft: DraftArgument, as_json: JsonOption = False) -> None:
    """Show a draft with what was left out of it and why."""
    opened = session(context)
    _show(opened, opened.office.drafts.draft(draft), as_json)


def status_edit(
    context: typer.Context,
    draft: DraftArgument,
    file: Annotated[Path, typer.Option("--file", "-f", help="File with the new text.", allow_dash=True)],
    as_json: JsonOption = False,
) -> None:
    """Replace a draft's text by your own words; the new version needs an approval of its own."""
    opened = session(context)
    found = opened.office.drafts.draft(draft)
    try:
        text = file.read_text(encoding="utf-8") if str(file) != "-" else typer.get_text_stream("stdin").read()
    except (OSError, UnicodeDecodeError) as error:
        raise UserCanFix("file_unreadable", path=str(file), reason=str(error)) from error
    _show(opened, opened.office.desk.edit(draft, version=found.version, by=opened.principal, text=text), as_json)


def status_approve(
    context: typer.Context,
    draft: DraftArgument,
    version: Annotated[
        int | None, typer.Option("--version", help="The version you have read; the current one without it.")
    ] = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Deliver at once, or leave it to `rumbo worker`.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Approve a draft: it is posted once."""
    opened = session(context)
    office = opened.office
    found = office.drafts.draft(draft)
    office.desk.approve(draft, version=version or found.version, by=opened.principal)
    while send and office.delivery.deliver_next() is not None:
        pass
    decided = office.drafts.draft(draft)
    if as_json:
        opened.screen.json(json_ready(decided))
        return
    key = {"sent": "draft_posted", "needs_operator": "draft_stuck"}.get(decided.state, "draft_queued")
    opened.screen.line(
        opened.say(key, draft=decided.id, place=decided.receipt or decided.destination, reason=decided.reason or "")
    )


def status_reject(
    context: typer.Context,
    draft: DraftArgument,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; kept with the draft.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Reject a draft: nothing is posted."""
    opened = session(context)
    found = opened.office.drafts.draft(draft)
    decided = opened.office.desk.reject(draft, version=found.version, by=opened.principal, reason=reason)
    if as_json:
        opened.screen.json(json_ready(decided))
    else:
        opened.screen.line(opened.say("draft_turned_down", draft=decided.id))


def schedule_add(
    context: typer.Context,
    to: ToOption,
    weekday: Annotated[str, typer.Option("--weekday", help="monday ... sunday.")] = "friday",
    at: Annotated[str, typer.Option("--at", help="Local time, 09:00.")] = "09:00",
    zone: Annotated[str, typer.Option("--zone", help="IANA time zone, Europe/Madrid.")] = "UTC",
    audience: AudienceOption = "team",
    language: LanguageOption = None,
    review: Annotated[
        str | None, typer.Option("--review", help="Slack channel that sees the draft with its buttons: slack:C0123ABCD.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the schedule.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft an update every week at a local time; `rumbo worker` or `rumbo serve` does it."""
    opened = session(context)
    if weekday.lower() not in WEEKDAYS:
        raise UserCanFix("unknown_weekday", weekday=weekday, allowed=list(WEEKDAYS))
    made = Schedule(
        id=name or f"{audience}-{uuid.uuid4().hex[:6]}",
        weekday=WEEKDAYS.index(weekday.lower()) + 1,
        at=_time(at),
        zone=zone,
        audience=audience,
        language=_language(opened, language),
        destination=_destination(to),
        review=None if review is None else check_destination(review),
        created_by=opened.principal.id,
        created_at=opened.office.clock.now(),
    )
    opened.office.schedules.add_schedule(made)
    if as_json:
        opened.screen.json(json_ready(made))
    else:
        following = made.next_slot(opened.office.clock.now())
        opened.screen.line(opened.say("schedule_added", schedule=made.id, next=following.at.isoformat()))


def schedule_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List schedules with their next slot."""
    opened = session(context)
    now = opened.office.clock.now()
    schedules = opened.office.schedules.schedules()
    if as_json:
        opened.screen.json([json_ready(schedule) for schedule in schedules])
        return
    rows = [
        [
            s.id,
            WEEKDAYS[s.weekday - 1],
            s.at.isoformat("minutes"),
            s.zone,
            s.audience,
            s.destination,
            s.next_slot(now).at.isoformat(),
        ]
        for s in schedules
    ]
    opened.screen.table(opened.columns("id", "weekday", "time", "zone", "audience", "destination", "next"), rows)


def schedule_remove(context: typer.Context, schedule: Annotated[str, typer.Argument(help="Id of the schedule.")]) -> None:
    """Stop a schedule; its drafts stay."""
    opened = session(context)
    if not opened.office.schedules.remove_schedule(schedule):
        raise UserCanFix("unknown_schedule", schedule=schedule)
    opened.screen.line(opened.say("schedule_removed", schedule=schedule))


def worker(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="One round, then leave.")] = False,
) -> None:
    """Draft what is due and deliver what is approved, until interrupted. Any number may run."""
    from integrations.worker import Worker

    opened = session(context)
    made = Worker(opened.office)
    if once:
        opened.screen.line(opened.say("worker_round", delivered=made.once()))
        return
    opened.screen.notice(opened.say("worker_started"))
    made.run()


def _show(opened: Session, draft: Draft, as_json: bool) -> None:
    if as_json:
        opened.screen.json(json_ready(draft))
        return
    opened.screen.line(draft.text.rstrip())
    for gap in draft.gaps:
        opened.screen.notice(gap)
    told = opened.say(
        "draft_head", draft=draft.id, version=draft.version, state=opened.say(f"draft_{draft.state}"), to=draft.destination
    )
    opened.screen.notice(told)


def _destination(given: str) -> str:
    """A checked destination; a path of the command line is taken from the folder the person stands in."""
    check_destination(given, anywhere=True)
    return f"file:{Path(given.removeprefix('file:')).expanduser().resolve()}" if given.startswith("file:") else given


def _language(opened: Session, given: str | None) -> Language:
    wanted = given or opened.settings.language or "es"
    if wanted not in LANGUAGES:
        raise UserCanFix("bad_language", value=wanted, known=list(LANGUAGES))
    return wanted


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise UserCanFix("bad_time", value=text) from error
