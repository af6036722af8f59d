"""`rumbo eval`: whole sets of questions answered, judged, saved and compared; whole sets of queries searched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.domain.errors import UserCanFix
from integrations.cli.options import JsonOption
from integrations.cli.session import Session, session
from integrations.render import json_ready, one_line

if TYPE_CHECKING:
    from copilot.evals.runs import Asked, Change, Comparison
    from copilot.evals.sets import SetQuestion
    from copilot.evals.summary import Prices, SummaryRow

OutOption = Annotated[Path, typer.Option("--out", "-o", help="File to write, one JSON object a line.")]
FOLDER = "evals"
"""Of the home, where runs are saved that are given no file."""
NOT_GOOD_ENOUGH = 1
NO_PRICE = "-"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Whole sets of questions and queries.", no_args_is_help=True)
    group.command("run")(run)
    group.command("compare")(compare)
    group.command("search")(search)
    app.add_typer(group, name="eval")


def run(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="JSONL with id, question and, where known, history, must_contain, sources.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to save the run to; in the home without one.")] = None,
    fail_under: Annotated[float | None, typer.Option("--fail-under", min=0, max=100, help="Least share right, in %.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer every question with the configured model, judge the answers, save them, and tell what they came to."""
    from copilot.evals.sets import read_questions
    from copilot.evals.summary import summarise

    opened = session(context)
    asked = read_questions(questions)
    results: list[Asked] = []
    _write(opened, out or _new_file(opened), _answers(opened, asked, results), len(asked), quiet=as_json)
    rows = summarise(results, _prices(opened))
    if as_json:
        opened.screen.json([json_ready(asdict(row)) for row in rows])
    else:
        _show(opened, rows)
    if fail_under is not None and rows[-1].right_share * 100 < fail_under:
        share = f"{rows[-1].right_share:.1%}"
        opened.screen.notice(opened.say("eval_below", share=share, least=f"{fail_under:g} %"))
        raise typer.Exit(NOT_GOOD_ENOUGH)


def compare(
    context: typer.Context,
    before: Annotated[Path, typer.Argument(help="A saved run.")],
    after: Annotated[Path, typer.Argument(help="A later run of the same questions.")],
    as_json: JsonOption = False,
) -> None:
    """Hold two saved runs against each other: totals, and the questions that got better or worse."""
    from copilot.evals import runs
    from copilot.evals.summary import summarise

    opened = session(context)
    first, second = runs.read_run(before), runs.read_run(after)
    found, prices = runs.compare(first, second), _prices(opened)
    totals = [summarise(first, prices)[-1], summarise(second, prices)[-1]]
    if as_json:
        opened.screen.json(_compared(found, totals))
        return
    named = [_row(name, row) for name, row in zip((before.name, after.name), totals, strict=True)]
    opened.screen.table(_columns(opened), named, right=range(1, len(named[0])))
    for key, changes in (("eval_better", found.better), ("eval_worse", found.worse)):
        opened.screen.line()
        opened.screen.line(opened.say(key, count=len(changes)), style="bold")
        for change in changes:
            wrong = change.before if key == "eval_better" else change.after
            opened.screen.line(f"- {change.after.id}: {one_line(change.after.question)} ({'; '.join(wrong.judged.reasons)})")
    opened.screen.line()
    lone = len(found.only_before) + len(found.only_after)
    opened.screen.line(opened.say("eval_same", count=found.same, lone=lone))


def search(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(help="JSONL with id and query.")],
    out: OutOption,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Hits a query.")] = 10,
) -> None:
    """Search for every query."""
    from copilot.evals.sets import read_queries

    opened = session(context)
    asked = read_queries(queries)

    def found() -> Iterable[dict[str, Any]]:
        for query in asked:
            hits = opened.workspace.search(opened.principal, query.query, documents=None, k=k)
            told = [{"document": hit.chunk.document, "lines": hit.chunk.lines, "score": round(hit.score, 6)} for hit in hits]
            yield {"id": query.id, "hits": told}

    _write(opened, out, found(), len(asked), quiet=False)


def _answers(opened: Session, questions: Iterable[SetQuestion], results: list[Asked]) -> Iterable[dict[str, Any]]:
    import asyncio

    from copilot.evals.judge import judge
    from copilot.evals.runs import line_of, record
    from copilot.grounding.surroundings import surroundings

    view = opened.workspace.view(opened.principal)
    # One loop for all: a live model's client keeps its connections.
    with asyncio.Runner() as runner:
        for question in questions:
            answer = runner.run(opened.workspace.copilot.ask(opened.principal, question.asked()))
            judged = judge(question, answer, lambda one: surroundings(view.parsed(one.document), one))
            results.append(record(question, answer, judged))
            yield line_of(results[-1], json_ready(answer))


def _new_file(opened: Session) -> Path:
    """Named after the time and the model, so that runs lie in order."""
    settings, now = opened.settings, opened.workspace.clock.now()
    folder = settings.home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(folder), reason=error.strerror or "") from None
    model = re.sub(r"[^\w.-]+", "-", settings.model)[:60]
    return folder / f"{now:%Y-%m-%dT%H%M%S}-{model}.jsonl"


def _prices(opened: Session) -> Prices | None:
    from copilot.evals.summary import Prices

    known = opened.settings
    if known.model_price_input is None or known.model_price_output is None:
        return None
    return Prices(input=known.model_price_input, output=known.model_price_output)


def _show(opened: Session, rows: Sequence[SummaryRow]) -> None:
    named = [_row(row.group or opened.say("every_question"), row) for row in rows]
    opened.screen.table(_columns(opened), named, right=range(1, len(named[0])))


def _columns(opened: Session) -> list[str]:
    first = opened.columns("group", "questions", "right", "cited", "unsupported", "refused", "withheld")
    return [*first, *opened.columns("tokens_in", "tokens_out", "cost", "median", "slowest")]


def _row(name: str, row: SummaryRow) -> list[str]:
    counts = [row.questions, row.right]
    return [
        name,
        *map(str, counts),
        f"{row.cited}/{row.answerable}",
        *map(str, (row.unsupported, row.refused, row.withheld, row.input_tokens, row.output_tokens)),
        NO_PRICE if row.cost is None else f"{row.cost:.4f}",
        f"{row.median_ms:.0f}",
        f"{row.slowest_ms:.0f}",
    ]


def _compared(found: Comparison, totals: Sequence[SummaryRow]) -> dict[str, Any]:
    def told(change: Change) -> dict[str, Any]:
        return {
            "id": change.after.id,
            "question": change.after.question,
            "before": {"answer": change.before.answer, "reasons": list(change.before.judged.reasons)},
            "after": {"answer": change.after.answer, "reasons": list(change.after.judged.reasons)},
        }

    return {
        "before": json_ready(asdict(totals[0])),
        "after": json_ready(asdict(totals[1])),
        "better": [told(change) for change in found.better],
        "worse": [told(change) for change in found.worse],
        "same": found.same,
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
    }


def _write(opened: Session, out: Path, rows: Iterable[dict[str, Any]], total: int, *, quiet: bool) -> None:
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
    told = opened.say("written", path=out, count=count)
    # With JSON for a machine on standard output, where the run lies is told beside it.
    (opened.screen.notice if quiet else opened.screen.line)(told)
