"""A set of questions answered by a workspace and judged, as `rumbo eval run` does it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.evals.judge import judge
from copilot.evals.runs import Asked, record
from copilot.evals.sets import SetQuestion, read_questions
from copilot.evals.summary import SummaryRow, summarise
from copilot.grounding.surroundings import surroundings
from integrations.render import json_ready

READER = Principal(id="local:evals", role=Role.admin)
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LANGUAGES = ("es", "en", "pt", "fr")


def opened(home: Path, *documents: Path) -> Workspace:
    """A new workspace with these documents."""
    workspace = Workspace(settings.load(home=home))
    workspace.ingest(list(documents))
    return workspace


def answered(workspace: Workspace, questions: Sequence[SetQuestion], out: Path) -> list[Asked]:
    """Every question answered and judged; the answers in `out`, for another scorer."""
    view = workspace.view(READER)
    results, lines = [], []
    with asyncio.Runner() as runner:
        for question in questions:
            answer = runner.run(workspace.copilot.ask(READER, question.asked()))
            results.append(
                record(question, answer, judge(question, answer, lambda one: surroundings(view.parsed(one.document), one)))
            )
            lines.append(json.dumps({"id": question.id, **json_ready(answer)}, ensure_ascii=False))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return results


def rows(results: Sequence[Asked]) -> dict[str, SummaryRow]:
    """Summary rows by group; all of them under the empty name."""
    return {row.group: row for row in summarise(results)}


def wrong(results: Sequence[Asked]) -> list[str]:
    """What is wrong with each answer that is not right, for the message of a failing test."""
    return [f"{one.id}: {'; '.join(one.judged.reasons)}" for one in results if not one.judged.right]


def examples() -> list[SetQuestion]:
    """The questions about the sample plans."""
    return read_questions(EXAMPLES / "questions.jsonl")
