"""The agent on one screen: model, tools, hooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    ModelCallLimitMiddleware,
    ModelRetryMiddleware,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph

from copilot.agent.context import TurnContext
from copilot.agent.middleware import Grounding, InputSize, ToolSteps, told_to_model, turn_prompt
from copilot.domain.errors import OperatorMustFix
from copilot.domain.ports import CountTokens

Graph = CompiledStateGraph[Any, TurnContext, Any, Any]


@dataclass(frozen=True)
class Limits:
    """How far one question may go."""

    model_calls: int = 10
    tool_calls: int = 24
    graph_steps: int = 120
    input_tokens: int = 24_000
    """Of the conversation a model reads; tool results of the turn come on top until `tool_tokens`."""
    tool_tokens: int = 60_000
    """From here on the oldest tool results are left out of what the model reads."""


def build_graph(model: BaseChatModel, tools: Sequence[BaseTool], count: CountTokens, limits: Limits) -> Graph:
    """The agent for one configuration; everything of a turn comes in as context."""
    hooks: list[Any] = [
        turn_prompt,
        InputSize(count, limits.input_tokens),
        *_guards(limits),
        ToolSteps(),
        ToolErrorMiddleware(told_to_model),
    ]
    return create_agent(model, list(tools), middleware=hooks, context_schema=TurnContext)


def _guards(limits: Limits) -> list[Any]:
    """Against endless, broken and unsupported replies."""
    return [
        ModelCallLimitMiddleware(run_limit=limits.model_calls, exit_behavior="error"),
        ToolCallLimitMiddleware(run_limit=limits.tool_calls),
        ContextEditingMiddleware(edits=[ClearToolUsesEdit(trigger=limits.tool_tokens, keep=4)]),
        ModelRetryMiddleware(max_retries=1, retry_on=_is_nonsense, on_failure="error", initial_delay=0.2),
        Grounding(),
    ]


def _is_nonsense(error: Exception) -> bool:
    """Broken replies are asked for again here; broken connections by the client, which knows how long to wait."""
    return isinstance(error, OperatorMustFix) and error.code == "model_answered_nonsense"
