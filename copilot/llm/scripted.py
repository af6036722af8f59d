"""A chat model that replays a queue of messages: for tests and demonstrations, with no rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, InstanceOf
from typing_extensions import override

from copilot.domain.errors import OperatorMustFix


class ScriptedModel(BaseChatModel):
    """Answers each call with the next message of its script; an exception in the script is raised instead."""

    script: list[InstanceOf[AIMessage] | InstanceOf[Exception]]
    model_name: str = "scripted"
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    """What each call was given, for whoever wants to look."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tools are accepted and not looked at: the script already knows what it calls."""
        return self.bind(**kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.seen.append(list(messages))
        if len(self.seen) > len(self.script):
            raise OperatorMustFix("script_is_over", calls=len(self.seen), messages=len(self.script))
        step = self.script[len(self.seen) - 1]
        if isinstance(step, Exception):
            raise step
        return ChatResult(generations=[ChatGeneration(message=step.model_copy(deep=True))])


def calls(*tools: tuple[str, dict[str, Any]]) -> AIMessage:
    """A message that calls these tools: name and arguments."""
    return AIMessage(
        content="",
        tool_calls=[{"name": name, "args": args, "id": f"call-{index}-{name}"} for index, (name, args) in enumerate(tools)],
    )
