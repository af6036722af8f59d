"""The converting process: bytes of a file on standard input, its Markdown as JSON on standard output.

Started by `convert` for one file and gone after it, so that a file that breaks its reader breaks nothing else.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict

from copilot.domain.errors import UserCanFix
from retrieval.ingest.formats.limits import restrict

READERS = {
    ".docx": "retrieval.ingest.formats.word",
    ".xlsx": "retrieval.ingest.formats.sheets",
    ".pdf": "retrieval.ingest.formats.pdf",
    ".html": "retrieval.ingest.formats.web",
    ".htm": "retrieval.ingest.formats.web",
    ".csv": "retrieval.ingest.formats.separated",
}
LIBRARIES = {"docx": "python-docx", "openpyxl": "openpyxl", "pypdfium2": "pypdfium2", "lxml": "lxml"}
TOO_MUCH = 3
"""Exit status of a process that ran out of memory."""
_DEPTH = 20_000


def main(suffix: str, path: str) -> None:
    """Convert what comes in."""
    try:
        told = _converted(suffix, path)
    except UserCanFix as error:
        told = json.dumps({"code": error.code, "params": error.params})
    except MemoryError:
        sys.exit(TOO_MUCH)
    sys.stdout.buffer.write(told.encode("utf-8", "replace"))


def _converted(suffix: str, path: str) -> str:
    try:
        reader = importlib.import_module(READERS[suffix])
    except ModuleNotFoundError as error:
        library = LIBRARIES.get((error.name or "").partition(".")[0])
        if library is None:
            raise
        raise UserCanFix("format_not_installed", path=path, reason=library) from error
    # Nested lists and tables are read by recursion.
    sys.setrecursionlimit(_DEPTH)
    restrict()
    return json.dumps(asdict(reader.read(sys.stdin.buffer.read(), path)))
