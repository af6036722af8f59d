"""A chat model as a plain function from messages to text, for rooms that need no more of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from langchain_core.language_models import BaseChatModel

Said = tuple[Literal["system", "user", "assistant"], str]
Ask = Callable[[Sequence[Said]], str]
"""One call: messages in, text out; raises RumboError when the endpoint fails."""


def asking(model: BaseChatModel) -> Ask:
    """The model as a function."""

    def ask(messages: Sequence[Said]) -> str:
        return model.invoke(list(messages)).text

    return ask
