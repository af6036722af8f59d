"""Figures of an answer that nothing holds: a check of its own, by plain numbers, that shares nothing with the grounding.

The grounding decides what is shown; this looks at what was shown. Numbers are cut out of the text by one pattern and looked for
in the cited lines, what stands around them, the question, and the calculations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from copilot.domain.answer import Answer, Calculation
from copilot.domain.source import Citation
from copilot.evals.sets import SetQuestion
from copilot.grounding.surroundings import Surroundings

MARKS = re.compile(r"\s?\[\d{1,3}(?:-\d{1,3})?\]")
FILE = re.compile(r"[\w./-]+\.(?:md|markdown|txt|docx|pdf|xlsx|csv|html?)(?::\d+(?:-\d+)?)?")
POINT = re.compile(r"(?m)^(\s*(?:[-*+•]\s+)?)\d{1,2}[.)](?=\s)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SCALE = re.compile(r"\s?(k|mil(?:lones|lion|lions)?|m|mm|milh(?:ao|oes|ão|ões)|mill[oó]n|bn?|thousand)\b", re.IGNORECASE)
THOUSANDS = frozenset(["k", "mil", "thousand"])
SHARE = Decimal("0.1")
"""A calculated value is shown rounded by at most this share of it."""


def unsupported(question: SetQuestion, answer: Answer, around: Callable[[Citation], Surroundings]) -> tuple[str, ...]:
    """Numbers of the answer that no source holds, as written."""
    shown = list(_numbers(_bare(answer.answer)))
    held = {value for text in _sources(question, answer, around) for _, values in _numbers(text) for value in values}
    held |= {Decimal(count) for count in _counts(answer)}
    computed = [value for step in answer.calculations for value in _values(step)]
    stray = [
        raw for raw, values in shown if not values & held and not any(_shows(value, one) for value in values for one in computed)
    ]
    return tuple(dict.fromkeys(stray))


def _bare(text: str) -> str:
    """The answer without what only looks like a figure: marks, file names, numbers of list points."""
    return POINT.sub(r"\1", FILE.sub(" ", MARKS.sub(" ", text)))


def _sources(question: SetQuestion, answer: Answer, around: Callable[[Citation], Surroundings]) -> Iterator[str]:
    yield question.question
    for turn in question.history:
        yield turn.user
    for citation in answer.citations:
        near = around(citation)
        yield citation.quote
        yield from citation.heading_path
        yield from near.header
        yield from (above.quote for above in near.above)


def _numbers(text: str) -> Iterator[tuple[str, set[Decimal]]]:
    """Each number as written, with all it may stand for: `1.234` is both 1.234 and 1,234, `500K` both 500 and 500,000."""
    for found in NUMBER.finditer(text):
        scale = SCALE.match(text, found.end())
        factor = Decimal(1)
        if scale:
            factor = Decimal(1000) if scale[1].lower() in THOUSANDS else Decimal(10) ** (9 if scale[1].lower()[0] == "b" else 6)
        plain = set(_readings(found[0]))
        yield found[0], plain | {value * factor for value in plain}


def _readings(written: str) -> Iterator[Decimal]:
    parts = re.split(r"[.,]", written)
    if len(parts) == 1:
        yield Decimal(written)
    elif all(len(part) == 3 for part in parts[1:]):
        yield Decimal("".join(parts))
    if len(parts) > 1:
        yield Decimal("".join(parts[:-1]) + "." + parts[-1])


def _counts(answer: Answer) -> Iterable[int]:
    """Of documents, citations and list points: what an answer may say of itself."""
    points = len(re.findall(r"(?m)^\s*(?:[-*+•]|\d{1,2}[.)])\s", answer.answer))
    return len({citation.document for citation in answer.citations}), len(answer.citations), points


def _values(step: Calculation) -> Iterator[Decimal]:
    yield abs(step.result)
    yield from (abs(item.value) for item in step.inputs)
    yield from (Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", step.formula))


def _shows(shown: Decimal, value: Decimal) -> bool:
    """Whether the number is the value, rounded to the digits it is shown with."""
    if shown == value:
        return True
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)  # a number cut out of a text is finite
    digits = len(str(shown.to_integral_value()).rstrip("0")) or 1
    whole = Decimal(10) ** (len(str(shown.to_integral_value())) - digits)
    step = Decimal(1).scaleb(exponent) if exponent < 0 else whole
    return abs(shown - value) <= step / 2 and abs(shown - value) <= SHARE * max(shown, value)
