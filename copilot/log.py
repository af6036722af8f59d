"""Log lines with a fixed event name and fields, each carrying the id of the question it belongs to.

Owns the form of a line and the local trace file. Must not know who logs; nothing here is configured at import.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

_question: ContextVar[str | None] = ContextVar("question", default=None)
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@contextmanager
def question_scope(question_id: str) -> Iterator[None]:
    """Every line logged inside carries this id, in threads started from here too."""
    token = _question.set(question_id)
    try:
        yield
    finally:
        _question.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, question, then the fields given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        if (question := _question.get()) is not None:
            line["question"] = question
        line.update({key: value for key, value in vars(record).items() if key not in _PLAIN})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str, stream: IO[str]) -> None:
    """Send our loggers' lines to a stream; loggers of libraries keep their own set-up.

    Args:
        level: name of the lowest level written, e.g. `WARNING`.
        stream: where lines go, usually standard error.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for room in ("copilot", "retrieval", "tools", "prompts", "integrations"):
        logger = logging.getLogger(room)
        logger.handlers = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False


class Trace:
    """A local file with full model turns, off unless a path is set: the only place prompts and drafts are written to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: str, **fields: object) -> None:
        """Append one JSON line."""
        line = {"time": datetime.now(UTC).isoformat(), "event": event, "question": _question.get(), **fields}
        with open(self._path, "a", encoding="utf-8", opener=_for_owner) as out:
            out.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def _for_owner(path: str, flags: int) -> int:
    """Whole conversations are written there: a file that is made now is nobody else's to read."""
    return os.open(path, flags, 0o600)
