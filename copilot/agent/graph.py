"""The agent on one screen: model, tools, hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware, ToolErrorMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph

from copilot.agent.context import TurnContext
from copilot.agent.limits import Limits
from copilot.agent.middleware import Grounding, ToolSteps, TurnCalls, told_to_model
from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import CountTokens

Graph = CompiledStateGraph[Any, TurnContext, Any, Any]


def build_graph(
    model: BaseChatModel, tools: Sequence[BaseTool], count: CountTokens, limits: Limits, *, name: str, endpoint: str
) -> Graph:
    """The agent for one configuration; everything of a turn comes in as context.

    Calls are counted in the turn's context: as nodes of their own, the library's counters take longer than a lookup.
    """
    hooks: list[Any] = [
        Grounding(count, limits),
        TurnCalls(count, limits, model=name, endpoint=endpoint),
        ModelRetryMiddleware(max_retries=1, retry_on=_is_nonsense, on_failure="error", initial_delay=0.2),
        ToolSteps(count, limits),
        ToolErrorMiddleware(told_to_model),
    ]
    return create_agent(model, list(tools), middleware=hooks, context_schema=TurnContext)


def _is_nonsense(error: Exception) -> bool:
    """Broken replies are asked for again here; broken connections by the client, which knows how long to wait."""
    return isinstance(error, OperatorMustFix) and error.code == "model_answered_nonsense"
