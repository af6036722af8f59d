"""The rule-based chat model: picks tools and writes cited answers without any language model."""

from __future__ import annotations

from copilot.llm.offline.model import OfflineChatModel

__all__ = ["OfflineChatModel"]
