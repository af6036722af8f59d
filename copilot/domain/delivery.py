"""How a delivery can fail, by what is known of its outcome."""

from __future__ import annotations


class NotDelivered(Exception):
    """The message surely did not arrive."""

    def __init__(self, reason: str, *, final: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        """The peer's own error code, or a short description."""
        self.final = final
        """Trying again cannot help until a person acts: the channel is gone, the token refused."""
        self.retry_after_s = retry_after_s
        """Seconds the peer asks to wait."""


class OutcomeUnknown(Exception):
    """The message may have arrived: the answer never came."""
