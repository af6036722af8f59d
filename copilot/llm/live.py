"""A language model behind an OpenAI-compatible endpoint, and its failures as errors an operator can act on.

The only room that knows the client library. Always streams: a silent endpoint is noticed between two parts, and a stream that
was cut is told apart from one that ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import openai
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI

from copilot.domain.errors import OperatorMustFix
from copilot.llm.factory import ModelConfig

_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What the client raises on an answer that is not in the protocol's form (an HTML page, a list, nulls)."""


class LiveChatModel(ChatOpenAI):
    """ChatOpenAI whose failures are OperatorMustFix with the endpoint and a hint."""

    endpoint: str = ""

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        ended = said = False
        with self._told():
            async for chunk in super()._astream(*args, **kwargs):
                ended, said = ended or _ends(chunk), said or _says(chunk)
                yield chunk
            self._whole(ended, said)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        ended = said = False
        with self._told():
            for chunk in super()._stream(*args, **kwargs):
                ended, said = ended or _ends(chunk), said or _says(chunk)
                yield chunk
            self._whole(ended, said)

    def _whole(self, ended: bool, said: bool) -> None:
        if not (ended and said):
            hint = "empty" if ended else "cut off"
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint=hint)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OperatorMustFix:
            raise
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise OperatorMustFix("model_refused_key", endpoint=self.endpoint, hint=f"HTTP {error.status_code}") from error
        except (openai.APITimeoutError, TimeoutError) as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="timed out") from error
        except openai.APIStatusError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint=f"HTTP {error.status_code}") from error
        except openai.APIResponseValidationError as error:
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint="not a chat completion") from error
        except openai.APIConnectionError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="no connection") from error
        except httpx2.HTTPError as error:
            raise OperatorMustFix("model_unavailable", endpoint=self.endpoint, hint="the connection broke") from error
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise OperatorMustFix("model_answered_nonsense", endpoint=self.endpoint, hint="not a chat completion") from error


def live_model(config: ModelConfig) -> LiveChatModel:
    """The client for this configuration; nothing is sent yet.

    Connections are not kept between requests: the library shares them between models and event loops, and one that outlives its
    loop fails the next question of a command line that runs a loop each. A handshake is little beside a reply.
    """
    client = httpx2.AsyncClient(
        timeout=config.timeout_s, limits=httpx2.Limits(max_keepalive_connections=0), follow_redirects=True
    )
    return LiveChatModel(
        http_async_client=client,
        model=config.model,
        base_url=config.url,
        api_key=config.api_key,
        timeout=config.timeout_s,
        stream_chunk_timeout=config.timeout_s,
        max_retries=config.max_retries,
        use_responses_api=config.use_responses_api,
        stream_usage=config.stream_usage,
        streaming=True,
        temperature=config.temperature,
        endpoint=config.url or "default",
    )


def _ends(chunk: ChatGenerationChunk) -> bool:
    told = chunk.generation_info or {}
    message = chunk.message
    last = isinstance(message, AIMessageChunk) and message.chunk_position == "last"
    # The Responses API has no finish reason on a chunk; its last chunk is marked instead.
    return bool(told.get("finish_reason")) or (last and bool(message.response_metadata.get("status")))


def _says(chunk: ChatGenerationChunk) -> bool:
    message = chunk.message
    return bool(message.text) or (isinstance(message, AIMessageChunk) and bool(message.tool_call_chunks))
