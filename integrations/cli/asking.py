"""Commands that ask: ask, chat, search."""

from __future__ import annotations

import sys
import uuid
from typing import Annotated

import typer

from copilot.domain.answer import Answer, Question
from copilot.domain.errors import RumboError, UserCanFix
from copilot.domain.source import Chunk, Citation
from integrations import translate
from integrations.cli.options import JsonOption, chosen_document
from integrations.cli.session import Session, session
from integrations.render import answer_text, json_ready, one_line, unmarked

OFFLINE = "offline"
DocumentsOption = Annotated[list[str] | None, typer.Option("--document", "-d", help="Only this document; may be repeated.")]
LanguageOption = Annotated[str | None, typer.Option("--language", "-l", help="Language of the answer: es, en, pt or fr.")]
ConversationOption = Annotated[str | None, typer.Option("--conversation", "-c", help="Continue this conversation.")]
ContinueOption = Annotated[bool, typer.Option("--continue", help="Continue the conversation spoken in last.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Answer by rules, whatever model is set.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ask")(ask)
    app.command("chat")(chat)
    app.command("search")(search)


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question; `-` reads it from standard input.")],
    document: DocumentsOption = None,
    language: LanguageOption = None,
    conversation: ConversationOption = None,
    further: ContinueOption = False,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the documents, with sources as file.md:12."""
    opened = session(context)
    if offline:
        opened.model = OFFLINE
    if further:
        conversation = _latest(opened, conversation)
    text = sys.stdin.read() if question == "-" else question
    # Kept as a conversation of its own, so that it can be taken up again, or given a thumb.
    answer = _answer(opened, text, document, language, conversation or uuid.uuid4().hex[:12])
    if as_json:
        opened.screen.json(json_ready(answer))
    else:
        opened.screen.line(unmarked(answer_text(answer, opened.say)))


def chat(
    context: typer.Context,
    document: DocumentsOption = None,
    language: LanguageOption = None,
    conversation: ConversationOption = None,
    offline: OfflineOption = False,
) -> None:
    """Ask one question after the other; each may refer to the ones before."""
    opened = session(context)
    if offline:
        opened.model = OFFLINE
    kept = conversation or uuid.uuid4().hex[:12]
    opened.screen.notice(opened.say("chat_hello", conversation=kept))
    while question := _next_line():
        try:
            answer = _answer(opened, question, document, language, kept)
        except RumboError as error:
            # A question that cannot be answered does not end the conversation.
            opened.screen.error(translate.error_sentence(error, opened.language))
            continue
        opened.screen.line(unmarked(answer_text(answer, opened.say)))
        opened.screen.line()


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words to look for.")],
    document: DocumentsOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Find passages, best first."""
    opened = session(context)
    if not query.strip():
        raise UserCanFix("empty_query")
    hits = opened.workspace.search(opened.principal, query, documents=_documents(opened, document), k=k)
    if as_json:
        opened.screen.json(
            [
                {"document": hit.chunk.document, "lines": hit.chunk.lines, "score": round(hit.score, 4), "text": hit.chunk.text}
                for hit in hits
            ]
        )
    elif hits:
        rows = [[f"{hit.score:.2f}", _place(hit.chunk), one_line(hit.chunk.text)] for hit in hits]
        opened.screen.table(opened.columns("score", "source", "passage"), rows, right=(0,))
    else:
        opened.screen.line(opened.say("none"))


def _answer(opened: Session, text: str, document: list[str] | None, language: str | None, conversation: str | None) -> Answer:
    import asyncio

    if language is not None and language not in translate.LANGUAGES:
        raise UserCanFix("bad_language", value=language, known=translate.LANGUAGES)
    question = Question(
        text=text,
        language=language,
        documents=tuple(_documents(opened, document) or ()),
        conversation_id=conversation,
    )
    return asyncio.run(opened.workspace.copilot.ask(opened.principal, question))


def _latest(opened: Session, conversation: str | None) -> str:
    if conversation is not None:
        raise UserCanFix("two_conversations")
    last = opened.workspace.conversations.latest(opened.principal)
    if last is None:
        raise UserCanFix("no_conversation_yet")
    return last


def _documents(opened: Session, wanted: list[str] | None) -> list[str] | None:
    if not wanted:
        return None
    records = opened.workspace.plans.documents(opened.principal)
    return [chosen_document(records, name).document for name in wanted]


def _next_line() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _place(chunk: Chunk) -> str:
    return Citation(document=chunk.document, lines=chunk.lines, quote="", place=chunk.place).label
