"""The agent on one screen: model, tools, hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph

from copilot.agent.context import TurnContext
from copilot.agent.limits import Limits
from copilot.agent.middleware import ModelCalls, ToolSteps
from copilot.domain.ports import CountTokens

Graph = CompiledStateGraph[Any, TurnContext, Any, Any]


def build_graph(
    model: BaseChatModel, tools: Sequence[BaseTool], count: CountTokens, limits: Limits, *, name: str, endpoint: str
) -> Graph:
    """The agent for one configuration; everything of a turn comes in as context.

    Calls are counted in the turn's context: as nodes of their own, the library's counters take longer than a lookup.
    """
    hooks: list[Any] = [ModelCalls(count, limits, model=name, endpoint=endpoint), ToolSteps(count, limits)]
    return create_agent(model, list(tools), middleware=hooks, context_schema=TurnContext)
