"""`rumbo eval`: whole sets of questions or queries, answered into a file for a scorer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.domain.answer import Answer
from copilot.domain.errors import UserCanFix
from copilot.evals.sets import SetQuestion, read_queries, read_questions
from copilot.evals.summary import Result, SummaryRow, summarise
from integrations.cli.session import Session, session
from integrations.render import json_ready

OutOption = Annotated[Path, typer.Option("--out", "-o", help="File to write, one JSON object a line.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Whole sets of questions and queries.", no_args_is_help=True)
    group.command("run")(run)
    group.command("search")(search)
    app.add_typer(group, name="eval")


def run(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="JSONL with id, question and, if there is one, history.")],
    out: OutOption,
) -> None:
    """Answer every question with the configured model."""
    opened = session(context)
    asked = read_questions(questions)
    results: list[Result] = []
    _write(opened, out, _answers(opened, asked, results), len(asked))
    _show(opened, summarise(results))


def search(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(help="JSONL with id and query.")],
    out: OutOption,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Hits a query.")] = 10,
) -> None:
    """Search for every query."""
    opened = session(context)
    asked = read_queries(queries)

    def found() -> Iterable[dict[str, Any]]:
        for query in asked:
            hits = opened.workspace.search(opened.principal, query.query, documents=None, k=k)
            told = [{"document": hit.chunk.document, "lines": hit.chunk.lines, "score": round(hit.score, 6)} for hit in hits]
            yield {"id": query.id, "hits": told}

    _write(opened, out, found(), len(asked))


def _answers(opened: Session, questions: Iterable[SetQuestion], results: list[Result]) -> Iterable[dict[str, Any]]:
    import asyncio

    # One loop for all: a live model's client keeps its connections.
    with asyncio.Runner() as runner:
        for question in questions:
            answer: Answer = runner.run(opened.workspace.copilot.ask(opened.principal, question.asked()))
            results.append(Result(question, answer))
            yield {"id": question.id, **json_ready(answer)}


def _show(opened: Session, summary: Sequence[SummaryRow]) -> None:
    rows = [
        [
            row.group or opened.say("every_question"),
            str(row.questions),
            str(row.as_expected),
            str(row.cited),
            "" if row.on_source is None else str(row.on_source),
            str(row.withheld),
            f"{row.median_ms:.0f}",
            f"{row.slowest_ms:.0f}",
        ]
        for row in summary
    ]
    columns = opened.columns("group", "questions", "expected", "cited", "on_source", "withheld", "median", "slowest")
    opened.screen.table(columns, rows, right=range(1, len(columns)))


def _write(opened: Session, out: Path, rows: Iterable[dict[str, Any]], total: int) -> None:
    from rich.progress import Progress

    count = 0
    try:
        file = out.open("w", encoding="utf-8")
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(out), reason=error.strerror or "") from None
    with file, Progress(console=opened.screen.errors, transient=True, disable=not opened.screen.errors.is_terminal) as progress:
        bar = progress.add_task(out.name, total=total)
        for row in rows:
            # Flushed line by line: an endpoint that fails late costs what is left, not what is done.
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            count += 1
            progress.advance(bar)
    opened.screen.line(opened.say("written", path=out, count=count))
