"""Files on disk to bytes: what is read, what is refused and why. Knows nothing of encodings beyond telling text from binary."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.errors import UserCanFix
from copilot.domain.source import SourceFile
from retrieval.ingest.formats import convert

SUFFIXES = (".md", ".markdown", ".txt", *convert.SUFFIXES)
MAX_BYTES = 50 * 1024 * 1024
MAX_TEXT = 5_000_000
"""Of text, as it is or converted: some 2,500 pages. Other files have pictures in them."""

_SAMPLE = 1024 * 1024
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"SQLite format 3\x00",
    b"MZ\x90\x00",
    b"\xca\xfe\xba\xbe",
)
_TEXT_CONTROLS = bytes((0x00, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B))
_CONTROLS = bytes(code for code in range(0x20) if code not in _TEXT_CONTROLS)
_MAX_CONTROL_SHARE = 0.02
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Found:
    """What lies under the given paths."""

    files: tuple[tuple[Path, str], ...]
    """Path and document name, by name."""
    failures: tuple[UserCanFix, ...]
    """Paths that do not exist or cannot be entered."""


def read(path: Path, name: str) -> SourceFile:
    """The file's bytes.

    Raises:
        UserCanFix: `file_not_found`, `file_is_folder`, `file_unreadable`, `file_too_large`, `file_empty` or `file_binary`, each
            with `path`.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UserCanFix("file_is_folder", path=str(path))
        limit = limit_of(name)
        if size > limit:
            raise UserCanFix("file_too_large", path=str(path), size=size, limit=limit)
        with path.open("rb") as handle:
            content = handle.read(limit + 1)
    except FileNotFoundError as err:
        raise UserCanFix("file_not_found", path=str(path)) from err
    except (OSError, ValueError) as err:
        raise UserCanFix("file_unreadable", path=str(path), reason=_reason(err)) from err
    return check(path, name, content)


def check(path: Path, name: str, content: bytes) -> SourceFile:
    """The same checks for bytes that are already here. Raises UserCanFix as `read` does."""
    if len(content) > limit_of(name):
        raise UserCanFix("file_too_large", path=str(path), size=len(content), limit=limit_of(name))
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UserCanFix("file_empty", path=str(path))
    # An office file is opened by its reader, which knows better what is wrong with it.
    if convert.is_text(name) and is_binary(content):
        raise UserCanFix("file_binary", path=str(path))
    return SourceFile(path=name, content=content, sha256=hashlib.sha256(content).hexdigest())


def limit_of(name: str) -> int:
    """Bytes a file of this name may have. A page's markup is several times its text."""
    if not convert.is_text(name):
        return MAX_BYTES
    return MAX_TEXT if convert.suffix_of(name) is None else 3 * MAX_TEXT


def is_binary(content: bytes) -> bool:
    """True for bytes that are no text in any encoding; UTF-16 and stray NULs are text."""
    if content.startswith(_MAGIC):
        return True
    if content.startswith(_UTF16_MARKS):
        return False
    sample = content[:_SAMPLE]
    # A curly quote of UTF-16 text spliced into a file shows as a control character; random bytes have many more.
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return max(controls, sample.count(b"\x00\x00")) > _MAX_CONTROL_SHARE * len(sample)


def discover(paths: Sequence[Path]) -> Found:
    """Readable documents under files and folders, each once, named relative to the folder they were found in.

    A file that is named itself is taken whatever its suffix. Hidden files and folders below a named folder are left out.
    """
    files: dict[str, Path] = {}
    seen: set[Path] = set()
    failures: list[UserCanFix] = []
    for root in paths:
        for path, name in _under(root, failures):
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            files[_free(name, root, files)] = path
    return Found(tuple((path, name) for name, path in sorted(files.items())), tuple(failures))


def _under(root: Path, failures: list[UserCanFix]) -> Iterator[tuple[Path, str]]:
    if not _exists(root):
        failures.append(UserCanFix("file_not_found", path=str(root)))
    elif not root.is_dir():
        yield root, root.name
    else:

        def failed(err: OSError) -> None:
            failures.append(UserCanFix("folder_unreadable", path=str(err.filename or root), reason=_reason(err)))

        for folder, folders, names in os.walk(root, onerror=failed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                    yield path, path.relative_to(root).as_posix()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _free(name: str, root: Path, taken: dict[str, Path]) -> str:
    """The name, set apart by its folder where two folders hold the same one."""
    if name in taken:
        folder = (root if root.is_dir() else root.parent).resolve().name
        name = f"{folder}/{name}"
    number, candidate = 2, name
    while candidate in taken:
        candidate = f"{name}~{number}"
        number += 1
    return candidate


def _reason(err: OSError | ValueError) -> str:
    return (err.strerror or type(err).__name__) if isinstance(err, OSError) else str(err)
