"""Asking the copilot: one question of one person in, one grounded answer out. The door every surface uses."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.tools import BaseTool

from copilot import telemetry
from copilot.agent.briefing import PROMPT, system_prompt
from copilot.agent.context import TurnContext
from copilot.agent.events import AnswerReady, Sentence, StreamEvent
from copilot.agent.limits import Limits
from copilot.agent.memory import Memory, Remembered
from copilot.agent.proposed import with_proposals
from copilot.agent.scribe import Scribe
from copilot.agent.turns import Answerer, Turns
from copilot.agent.wording import instead
from copilot.domain.access import Principal
from copilot.domain.answer import Answer, Language, Question, Usage
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.ports import Clock, ConversationStore, CountTokens
from copilot.grounding.compose import Grounded, ground
from copilot.grounding.evidence import TurnEvidence
from copilot.llm.tokens import upper_bound
from copilot.log import Trace, question_scope
from prompts.loader import load
from retrieval.language.detect import guess_language
from tools.lookup.view import PlanView
from tools.registry.proposals import Proposer

__all__ = ["Answerer", "Copilot", "Options", "PlanSource", "Proposing"]

log = logging.getLogger(__name__)

LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
Notify = Callable[[StreamEvent], None]
Proposing = Callable[[Principal, Language], Proposer]
"""Gives a turn what makes its proposals, for the person and in their language."""


class PlanSource(Protocol):
    """Gives each person their plan."""

    def view(self, principal: Principal, documents: Sequence[str] = ()) -> PlanView:
        """What the principal may see; `documents` narrows it. Cheap while the plan's revision stands."""


@dataclass(frozen=True)
class Options:
    """How the copilot asks and remembers."""

    longest_question: int = 4000
    history_turns: int = 6
    """Of a history given with the question; a conversation that is kept is read within its budget of tokens."""
    rewrite_from_tokens: int = 800
    """A language model reads a follow-up made whole in place of more history than this: it is sent with every call."""
    default_language: Language = "es"
    """Of a question too short to tell."""
    limits: Limits = Limits()
    count_tokens: CountTokens = upper_bound
    trace: Trace | None = None


@dataclass(frozen=True)
class _Asked:
    """A question with all that is known before a model sees it."""

    principal: Principal
    question: Question
    remembered: Remembered
    view: PlanView
    language: Language
    notify: Notify
    proposer: Proposer | None


@dataclass(frozen=True)
class _Replied:
    """A checked draft and how it came about."""

    answerer: Answerer
    grounded: Grounded
    context: TurnContext
    usage: Usage


