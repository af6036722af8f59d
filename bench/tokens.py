"""What a model reads to answer a question: ours, all documents, LangChain's top chunks; and whether the facts needed are in it.

Ours is what a language model would be sent for the turn's last reply: system prompt, tool schemas, the question, the tool calls
and their results. The calls are those the rules choose, since they need no endpoint.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from bench.business import langchain_chunks, use_packaged_token_table

TOP: Final = 4
MOST_SHARE, LEAST_COVERAGE = 0.2, 0.95


def run(corpus: Path, questions: Path) -> dict[str, Any]:
    """Tokens and coverage of each way, over the questions that have an answer."""
    from copilot.bootstrap import Workspace
    from copilot.domain.access import Principal, Role
    from copilot.evals.judge import UNANSWERABLE
    from copilot.evals.sets import read_questions
    from copilot.llm.tokens import token_counter, upper_bound
    from copilot.settings import Settings

    asked = [one for one in read_questions(questions) if one.type != UNANSWERABLE]
    reader = Principal(id="bench", role=Role.admin)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        workspace = Workspace(Settings(home=Path(folder) / "home", trace=trace))
        workspace.ingest([corpus])
        use_packaged_token_table()
        count = token_counter()
        texts = {one.document: workspace.plans.text(reader, one.document) for one in workspace.plans.documents(reader)}
        with asyncio.Runner() as runner:
            for one in asked:
                runner.run(workspace.copilot.ask(reader, one.asked()))
        workspace.close()
        turns = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    chunks = langchain_chunks(texts)
    whole = "\n\n".join(texts.values())
    contexts = {
        "rumbo": [_ours(turn, _schemas(one.question)) for one, turn in zip(asked, turns, strict=True)],
        "all documents in the prompt": [f"{whole}\n\n{one.question}" for one in asked],
        f"LangChain splitter 1000/200 + BM25, top {TOP}": [
            "\n\n".join([*(text for _, _, text in chunks(one.question)[:TOP]), one.question]) for one in asked
        ],
    }
    # All documents are one text, counted once.
    all_of = count(whole)
    rows = [
        _row(name, told, asked, texts, count if name != "all documents in the prompt" else None, all_of)
        for name, told in contexts.items()
    ]
    share = rows[0]["mean"] / rows[1]["mean"]
    return {
        "questions": len(asked),
        "token_count": "bound" if count is upper_bound else "o200k_base",
        "fixed": count(turns[0]["prompt"]) + count(_schemas(asked[0].question)),
        "system_prompt": count(turns[0]["prompt"]),
        "rows": rows,
        "share_of_all_documents": round(share, 3),
        "passed": share <= MOST_SHARE and rows[0]["coverage"] >= LEAST_COVERAGE,
    }


def _row(
    name: str,
    contexts: Sequence[str],
    asked: Sequence[Any],
    texts: dict[str, str],
    count: Callable[[str], int] | None,
    all_of: int,
) -> dict[str, Any]:
    sizes = [all_of if count is None else count(text) for text in contexts]
    held = [count is None or _holds(text, one, texts) for text, one in zip(contexts, asked, strict=True)]
    lacking = [one.id for one, there in zip(asked, held, strict=True) if not there]
    return {"name": name, "mean": mean(sizes), "median": median(sizes), "coverage": mean(held), "lacking": lacking}


def _holds(context: str, question: Any, texts: dict[str, str]) -> bool:
    """Whether every value the answer must have is there; of what must be worked out first, the lines it is worked out from."""
    from copilot.evals.judge import place_of

    if all(any(place_of(one, context) is not None for one in group) for group in question.must_contain):
        return True
    lines = [
        texts[source.file].split("\n")[line - 1] for source in question.sources for line in source.lines if source.file in texts
    ]
    return question.arithmetic and bool(lines) and all(_figures_in(line, context) for line in lines)


def _figures_in(line: str, context: str) -> bool:
    from copilot.evals.judge import place_of
    from copilot.grounding.figures import read

    return all(place_of(figure.raw, context) is not None for figure in read(line).figures)


def _ours(turn: dict[str, Any], schemas: str) -> str:
    """System prompt, schemas and the conversation up to the draft, as text."""
    messages = turn["messages"]
    told = [turn["prompt"], schemas]
    for message in messages[:-1]:
        told.append(str(message["content"]))
        told += [_compact({"name": call["name"], "arguments": call["args"]}) for call in message.get("tool_calls") or ()]
    return "\n".join(told)


def _schemas(question: str) -> str:
    """Of the tools the agent offers for this question."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    from copilot.agent.middleware import offered
    from tools.registry.tools import all_tools

    return _compact([convert_to_openai_tool(tool) for tool in offered(all_tools(), (question,))])


def _compact(told: Any) -> str:
    """As it goes over the wire."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
