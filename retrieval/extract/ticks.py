"""Ticks that were set or taken away in a file between two of its versions, as changes of their tasks. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from copilot.domain.fact import Fact, TaskFact
from copilot.domain.journal import BY_DOCUMENT, TaskChange, TaskStatus


def ticked(
    before: Sequence[Fact], after: Sequence[Fact], states: Mapping[str, TaskChange], *, at: datetime
) -> tuple[TaskChange, ...]:
    """A change for every box that is another than in the version before, unless it says what is known already.

    Args:
        before: facts of the version that is replaced.
        after: facts of the new version, with the ids they had.
        states: newest change of a task by its id.
        at: when the file was written.
    """
    old = {fact.id: fact for fact in before if isinstance(fact, TaskFact)}
    found = []
    for task in after:
        if not isinstance(task, TaskFact) or task.done is None or task.id not in old:
            continue
        if task.done is bool(old[task.id].done):
            continue
        state = states.get(task.id)
        was_done = bool(old[task.id].done) if state is None else state.status == "done"
        if was_done is not task.done:
            found.append(_change(task, state, at))
    return tuple(found)


def _change(task: TaskFact, state: TaskChange | None, at: datetime) -> TaskChange:
    status: TaskStatus = "done" if task.done else "open"
    return TaskChange(
        id=uuid.uuid4().hex,
        task_id=task.id,
        name=task.text,
        document=task.document,
        status=status,
        owner=None if state is None else state.owner,
        due=None if state is None else state.due,
        by=BY_DOCUMENT,
        at=at,
    )
