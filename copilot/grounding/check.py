"""The check: each statement of a draft against the evidence it cites.

A figure, a period, a date, a quoted name or a document name that neither the cited lines, nor a cited calculation, nor the
question holds makes the statement unsupported. Code outside the model: neither a model nor a document can switch it off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from copilot.domain.quantity import Period
from copilot.domain.source import Citation
from copilot.grounding.draft import Draft, Segment, Statement
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.figures import DOCUMENT, Figure, Reading, mentioned_units, plain, read
from copilot.grounding.support import Support, Wanted, dates_of, is_falling, of_citation
from retrieval.language.folding import folded

LONGEST_STATEMENT = 1500
"""A sentence of more characters is none: it is cut unread, so that no text can make the check slow."""
NUMBERED = re.compile(r"(?:^\s*(?:[-*+•>]\s+)?|(?<=[\"“«(]))(\d{1,2})[.)]\s+(\w+(?:[ -]\w+){0,3})")
"""A number that may be a list's own or part of a name, and the first words behind it."""
_JOINT = re.compile(r"[:;,|/(]\s+|\)\s*|\s[-–—·>]\s|\s\(")
"""What joins a table's heads and cells, or a chain of headings, inside one quotation."""


@dataclass(frozen=True)
class Verdict:
    """What the check found on one statement."""

    statement: Statement
    reading: Reading
    problems: tuple[str, ...] = ()
    """Strings of the statement that nothing supports; empty when it may be shown."""
    extra: tuple[Citation, ...] = ()
    """Introducing lines a figure was found on, to be cited too."""

    @property
    def holds(self) -> bool:
        """Whether the statement may be shown."""
        return not self.problems


def check(draft: Draft, turn: TurnEvidence) -> tuple[Verdict, ...]:
    """A verdict for each statement, in order."""
    verdicts = [_Check(statement, turn, draft.unanswered).verdict() for statement in draft.statements]
    return tuple(_with_lists(verdicts, turn))


class _Check:
    """One statement against the turn's evidence."""

    def __init__(self, statement: Statement, turn: TurnEvidence, unanswered: bool) -> None:
        self.statement = statement
        self.turn = turn
        self.unanswered = unanswered
        self.text = plain(statement.text)
        self.reading = read(statement.text) if len(self.text) <= LONGEST_STATEMENT else Reading()
        self.problems: list[str] = []
        self.extra: list[Citation] = []
        periods = self.reading.periods or tuple(dates_of(turn.question))
        self.wants = partial(Wanted, units=mentioned_units(self.text), falls=is_falling(self.text), periods=periods)

    def verdict(self) -> Verdict:
        if len(self.text) > LONGEST_STATEMENT:
            return Verdict(self.statement, self.reading, (self.text,))
        unknown = [mark for mark in self.statement.marks if self.turn.support(mark) is None]
        everything = self._support(self.statement.marks or self.statement.lent)
        for segment in self.statement.segments:
            self._segment(segment, everything)
        self.problems += _other_numbers(self.text, everything)
        for name in self.reading.documents:
            if not (self._is_known_document(name) or everything.says(name)):
                self.problems.append(name)
        if unknown and not self.problems and len(unknown) == len(self.statement.marks) and not self.reading.is_empty():
            self.problems += [f"[{mark}]" for mark in unknown]
        return Verdict(self.statement, self.reading, tuple(dict.fromkeys(self.problems)), tuple(dict.fromkeys(self.extra)))

    def _segment(self, segment: Segment, everything: Support) -> None:
        reading = read(segment.text)
        own = self._support(segment.marks)
        for figure in reading.figures:
            if not self._figure_holds(figure, own, segment):
                self.problems.append(figure.raw)
        for period in reading.periods:
            if not (everything.holds_period(period) or self._asked_period(period) or self._above(segment.marks, period)):
                self.problems.append(period.raw)
        for token in reading.loose:
            if not (_says_token(token, everything) or _says_token(token, self.turn.asked())):
                self.problems.append(token)
        for name in reading.quoted:
            if re.search(r"\w", name) and not self._is_said(name, everything, segment.marks):
                self.problems.append(name)

    def _figure_holds(self, figure: Figure, own: Support, segment: Segment) -> bool:
        wanted = [self.wants(amount) for amount in figure.amounts]
        if own.holds(figure, wanted):
            return True
        for citation in self._introductions(segment.marks):
            if of_citation(citation, self.turn.around(citation)).holds(figure, wanted):
                self.extra.append(citation)
                return True
        if not self.turn.asked().holds(figure, wanted):
            return False
        # A figure that only the question holds must not pass for one that the cited line states.
        return self.unanswered or not segment.marks or not any(own.has_other(amount) for amount in figure.amounts)

    def _above(self, marks: Sequence[str], period: Period) -> bool:
        for citation in self._introductions(marks):
            if of_citation(citation, self.turn.around(citation)).holds_period(period):
                self.extra.append(citation)
                return True
        return False

    def _asked_period(self, period: Period) -> bool:
        return self.turn.asked().holds_period(period)

    def _is_said(self, name: str, everything: Support, marks: Sequence[str]) -> bool:
        """Whether a quotation stands in the evidence, whole or, where it joins cells and headings, part by part."""
        if everything.says(name) or self.turn.asked().says(name) or self._is_known_document(name):
            return True
        above = [of_citation(one, self.turn.around(one)) for one in self._introductions(marks)]
        known = Support.joined([everything, self.turn.asked(), *above])
        return known.says(name) or all(known.says(part) for part in _JOINT.split(name) if re.search(r"\w", part))

    def _is_known_document(self, name: str) -> bool:
        match = DOCUMENT.fullmatch(name)
        bare = name.partition(":")[0] if match and match[1] else name
        known = self.turn.documents()
        if bare not in known and bare not in {document.rpartition("/")[2] for document in known}:
            return match is not None and self.turn.asked().says(bare)
        if not match or not match[1]:
            return True
        first, last = int(match[1]), int(match[2] or match[1])
        places = [one.citation for one in self.turn.evidence.values() if one.citation.document.endswith(bare)]
        return any(place.lines[0] <= first and last <= place.lines[1] for place in places)

    def _introductions(self, marks: Sequence[str]) -> list[Citation]:
        evidence = [self.turn.evidence[mark] for mark in marks if mark in self.turn.evidence]
        return [above for one in evidence for above in self.turn.around(one.citation).above]

    def _support(self, marks: Sequence[str]) -> Support:
        return Support.joined(support for mark in dict.fromkeys(marks) if (support := self.turn.support(mark)) is not None)


