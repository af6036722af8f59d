"""`rumbo audit`: what the documents claim against their own numbers, and what a person knows of already."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from copilot.domain.audit import SEVERITIES, Acknowledgement, Finding, Severity
from copilot.domain.errors import UserCanFix
from integrations.cli.options import DocumentOption, JsonOption, chosen_document
from integrations.cli.session import Session, session
from integrations.render import one_line

FOUND = 1
"""Exit code when there are findings at the severity asked for."""
SEVERITY_WORDS: dict[Severity, str] = {"high": "severity_high", "medium": "severity_medium", "low": "severity_low"}
MOST_STEPS = 2
NEAR = 3

audit_app = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    audit_app.callback()(run_audit)
    audit_app.command("ack")(acknowledge)
    app.add_typer(audit_app, name="audit")


def run_audit(
    context: typer.Context,
    as_json: JsonOption = False,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit with 1 when a finding is this severe or worse: high, medium, low.")
    ] = None,
    sarif_file: Annotated[Path | None, typer.Option("--sarif", help="Write the findings to this file as SARIF 2.1.0.")] = None,
    document: DocumentOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Show acknowledged findings too.")] = False,
) -> None:
    """Check what the documents claim against their own numbers; acknowledged findings stay quiet until a figure changes."""
    if context.invoked_subcommand is not None:
        return
    bar = _severity(fail_on)
    opened = session(context)
    found, known = _findings(opened, document), opened.office.acknowledgements.acknowledged()
    open_ones = [finding for finding in found if finding.id not in known]
    shown = found if everything else open_ones
    if sarif_file is not None:
        _write(opened, sarif_file, found, known)
    if as_json:
        opened.screen.json([{**finding.exported(), "acknowledged": finding.id in known} for finding in shown])
    else:
        _show(opened, shown, known, quiet=len(found) - len(shown))
    if bar is not None and any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(bar) for finding in open_ones):
        raise typer.Exit(FOUND)


def acknowledge(
    context: typer.Context,
    finding_id: Annotated[str, typer.Argument(help="Id of the finding, as shown by `rumbo audit`.")],
    note: Annotated[str | None, typer.Option("--note", help="Why it may stay.")] = None,
) -> None:
    """Say that a finding is known; it stays quiet until a figure it rests on changes."""
    opened = session(context)
    found = {finding.id: finding for finding in _findings(opened, None)}
    if finding_id not in found:
        raise UserCanFix("unknown_finding", id=finding_id, near=[one for one in found if one.startswith(finding_id[:4])][:NEAR])
    known = Acknowledgement(
        finding_id=finding_id,
        rule=found[finding_id].rule,
        note=note,
        by=opened.principal.id,
        at=opened.workspace.clock.now(),
    )
    opened.office.acknowledgements.acknowledge(known)
    opened.screen.line(opened.say("finding_acknowledged", id=finding_id, claim=found[finding_id].claim))


def _findings(opened: Session, document: str | None) -> list[Finding]:
    """Findings of the whole plan, narrowed to those that touch a document: conflicts stand between documents."""
    from copilot.audit import audit

    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    view = opened.workspace.view(opened.principal)
    found = audit(view.plan, [view.parsed(record.document) for record in view.plan.documents])
    if document is None:
        return found
    name = chosen_document(records, document).document
    return [finding for finding in found if any(source.document == name for source in finding.sources)]


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    found = next((severity for severity in SEVERITIES if severity == text.lower()), None)
    if found is None:
        raise UserCanFix("bad_severity", value=text, known=SEVERITIES)
    return found


def _show(opened: Session, found: Sequence[Finding], known: Mapping[str, Acknowledgement], *, quiet: int) -> None:
    from copilot.audit import title

    screen = opened.screen
    for finding in sorted(found, key=lambda one: SEVERITIES.index(one.severity)):
        word = opened.say(SEVERITY_WORDS[finding.severity])
        mark = f"  ({opened.say('acknowledged')})" if finding.id in known else ""
        screen.line(f"{word}  {title(finding.rule, opened.language)}  [{finding.id}]{mark}", style="bold")
        screen.line(f"  {one_line(finding.claim, None)}")
        steps = [f"{step.formula} = {step.result} {step.unit}" for step in finding.calculations[:MOST_STEPS]]
        for line in steps or [finding.problem]:
            screen.line(f"  {one_line(line, None)}")
        if finding.expected != "-":
            screen.line(f"  {opened.say('audit_expected')}: {one_line(finding.expected, None)}")
        screen.line(f"  {', '.join(source.label for source in finding.sources)}")
        screen.line()
    counts = {f"{severity}": sum(finding.severity == severity for finding in found) for severity in SEVERITIES}
    screen.line(opened.say("audit_totals", **counts) if found else opened.say("no_findings"))
    if quiet:
        screen.notice(opened.say("findings_quiet", count=quiet))


def _write(opened: Session, path: Path, found: Sequence[Finding], known: Mapping[str, Acknowledgement]) -> None:
    from integrations.cli.sarif import sarif

    text = json.dumps(sarif(found, known), ensure_ascii=False, indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(path), reason=error.strerror or "") from error
    opened.screen.notice(opened.say("written", path=str(path), count=len(text.split("\n"))))
