"""The worker's loop: drafts what is due, delivers what is approved. Any number may run; leases and keys keep them apart."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from copilot.domain.errors import RumboError
from copilot.office import Office

log = logging.getLogger(__name__)

IDLE_S = 5.0
MOST_IN_A_ROW = 100
"""Messages delivered before the schedules are looked at again."""


class Worker:
    """One worker of this process."""

    def __init__(self, office: Office, *, idle_s: float = IDLE_S) -> None:
        self._office = office
        self._idle_s = idle_s
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stop.is_set():
            self.once()
            self._stop.wait(self._idle_s)

    def once(self) -> int:
        """One round; the number of messages seen through. A failure is logged, and the next round tries again."""
        done = 0
        try:
            self._office.desk.tick()
            self._office.delivery.settle()
            while done < MOST_IN_A_ROW and not self._stop.is_set() and self._office.delivery.deliver_next() is not None:
                done += 1
        except RumboError as failure:
            log.warning("worker_round_failed", extra={"code": failure.code})
        except Exception:  # the edge of the loop: one bad round must not end the weekly updates
            log.exception("worker_round_broke")
        return done

    def stop(self) -> None:
        """End after the message at hand."""
        self._stop.set()


@asynccontextmanager
async def beside(worker: Worker) -> AsyncIterator[None]:
    """Run a worker in a thread for as long as a server lives."""
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
