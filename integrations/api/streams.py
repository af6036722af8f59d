"""Streams whose first failure is still an HTTP status. Knows nothing of what is streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def begun(source: AsyncIterator[T]) -> AsyncIterator[T]:
    """The same stream, after its first item has come: what goes wrong before that is raised here, not inside a 200."""
    try:
        first = [await anext(source)]
    except StopAsyncIteration:
        first = []
    return _whole(first, source)


async def _whole(first: list[T], rest: AsyncIterator[T]) -> AsyncIterator[T]:
    for item in first:
        yield item
    async for item in rest:
        yield item
