"""Keys a folder states for every document in it and below, in a file `.rumbo.yaml`: who may read it, when its plan starts.

For files that can have no front matter of their own. What cannot be read here opens no document: it fails instead.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import yaml

from copilot.domain.errors import UserCanFix

NAME: Final = ".rumbo.yaml"
KNOWN: Final = ("access", "start")
_MOST_BYTES: Final = 10_000


class FolderKeys:
    """Looks each folder up once."""

    def __init__(self) -> None:
        self._stated: dict[Path, dict[str, str]] = {}

    def of(self, path: Path) -> dict[str, str]:
        """What the folders above a file state, the nearest one first; of a link's own place before its target's.

        Raises:
            UserCanFix: `folder_keys_unreadable`, with `file`.
        """
        return {**self._above(path.resolve().parent), **self._above(path.absolute().parent)}

    def _above(self, folder: Path) -> dict[str, str]:
        if folder not in self._stated:
            above = {} if folder.parent == folder else self._above(folder.parent)
            self._stated[folder] = {**above, **_read(folder / NAME)}
        return self._stated[folder]


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as handle:
            content = handle.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _unreadable(path) from error
    try:
        # BaseLoader keeps every scalar as written.
        stated = yaml.load(content.decode("utf-8"), Loader=yaml.BaseLoader) if len(content) <= _MOST_BYTES else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(path) from error
    if not isinstance(stated, dict) or not all(key in KNOWN and isinstance(value, str) for key, value in stated.items()):
        # A key misspelt would leave open what was meant to be closed.
        raise _unreadable(path)
    keys = {str(key): value.strip() for key, value in stated.items() if value.strip()}
    if "start" in keys:
        try:
            date.fromisoformat(keys["start"])
        except ValueError as error:
            raise _unreadable(path) from error
    return keys


def _unreadable(path: Path) -> UserCanFix:
    return UserCanFix("folder_keys_unreadable", file=str(path))
