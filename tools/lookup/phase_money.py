"""What the phases of a plan cost: the amounts under each phase's heading added up, beside the total the document states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from copilot.domain.answer import Calculation, ToolResult
from copilot.domain.fact import FinanceFact, PhaseFact
from retrieval.language.folding import folded
from tools.calc.amounts import Amount
from tools.calc.arithmetic import total
from tools.lookup.documents import resolve
from tools.lookup.rows import Rows
from tools.lookup.terms import keys_of, root
from tools.lookup.view import PlanView

SPENT = ("investment", "investment_item", "budget", "cost")
LONGEST_NAME = 80


def phase_costs(view: PlanView, *, document: str | None = None) -> ToolResult:
    """What each phase costs: one-off amounts under the phase's heading added up, with the total the document states for it.

    Amounts of another currency or a rate (a month's cost) are left out of the sum and shown.
    """
    names = resolve(view, document)
    rows = Rows(view, "phase_costs")
    made: list[Calculation] = []
    levels: dict[tuple[str, str, str | None], list[Amount]] = defaultdict(list)
    for phase, facts in _by_phase(view, names):
        stated = [fact for fact in facts if root("total") in keys_of(fact.name)]
        whole, apart = _addable([fact for fact in facts if fact not in stated])
        for fact in (*whole, *stated, *apart):
            rows.add(_row(rows, phase, fact, "stated total" if fact in stated else "added" if fact in whole else "not added"))
        amounts = [_amount(rows, fact) for fact in whole]
        if len(whole) > 1:
            made += total(amounts, name=f"total of {phase.name}"[:LONGEST_NAME])
        if whole:
            levels[phase.document, phase.level, whole[0].currency] += amounts
    for (name, level, currency), amounts in levels.items():
        if len(amounts) > 1:
            made += total(amounts, name=f"{name}, all of level {level} in {currency}"[:LONGEST_NAME])
    numbered = [step.model_copy(update={"id": f"c{number}"}) for number, step in enumerate(made, 1)]
    return rows.result(calculations=numbered, note=None if rows.rows else "no phase with amounts under its heading was found")


def _by_phase(view: PlanView, names: Sequence[str] | None) -> list[tuple[PhaseFact, list[FinanceFact]]]:
    """Phases in the order of the documents, each with the amounts of the innermost phase heading they stand under."""
    chosen = [fact for fact in view.plan.facts if names is None or fact.document in names]
    phases: dict[tuple[str, str], PhaseFact] = {}
    for fact in chosen:
        if isinstance(fact, PhaseFact):
            phases.setdefault((fact.document, folded(fact.raw).lstrip("# ").strip()), fact)
            phases.setdefault((fact.document, folded(fact.name)), fact)
    under: dict[str, list[FinanceFact]] = defaultdict(list)
    holders: dict[str, PhaseFact] = {}
    for fact in chosen:
        if isinstance(fact, FinanceFact) and fact.role in SPENT and fact.amount_low is not None:
            for heading in reversed(fact.heading_path):
                phase = phases.get((fact.document, folded(heading)))
                if phase is not None:
                    holders[phase.id] = phase
                    under[phase.id].append(fact)
                    break
    return [(holders[key], facts) for key, facts in under.items()]


def _addable(facts: Sequence[FinanceFact]) -> tuple[list[FinanceFact], list[FinanceFact]]:
    """One-off amounts of the currency most of them have; and the rest."""
    once = [fact.currency for fact in facts if fact.per is None]
    currency = max(dict.fromkeys(once), key=once.count) if once else None
    whole = [fact for fact in facts if fact.per is None and fact.currency == currency]
    return whole, [fact for fact in facts if fact not in whole]


def _row(rows: Rows, phase: PhaseFact, fact: FinanceFact, use: str) -> dict[str, object]:
    return {
        "phase": phase.name,
        "name": fact.name,
        "text": fact.raw,
        "role": fact.role,
        "per": fact.per,
        "use": use,
        "document": fact.document,
        "line": fact.lines[0],
        "e": [rows.cite(fact.document, fact.lines, fact.heading_path, fact.id)],
    }


def _amount(rows: Rows, fact: FinanceFact) -> Amount:
    # Chosen so above.
    assert fact.amount_low is not None
    assert fact.currency is not None
    high = fact.amount_high if fact.amount_high != fact.amount_low else None
    place = rows.citation(rows.cite(fact.document, fact.lines, fact.heading_path, fact.id))
    return Amount(value=fact.amount_low, high=high, unit=fact.currency, name=fact.name[:LONGEST_NAME], citation=place)
