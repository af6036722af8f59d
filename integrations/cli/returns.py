"""`rumbo roi`: return on investment, from an item of the plan or from numbers, with formula, sense and inputs."""

from __future__ import annotations

from typing import Annotated

import typer

from copilot.domain.answer import ToolResult
from copilot.domain.errors import UserCanFix
from integrations.cli.options import DocumentOption, JsonOption, chosen_document, number
from integrations.cli.session import Session, session
from integrations.render import calculation_lines, json_ready, one_line
from tools.calc.amounts import Amount
from tools.calc.finance import Sense, roi

SENSES: tuple[Sense, ...] = ("net", "gross")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("roi")(show_roi)


def show_roi(
    context: typer.Context,
    item: Annotated[str | None, typer.Argument(help="An investment of the plan, by its words.")] = None,
    cost: Annotated[str | None, typer.Option("--cost", help="What is spent: 200000, 200K, 1.5M.")] = None,
    gain: Annotated[str | None, typer.Option("--return", help="What comes back in total.")] = None,
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code of both numbers.")] = "USD",
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Calculate a return on investment. Net is (return - cost) / cost, gross is return / cost; both are shown."""
    opened = session(context)
    if item is None and cost is not None and gain is not None:
        made = _from_numbers(cost, gain, currency)
    elif item is not None and cost is None and gain is None:
        made = _from_plan(opened, item, document)
    else:
        raise UserCanFix("roi_needs")
    if as_json:
        opened.screen.json(json_ready(made))
    else:
        _show(opened, made)


def _from_numbers(cost: str, gain: str, currency: str) -> ToolResult:
    unit = currency.upper()
    spent = Amount(value=number(cost), unit=unit, name="cost")
    back = Amount(value=number(gain), unit=unit, name="return")
    made = tuple(step for sense in SENSES for step in roi(spent, back, sense=sense))
    return ToolResult(tool="roi", calculations=made)


def _from_plan(opened: Session, item: str, document: str | None) -> ToolResult:
    from tools.lookup import calculate_roi

    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    only = None if document is None else chosen_document(records, document).document
    made = calculate_roi(opened.workspace.view(opened.principal), item=item, document=only)
    if not made.rows and not made.calculations:
        raise UserCanFix("nothing_found", name=item)
    return made


def _show(opened: Session, made: ToolResult) -> None:
    screen = opened.screen
    for sense in SENSES:
        if any(f"({sense})" in step.name for step in made.calculations):
            screen.line(opened.say(f"roi_sense_{sense}"))
    for step in made.calculations:
        screen.line("\n".join(calculation_lines(step, opened.say)))
    if not made.calculations:
        screen.notice(opened.say("no_return"))
    # What the documents themselves claim stands beside what was calculated, never instead of it.
    for row in made.rows:
        places = [seen.citation.label for seen in made.evidence if seen.id in row.get("e", ())]
        told = one_line(str(row.get("text", "")), None)
        screen.line(f"  {told}  ({', '.join(places)})" if places else f"  {told}")
