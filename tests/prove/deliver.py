"""A worker process that delivers until it is killed: `python -m tests.prove.deliver DATABASE_URL SLACK_URL LEASE_S`."""

from __future__ import annotations

import os
import sys
import time

from copilot.bootstrap import SystemClock
from copilot.outbox.delivery import Delivery
from integrations.outbound.slack import SlackPublisher
from retrieval.store.database import open_database
from retrieval.store.drafts import SqlDrafts
from retrieval.store.work import SqlOutbox

TIMEOUT_S = 1


def main(database_url: str, slack_url: str, lease_s: float) -> None:
    """Deliver for ever."""
    database, clock = open_database(database_url), SystemClock()
    delivery = Delivery(
        outbox=SqlOutbox(database),
        drafts=SqlDrafts(database),
        publishers={"slack": SlackPublisher(token="xoxb-dev", base_url=slack_url, clock=clock, timeout_s=TIMEOUT_S)},
        clock=clock,
        owner=f"{os.getpid()}",
        lease_s=lease_s,
    )
    while True:
        delivery.settle()
        if delivery.deliver_next() is None:
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
