"""Runs one turn of one model: the conversation and the question in, what the model and the tools add to it out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.errors import GraphRecursionError

from copilot.agent.context import TurnContext
from copilot.agent.graph import build_graph
from copilot.agent.limits import Limits
from copilot.agent.rules import RuleTurns
from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import CountTokens

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answerer:
    """A model with its name, as answers report it."""

    name: str
    model: BaseChatModel
    endpoint: str = "offline"
    is_live: bool = False
    """A language model: its unsupported drafts are sent back once before they are cut."""


class Turns:
    """Turns of one answerer: by the graph for a language model, by the plain loop for rules."""

    def __init__(self, answerer: Answerer, tools: Sequence[BaseTool], count: CountTokens, limits: Limits) -> None:
        self.answerer = answerer
        self._limits = limits
        self._rules: RuleTurns | None = None
        if answerer.is_live:
            named = {"name": answerer.name, "endpoint": answerer.endpoint}
            self._graph = build_graph(answerer.model, tools, count, limits, **named)
        else:
            endpoint = answerer.endpoint
            self._rules = RuleTurns(answerer.model, tools, model_calls=limits.model_calls, endpoint=endpoint)

    async def run(self, asked: Sequence[AnyMessage], context: TurnContext) -> list[AnyMessage]:
        """What the turn adds; the last message is the draft. Raises OperatorMustFix."""
        made = await self._run(asked, context)
        if not made or not made[-1].text.strip():
            broken = bool(made) and isinstance(made[-1], AIMessage) and bool(made[-1].invalid_tool_calls)
            hint = "broken tool calls" if broken else "empty"
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.answerer.endpoint, hint=hint)
        return made

    async def _run(self, asked: Sequence[AnyMessage], context: TurnContext) -> list[AnyMessage]:
        if self._rules is not None:
            return await self._rules.run(asked, context)
        steps: RunnableConfig = {"recursion_limit": self._limits.graph_steps}
        try:
            state: dict[str, Any] = await self._graph.ainvoke({"messages": list(asked)}, steps, context=context)
        except GraphRecursionError as error:
            hint = "tool calls without end"
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.answerer.endpoint, hint=hint) from error
        told: list[AnyMessage] = state["messages"][len(asked) :]
        return told
