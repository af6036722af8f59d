"""The turn of a model made of rules: model, tools, model, until it drafts.

Same tools, same messages, same events as the graph. Rules never stream, fail or run in circles, so the graph's
steps (a task, two thread hops and a copy of the state for each hook) would cost more than the answer itself.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolRuntime

from copilot import telemetry
from copilot.agent.context import TurnContext
from copilot.agent.events import StreamEvent, ToolFinished, ToolStarted
from copilot.domain.answer import ToolCall, ToolResult
from copilot.domain.errors import ModelCanRetry, OperatorMustFix, UserCanFix


class RuleTurns:
    """Runs turns of one model on one set of tools."""

    def __init__(self, model: BaseChatModel, tools: Sequence[BaseTool], *, model_calls: int, endpoint: str) -> None:
        # Bound once: turning the tools into schemas takes longer than a lookup.
        self._model = model.bind_tools(tools)
        self._tools = {tool.name: tool for tool in tools}
        self._model_calls = model_calls
        self._endpoint = endpoint

    async def run(self, messages: Sequence[AnyMessage], context: TurnContext) -> list[AnyMessage]:
        """What the turn adds to the messages. Raises OperatorMustFix(`model_answered_nonsense`) when it does not end."""
        loop, notify = asyncio.get_running_loop(), context.notify

        def told(event: StreamEvent) -> None:
            loop.call_soon_threadsafe(notify, event)

        context.notify = told
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(self._run, messages, context, stopped)
        finally:
            # A thread cannot be cancelled: it looks before each step whether anybody still waits.
            stopped.set()

    def _run(self, messages: Sequence[AnyMessage], context: TurnContext, stopped: threading.Event) -> list[AnyMessage]:
        made: list[AnyMessage] = []
        for _ in range(self._model_calls):
            if stopped.is_set():
                return made
            reply: AIMessage = self._model.invoke([SystemMessage(context.system_prompt), *messages, *made])
            made.append(reply)
            if not reply.tool_calls:
                return made
            made += [self._called(call["name"], call["args"], str(call["id"]), context) for call in reply.tool_calls]
        raise OperatorMustFix("model_answered_nonsense", endpoint=self._endpoint, hint="tool calls without end")

    def _called(self, name: str, args: dict[str, object], call_id: str, context: TurnContext) -> ToolMessage:
        context.notify(ToolStarted(name=name, args=args))
        started = time.perf_counter()
        with telemetry.tool_call(name):
            reply = self._reply(name, args, call_id, context)
        ms = round((time.perf_counter() - started) * 1000, 1)
        rows = len(reply.artifact.rows) if isinstance(reply.artifact, ToolResult) else 0
        context.tool_calls.append(ToolCall(name=name, args=args, ms=ms))
        context.notify(ToolFinished(name=name, ms=ms, rows=rows))
        return reply

    def _reply(self, name: str, args: dict[str, object], call_id: str, context: TurnContext) -> ToolMessage:
        if name not in self._tools:
            return ToolMessage(f"unknown tool '{name}'", tool_call_id=call_id, name=name, status="error")
        runtime: ToolRuntime[TurnContext, dict[str, object]] = ToolRuntime(
            state={}, context=context, config={}, stream_writer=lambda _event: None, tool_call_id=call_id, store=None
        )
        try:
            reply = self._tools[name].invoke(
                {"name": name, "args": {**args, "runtime": runtime}, "id": call_id, "type": "tool_call"}
            )
        except (ModelCanRetry, UserCanFix) as error:
            return ToolMessage(str(error), tool_call_id=call_id, name=name, status="error")
        assert isinstance(reply, ToolMessage)  # what a tool gives back for a call
        return reply
