"""Asking the copilot: one question of one person in, one grounded answer out. The door every surface uses."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.tools import BaseTool
from langgraph.errors import GraphRecursionError

from copilot.agent.briefing import PROMPT, system_prompt
from copilot.agent.context import TurnContext
from copilot.agent.events import AnswerReady, Sentence, StreamEvent
from copilot.agent.graph import Limits, build_graph
from copilot.agent.middleware import fitting
from copilot.agent.proposed import with_proposals
from copilot.agent.rules import RuleTurns
from copilot.domain.access import Principal
from copilot.domain.answer import Answer, Language, Question, Turn, Usage
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.ports import Clock, ConversationStore, CountTokens
from copilot.grounding.compose import Grounded, ground
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.wording import OFFLINE_INSTEAD
from copilot.llm.tokens import upper_bound
from copilot.log import Trace, question_scope
from prompts.loader import load
from retrieval.language.detect import guess_language
from tools.lookup.view import PlanView
from tools.registry.proposals import Proposer

log = logging.getLogger(__name__)

LATIN = re.compile(r"[A-Za-z]{2}")
Notify = Callable[[StreamEvent], None]
Turns = Callable[[Sequence[AnyMessage], TurnContext], Awaitable[list[AnyMessage]]]
"""Runs one turn: the conversation and the question in, what the model and the tools add to it out."""
Proposing = Callable[[Principal, Language], Proposer]
"""Gives a turn what makes its proposals, for the person and in their language."""


class PlanSource(Protocol):
    """Gives each person their plan."""

    def view(self, principal: Principal, documents: Sequence[str] = ()) -> PlanView:
        """What the principal may see; `documents` narrows it. Cheap while the plan's revision stands."""


@dataclass(frozen=True)
class Answerer:
    """A model with its name, as answers report it."""

    name: str
    model: BaseChatModel
    endpoint: str = "offline"
    is_live: bool = False
    """A language model: its unsupported drafts are sent back once before they are cut."""


