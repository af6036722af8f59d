"""Files that are no text to text: starts a process for each, waits, and says what went wrong in it. Knows no format."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import PurePath

from copilot.domain.errors import UserCanFix
from copilot.domain.source import Place
from retrieval.ingest.formats.child import READERS, TOO_MUCH
from retrieval.ingest.formats.limits import MEMORY, SECONDS

SUFFIXES = tuple(READERS)
TEXT_SUFFIXES = (".csv", ".html", ".htm")
"""Formats that are text with an encoding, which has to be mended before they are read."""

_START = "import sys; sys.path[:] = sys.argv[3:]; from retrieval.ingest.formats.child import main; main(*sys.argv[1:3])"
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP")
_MB = 1024 * 1024


@dataclass(frozen=True)
class Conversion:
    """The Markdown text of a file."""

    text: str
    places: tuple[Place, ...]
    lost: tuple[tuple[int, str, str], ...]
    """Line, what, code of the reason."""


def suffix_of(path: str) -> str | None:
    """The format of a file by its ending; None for text."""
    suffix = PurePath(path).suffix.lower()
    return suffix if suffix in READERS else None


def is_text(path: str) -> bool:
    """True for files whose bytes are text in some encoding."""
    suffix = suffix_of(path)
    return suffix is None or suffix in TEXT_SUFFIXES


def convert(content: bytes, suffix: str, path: str, *, seconds: float = SECONDS) -> Conversion:
    """The file's text; `content` of a CSV or HTML file is UTF-8 by now.

    Raises:
        UserCanFix: `format_not_installed`, `file_broken`, `file_encrypted`, `file_expands_too_far`, `file_too_complex` or
            `pdf_without_text`, each with `path`.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START, suffix, path, *sys.path],
            input=content,
            capture_output=True,
            timeout=seconds,
            env=reader_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_complex(path) from error
    if done.returncode:
        raise _failed(done.returncode, done.stderr, path)
    told = json.loads(done.stdout)
    if "code" in told:
        code = told["code"]
        raise UserCanFix(code, **told["params"])
    places = tuple(Place(lines=(first, last), name=name, number=number) for first, last, name, number in told["places"])
    return Conversion(told["text"], places, tuple((line, text, reason) for line, text, reason in told["lost"]))


def reader_environment() -> dict[str, str]:
    """What a process that reads a file is given of ours."""
    # No key or setting of ours is any business of a process that reads a stranger's file.
    return {"OPENBLAS_NUM_THREADS": "1", **{name: os.environ[name] for name in _KEPT if name in os.environ}}


def _failed(status: int, errors: bytes, path: str) -> UserCanFix:
    told = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
    stopped = {-getattr(signal, name) for name in ("SIGKILL", "SIGXCPU", "SIGABRT", "SIGTRAP") if hasattr(signal, name)}
    if status == TOO_MUCH or status in stopped or "MemoryError" in told:
        return _too_complex(path)
    return UserCanFix("file_broken", path=path, reason=told.partition(":")[0].rpartition(".")[2] or f"status {status}")


def _too_complex(path: str) -> UserCanFix:
    return UserCanFix("file_too_complex", path=path, seconds=SECONDS, megabytes=MEMORY // _MB)
