"""From checked statements to the parts of an Answer: numbered citations, claims, gaps.

What the check refused is cut and named as a gap without its figures; marks become `[1]`, numbered by first use.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from copilot.domain.answer import Calculation, Claim, Language
from copilot.domain.source import Citation
from copilot.grounding.check import Verdict, check, problem_list
from copilot.grounding.draft import BULLET, MARK, Draft, parse_draft
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.wording import ALL_WITHHELD, HIDDEN, LONGEST_GAP, NOT_FOUND, WITHHELD

_RUN = re.compile(rf"(?:{MARK.pattern})+")
_SHOWN_ONE_BY_ONE = 3


@dataclass(frozen=True)
class Grounded:
    """The parts of an answer that rest on its draft."""

    text: str
    answered: bool
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    gaps: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    """The text in the pieces it may be streamed in, each with the white space that follows it."""


@dataclass
class _Numbers:
    """Citations in order of first use; equal ones share a number."""

    citations: list[Citation] = field(default_factory=list)

    def of(self, citation: Citation) -> int:
        for known in self.citations:
            if (known.document, known.lines, known.quote) == (citation.document, citation.lines, citation.quote):
                return known.n
        self.citations.append(citation.model_copy(update={"n": len(self.citations) + 1}))
        return len(self.citations)


@dataclass(frozen=True)
class Checked:
    """A draft with a verdict on each of its statements, by the evidence the turn had then."""

    draft: Draft
    verdicts: tuple[Verdict, ...]

    @property
    def problems(self) -> list[str]:
        """What is stated without support, one line each; empty when the draft may be shown whole."""
        return problem_list(self.verdicts)


def checked(text: str, turn: TurnEvidence) -> Checked:
    """Check a draft."""
    draft = parse_draft(text)
    return Checked(draft, check(draft, turn))


def problems_of(text: str, turn: TurnEvidence) -> list[str]:
    """What a draft states without support, one line each; empty when it may be shown whole."""
    return checked(text, turn).problems


def ground(text: str | Checked, turn: TurnEvidence, language: Language) -> Grounded:
    """Check a draft unless that is done, cut what is unsupported, number the rest."""
    looked_at = text if isinstance(text, Checked) else checked(text, turn)
    draft, verdicts = looked_at.draft, looked_at.verdicts
    numbers = _Numbers()
    used: dict[str, Calculation] = {}
    pieces: list[tuple[int, str]] = []
    claims = []
    for verdict in verdicts:
        if not verdict.holds:
            continue
        for mark in (*verdict.statement.marks, *verdict.statement.lent):
            used.update({one: turn.calculations[one] for one in turn.calculations_behind(mark)})
        shown, cited = _numbered(verdict, turn, numbers)
        pieces.append((verdict.statement.line, shown))
        if cited or not verdict.reading.is_empty():
            plain = BULLET.sub("", verdict.statement.text).strip()
            claims.append(Claim(text=plain, figures=verdict.reading.raws(), citations=cited))
    gaps = tuple(_gap(verdict, language) for verdict in verdicts if any(verdict.problems))
    answered = not draft.unanswered and bool(numbers.citations or used)
    if not pieces:
        # What was found but not borne out is no proof that the documents do not say it.
        pieces = [(0, ALL_WITHHELD[language] if gaps else NOT_FOUND[language])]
        answered = False
    sentences = _joined(pieces, {verdict.statement.line for verdict in verdicts if not verdict.holds})
    return Grounded(
        text="".join(sentences),
        answered=answered,
        claims=tuple(claims),
        citations=tuple(numbers.citations),
        calculations=tuple(used.values()),
        gaps=tuple(dict.fromkeys(gaps)),
        sentences=sentences,
    )


def _numbered(verdict: Verdict, turn: TurnEvidence, numbers: _Numbers) -> tuple[str, tuple[int, ...]]:
    """The statement with numbers for marks, and the numbers it rests on."""
    statement, every = verdict.statement, []

    def replaced(run: re.Match[str]) -> str:
        marks = re.findall(r"[ec]\d+", run[0])
        found = list(dict.fromkeys(numbers.of(one) for mark in marks for one in _citations(mark, turn)))
        every.extend(found)
        return _shown(found)

    shown = _RUN.sub(replaced, statement.raw)
    extra = [numbers.of(one) for one in verdict.extra]
    if added := [n for n in dict.fromkeys(extra) if n not in every]:
        body = shown.rstrip()
        stop = body[-1] if body[-1:] in ".!?|" else ""
        body = body[: len(body) - len(stop)].rstrip()
        marks = _shown(added).lstrip() if body.endswith("]") else _shown(added)
        shown = body + marks + (" " + stop if stop == "|" else stop)
    lent = [numbers.of(one) for mark in statement.lent for one in _citations(mark, turn)]
    return shown, tuple(dict.fromkeys([*every, *extra, *lent]))


def _citations(mark: str, turn: TurnEvidence) -> Iterable[Citation]:
    if mark in turn.evidence:
        return [turn.evidence[mark].citation]
    steps = [turn.calculations[one] for one in turn.calculations_behind(mark)]
    return [item.citation for step in steps for item in step.inputs if item.citation is not None]


def _shown(found: Sequence[int]) -> str:
    """` [1][2]`; many neighbours as ` [3-17]`."""
    if len(found) <= _SHOWN_ONE_BY_ONE:
        return "".join([" ", *(f"[{n}]" for n in found)]) if found else ""
    ordered = sorted(found)
    runs: list[tuple[int, int]] = []
    for n in ordered:
        if runs and n == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], n)
        else:
            runs.append((n, n))
    return " " + "".join(f"[{low}]" if low == high else f"[{low}-{high}]" for low, high in runs)


def _joined(pieces: Sequence[tuple[int, str]], cut: Collection[int]) -> tuple[str, ...]:
    """Sentences of one line by a space, lines by a line break; an empty line of the draft between paragraphs is kept."""
    out = []
    for index, (line, text) in enumerate(pieces):
        following = pieces[index + 1][0] if index + 1 < len(pieces) else line
        empty = any(between not in cut for between in range(line + 1, following))
        gap = "" if index + 1 == len(pieces) else " " if following == line else "\n\n" if empty else "\n"
        out.append(text.rstrip() + gap)
    return tuple(out)


def _gap(verdict: Verdict, language: Language) -> str:
    """The sentence that was cut, its unsupported parts hidden."""
    text = BULLET.sub("", verdict.statement.text).strip().rstrip(".")
    for problem in sorted(filter(None, verdict.problems), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(problem)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    text = re.sub(r"\d[\d.,]*", HIDDEN, text)
    if len(text) > LONGEST_GAP:
        text = text[: LONGEST_GAP - 1].rstrip() + "…"
    return WITHHELD[language].format(text=text)