@dataclass(frozen=True)
class Options:
    """How the copilot asks and remembers."""

    longest_question: int = 4000
    history_turns: int = 6
    default_language: Language = "es"
    """Of a question too short to tell."""
    limits: Limits = Limits()
    count_tokens: CountTokens = upper_bound
    trace: Trace | None = None


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
        fallback: Answerer | None = None,
        proposing: Proposing | None = None,
        options: Options | None = None,
    ) -> None:
        self._plans = plan_source
        self._answerer = answerer
        self._fallback = fallback
        self._conversations = conversations
        self._clock = clock
        self._proposing = proposing
        self._options = options or Options()
        self._tools = list(tools)
        self._building = threading.Lock()
        self._turns = self._built(answerer)
        self._fallback_turns = self._built(fallback) if fallback is not None else None

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
        self._admit(question)
        history = await self._history(principal, question)
        view = await asyncio.to_thread(self._ready_view, principal, question.documents)
        if not view.plan.documents:
            raise UserCanFix("nothing_ingested")
        language = question.language or self._language(question, history)
        answerer, told = self._answerer, ""
        proposer = self._proposing(by, language) if self._proposing is not None else None
        try:
            grounded, messages, context = await self._run(
                self._turns, answerer, question, history, view, language, notify, principal, proposer
            )
        except OperatorMustFix as error:
            if self._fallback is None or self._fallback_turns is None:
                raise
            log.warning("model_failed", extra={"code": error.code, "endpoint": answerer.endpoint})
            answerer, told = self._fallback, OFFLINE_INSTEAD[language].format(code=error.code)
            grounded, messages, context = await self._run(
                self._fallback_turns, answerer, question, history, view, language, notify, principal, proposer
            )
        grounded, proposed = with_proposals(grounded, proposer, language)
        answer = Answer(
            question=question.text,
            answer=grounded.text,
            answered=grounded.answered,
            language=language,
            citations=grounded.citations,
            calculations=grounded.calculations,
            claims=grounded.claims,
            gaps=(*((told,) if told else ()), *grounded.gaps),
            proposals=proposed,
            tool_calls=tuple(context.tool_calls),
            model=answerer.name,
            prompt=load(PROMPT).info,
            usage=_usage(messages),
            conversation_id=question.conversation_id,
            elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        await self._remember(principal, question, answer)
        self._log(answer)
        return answer, grounded.sentences

    def _ready_view(self, principal: Principal, documents: Sequence[str]) -> PlanView:
        """The person's plan with its index, which takes a while the first time: in a thread, once."""
        with self._building:
            view = self._plans.view(principal, documents)
            _ = view.index
            return view

    def _admit(self, question: Question) -> None:
        if not question.text.strip():
            raise UserCanFix("empty_question")
        limit = self._options.longest_question
        if len(question.text) > limit:
            raise UserCanFix("question_too_long", length=len(question.text), limit=limit)

    async def _history(self, principal: Principal, question: Question) -> Sequence[Turn]:
        most = self._options.history_turns
        if question.history:
            return question.history[-most:]
        if question.conversation_id is None or self._conversations is None:
            return ()
        return await asyncio.to_thread(self._conversations.turns, principal, question.conversation_id, limit=most)

    def _language(self, question: Question, history: Sequence[Turn]) -> Language:
        """Of the question; where that is too short to tell, of what the person asked before."""
        before = guess_language(history[-1].user, self._options.default_language) if history else self._options.default_language
        # Of words in another script nothing is guessed.
        return guess_language(question.text, before) if LATIN.search(question.text) else "en"

    async def _run(
        self,
        turns: Turns,
        answerer: Answerer,
        question: Question,
        history: Sequence[Turn],
        view: PlanView,
        language: Language,
        notify: Notify,
        principal: Principal,
        proposer: Proposer | None,
    ) -> tuple[Grounded, list[AnyMessage], TurnContext]:
        context = TurnContext(
            view=view,
            turn=TurnEvidence(
                question.text,
                [turn.user for turn in history],
                around=view.around,
            ),
            language=language,
            system_prompt=system_prompt(principal, view.plan.documents, language, self._clock.now().date()),
            notify=notify,
            proposer=proposer,
        )
        asked: list[AnyMessage] = []
        for turn in history:
            asked += [HumanMessage(turn.user), AIMessage(turn.assistant)]
        asked.append(HumanMessage(question.text, id="question"))
        try:
            messages = await turns(asked, context)
        except (ModelCallLimitExceededError, GraphRecursionError) as error:
            raise OperatorMustFix("model_answered_nonsense", endpoint=answerer.endpoint, hint="tool calls without end") from error
        draft = messages[-1].text if messages else ""
        if not draft.strip():
            raise OperatorMustFix("model_answered_nonsense", endpoint=answerer.endpoint, hint="empty")
        if self._options.trace is not None:
            told = [message.model_dump(mode="json", exclude={"artifact"}) for message in [*asked, *messages]]
            self._options.trace.write("turn", model=answerer.name, prompt=context.system_prompt, messages=told)
        return ground(draft, context.turn, language), messages, context

    async def _remember(self, principal: Principal, question: Question, answer: Answer) -> None:
        if question.conversation_id is None or self._conversations is None:
            return
        turn = Turn(user=question.text, assistant=answer.answer)
        told = answer.model_dump_json()
        now = self._clock.now()
        await asyncio.to_thread(self._conversations.append, principal, question.conversation_id, turn, told, at=now)

    def _built(self, answerer: Answerer) -> Turns:
        limits = self._options.limits
        if not answerer.is_live:
            rules = RuleTurns(answerer.model, self._tools, model_calls=limits.model_calls, endpoint=answerer.endpoint)
            return lambda asked, context: rules.run(
                fitting(list(asked), self._options.count_tokens, limits.input_tokens), context
            )
        graph = build_graph(answerer.model, self._tools, self._options.count_tokens, limits)

        async def run(asked: Sequence[AnyMessage], context: TurnContext) -> list[AnyMessage]:
            state: dict[str, Any] = await graph.ainvoke(
                {"messages": list(asked)}, {"recursion_limit": limits.graph_steps}, context=context
            )
            told: list[AnyMessage] = state["messages"][len(asked) :]
            return told

        return run

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
