"""`rumbo finance`: the calculations by name on given numbers, what phases cost, and spending against a budget of the plan."""

from __future__ import annotations

from typing import Annotated

import typer

from copilot.domain.answer import ToolResult
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import FinanceFact
from integrations.cli.options import DocumentOption, JsonOption, amount, chosen_document, named, number
from integrations.cli.session import Session, session
from integrations.render import calculation_lines, json_ready, one_line
from tools.calc.amounts import Amount
from tools.calc.cash import against_budget
from tools.calc.flows import Timing
from tools.calc.operations import TABLE, Operation, Terms, name_of_amount, run, unit_of_bare

BUDGETED = ("budget", "investment", "investment_item", "cost")
MOST_SHOWN = 5

CurrencyOption = Annotated[str, typer.Option("--currency", help="ISO 4217 code of numbers without one.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Finance worked out by code: formula, inputs, sense and currency are shown.", no_args_is_help=True)
    # A number below zero is no option.
    group.command("calc", context_settings={"ignore_unknown_options": True})(calculate)
    group.command("list")(list_operations)
    group.command("phases")(show_phases)
    group.command("budget")(show_budget)
    app.add_typer(group, name="finance")


def calculate(
    context: typer.Context,
    operation: Annotated[Operation, typer.Argument(help="What to work out; `rumbo finance list` says what each takes.")],
    amounts: Annotated[list[str], typer.Argument(help="Amounts in their order: -20000, 1.5M, 200K-300K, 50 EUR/month, 4%.")],
    currency: CurrencyOption = "USD",
    rate: Annotated[str | None, typer.Option("--rate-percent", help="npv: discount rate in percent a period.")] = None,
    timing: Annotated[Timing, typer.Option("--timing", help="npv: when in a period its flow comes.")] = "end",
    intervals: Annotated[str | None, typer.Option("--intervals", help="cagr: intervals between the two values.")] = None,
    per: Annotated[str, typer.Option("--per", help="payback: how often the gain comes, month or year.")] = "year",
    to: Annotated[str | None, typer.Option("--to", help="convert: ISO 4217 code of the currency wanted.")] = None,
    vary: Annotated[str, typer.Option("--vary", help="roi_sensitivity: what moves, return or cost.")] = "return",
    as_json: JsonOption = False,
) -> None:
    """Work out ROI, payback, NPV, IRR, CAGR, break-even, LTV, LTV/CAC, runway and more from given numbers."""
    opened = session(context)
    given = [
        amount(text, name=name_of_amount(operation, place), bare=unit_of_bare(operation, place, currency.upper()))
        for place, text in enumerate(amounts)
    ]
    terms = Terms(
        per=_one_of(per, "month", "year"),  # type: ignore[arg-type]  # one of the two, as checked
        rate_percent=None if rate is None else number(rate.removesuffix("%")),
        timing=timing,
        intervals=None if intervals is None else number(intervals),
        to=None if to is None else to.upper(),
        vary=_one_of(vary, "return", "cost"),  # type: ignore[arg-type]  # one of the two, as checked
    )
    _show(opened, ToolResult(tool=operation, calculations=run(operation, given, terms)), as_json)


def list_operations(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the calculations and the amounts each takes, in their order."""
    opened = session(context)
    if as_json:
        opened.screen.json({name: entry.amounts for name, entry in TABLE.items()})
        return
    for name, entry in TABLE.items():
        opened.screen.line(f"  {name:<16} {entry.amounts}")


def show_phases(context: typer.Context, document: DocumentOption = None, as_json: JsonOption = False) -> None:
    """Show what each phase of the plan costs: its amounts added up, beside the total the document states."""
    from tools.lookup import phase_costs

    opened = session(context)
    records = opened.workspace.plans.documents(opened.principal)
    if not records:
        raise UserCanFix("nothing_ingested")
    only = None if document is None else chosen_document(records, document).document
    made = phase_costs(opened.workspace.view(opened.principal), document=only)
    if not made.rows:
        raise UserCanFix("no_phase_costs")
    _show(opened, made, as_json)


def show_budget(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="A budget or investment of the plan, by its words.")],
    actual: Annotated[str, typer.Argument(help="What was spent: 45000, 45K, 45000 EUR.")],
    document: DocumentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was spent with an amount the plan budgets."""
    opened = session(context)
    planned = _planned(opened, item, document)
    spent = amount(actual, name="actual", bare=planned.unit)
    _show(opened, ToolResult(tool="budget", calculations=against_budget(planned, spent)), as_json)


def _planned(opened: Session, item: str, document: str | None) -> Amount:
    plan = opened.workspace.plan(opened.principal)
    if not plan.documents:
        raise UserCanFix("nothing_ingested")
    only = None if document is None else chosen_document(plan.documents, document).document
    facts = [
        fact
        for fact in plan.facts
        if isinstance(fact, FinanceFact)
        and fact.role in BUDGETED
        and fact.amount_low is not None
        and only in (None, fact.document)
    ]
    found = named(facts, lambda fact: fact.name, item)
    amounts = {(fact.amount_low, fact.amount_high, fact.currency, fact.per) for fact in found}
    if len(amounts) > 1:
        known = [f"{one_line(fact.raw, None)} ({fact.citation().label})" for fact in found[:MOST_SHOWN]]
        raise UserCanFix("ambiguous_amount", name=item, known=known)
    fact = found[0]
    # Chosen so above.
    assert fact.amount_low is not None
    assert fact.currency is not None
    unit = f"{fact.currency}/{fact.per}" if fact.per else fact.currency
    high = fact.amount_high if fact.amount_high != fact.amount_low else None
    return Amount(value=fact.amount_low, high=high, unit=unit, name=fact.name, citation=fact.citation())


def _one_of(given: str, *allowed: str) -> str:
    if given not in allowed:
        raise UserCanFix("bad_choice", value=given, allowed=list(allowed))
    return given


def _show(opened: Session, made: ToolResult, as_json: bool) -> None:
    screen = opened.screen
    if as_json:
        screen.json(json_ready(made))
        return
    marks = {evidence.id: evidence.citation.label for evidence in made.evidence}
    phase = None
    for row in made.rows:
        if row["phase"] != phase:
            phase = row["phase"]
            screen.line(str(phase))
        places = ", ".join(marks[mark] for mark in row["e"])
        screen.line(f"  {one_line(str(row['text']), None)}  ({places})")
    for step in made.calculations:
        screen.line("\n".join(calculation_lines(step, opened.say)))
