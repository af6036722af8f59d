"""A saved run: one line a question with its answer and judgement, read back and held against another run.

The file is the answers file: a line is an answer's JSON with `id`, `type`, `lang` and `judged` beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from copilot.domain.answer import Answer, Usage
from copilot.evals.judge import Judgement
from copilot.evals.sets import SetQuestion, read_records


class Asked(BaseModel):
    """A question of a run and what came of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    type: str = ""
    lang: str = ""
    answer: str
    answered: bool
    gaps: tuple[str, ...] = ()
    model: str
    usage: Usage = Usage()
    elapsed_ms: float = 0.0
    judged: Judgement


@dataclass(frozen=True)
class Change:
    """A question that came out differently in two runs."""

    before: Asked
    after: Asked


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side, by question id."""

    better: tuple[Change, ...]
    """Not right before, right after."""
    worse: tuple[Change, ...]
    same: int
    """Questions of both runs whose answers are right, or wrong, in both."""
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def record(question: SetQuestion, answer: Answer, judged: Judgement) -> Asked:
    """What a run keeps of one question."""
    told = {name: getattr(answer, name) for name in ("question", "answer", "answered", "gaps", "model", "usage", "elapsed_ms")}
    return Asked(id=question.id, type=question.type, lang=question.lang, judged=judged, **told)


def line_of(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    """The line of a run's file; `answer` is the answer's whole JSON."""
    beside = {"id": asked.id, "type": asked.type, "lang": asked.lang}
    return {**beside, **answer, "judged": asked.model_dump(mode="json")["judged"]}


def read_run(path: Path) -> list[Asked]:
    """All questions of a saved run. Raises UserCanFix(`file_not_found`, `file_unreadable` or `bad_record`)."""
    return read_records(Asked, path)


def compare(before: Sequence[Asked], after: Sequence[Asked]) -> Comparison:
    """What got better and worse, in the order of the later run."""
    known = {one.id: one for one in before}
    both = [Change(known[one.id], one) for one in after if one.id in known]
    changed = [pair for pair in both if pair.before.judged.right != pair.after.judged.right]
    now = {one.id for one in after}
    return Comparison(
        better=tuple(pair for pair in changed if pair.after.judged.right),
        worse=tuple(pair for pair in changed if pair.before.judged.right),
        same=len(both) - len(changed),
        only_before=tuple(one.id for one in before if one.id not in now),
        only_after=tuple(one.id for one in after if one.id not in known),
    )
