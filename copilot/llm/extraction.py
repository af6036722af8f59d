"""Asks a chat model which figures open lines state, a few lines at a time, and reads its reply.

Believes nothing: whether a proposal stands on its line is checked elsewhere. Knows no document, store or prompt text.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from copilot.domain.errors import RumboError
from copilot.domain.ports import CountTokens
from copilot.domain.proposed import OpenLine, Proposed, ProposedFigure, Unread
from copilot.llm.asking import Ask

BATCH_LINES = 20
BATCH_TOKENS = 2_000
"""Of the lines in one call, instructions not counted."""
DOCUMENT_TOKENS = 40_000
"""Sent for one document at most, instructions included."""
REPLY_LINES_PER_LINE = 4
"""Lines of a reply that are read for each line that was sent; a model that rambles costs no more."""
SHOWN = 200

log = logging.getLogger(__name__)


class ModelProposer:
    """Implements the port Proposer with a chat model."""

    def __init__(self, ask: Ask, *, name: str, instructions: str, count_tokens: CountTokens) -> None:
        self._ask = ask
        self._name = name
        self._instructions = instructions
        self._count = count_tokens

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._name

    def propose(self, lines: Sequence[OpenLine]) -> Proposed:
        """Proposals for these lines of one document; after the first failed call the rest is not asked."""
        figures: list[ProposedFigure] = []
        unread: list[Unread] = []
        left, overhead = DOCUMENT_TOKENS, self._count(self._instructions)
        answered = 0
        for batch, tokens in self._batches(lines):
            left -= tokens + overhead
            if left < 0:
                return Proposed(figures=tuple(figures), unread=tuple(unread), over_budget=tuple(lines[answered:]))
            try:
                reply = self._ask([("system", self._instructions), ("user", "\n".join(map(_told, batch)))])
            except RumboError as failure:
                log.warning("extraction_model_failed", extra={"code": failure.code, "model": self._name})
                waiting = tuple(lines[answered:])
                return Proposed(figures=tuple(figures), unread=tuple(unread), unanswered=waiting, trouble=failure.code)
            for one in _read(reply, batch):
                if isinstance(one, ProposedFigure):
                    figures.append(one)
                else:
                    unread.append(one)
            answered += len(batch)
        return Proposed(figures=tuple(figures), unread=tuple(unread))

    def _batches(self, lines: Sequence[OpenLine]) -> Iterator[tuple[list[OpenLine], int]]:
        batch: list[OpenLine] = []
        total = 0
        for one in lines:
            tokens = self._count(_told(one))
            if batch and (len(batch) == BATCH_LINES or total + tokens > BATCH_TOKENS):
                yield batch, total
                batch, total = [], 0
            batch.append(one)
            total += tokens
        if batch:
            yield batch, total


def _told(one: OpenLine) -> str:
    """A line as JSON: whatever it says stays inside its string."""
    return json.dumps({"line": one.line, "headings": one.headings, "text": one.text}, ensure_ascii=False)


def _read(reply: str, batch: Sequence[OpenLine]) -> Iterator[ProposedFigure | Unread]:
    rows = [row.strip() for row in reply.splitlines()]
    said = [row for row in rows if row and not row.startswith("```") and row != "[]"]
    for row in said[: REPLY_LINES_PER_LINE * len(batch)]:
        try:
            yield ProposedFigure.model_validate_json(row)
        except ValidationError:
            yield Unread(line=batch[0].line, text=row[:SHOWN])
