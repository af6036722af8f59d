"""Work in a process of its own, with what it took: seconds of processor and of clock, and memory."""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Spent:
    """What something took."""

    cpu_s: float
    wall_s: float


class Watch:
    """Processor time of this process, all threads, and clock time, since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = _cpu(), time.perf_counter()

    def spent(self) -> Spent:
        """Since the start."""
        return Spent(cpu_s=_cpu() - self._cpu, wall_s=time.perf_counter() - self._wall)


def memory_now_mb() -> float:
    """Resident memory of this process; its peak where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return memory_peak_mb()


def memory_peak_mb() -> float:
    """Highest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def _cpu() -> float:
    return time.process_time()
