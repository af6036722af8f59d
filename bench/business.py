"""Questions on the reference documents: is the line that answers among the passages, and how many tokens does a reader get?

Ours beside LangChain's splitter and BM25 retriever on the same files, and beside putting all documents into the prompt.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from bench.metrics import covers, line_at, line_starts
from bench.process import Watch

TOPS: Final = (1, 4, 10)
Passage = tuple[str, tuple[int, int], str]
"""File, lines, text."""


def run(corpus: Path, questions: Path) -> dict[str, Any]:
    """Share of questions whose line was found, and tokens a question."""
    from copilot.bootstrap import Workspace
    from copilot.domain.access import Principal, Role
    from copilot.evals.sets import read_questions
    from copilot.llm.tokens import token_counter, upper_bound
    from copilot.settings import Settings

    asked = read_questions(questions)
    placed = [one for one in asked if any(source.lines for source in one.sources)]
    files = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in sorted(corpus.iterdir())}
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        workspace = Workspace(Settings(home=Path(folder) / "home", trace=trace))
        workspace.ingest([corpus])
        # After the ingest: how tokens are counted moves the cuts between passages, and the product comes without the table.
        use_packaged_token_table()
        count = token_counter()
        reader = Principal(id="bench", role=Role.admin)

        def ours(question: str) -> list[Passage]:
            hits = workspace.search(reader, question, documents=None, k=max(TOPS))
            return [(hit.chunk.document, hit.chunk.lines, hit.chunk.text) for hit in hits]

        repaired = {name: workspace.plans.text(reader, name) for name in files}
        theirs = langchain_chunks(repaired)
        rows = [
            _found("rumbo passages", ours, placed),
            _found("LangChain splitter 1000/200 + BM25Retriever, files as they came", langchain_chunks(files), placed),
            _found("LangChain splitter 1000/200 + BM25Retriever, repaired text", theirs, placed),
        ]
        watch = Watch()
        answers = [asyncio.run(workspace.copilot.ask(reader, one.asked())) for one in asked]
        each = watch.spent()
        in_answer = sum(
            any(
                citation.document == source.file and covers(citation.lines, source.lines)
                for citation in answer.citations
                for source in one.sources
            )
            for one, answer in zip(asked, answers, strict=True)
            if one in placed
        ) / len(placed)
        workspace.close()
        tools = [_tool_tokens(json.loads(line)["messages"], count) for line in trace.read_text(encoding="utf-8").splitlines()]
    top_four = [sum(count(text) for _, _, text in theirs(one.question)[:4]) for one in asked]
    return {
        "questions": len(asked),
        "with_lines": len(placed),
        "retrievers": rows,
        "answers_citing_the_line": in_answer,
        "answer_cpu_ms": each.cpu_s * 1000 / len(asked),
        "token_count": "bound" if count is upper_bound else "o200k_base",
        "tokens": {
            "rumbo tool results": {"mean": mean(tools), "median": median(tools)},
            "LangChain top 4 chunks": {"mean": mean(top_four), "median": median(top_four)},
            "all documents in the prompt": {
                "mean": sum(map(count, repaired.values())),
                "median": sum(map(count, repaired.values())),
            },
        },
    }


def _found(name: str, search: Callable[[str], Sequence[Passage]], asked: Sequence[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"engine": name}
    ranked = [search(one.question) for one in asked]
    for top in TOPS:
        row[f"line_in_top_{top}"] = mean(_holds(found[:top], one.sources) for found, one in zip(ranked, asked, strict=True))
    row["characters_of_a_passage"] = mean(len(text) for found in ranked for _, _, text in found)
    return row


def _holds(found: Sequence[Passage], sources: Sequence[Any]) -> bool:
    return any(file == source.file and covers(lines, source.lines) for file, lines, _ in found for source in sources)


def langchain_chunks(files: dict[str, str]) -> Callable[[str], list[Passage]]:
    """LangChain's splitter and BM25 retriever over these files."""
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    documents = [Document(page_content=text, metadata={"file": name}) for name, text in files.items()]
    index = BM25Retriever.from_documents(splitter.split_documents(documents), k=max(TOPS))
    starts = {name: line_starts(text) for name, text in files.items()}

    def search(question: str) -> list[Passage]:
        found = []
        for one in index.invoke(question):
            name, at, text = one.metadata["file"], one.metadata["start_index"], one.page_content
            found.append((name, (line_at(starts[name], at), line_at(starts[name], at + len(text) - 1)), text))
        return found

    return search


def _tool_tokens(messages: Sequence[dict[str, Any]], count: Callable[[str], int]) -> int:
    return sum(count(str(message["content"])) for message in messages if message["type"] == "tool")


def use_packaged_token_table() -> None:
    """Count tokens with the table that is installed."""
    # LlamaIndex ships the table tiktoken would download.
    package = find_spec("llama_index.core")
    if package is not None and package.origin and "TIKTOKEN_CACHE_DIR" not in os.environ:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(package.origin).parent / "_static" / "tiktoken_cache")
