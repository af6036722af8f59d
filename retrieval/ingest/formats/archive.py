"""Office files are archives: what is looked at before one is opened. Knows nothing of what the parts mean."""

from __future__ import annotations

import zipfile
from io import BytesIO

from copilot.domain.errors import UserCanFix

MOST_BYTES = 300 * 1024 * 1024
MOST_PARTS = 20_000
MOST_RATIO = 200
_SMALL = 8 * 1024 * 1024
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def checked(content: bytes, path: str, part: str) -> zipfile.ZipFile:
    """The archive, when it holds `part` and opens to a sensible size.

    Raises:
        UserCanFix: `file_encrypted`, `file_broken` or `file_expands_too_far`, each with `path`.
    """
    if content.startswith(_COMPOUND) and _ENCRYPTED in content:
        raise UserCanFix("file_encrypted", path=path)
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UserCanFix("file_broken", path=path, reason=type(error).__name__) from error
    parts = archive.infolist()
    if any(one.flag_bits & 0x1 for one in parts):
        raise UserCanFix("file_encrypted", path=path)
    if not any(one.filename.lower().endswith(part) for one in parts):
        raise UserCanFix("file_broken", path=path, reason=part)
    # Reading never goes beyond the declared size, so a size that lies is an error and no bomb.
    size = sum(one.file_size for one in parts)
    if len(parts) > MOST_PARTS or size > MOST_BYTES or (size > _SMALL and size > MOST_RATIO * len(content)):
        raise UserCanFix("file_expands_too_far", path=path, size=size, limit=MOST_BYTES)
    return archive
