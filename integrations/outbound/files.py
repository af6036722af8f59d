"""Appends messages to a Markdown file; each carries its key in a comment, so that a second delivery is recognised."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from copilot.domain.delivery import NotDelivered
from copilot.domain.work import OutboxMessage

LOCK_WAIT_S = 10.0


class FilePublisher:
    """Publisher for `file:PATH`; relative paths are below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def publish(self, message: OutboxMessage) -> str:
        """Append the message; the file is replaced whole, so that a reader or a crash never sees half of it."""
        path = self._path(message)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", timeout=LOCK_WAIT_S):
                before = path.read_text(encoding="utf-8") if path.exists() else ""
                if _mark(message) not in before:
                    _replace(path, f"{before}{_mark(message)}\n{message.text.rstrip()}\n\n")
        except (OSError, UnicodeDecodeError) as err:
            raise NotDelivered(f"file_not_writable: {err}", final=True) from err
        except Timeout as err:
            raise NotDelivered("file_locked") from err
        return str(path)

    def find(self, message: OutboxMessage) -> str | None:
        """The path, when the message is in the file."""
        path = self._path(message)
        try:
            return str(path) if path.exists() and _mark(message) in path.read_text(encoding="utf-8") else None
        except (OSError, UnicodeDecodeError) as err:
            raise NotDelivered(f"file_not_readable: {err}", final=True) from err

    def _path(self, message: OutboxMessage) -> Path:
        return self._folder / message.destination.removeprefix("file:")


def _mark(message: OutboxMessage) -> str:
    # Two hyphens in a row would end the comment.
    return f"<!-- rumbo {message.key.replace('--', '-')} -->"


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