class Copilot:
    """Answers questions from the plan. Build one a configuration; it holds no state of a conversation."""

    def __init__(
        self,
        plan_source: PlanSource,
        answerer: Answerer,
        tools: Sequence[BaseTool],
        conversations: ConversationStore | None,
        clock: Clock,
        *,
        fallback: Answerer | Sequence[Answerer] | None = None,
        proposing: Proposing | None = None,
        options: Options | None = None,
    ) -> None:
        self._plans = plan_source
        self._clock = clock
        self._proposing = proposing
        self._options = options or Options()
        self._building = threading.Lock()
        count, limits = self._options.count_tokens, self._options.limits
        others = [fallback] if isinstance(fallback, Answerer) else list(fallback or ())
        self._turns = [Turns(one, tools, count, limits) for one in (answerer, *others)]
        self._scribe = Scribe(answerer.model if answerer.is_live else None, count, summary_tokens=limits.notes_tokens)
        self._memory = Memory(
            conversations,
            self._scribe,
            count,
            history_tokens=limits.history_tokens,
            history_turns=self._options.history_turns,
        )

    async def ask(self, principal: Principal, question: Question, *, by: Principal | None = None) -> Answer:
        """The answer.

        Args:
            principal: whose reading rights and conversation it is.
            question: what is asked.
            by: the person who asks, where the principal is a group they speak in; changes are proposed in their name.

        Raises:
            UserCanFix: `empty_question`, `question_too_long`, `nothing_ingested`, `unknown_document`, `unknown_conversation`.
            OperatorMustFix: `model_unavailable`, `model_refused_key`, `model_answered_nonsense`.
        """
        with question_scope(uuid.uuid4().hex[:12]):
            answer, _ = await self._answered(principal, question, lambda _event: None, by or principal)
            return answer

    async def stream(self, principal: Principal, question: Question) -> AsyncIterator[StreamEvent]:
        """Tool steps as they happen, sentences once they are checked, then the answer. Raises as `ask` does."""
        events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()

        async def run() -> None:
            try:
                with question_scope(uuid.uuid4().hex[:12]):
                    answer, sentences = await self._answered(principal, question, events.put_nowait, principal)
                for text in sentences:
                    events.put_nowait(Sentence(text=text))
                events.put_nowait(AnswerReady(answer=answer))
            finally:
                events.put_nowait(None)

        task = asyncio.create_task(run())
        try:
            while (event := await events.get()) is not None:
                yield event
            await task
        finally:
            # A surface that stops listening stops the work.
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _answered(
        self, principal: Principal, question: Question, notify: Notify, by: Principal
    ) -> tuple[Answer, tuple[str, ...]]:
        started = time.perf_counter()
        with telemetry.question(self._turns[0].answerer.name) as told:
            asked = await self._understood(principal, question, notify, by)
            naming = asyncio.create_task(self._memory.entitle(principal, question, asked.remembered, asked.language))
            try:
                replied, said_first = await self._replied(asked)
                grounded, proposed = with_proposals(replied.grounded, asked.proposer, asked.language)
                usage = _sum([asked.remembered.usage, replied.usage, await naming])
            finally:
                naming.cancel()
            answer = Answer(
                question=question.text,
                answer=grounded.text,
                answered=grounded.answered,
                language=asked.language,
                citations=grounded.citations,
                calculations=grounded.calculations,
                claims=grounded.claims,
                gaps=(*said_first, *grounded.gaps),
                proposals=proposed,
                tool_calls=tuple(replied.context.tool_calls),
                model=replied.answerer.name,
                prompt=load(PROMPT).info,
                usage=usage,
                conversation_id=question.conversation_id,
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
            await self._memory.keep(principal, question, answer, at=self._clock.now())
            told.set(answered=answer.answered, language=answer.language, citations=len(answer.citations))
            told.set(answered_by=answer.model, tool_calls=len(answer.tool_calls))
            told.cut(len(grounded.gaps))
        self._log(answer)
        return answer, grounded.sentences

    async def _understood(self, principal: Principal, question: Question, notify: Notify, by: Principal) -> _Asked:
        """The question with its conversation and the person's plan."""
        self._admit(question)
        default = self._options.default_language
        remembered = await self._memory.recall(principal, question, default)
        view = await asyncio.to_thread(self._ready_view, principal, question.documents)
        if not view.plan.documents:
            raise UserCanFix("nothing_ingested")
        language = question.language or self._language(question, remembered)
        proposer = self._proposing(by, language) if self._proposing is not None else None
        return _Asked(principal, question, remembered, view, language, notify, proposer)

    async def _replied(self, asked: _Asked) -> tuple[_Replied, tuple[str, ...]]:
        """The first model that answers, and what the answer says of it where it is not the configured one."""
        said: tuple[str, ...] = ()
        for turns, following in zip(self._turns, [*self._turns[1:], None], strict=True):
            try:
                return await self._run(turns, asked), said
            except OperatorMustFix as error:
                if following is None:
                    raise
                log.warning("model_failed", extra={"code": error.code, "endpoint": turns.answerer.endpoint})
                said = (instead(following.answerer.name, error.code, asked.language),)
        raise AssertionError("there is always a configured model")

    def _ready_view(self, principal: Principal, documents: Sequence[str]) -> PlanView:
        """The person's plan with its index, which takes a while the first time: in a thread, once."""
        with self._building:
            view = self._plans.view(principal, documents)
            _ = view.index
            return view

    def _admit(self, question: Question) -> None:
        if not question.text.strip():
            raise UserCanFix("empty_question")
        length, limit = len(question.text), self._options.longest_question
        if length <= limit and self._turns[0].answerer.is_live:
            # A script with many tokens a letter fills a model's budget sooner than its length tells.
            tokens, most = self._options.count_tokens(question.text), self._options.limits.question_tokens // 2
            limit = min(limit, length * most // tokens)
        if length > limit:
            raise UserCanFix("question_too_long", length=length, limit=limit)

    def _language(self, question: Question, remembered: Remembered) -> Language:
        """Of the question; where that is too short to tell, of what the person asked before."""
        default = self._options.default_language
        before = guess_language(remembered.turns[-1].user, default) if remembered.turns else default
        letters, latin = sum(map(str.isalpha, question.text)), len(LATIN.findall(question.text))
        # Of words in another script nothing is guessed, nor of the one metric they name in ours.
        return guess_language(question.text, before) if latin > max(1, letters // 2) else "en"

    async def _run(self, turns: Turns, asked: _Asked) -> _Replied:
        view, turns_said = asked.view, asked.remembered.turns
        prompt = system_prompt(
            asked.principal, view.plan.documents, asked.language, self._clock.now().date(), asked.remembered.notes
        )
        context = TurnContext(
            view=view,
            turn=TurnEvidence(asked.question.text, [turn.user for turn in turns_said], around=view.around),
            language=asked.language,
            system_prompt=prompt,
            notify=asked.notify,
            proposer=asked.proposer,
        )
        messages, usage = await self._messages(turns.answerer, asked)
        made = await turns.run(messages, context)
        if self._options.trace is not None:
            told = [message.model_dump(mode="json", exclude={"artifact"}) for message in [*messages, *made]]
            self._options.trace.write("turn", model=turns.answerer.name, prompt=prompt, messages=told)
        grounded = ground(context.checked or made[-1].text, context.turn, asked.language)
        return _Replied(turns.answerer, grounded, context, _sum([usage, _usage(made)]))

    async def _messages(self, answerer: Answerer, asked: _Asked) -> tuple[list[AnyMessage], Usage]:
        """The conversation as messages, the question last; a follow-up on a long one is made whole instead."""
        history: list[AnyMessage] = []
        for turn in asked.remembered.turns:
            history += [HumanMessage(turn.user), AIMessage(turn.assistant)]
        text, usage = asked.question.text, Usage()
        count = self._options.count_tokens
        if answerer.is_live and sum(count(one.text) for one in history) > self._options.rewrite_from_tokens:
            whole, usage = await self._scribe.standalone(text, asked.remembered.turns)
            if whole != text:
                text, history = whole, []
        return [*history, HumanMessage(text, id="question")], usage

    def _log(self, answer: Answer) -> None:
        log.info(
            "question_answered",
            extra={
                "model": answer.model,
                "answered": answer.answered,
                "tools": [call.name for call in answer.tool_calls],
                "citations": len(answer.citations),
                "gaps": len(answer.gaps),
                "ms": answer.elapsed_ms,
            },
        )


def _usage(messages: Sequence[AnyMessage]) -> Usage:
    used = [message.usage_metadata for message in messages if isinstance(message, AIMessage) and message.usage_metadata]
    return Usage(input_tokens=sum(one["input_tokens"] for one in used), output_tokens=sum(one["output_tokens"] for one in used))


def _sum(parts: Sequence[Usage]) -> Usage:
    return Usage(input_tokens=sum(part.input_tokens for part in parts), output_tokens=sum(part.output_tokens for part in parts))
