"""Search engines of the bench, each built from the same passages and asked the same questions: ours, and what a user might take.

Each runs in a process of its own (retrieval.py), so that the memory it takes is its own. Libraries are loaded by the engine
that uses them, before its clock starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

CHUNKS: Final = 20
"""Chunks an engine is asked for; two of one passage count once."""

Rank = Callable[[str], Sequence[int]]
"""A question to the numbers of passages, best first."""


def rumbo(passages: Sequence[str], work: Path) -> Rank:
    """The product as it comes: files ingested into a workspace (facts, full text, vectors), and its search."""
    from copilot.bootstrap import Workspace
    from copilot.domain.access import Principal, Role
    from copilot.settings import Settings

    folder = work / "passages"
    folder.mkdir()
    for number, text in enumerate(passages):
        (folder / f"p{number}.md").write_text(text + "\n", encoding="utf-8")
    workspace = Workspace(Settings(home=work / "home"))
    workspace.ingest([folder])
    reader = Principal(id="bench", role=Role.admin)

    def rank(question: str) -> Sequence[int]:
        hits = workspace.search(reader, question, documents=None, k=CHUNKS)
        return [int(Path(hit.chunk.document).stem[1:]) for hit in hits]

    return rank


def rumbo_full_text(passages: Sequence[str], work: Path) -> Rank:
    """Our chunks and our full-text index alone, without extraction and vectors."""
    from copilot.domain.plan import DocumentRecord
    from retrieval.store.database import open_database
    from retrieval.store.lexical import SqlLexicalIndex
    from retrieval.store.sql import SqlPlanStore

    numbered = _our_chunks(passages)
    chunks = [chunk.model_copy(update={"id": f"v:{place}", "document": "set"}) for place, (_, chunk) in enumerate(numbered)]
    record = DocumentRecord(
        document="set", version_id="v", title="set", language="es", sha256="", line_count=1, ingested_at=datetime.now(UTC)
    )
    database = open_database(f"sqlite:///{work / 'index.db'}")
    SqlPlanStore(database).replace(record, content=b"", text="", repairs=(), facts=(), dropped=(), chunks=chunks, events=())
    index = SqlLexicalIndex(database)

    def rank(question: str) -> Sequence[int]:
        return [numbered[int(found.partition(":")[2])][0] for found, _ in index.search(question, documents=None, k=CHUNKS)]

    return rank


def langchain(passages: Sequence[str], _: Path) -> Rank:
    """LangChain's splitter at 1000/200 and its BM25 retriever, nothing else set."""
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    documents = [Document(page_content=text, metadata={"number": number}) for number, text in enumerate(passages)]
    index = BM25Retriever.from_documents(splitter.split_documents(documents), k=CHUNKS)
    return lambda question: [int(found.metadata["number"]) for found in index.invoke(question)]


def llama_index(passages: Sequence[str], _: Path, *, spanish: bool) -> Rank:
    """LlamaIndex's sentence splitter and BM25 retriever: as they come (English), or with the Spanish stemmer."""
    import Stemmer
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = SentenceSplitter().get_nodes_from_documents([Document(text=text, id_=f"{n}") for n, text in enumerate(passages)])
    chosen: dict[str, Any] = {"stemmer": Stemmer.Stemmer("spanish")} if spanish else {}
    index = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=CHUNKS, **chosen)
    return lambda question: [int(str(found.node.ref_doc_id)) for found in index.retrieve(question)]


def bm25s(passages: Sequence[str], _: Path, *, spanish: bool) -> Rank:
    """bm25s over whole passages: as it comes (English stop words), or with Spanish stop words and stemmer."""
    import bm25s as library
    import Stemmer

    stemmer = Stemmer.Stemmer("spanish") if spanish else None
    tokens = partial(library.tokenize, stopwords="es" if spanish else "en", stemmer=stemmer, show_progress=False)
    index = library.BM25()
    index.index(tokens(list(passages)), show_progress=False)

    def rank(question: str) -> Sequence[int]:
        found, _ = index.retrieve(tokens([question]), k=CHUNKS, show_progress=False)
        return [int(number) for number in found[0]]

    return rank


def chroma(passages: Sequence[str], work: Path) -> Rank:
    """Plain Chroma with our chunks and our hashed vectors: what the vectors are worth without the words."""
    import chromadb

    from retrieval.search.hashed import HashedEmbedder

    numbered = _our_chunks(passages)
    embedder = HashedEmbedder()
    collection = chromadb.PersistentClient(path=work / "chroma").create_collection("bench", embedding_function=None)
    for start in range(0, len(numbered), 1000):
        part = numbered[start : start + 1000]
        vectors: Any = embedder.embed([chunk.indexed for _, chunk in part])
        collection.add(ids=[f"{start + at}" for at in range(len(part))], embeddings=vectors)

    def rank(question: str) -> Sequence[int]:
        asked: Any = embedder.embed([question])
        found = collection.query(query_embeddings=asked, n_results=CHUNKS, include=["distances"])
        return [numbered[int(name)][0] for name in found["ids"][0]]

    return rank


def _our_chunks(passages: Sequence[str]) -> list[tuple[int, Any]]:
    """Passage number and chunk, as the product's own parser and chunker make them."""
    from copilot.llm.tokens import token_counter
    from retrieval.ingest.blocks import parse
    from retrieval.ingest.chunks import chunk

    count = token_counter()
    return [
        (number, made)
        for number, text in enumerate(passages)
        for made in chunk(parse(f"p{number}.md", text), f"p{number}", count)
    ]


ENGINES: Final[dict[str, tuple[Callable[[Sequence[str], Path], Rank], str, tuple[str, ...]]]] = {
    "rumbo": (rumbo, "ours", ("copilot.bootstrap", "retrieval.pipeline", "retrieval.store.chroma", "retrieval.search.hybrid")),
    "rumbo, full text alone": (rumbo_full_text, "ours", ("retrieval.store.lexical", "retrieval.store.sql", "tiktoken")),
    "LangChain splitter 1000/200 + BM25Retriever": (
        langchain,
        "default",
        ("langchain_community.retrievers.bm25", "rank_bm25", "langchain_text_splitters"),
    ),
    "LlamaIndex BM25Retriever": (partial(llama_index, spanish=False), "default", ("llama_index.retrievers.bm25",)),
    "LlamaIndex BM25Retriever, Spanish stemmer": (partial(llama_index, spanish=True), "tuned", ("llama_index.retrievers.bm25",)),
    "bm25s": (partial(bm25s, spanish=False), "default", ("bm25s",)),
    "bm25s, Spanish stemmer and stop words": (partial(bm25s, spanish=True), "tuned", ("bm25s", "Stemmer")),
    "Chroma with our hashed vectors": (chroma, "tuned", ("chromadb", "retrieval.search.hashed", "tiktoken")),
}
"""Name to: how to build it, whether it is ours, a default or set by one who knows, and the libraries it loads first."""


def load(name: str) -> Callable[[Sequence[str], Path], Rank]:
    """The engine's build function, its libraries loaded."""
    build, _, libraries = ENGINES[name]
    for library in libraries:
        import_module(library)
    return build


def slug(name: str) -> str:
    """A name fit for a folder."""
    return re.sub(r"\W+", "-", name.lower()).strip("-")
