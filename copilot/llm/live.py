"""A language model behind an OpenAI-compatible endpoint, and its failures as errors an operator can act on.

The only room that knows the client library. Always streams: a silent endpoint is noticed between two parts, and a stream that
was cut is told apart from one that ended. The reply is handed on whole, since nothing of it is shown before it is checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr
from typing_extensions import override

from copilot.domain.errors import OperatorMustFix
from copilot.llm.factory import ModelConfig
from copilot.llm.reply import NotACompletion, StreamedReply
from copilot.llm.transport import AiohttpTransport

COMPLETIONS = "/chat/completions"
STREAMED = "streamed"
"""Under this name a reply's metadata tells that it came in parts."""
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What reading an answer raises that is not in the protocol's form (an HTML page, a list, nulls)."""

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool


class LiveChatModel(ChatOpenAI):
    """ChatOpenAI whose failures are OperatorMustFix with the endpoint and a hint."""

    endpoint: str = ""
    silence_s: float = 60.0
    """Longest time between two parts of a reply; comments that only keep the line open do not count."""
    _schemas: dict[int, tuple[BaseTool, dict[str, Any]]] = PrivateAttr(default_factory=dict)

    @override
    def bind_tools(self, tools: Sequence[Tool], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools; an agent binds the same ones before every call, and their schemas are made once."""
        return super().bind_tools([self._schema(tool) for tool in tools], **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._told():
            response = self.root_client.post(
                COMPLETIONS,
                cast_to=httpx2.Response,
                body=self._body(messages, stop, kwargs),
                stream=True,
                stream_cls=openai.Stream[object],
            )
            assert isinstance(response, httpx2.Response)  # what is asked for by `cast_to`
            try:
                if not _is_stream(response):
                    response.read()
                    return self._create_chat_result(response.json())
                reply, heard = StreamedReply(), time.monotonic()
                for part in response.iter_bytes():
                    heard = self._heard(reply.feed(part), heard)
            finally:
                response.close()
            return self._whole(reply)

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._told():
            response = await self.root_async_client.post(
                COMPLETIONS,
                cast_to=httpx2.Response,
                body=self._body(messages, stop, kwargs),
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
            assert isinstance(response, httpx2.Response)  # what is asked for by `cast_to`
            try:
                if not _is_stream(response):
                    await response.aread()
                    return self._create_chat_result(response.json())
                reply, heard = StreamedReply(), time.monotonic()
                async for part in response.aiter_bytes():
                    heard = self._heard(reply.feed(part), heard)
            finally:
                await response.aclose()
            return self._whole(reply)

    def _schema(self, tool: Tool) -> Tool:
        if not isinstance(tool, BaseTool):
            return tool
        if id(tool) not in self._schemas:
            self._schemas[id(tool)] = (tool, convert_to_openai_tool(tool))
        return self._schemas[id(tool)][1]

    def _body(self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        asked = {"include_usage": True} if self.stream_usage else None
        streamed = {"stream": True, **({"stream_options": asked} if asked else {})}
        return self._get_request_payload(messages, stop=stop, **kwargs, **streamed)

    def _heard(self, is_event: bool, heard: float) -> float:
        """When the model was last heard. Raises TimeoutError when that is too long ago."""
        now = time.monotonic()
        if not is_event and now - heard > self.silence_s:
            raise TimeoutError
        return now if is_event else heard

    def _whole(self, reply: StreamedReply) -> ChatResult:
        reply.end()
        if not reply.began:
            raise NotACompletion("not a chat completion")
        if not (reply.is_whole and reply.says_something):
            hint = "empty" if reply.is_whole else "cut off"
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint=hint)
        result = self._create_chat_result(reply.completion())
        result.generations[0].message.response_metadata[STREAMED] = True
        return result

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OperatorMustFix:
            raise
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise OperatorMustFix("model_refused_key", endpoint=self.endpoint, hint=f"HTTP {error.status_code}") from error
        except (openai.APITimeoutError, TimeoutError, httpx2.TimeoutException) as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="timed out") from error
        except openai.APIStatusError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint=f"HTTP {error.status_code}") from error
        except openai.APIConnectionError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="no connection") from error
        except httpx2.HTTPError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="the connection broke") from error
        except NotACompletion as error:
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint=str(error)) from error
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint="not a chat completion") from error


def live_model(config: ModelConfig) -> LiveChatModel:
    """The client for this configuration; nothing is sent yet."""
    client = httpx2.AsyncClient(timeout=config.timeout_s, transport=AiohttpTransport(), follow_redirects=True)
    return LiveChatModel(
        http_async_client=client,
        model=config.model,
        base_url=config.url,
        api_key=config.api_key,
        timeout=config.timeout_s,
        silence_s=config.timeout_s,
        max_retries=config.max_retries,
        use_responses_api=False,  # others speak chat completions; the library would guess by the model's name
        stream_usage=config.stream_usage,
        disable_streaming=True,  # of the parts: `_agenerate` reads the stream itself
        temperature=config.temperature,
        endpoint=config.url or "default",
    )


def _is_stream(response: httpx2.Response) -> bool:
    """Some endpoints answer a plain body whatever they are asked for."""
    return "json" not in response.headers.get("content-type", "")
