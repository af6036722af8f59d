"""One real round trip with a model: does it answer, call a tool and go on from its result, and send its reply in parts?

Tells what was seen, in codes; knows no surface and no settings.
"""

from __future__ import annotations

import time
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from copilot.domain.errors import RumboError
from copilot.domain.source import Frozen
from copilot.llm.live import STREAMED

QUESTION = "What is the target of the metric NPS? Look it up with the tool, then answer in one sentence."
GREETING = "Answer with the word OK."
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "find_kpis",
        "description": "Look a metric up.",
        "parameters": {"type": "object", "properties": {"metric": {"type": "string"}}, "required": ["metric"]},
    },
}
FOUND = "e\ttext\ne1\tNPS: 60"


class Probed(Frozen):
    """One step of the round trip."""

    step: Literal["model_plain", "model_tools", "model_stream"]
    ok: bool
    ms: float = 0.0
    tokens: int = 0
    remark: Literal["", "model_no_tool_call", "model_unusual_stream"] = ""
    error: tuple[str, dict[str, object]] | None = None
    """Code and parameters of what went wrong."""


async def probe(model: BaseChatModel) -> list[Probed]:
    """The steps in order; after one that fails the others are not tried."""
    try:
        began = time.perf_counter()
        reply = await model.ainvoke([HumanMessage(GREETING)])
        steps = [_seen("model_plain", began, [reply])]
    except RumboError as error:
        return [Probed(step="model_plain", ok=False, error=(error.code, error.params))]
    try:
        began = time.perf_counter()
        replies = await _with_tool(model)
        called = len(replies) == 2
        remark: Literal["", "model_no_tool_call"] = "" if called else "model_no_tool_call"
        steps.append(_seen("model_tools", began, replies).model_copy(update={"ok": called, "remark": remark}))
    except RumboError as error:
        return [*steps, Probed(step="model_tools", ok=False, error=(error.code, error.params))]
    streamed = bool(reply.response_metadata.get(STREAMED))
    seen = _seen("model_stream", began, replies)
    return [*steps, seen if streamed else seen.model_copy(update={"remark": "model_unusual_stream"})]


async def _with_tool(model: BaseChatModel) -> list[AIMessage]:
    bound, asked = model.bind_tools([TOOL]), HumanMessage(QUESTION)
    first = await bound.ainvoke([asked])
    if not first.tool_calls:
        return [first]
    results = [ToolMessage(FOUND, tool_call_id=str(call["id"])) for call in first.tool_calls]
    return [first, await bound.ainvoke([asked, first, *results])]


def _seen(step: Literal["model_plain", "model_tools", "model_stream"], began: float, replies: list[AIMessage]) -> Probed:
    used = [reply.usage_metadata["total_tokens"] for reply in replies if reply.usage_metadata]
    return Probed(step=step, ok=True, ms=round((time.perf_counter() - began) * 1000, 1), tokens=sum(used))
