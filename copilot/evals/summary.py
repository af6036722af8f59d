"""What a run of questions came to, by type and language: right, cited, unsupported, refused, tokens, money, time.

Adds up judgements; makes none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.answer import Usage
from copilot.evals.judge import UNANSWERABLE
from copilot.evals.runs import Asked

MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in whatever currency the person counts."""

    input: Decimal
    output: Decimal

    def of(self, usage: Usage) -> Decimal:
        """Cost of these tokens."""
        return (self.input * usage.input_tokens + self.output * usage.output_tokens) / MILLION


@dataclass(frozen=True)
class SummaryRow:
    """Counts of one group of questions."""

    group: str
    """A type, a language, or empty for all."""
    questions: int
    right: int
    """Answered as the set says, or refused where there is no answer."""
    answerable: int
    cited: int
    """Of the answerable ones, those whose answer cites a line the set names, or any where it names none."""
    refused: int
    unsupported: int
    """Figures shown without a source."""
    withheld: int
    """Answers from which a statement was cut for want of a source."""
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    """None where no prices are set."""
    median_ms: float
    slowest_ms: float
    """The 95th percentile."""

    @property
    def right_share(self) -> float:
        """Share of the questions answered right, 0..1; 1 where nothing was asked."""
        return self.right / self.questions if self.questions else 1.0


def summarise(asked: Sequence[Asked], prices: Prices | None = None) -> tuple[SummaryRow, ...]:
    """One row a type, one a language, and one for all at the end; types and languages the set does not name are left out."""
    groupings: tuple[Callable[[Asked], str], ...] = (lambda one: one.type, lambda one: one.lang)
    rows = []
    for group_of in groupings:
        for name in sorted({group_of(one) for one in asked} - {""}):
            rows.append(_row(name, [one for one in asked if group_of(one) == name], prices))
    return (*rows, _row("", asked, prices))


def _row(name: str, asked: Sequence[Asked], prices: Prices | None) -> SummaryRow:
    times = sorted(one.elapsed_ms for one in asked) or [0.0]
    answerable = [one for one in asked if one.type != UNANSWERABLE]
    usage = Usage(
        input_tokens=sum(one.usage.input_tokens for one in asked), output_tokens=sum(one.usage.output_tokens for one in asked)
    )
    return SummaryRow(
        group=name,
        questions=len(asked),
        right=sum(one.judged.right for one in asked),
        answerable=len(answerable),
        cited=sum(one.judged.cited for one in answerable),
        refused=sum(one.judged.refused for one in asked),
        unsupported=sum(len(one.judged.unsupported) for one in asked),
        withheld=sum(bool(one.gaps) for one in asked),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=prices.of(usage) if prices is not None else None,
        median_ms=times[len(times) // 2],
        slowest_ms=times[min(len(times) - 1, len(times) * 95 // 100)],
    )
