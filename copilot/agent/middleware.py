"""The hooks of the agent: what a model is offered and reads, tool steps and evidence, the check of drafts.

What the library has and we need as it is (retries, tool errors) is taken from there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from langchain.agents import AgentState
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, ModelRetryMiddleware, ToolErrorMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.types import Command

from copilot import telemetry
from copilot.agent.context import TurnContext
from copilot.agent.events import ToolFinished, ToolStarted
from copilot.agent.limits import Limits
from copilot.domain.answer import ToolCall, ToolResult
from copilot.domain.errors import ModelCanRetry, OperatorMustFix, UserCanFix
from copilot.domain.ports import CountTokens
from copilot.grounding.compose import checked
from prompts.loader import load
from retrieval.language.folding import folded
from retrieval.language.requests import orders_something

log = logging.getLogger(__name__)

State = AgentState[Any]
Call = ModelRequest[TurnContext]
CallHandler = Callable[[Call], Awaitable[ModelResponse[Any]]]
BROKEN_CALL = "- the arguments of your last tool call were not valid JSON"
EMPTY = "- your last reply was empty"
NO_MORE_CALLS = "No more tool calls for this question: answer from what you have, or start with `[unanswered]`."
LEFT_OUT = "(left out to make room; call the tool again if you need it)"
MORE_ROWS = "(more rows were left out; narrow the question to see them)"
SHORTER = "…"
PROPOSES = "propose_"
PER_MESSAGE = 8
"""Tokens a message costs beside its text."""


def told_to_model(error: Exception, _request: ToolCallRequest) -> str | None:
    """What the model reads when a tool refuses; None lets every other error reach the surface."""
    if isinstance(error, ModelCanRetry | UserCanFix):
        return str(error)
    return None


class ModelCalls(AgentMiddleware[State, TurnContext]):
    """Each call of the model: its number, its prompt and tools, what fits of the turn, and what becomes of a draft.

    A draft with unsupported statements is sent back, once; what is still unsupported is cut by the service. Broken replies are
    asked for again by the library's own hook, which is called from here: on the graph each hook of a call is a trace with two
    thread hops of its own, and each step behind a call costs more than the check.
    """

    def __init__(self, count: CountTokens, limits: Limits, *, model: str, endpoint: str) -> None:
        super().__init__()
        self._count = count
        self._limits = limits
        self._model = model
        self._endpoint = endpoint
        self._retries: ModelRetryMiddleware[TurnContext, Any] = ModelRetryMiddleware(
            max_retries=1, retry_on=_is_nonsense, on_failure="error", initial_delay=0.2
        )

    async def awrap_model_call(self, request: Call, handler: CallHandler) -> ModelResponse[Any]:
        """Call the model, and call it again with what is wrong with its draft.

        Raises OperatorMustFix(`model_answered_nonsense`) when it goes in circles.
        """
        context = request.runtime.context
        reply = await self._called(request, handler)
        problems = _problems(reply.result[-1], context)
        if not problems:
            return reply
        context.corrected, context.checked = True, None
        log.info("draft_sent_back", extra={"problems": len(problems)})
        most = self._limits.question_tokens // 2
        told = load("correction").fill(problems=cut_result("\n".join(problems), self._count, most))
        made = [*reply.result, *_sent_back(reply.result[-1], told)]
        again = await self._called(request.override(messages=[*request.messages, *cast(list[AnyMessage], made)]), handler)
        return ModelResponse(result=[*made, *again.result])

    async def _called(self, request: Call, handler: CallHandler) -> ModelResponse[Any]:
        context = request.runtime.context
        context.model_calls += 1
        if context.model_calls > self._limits.model_calls:
            raise OperatorMustFix("model_answered_nonsense", endpoint=self._endpoint, hint="tool calls without end")
        fitted = request.override(
            system_message=SystemMessage(context.system_prompt),
            messages=within(request.messages, self._sized, self._limits),
            tools=offered(request.tools, (context.turn.question, *context.turn.said[-1:])),
        )
        with telemetry.model_call(self._model) as call:
            reply = await self._retries.awrap_model_call(fitted, handler)
            assert isinstance(reply, ModelResponse)  # what the handler gives; a bare message would come from a hook
            call.used(reply.result)
        return reply

    def _sized(self, message: AnyMessage) -> int:
        return size(message, self._count)


def _is_nonsense(error: Exception) -> bool:
    """Broken replies are asked for again here; broken connections by the client, which knows how long to wait."""
    return isinstance(error, OperatorMustFix) and error.code == "model_answered_nonsense"


def _problems(message: BaseMessage, context: TurnContext) -> list[str]:
    """What is wrong with the model's reply, if it is a draft and the turn's first one."""
    if context.corrected or not isinstance(message, AIMessage) or message.tool_calls:
        return []
    if message.invalid_tool_calls:
        return [BROKEN_CALL]
    if not message.text.strip():
        return [EMPTY]
    context.checked = checked(message.text, context.turn)
    return context.checked.problems


def _sent_back(draft: BaseMessage, told: str) -> list[BaseMessage]:
    """What is wrong, as the answer to each call that could not be read; the protocol wants one for each."""
    broken = draft.invalid_tool_calls if isinstance(draft, AIMessage) else []
    calls = [call for call in broken if call["id"]]
    if not calls:
        return [HumanMessage(told)]
    return [ToolMessage(told, tool_call_id=str(call["id"]), name=call["name"] or "", status="error") for call in calls]


def offered(tools: Sequence[BaseTool | dict[str, Any]], said: Sequence[str]) -> list[BaseTool | dict[str, Any]]:
    """Without the tools that propose changes, where the person asks for none."""
    if any(orders_something(folded(text)) for text in said):
        return list(tools)
    return [tool for tool in tools if not (isinstance(tool, BaseTool) and tool.name.startswith(PROPOSES))]


def size(message: AnyMessage, count: CountTokens) -> int:
    """Tokens of a message, its tool calls included."""
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return PER_MESSAGE + count(message.text) + sum(count(f"{call['name']} {call['args']}") for call in calls)


def within(messages: Sequence[AnyMessage], sized: Callable[[AnyMessage], int], limits: Limits) -> list[AnyMessage]:
    """What fits of a turn: the oldest results first go, then what the model said at length."""
    kept = list(messages)
    results = [(at, sized(message)) for at, message in enumerate(kept) if isinstance(message, ToolMessage)]
    over = sum(tokens for _, tokens in results) - limits.results_tokens
    for at, tokens in results[:-1]:
        if over <= 0:
            break
        kept[at] = kept[at].model_copy(update={"content": LEFT_OUT})
        over -= tokens - sized(kept[at])
    asked = next((at for at, message in enumerate(kept) if message.id == "question"), 0)
    said = [at for at in range(asked, len(kept)) if isinstance(kept[at], AIMessage)]
    for at in said:
        most = limits.draft_tokens // len(said)
        if sized(kept[at]) > most:
            kept[at] = _emptied(kept[at])
    return kept


def _emptied(message: AnyMessage) -> AnyMessage:
    calls = [{**call, "args": {}} for call in message.tool_calls] if isinstance(message, AIMessage) else []
    return message.model_copy(update={"content": SHORTER, "tool_calls": calls})


def cut_result(content: str, count: CountTokens, most_tokens: int) -> str:
    """A result that fits: whole lines from its beginning."""
    if count(content) <= most_tokens:
        return content
    kept, left = [], most_tokens - count(MORE_ROWS) - 1
    for line in content.split("\n"):
        left -= count(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, MORE_ROWS])


class ToolSteps(AgentMiddleware[State, TurnContext]):
    """Times each tool call and tells the surface; the evidence itself is admitted by the tools."""

    def __init__(self, count: CountTokens, limits: Limits) -> None:
        super().__init__()
        self._count = count
        self._limits = limits
        self._errors: ToolErrorMiddleware[TurnContext, Any] = ToolErrorMiddleware(told_to_model)

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Run the tool."""
        context: TurnContext = request.runtime.context  # type: ignore[assignment]  # the graph is built with this type
        name, args = request.tool_call["name"], request.tool_call["args"]
        if context.tools_begun >= self._limits.tool_calls:
            return ToolMessage(NO_MORE_CALLS, tool_call_id=str(request.tool_call["id"]), name=name, status="error")
        context.tools_begun += 1
        context.notify(ToolStarted(name=name, args=args))
        started = time.perf_counter()
        with telemetry.tool_call(name):
            reply = await self._errors.awrap_tool_call(request, handler)
        ms = round((time.perf_counter() - started) * 1000, 1)
        found = reply.artifact if isinstance(reply, ToolMessage) else None
        rows = len(found.rows) if isinstance(found, ToolResult) else 0
        context.tool_calls.append(ToolCall(name=name, args=args, ms=ms))
        context.notify(ToolFinished(name=name, ms=ms, rows=rows))
        if isinstance(reply, ToolMessage):
            fits = cut_result(reply.text, self._count, self._limits.result_tokens)
            return reply if fits == reply.text else reply.model_copy(update={"content": fits})
        return reply
