"""What a converting process may use and touch: memory, time, no network, no other program. Set once the code is loaded."""

from __future__ import annotations

import importlib
import sys
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 60
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "ctypes.dlopen")


class Forbidden(OSError):
    """A file being read wanted to reach out of its process."""


def restrict() -> None:
    """Bind this process; where the system knows no such limits, the parent's clock still holds."""
    sys.addaudithook(_inside)
    if sys.platform == "win32":
        return
    resource = importlib.import_module("resource")
    for name, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CPU", SECONDS), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        _limit(resource, name, most)


def _limit(resource: Any, name: str, most: int) -> None:
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    within = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (within, within))
    except (OSError, ValueError):
        # Some systems know the limit and do not set it; the others still hold.
        return


def _inside(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise Forbidden(f"{event} is not allowed while a file is read")
