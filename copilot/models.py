"""From settings to the models that answer: the configured one, those in reserve, and how they are asked.

Everything heavy is imported on first use, as in `bootstrap`, whose part this is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot.settings import OFFLINE, Settings, masked_url

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from copilot.agent.service import Answerer, Options
    from copilot.llm.factory import ModelConfig

OPENAI = "https://api.openai.com/v1"


def chat_model(settings: Settings, name: str) -> BaseChatModel:
    """The model of that name at the model's endpoint."""
    from copilot.llm.factory import build_model

    return build_model(_config(settings, name))


def answerer(settings: Settings, name: str) -> Answerer:
    """The model of that name, with what an answer says of it."""
    from copilot.agent.service import Answerer

    endpoint = OFFLINE if name == OFFLINE else masked_url(settings.model_url or OPENAI)
    return Answerer(name=name, model=chat_model(settings, name), endpoint=endpoint, is_live=name != OFFLINE)


def in_reserve(settings: Settings) -> list[Answerer]:
    """Models that answer when the configured one fails, in their order."""
    from copilot.agent.service import Answerer
    from copilot.llm.factory import build_model

    found = []
    for name in filter(None, (part.strip() for part in (settings.model_fallback or "").split(","))):
        if settings.model == OFFLINE:
            break
        if name == OFFLINE:
            found.append(answerer(settings, OFFLINE))
            continue
        config = _config(settings, name)
        url, key = settings.model_fallback_url or config.url, settings.model_fallback_api_key or config.api_key
        live = build_model(config.model_copy(update={"url": url, "api_key": key}))
        found.append(Answerer(name=name, model=live, endpoint=masked_url(url or OPENAI), is_live=True))
    return found


def options(settings: Settings) -> Options:
    """How the copilot asks and remembers."""
    from copilot.agent.limits import Limits
    from copilot.agent.service import Options
    from copilot.llm.tokens import token_counter
    from copilot.log import Trace

    return Options(
        longest_question=settings.question_chars,
        default_language=settings.language or "es",
        limits=Limits(model_calls=settings.model_calls, input_tokens=settings.context_tokens),
        count_tokens=token_counter(),
        trace=Trace(settings.trace) if settings.trace else None,
    )


def _config(settings: Settings, name: str) -> ModelConfig:
    from copilot.llm.factory import ModelConfig

    return ModelConfig(
        model=name,
        url=settings.model_url,
        api_key=settings.model_api_key,
        timeout_s=settings.model_timeout_s,
        max_retries=settings.model_retries,
    )
