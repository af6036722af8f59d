"""The worker's loop: drafts what is due, delivers what is approved. Any number may run; leases and keys keep them apart."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from copilot.domain.errors import RumboError
from copilot.domain.work import OutboxMessage
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
        self._try("draft", self._office.desk.tick)
        delivered: list[OutboxMessage] = []
        # What is approved goes out even while nothing new can be drafted.
        self._try("deliver", lambda: self._deliver(delivered))
        return len(delivered)

    def _deliver(self, delivered: list[OutboxMessage]) -> None:
        delivery = self._office.delivery
        delivery.settle()
        while len(delivered) < MOST_IN_A_ROW and not self._stop.is_set() and (message := delivery.deliver_next()) is not None:
            delivered.append(message)

    def _try(self, step: str, work: Callable[[], object]) -> None:
        try:
            work()
        except RumboError as failure:
            log.warning("worker_step_failed", extra={"step": step, "code": failure.code})
        except Exception:  # the edge of the loop: one bad round must not end the weekly updates
            log.exception("worker_step_broke", extra={"step": step})

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
