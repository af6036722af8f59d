"""`rumbo facts`: text and facts side by side; a person corrects, adds or withdraws a fact, under their name."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Annotated, Any

import typer

from copilot.domain.correction import Correction
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Dropped, Fact, FinanceFact, KpiFact, PhaseFact, RiskFact, TaskFact
from integrations.cli.options import JsonOption, chosen_document
from integrations.cli.session import Session, session
from integrations.render import one_line, quantity
from retrieval.extract.corrections import added, changed

DocumentArgument = Annotated[str, typer.Argument(help="The document: its name or a part of it.")]
FactArgument = Annotated[str, typer.Argument(help="Id of the fact, as `rumbo facts review` shows it.")]
FieldsArgument = Annotated[
    list[str], typer.Argument(help="FIELD=VALUE ..., names as in the export: value=95 unit=% period='Mes 3'.")
]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="What was read from a document, and people's corrections of it.", no_args_is_help=True)
    for name, function in (("review", review), ("correct", correct), ("add", add), ("withdraw", withdraw)):
        group.command(name)(function)
    app.add_typer(group, name="facts")


def review(
    context: typer.Context,
    document: DocumentArgument,
    lines: Annotated[str | None, typer.Option("--lines", help="Only these lines, 10-40.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a document's text and its facts side by side, with what was left out and why."""
    opened = session(context)
    plans = opened.workspace.plans
    name = chosen_document(plans.documents(opened.principal), document).document
    held = opened.workspace.corrected(opened.principal, [name])
    dropped = plans.dropped(opened.principal, name)
    first, last = _span(lines)
    if as_json:
        opened.screen.json(
            {
                "document": name,
                "facts": [fact.exported() for fact in held.facts if first <= fact.lines[0] <= last],
                "dropped": [item.model_dump(mode="json") for item in dropped if first <= item.line <= last],
                "orphans": [orphan.model_dump(mode="json") for orphan in held.orphans],
            }
        )
        return
    beside = _beside(opened, held.facts, dropped)
    text = plans.text(opened.principal, name).split("\n")
    rows = []
    for number, line in enumerate(text[first - 1 : last], start=first):
        notes = beside.get(number, [""])
        rows += [[str(number), one_line(line, 90), notes[0]], *(["", "", note] for note in notes[1:])]
    opened.screen.table(opened.columns("line", "passage", "facts"), rows, right=(0,))
    for orphan in held.orphans:
        opened.screen.notice(
            opened.say("correction_orphaned", fact_id=orphan.fact_id, action=orphan.action, quote=one_line(orphan.quote))
        )


def correct(
    context: typer.Context, fact: FactArgument, fields: FieldsArgument, note: NoteOption = None, as_json: JsonOption = False
) -> None:
    """Change fields of a fact; it survives re-ingests and names you."""
    opened = session(context)
    found = _fact(opened, fact)
    given = _fields(fields)
    made = changed(found, given, by=opened.principal.id)
    _keep(opened, _correction(opened, found, "correct", fields=given, note=note))
    _show(opened, made, as_json)


def add(
    context: typer.Context,
    document: DocumentArgument,
    line: Annotated[int, typer.Argument(min=1, help="Line the fact stands on.")],
    kind: Annotated[
        str, typer.Argument(help="kpi, finance, task, risk, phase, action, deliverable, milestone, objective, role or note.")
    ],
    fields: FieldsArgument,
    note: NoteOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a fact that extraction left; it follows its line through re-ingests and names you."""
    opened = session(context)
    plans = opened.workspace.plans
    name = chosen_document(plans.documents(opened.principal), document).document
    text = plans.text(opened.principal, name).split("\n")
    if line > len(text) or not text[line - 1].strip():
        raise UserCanFix("no_such_line", document=name, line=line, lines=len(text))
    made = Correction(
        id=uuid.uuid4().hex,
        document=name,
        action="add",
        fact_id=uuid.uuid4().hex[:16],
        fields={"kind": kind, **_fields(fields)},
        lines=(line, line),
        quote=text[line - 1],
        note=note,
        by=opened.principal.id,
        at=opened.workspace.clock.now(),
    )
    fact = added(made, made.lines)
    _keep(opened, made)
    _show(opened, fact, as_json)


def withdraw(context: typer.Context, fact: FactArgument, note: NoteOption = None) -> None:
    """Take a fact that is none out of the plan."""
    opened = session(context)
    found = _fact(opened, fact)
    _keep(opened, _correction(opened, found, "withdraw", note=note))
    opened.screen.line(opened.say("fact_withdrawn", fact_id=found.id, place=found.citation().label))


def _beside(opened: Session, facts: tuple[Fact, ...], dropped: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for fact in facts:
        whose = f" ({fact.by})" if fact.by else ""
        found[fact.lines[0]].append(f"{fact.id} {fact.kind}: {one_line(_told(fact), 70)}{whose}")
    item: Dropped
    for item in dropped:
        found[item.line].append(f"{opened.say('col_dropped')}: {item.reason} ({one_line(item.text, 40)})")
    return found


def _told(fact: Fact) -> str:
    match fact:
        case KpiFact():
            value = quantity(fact.value, fact.unit, high=fact.value_high, comparator=fact.comparator)
            return " ".join(part for part in (fact.name, value, fact.period or "", fact.role) if part)
        case FinanceFact():
            return " ".join(part for part in (fact.name, fact.raw, fact.role, fact.roi_value or "", fact.payback or "") if part)
        case TaskFact():
            return f"[{'x' if fact.done else ' '}] {fact.text}"
        case RiskFact():
            return f"{fact.risk} -> {fact.mitigation or '?'}"
        case PhaseFact():
            return f"{fact.name} ({fact.level} {fact.start}-{fact.end} {fact.unit})"
        case _:
            return fact.name or fact.text


def _fact(opened: Session, fact_id: str) -> Fact:
    documents = [record.document for record in opened.workspace.plans.documents(opened.principal)]
    for fact in opened.workspace.corrected(opened.principal, documents).facts:
        if fact.id == fact_id:
            return fact
    raise UserCanFix("unknown_fact", fact=fact_id)


def _correction(
    opened: Session, fact: Fact, action: str, *, fields: dict[str, Any] | None = None, note: str | None
) -> Correction:
    return Correction(
        id=uuid.uuid4().hex,
        document=fact.document,
        action="withdraw" if action == "withdraw" else "correct",
        fact_id=fact.id,
        fields=fields or {},
        lines=fact.lines,
        quote=fact.quote,
        note=note,
        by=opened.principal.id,
        at=opened.workspace.clock.now(),
    )


def _keep(opened: Session, correction: Correction) -> None:
    opened.workspace.corrections.add(correction)


def _show(opened: Session, fact: Fact, as_json: bool) -> None:
    if as_json:
        opened.screen.json(fact.exported())
    else:
        opened.screen.line(f"{fact.citation().label}  {fact.id} {fact.kind}: {_told(fact)} ({fact.by})")


def _fields(given: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise UserCanFix("bad_field_syntax", value=item)
        found[name.strip()] = value.strip() or None
    return found


def _span(lines: str | None) -> tuple[int, int]:
    if lines is None:
        return 1, 10**9
    first, _, last = lines.partition("-")
    if not first.strip().isdigit() or (last and not last.strip().isdigit()):
        raise UserCanFix("bad_lines", value=lines)
    return max(1, int(first)), int(last or first)
