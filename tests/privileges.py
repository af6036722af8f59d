"""Makes permissions count for a child process even where the tests run as root, who passes every one."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

PR_CAPBSET_DROP = 24


def run_unprivileged(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python code in a child that permissions apply to."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        preexec_fn=_drop_override if os.geteuid() == 0 else None,
    )


def _drop_override() -> None:
    # Linux capabilities 1 and 2 (DAC override, DAC read and search) are what lets root pass over permissions.
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "capabilities cannot be dropped here")
