"""Our own hooks of the agent: the size of what a model reads, tool steps and evidence, the grounding of drafts.

Everything the library has (call limits, retries, tool errors, context editing) is taken from there, in `graph`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents import AgentState
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, dynamic_prompt, hook_config
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import Command

from copilot.agent.context import TurnContext
from copilot.agent.events import ToolFinished, ToolStarted
from copilot.domain.answer import ToolCall, ToolResult
from copilot.domain.errors import ModelCanRetry, UserCanFix
from copilot.domain.ports import CountTokens
from copilot.grounding.compose import problems_of
from prompts.loader import load

log = logging.getLogger(__name__)

State = AgentState[Any]
BROKEN_CALL = "- the arguments of your last tool call were not valid JSON"
EMPTY = "- your last reply was empty"


@dynamic_prompt
def turn_prompt(request: ModelRequest[TurnContext]) -> str:
    """The system prompt of this turn; it names the day and the language, so it cannot be part of the graph."""
    return request.runtime.context.system_prompt


def told_to_model(error: Exception, _request: ToolCallRequest) -> str | None:
    """What the model reads when a tool refuses; None lets every other error reach the surface."""
    if isinstance(error, ModelCanRetry | UserCanFix):
        return str(error)
    return None


class InputSize(AgentMiddleware[State, TurnContext]):
    """Keeps what a model reads within a budget: the oldest turns of the conversation are left out first."""

    def __init__(self, count: CountTokens, budget_tokens: int) -> None:
        super().__init__()
        self._count = count
        self._budget = budget_tokens

    async def awrap_model_call(
        self,
        request: ModelRequest[TurnContext],
        handler: Callable[[ModelRequest[TurnContext]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """Call the model with the part of the conversation that fits."""
        return await handler(request.override(messages=fitting(request.messages, self._count, self._budget)))


def fitting(messages: list[AnyMessage], count: CountTokens, budget_tokens: int) -> list[AnyMessage]:
    """The part of a conversation that fits, ending with the turn at hand, which stays whole."""
    asked = next((at for at, message in enumerate(messages) if isinstance(message, HumanMessage) and message.id == "question"), 0)
    if asked == 0:
        return messages
    sizes = [count(message.text) for message in messages]
    left = budget_tokens - sum(sizes[asked:])
    start = asked
    while start > 0 and sizes[start - 1] <= left:
        start -= 1
        left -= sizes[start]
    # A conversation is handed on in whole turns, a person's words first.
    while start < asked and not isinstance(messages[start], HumanMessage):
        start += 1
    return messages[start:]


class ToolSteps(AgentMiddleware[State, TurnContext]):
    """Times each tool call and tells the surface; the evidence itself is admitted by the tools."""

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Run the tool."""
        context: TurnContext = request.runtime.context  # type: ignore[assignment]  # the graph is built with this type
        name, args = request.tool_call["name"], request.tool_call["args"]
        context.notify(ToolStarted(name=name, args=args))
        started = time.perf_counter()
        reply = await handler(request)
        ms = round((time.perf_counter() - started) * 1000, 1)
        found = reply.artifact if isinstance(reply, ToolMessage) else None
        rows = len(found.rows) if isinstance(found, ToolResult) else 0
        context.tool_calls.append(ToolCall(name=name, args=args, ms=ms))
        context.notify(ToolFinished(name=name, ms=ms, rows=rows))
        return reply


class Grounding(AgentMiddleware[State, TurnContext]):
    """Sends a draft with unsupported statements back, once; what is still unsupported is cut by the service."""

    @hook_config(can_jump_to=["model"])
    async def aafter_model(self, state: State, runtime: Runtime[TurnContext]) -> dict[str, Any] | None:
        """Look at the draft, if the model's last message is one."""
        context = runtime.context
        message = state["messages"][-1]
        if context.corrected or not isinstance(message, AIMessage) or message.tool_calls:
            return None
        if message.invalid_tool_calls:
            problems = [BROKEN_CALL]
        elif not message.text.strip():
            problems = [EMPTY]
        else:
            problems = problems_of(message.text, context.turn)
        if not problems:
            return None
        context.corrected = True
        log.info("draft_sent_back", extra={"problems": len(problems)})
        text = load("correction").fill(problems="\n".join(problems))
        return {"messages": [HumanMessage(text)], "jump_to": "model"}
