"""`rumbo task patch`: states of tasks written back into the boxes of their files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from copilot.domain.errors import UserCanFix
from copilot.journal.patch import TaskPatch, apply_patches, make_patch
from integrations.cli.options import JsonOption, chosen_document
from integrations.cli.session import Session, session
from retrieval.ingest.formats.convert import suffix_of

LEFT = {"no_box": "patch_no_box", "box_uncertain": "patch_box_uncertain"}
"""Why a state is not written to the sentence that says so."""


def task_patch(
    context: typer.Context,
    document: Annotated[str | None, typer.Argument(help="The document: its name or a part of it; without it, all.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write it into the files: the ticks, and nothing else.")] = False,
    base: Annotated[
        str | None, typer.Option("--base", help="Write only if the patch still stands on the bytes with this SHA-256.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print states of tasks as a unified diff of their files' boxes, or write them; a file changed since is refused."""
    opened = session(context)
    patches = _patches(opened, document)
    if base is not None and any(patch.base != base for patch in patches):
        raise UserCanFix("patch_base_changed", path=", ".join(str(patch.path) for patch in patches))
    if apply:
        apply_patches(patches)
    if as_json:
        opened.screen.json([_exported(patch, is_written=apply) for patch in patches if patch.ticked or patch.left])
    elif apply:
        _tell(opened, patches)
    else:
        for patch in patches:
            opened.screen.bytes(patch.diff())
    for patch in patches:
        for left in patch.left:
            name = left.task.text
            opened.screen.notice(opened.say(LEFT[left.reason], name=name, source=left.task.citation().label))


def _patches(opened: Session, document: str | None) -> list[TaskPatch]:
    plans, who = opened.workspace.plans, opened.principal
    records = plans.documents(who)
    if not records:
        raise UserCanFix("nothing_ingested")
    chosen = (
        [chosen_document(records, document)]
        if document is not None
        else [record for record in records if suffix_of(record.document) is None]
    )
    standings = opened.office.checklist.standings(who)
    return [
        make_patch(
            record, plans.original(who, record.document), [one for one in standings if one.task.document == record.document]
        )
        for record in chosen
    ]


def _tell(opened: Session, patches: list[TaskPatch]) -> None:
    written = [patch for patch in patches if patch.ticked]
    for patch in written:
        opened.screen.line(opened.say("patch_written", path=patch.path, boxes=len(patch.ticked)))
    if not written:
        opened.screen.line(opened.say("patch_nothing"))


def _exported(patch: TaskPatch, *, is_written: bool) -> dict[str, Any]:
    return {
        "document": patch.document,
        "path": str(patch.path),
        "base": patch.base,
        "written": is_written and bool(patch.ticked),
        "diff": patch.diff().decode("utf-8", "replace"),
        "boxes": [{"id": task.id, "text": task.text, "line": task.lines[0]} for task in patch.ticked],
        "left": [
            {"id": left.task.id, "text": left.task.text, "line": left.task.lines[0], "reason": left.reason} for left in patch.left
        ],
    }