def _says_token(token: str, support: Support) -> bool:
    """Whether the token stands there, with the signs it has: `<600px` is not held by `> 600px`, nor `24/7` by `24/7%`."""
    sign, bare = token[: len(token) - len(token.lstrip("+-<>≤≥"))], token.lstrip("+-<>≤≥")
    if not re.search(r"\d$", bare) and not bare.endswith("%") and not sign:
        return support.says(token)
    end = r"\s?%" if bare.endswith("%") else r"(?!\w|\s?%)"
    start = rf"{re.escape(sign)}\s?" if sign else r"(?<!\w)"
    return re.search(start + re.escape(bare.rstrip("%")) + end, support.text) is not None


def _other_numbers(text: str, support: Support) -> Iterator[str]:
    """Numbers before a heading or a row's name, `5. Exit`, where the evidence numbers those words otherwise."""
    for found in NUMBERED.finditer(folded(text)):
        there = re.findall(rf"(?<![\w.])(\d{{1,2}})[.)]\s+{re.escape(found[2])}(?!\w)", support.text)
        if there and found[1] not in there:
            yield f"{found[1]}."


def _with_lists(verdicts: list[Verdict], turn: TurnEvidence) -> list[Verdict]:
    """Introductions may count their points and documents, and go when all their points are gone."""
    out = []
    for verdict in verdicts:
        points = [other for other in verdicts if other.statement.intro is verdict.statement]
        kept = [other for other in points if other.holds]
        if points and not kept:
            out.append(_replaced(verdict, verdict.problems or ("",)))
            continue
        marks = [mark for other in (verdict, *kept) for mark in (*other.statement.marks, *other.statement.lent)]
        documents = {turn.evidence[mark].citation.document for mark in marks if mark in turn.evidence}
        counts = {str(len(kept)), str(len(documents))} if points else {str(len(documents))} if len(documents) > 1 else set()
        out.append(_replaced(verdict, tuple(problem for problem in verdict.problems if problem not in counts)))
    return out


def _replaced(verdict: Verdict, problems: tuple[str, ...]) -> Verdict:
    return Verdict(verdict.statement, verdict.reading, problems, verdict.extra)


def problem_list(verdicts: Sequence[Verdict]) -> list[str]:
    """What is wrong, one line a statement, for the model's second attempt."""
    lines = []
    for verdict in verdicts:
        named = ", ".join(f'"{problem}"' for problem in verdict.problems if problem)
        if named:
            cited = ", ".join(verdict.statement.marks or verdict.statement.lent) or "no evidence"
            lines.append(f"- {named} in: {verdict.statement.text[:300]} (cites {cited})")
    return lines
