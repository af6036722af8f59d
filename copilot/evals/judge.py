"""Whether an answer is right, cited and supported, by what its question's set knows. Counts values, never words of a prompt.

Values are compared as quantities: 2.25M is $2,250,000, and "5" is not in "15". Knows questions and answers, no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from copilot.domain.answer import Answer
from copilot.domain.source import Citation
from copilot.evals.sets import SetQuestion
from copilot.evals.support import MARKS, unsupported
from copilot.grounding.figures import Amount, plain, read
from copilot.grounding.surroundings import Surroundings
from retrieval.language.folding import folded

UNANSWERABLE, AMBIGUOUS = "unanswerable", "ambiguous"
LONG_TYPES = frozenset(["checklist", "narrative", "cross_document", "aggregate", "conflict", "ambiguous", "risk"])
LONGEST, LONGEST_LIST = 900, 2500
"""Characters of an answer; the second for types that ask for lists."""

Around = Callable[[Citation], Surroundings]


@dataclass(frozen=True)
class Judgement:
    """What is to be said about one answer."""

    right: bool
    cited: bool
    """A citation lies on a line the set names; where it names none, there is a citation or a calculation."""
    refused: bool
    unsupported: tuple[str, ...] = ()
    """Figures of the answer that no cited line, no calculation and no word of the question holds."""
    reasons: tuple[str, ...] = ()
    """Why it is not right, in English, for the person who mends it."""


def judge(question: SetQuestion, answer: Answer, around: Around = lambda _citation: Surroundings()) -> Judgement:
    """A judgement of the answer.

    Args:
        question: with the values and lines its set knows; a set without them judges only whether it was answered.
        answer: as the copilot gave it.
        around: what stands around a citation, from which its figures may take a period or a unit.
    """
    stray = unsupported(question, answer, around)
    reasons = [*_wrong(question, answer), *([f"figures without support: {', '.join(stray)}"] if stray else [])]
    return Judgement(
        right=not reasons,
        cited=_is_cited(question, answer),
        refused=not answer.answered,
        unsupported=stray,
        reasons=tuple(reasons),
    )


def _wrong(question: SetQuestion, answer: Answer) -> list[str]:
    if question.type == UNANSWERABLE:
        return ["answered what the documents do not say"] if answer.answered else []
    told = MARKS.sub(" ", answer.answer)
    if question.type == AMBIGUOUS and _asks_back(question, told):
        return []
    reasons = [] if answer.answered else ["refused"]
    places: list[int] = []
    for group in question.must_contain:
        found = [at for one in group if (at := place_of(one, told)) is not None]
        places += [min(found)] if found else []
        reasons += [] if found else [f"lacks {' / '.join(group[:3])}"]
    for one in question.must_not_contain:
        at = place_of(one, told)
        # Behind the right value a wrong one is a contrast: "60, not 52".
        if at is not None and not (places and min(places) < at):
            reasons.append(f"says {one}")
    longest = LONGEST_LIST if question.type in LONG_TYPES else LONGEST
    if len(answer.answer) > longest:
        reasons.append(f"{len(answer.answer)} characters, more than {longest}")
    if question.lang and answer.language != question.lang:
        reasons.append(f"in {answer.language} instead of {question.lang}")
    return reasons


def place_of(wanted: str, told: str) -> int | None:
    """Where a text says a value or some words first; None where it does not."""
    text, words = folded(plain(told)), folded(plain(wanted)).strip()
    # Words may be given as a stem, "redundan"; a number is whole.
    end = r"(?!\w|[.,]\d)" if re.search(r"\d", words) else ""
    at = re.search(rf"(?<![\w.,]){re.escape(words)}{end}", text) if words else None
    amounts = [amount for figure in read(wanted).figures for amount in figure.amounts] if _is_value(words) else []
    places = [at.start()] if at else []
    if amounts:
        for line in told.split("\n"):
            for figure in read(line).figures:
                if all(any(_same(one, other) for other in figure.amounts) for one in amounts):
                    places.append(max(0, text.find(folded(plain(figure.raw)))))
    return min(places, default=None)


def _is_value(words: str) -> bool:
    """Whether these are a number with its unit and little else."""
    return bool(re.search(r"\d", words)) and len(re.findall(r"[^\W\d_]{2,}", words)) <= 2


def _same(wanted: Amount, told: Amount) -> bool:
    if wanted.unit == told.unit:
        return bool(set(wanted.values()) & set(told.values()))
    return wanted.unit == "count" and abs(wanted.number) == abs(told.number)


def _asks_back(question: SetQuestion, told: str) -> bool:
    """A question in return that names several of the values is an answer to an ambiguous one."""
    named = sum(any(place_of(one, told) is not None for one in group) for group in question.must_contain)
    return told.rstrip(" ])[0123456789,.").endswith("?") and named >= min(2, len(question.must_contain))


def _is_cited(question: SetQuestion, answer: Answer) -> bool:
    places = {(PurePosixPath(source.file).stem, line) for source in question.sources for line in source.lines}
    if not places:
        return bool(answer.citations or answer.calculations)
    cited = {
        (PurePosixPath(citation.document).stem, line)
        for citation in answer.citations
        for line in range(citation.lines[0], citation.lines[1] + 1)
    }
    return bool(places & cited)
