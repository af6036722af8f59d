"""A chat model made of rules: the same messages and tools in, tool calls or a cited draft out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from typing_extensions import override

from copilot.llm.offline.planner import next_step
from copilot.llm.offline.turn import read_turn

USAGE = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


class OfflineChatModel(BaseChatModel):
    """Answers from tool results by rules, in Spanish, English, Portuguese and French."""

    model_name: str = "offline"

    @property
    def _llm_type(self) -> str:
        return "offline"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools; it calls only tools it is given, and needs no more of them than their names."""
        return self.bind(tools=[{"type": "function", "function": {"name": _name_of(tool)}} for tool in tools], **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._reply(messages, kwargs))])

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = self._reply(messages, kwargs)
        calls = [
            tool_call_chunk(name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=index)
            for index, call in enumerate(reply.tool_calls)
        ]
        for piece in re.findall(r"\S*\s*", str(reply.content)):
            if piece:
                yield self._told(AIMessageChunk(content=piece, id=reply.id), run_manager)
        last = AIMessageChunk(
            content="", id=reply.id, tool_call_chunks=calls, usage_metadata=reply.usage_metadata, chunk_position="last"
        )
        yield self._told(last, run_manager)

    def _told(self, chunk: AIMessageChunk, run_manager: CallbackManagerForLLMRun | None) -> ChatGenerationChunk:
        made = ChatGenerationChunk(message=chunk)
        if run_manager and chunk.content:
            run_manager.on_llm_new_token(str(chunk.content), chunk=made)
        return made

    def _reply(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> AIMessage:
        tools = frozenset(tool["function"]["name"] for tool in kwargs.get("tools", ()))
        step = next_step(read_turn(messages), tools)
        seed = hashlib.sha256(f"{len(messages)}|{step}".encode()).hexdigest()[:16]
        calls = [
            {"name": name, "args": args, "id": f"call-{seed}-{index}", "type": "tool_call"}
            for index, (name, args) in enumerate(step.calls)
        ]
        return AIMessage(content=step.draft, tool_calls=calls, id=f"offline-{seed}", usage_metadata=USAGE)


def _name_of(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> str:
    if isinstance(tool, BaseTool):
        return tool.name
    return str(convert_to_openai_tool(tool)["function"]["name"])
