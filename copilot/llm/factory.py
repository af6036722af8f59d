"""From a model's configuration to a chat model: the rule-based one by default, an OpenAI-compatible endpoint by name."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from langchain_core.language_models import BaseChatModel
from pydantic import Field, SecretStr

from copilot.domain.errors import OperatorMustFix
from copilot.domain.source import Frozen

OFFLINE = "offline"


class ModelConfig(Frozen):
    """Which model answers, and how long it may take."""

    model: str = OFFLINE
    """`offline`, or a model's name at the endpoint."""
    url: str | None = None
    """Base address of an OpenAI-compatible endpoint, with its `/v1`; None: the library's default."""
    api_key: SecretStr | None = None
    timeout_s: float = Field(default=60.0, gt=0)
    """Of one request, and of the silence between two parts of a stream."""
    max_retries: int = Field(default=2, ge=0)
    """After the first request, on 429, 5xx and broken connections."""
    stream_usage: bool = True
    """Ask for token counts while streaming."""
    temperature: float | None = 0.0
    """None: the endpoint's own."""

    @property
    def is_offline(self) -> bool:
        """Whether the rule-based model answers."""
        return self.model == OFFLINE


def build_model(config: ModelConfig) -> BaseChatModel:
    """A chat model for this configuration.

    Raises:
        OperatorMustFix: `model_key_missing` for an endpoint without a key.
    """
    if config.is_offline:
        return cast(BaseChatModel, import_module("copilot.llm.offline").OfflineChatModel())
    if config.api_key is None or not config.api_key.get_secret_value():
        raise OperatorMustFix("model_key_missing", model=config.model, hint="RUMBO_MODEL_API_KEY")
    # Imported by name: the client takes a second to load, which the offline path must not pay.
    live = import_module("copilot.llm.live")
    return cast(BaseChatModel, live.live_model(config))
