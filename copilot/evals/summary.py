"""What a run of questions came to, by type and language: simple counts, no judgement of wording.

Knows questions and answers only. Whether an answer is right is for a scorer with the gold answers; this tells at a glance what
was answered, cited and withheld, and how long it took.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from copilot.domain.answer import Answer
from copilot.evals.sets import SetQuestion

UNANSWERABLE = "unanswerable"


@dataclass(frozen=True)
class Result:
    """A question of a set and its answer."""

    question: SetQuestion
    answer: Answer


@dataclass(frozen=True)
class SummaryRow:
    """Counts of one group of questions."""

    group: str
    """A type, a language, or empty for all."""
    questions: int
    as_expected: int
    """Answered where there is an answer, refused where there is none."""
    cited: int
    """Of the answered ones, those with a citation or a calculation."""
    on_source: int | None
    """Answers that cite a line the set names as a source; None where it names none."""
    withheld: int
    """Answers from which a statement was cut for want of a source."""
    median_ms: float
    slowest_ms: float
    """The 95th percentile."""


def summarise(results: Sequence[Result]) -> tuple[SummaryRow, ...]:
    """One row a type, one a language, and one for all at the end; types and languages the set does not name are left out."""
    groupings: tuple[Callable[[Result], str], ...] = (lambda one: one.question.type, lambda one: one.question.lang)
    rows = []
    for group_of in groupings:
        for name in sorted({group_of(one) for one in results} - {""}):
            rows.append(_row(name, [one for one in results if group_of(one) == name]))
    return (*rows, _row("", results))


def _row(name: str, results: Sequence[Result]) -> SummaryRow:
    known = [one for one in results if one.question.sources]
    times = sorted(one.answer.elapsed_ms for one in results) or [0.0]
    answered = [one.answer for one in results if one.answer.answered]
    return SummaryRow(
        group=name,
        questions=len(results),
        as_expected=sum(one.answer.answered == (one.question.type != UNANSWERABLE) for one in results),
        cited=sum(bool(answer.citations or answer.calculations) for answer in answered),
        on_source=sum(_is_on_source(one) for one in known) if known else None,
        withheld=sum(bool(one.answer.gaps) for one in results),
        median_ms=times[len(times) // 2],
        slowest_ms=times[min(len(times) - 1, len(times) * 95 // 100)],
    )


def _is_on_source(result: Result) -> bool:
    places = {(PurePosixPath(source.file).stem, line) for source in result.question.sources for line in source.lines}
    cited = {
        (PurePosixPath(citation.document).stem, line)
        for citation in result.answer.citations
        for line in range(citation.lines[0], citation.lines[1] + 1)
    }
    return bool(places & cited)
