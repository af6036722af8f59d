"""Shows and changes where tasks stand: state, owner, due day, note. The person's own direct command, under their name.

Every change is kept whole beside the ones before it. Knows the plan through a function and the journal through its port.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import get_args

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.journal import TaskChange, TaskStatus
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.state_ports import JournalStore
from copilot.journal.naming import find_named
from copilot.journal.writer import check_writer
from tools.calc.checklist import Standing, standings

MAX_OWNER = 100
STATUSES: tuple[TaskStatus, ...] = get_args(TaskStatus)


class Keep(Enum):
    """What is not to be changed; None takes a value away."""

    keep = "keep"


KEEP = Keep.keep


class Checklist:
    """The one door for states of tasks."""

    def __init__(self, *, plan: Callable[[Principal], Plan], journal: JournalStore, clock: Clock) -> None:
        self._plan = plan
        self._journal = journal
        self._clock = clock

    def standings(self, by: Principal) -> list[Standing]:
        """Every task the person may read, in the plan's order."""
        return standings(self._plan(by), self._journal.task_states())

    def standing(self, by: Principal, name: str, *, document: str | None = None) -> Standing:
        """Where the task a name or id means stands. Raises as `task`."""
        wanted = self.task(by, name, document=document)
        return next(one for one in self.standings(by) if one.task.id == wanted.id)

    def history(self, by: Principal, name: str, *, document: str | None = None) -> Sequence[TaskChange]:
        """All changes of a task, in the order they were recorded. Raises as `task`."""
        return self._journal.task_changes(task_id=self.task(by, name, document=document).id)

    def change(
        self,
        by: Principal,
        name: str,
        *,
        status: TaskStatus | None = None,
        note: str | None = None,
        owner: str | None | Keep = KEEP,
        due: date | None | Keep = KEEP,
        document: str | None = None,
    ) -> TaskChange:
        """Change some of a task's state; the rest stays as it is. Raises as `prepared`."""
        change = self.prepared(by, name, status=status, note=note, owner=owner, due=due, document=document)
        self._journal.change_task(change)
        return change

    def prepared(
        self,
        by: Principal,
        name: str,
        *,
        status: TaskStatus | None = None,
        note: str | None = None,
        owner: str | None | Keep = KEEP,
        due: date | None | Keep = KEEP,
        document: str | None = None,
    ) -> TaskChange:
        """The change as it would be kept, not kept yet.

        Args:
            by: whose change it is.
            name: the task's text or id; near matches are offered.
            status: None leaves it.
            note: None leaves it with the state it was given with; a new state without a note has none.
            owner: None: nobody.
            due: None: the time the document gives it.
            document: decides between tasks of one name.

        Raises:
            UserCanFix: `not_allowed`, `unknown_task`, `ambiguous_task`, `unknown_task_status`, `note_too_long`, `bad_owner`.
        """
        check_writer(by, note)
        if status is not None and status not in STATUSES:
            raise UserCanFix("unknown_task_status", status=status, known=list(STATUSES))
        assigned = owner if isinstance(owner, Keep) else _owner(owner)
        task = self.task(by, name, document=document)
        now = self._clock.now()
        before = self._journal.task_states().get(task.id) or _of_box(task, by.id, now)
        new = status or before.status
        return TaskChange(
            id=uuid.uuid4().hex,
            task_id=task.id,
            name=task.text,
            document=task.document,
            status=new,
            note=note if note is not None or new != before.status else before.note,
            owner=before.owner if isinstance(assigned, Keep) else assigned,
            due=before.due if isinstance(due, Keep) else due,
            by=by.id,
            # A clock that runs behind another one must not let this change lose against an older one.
            at=max(now, before.at),
        )

    def task(self, by: Principal, name: str, *, document: str | None = None) -> TaskFact:
        """The task a name or id means. Raises UserCanFix(`unknown_task`, `ambiguous_task`)."""
        tasks = [fact for fact in self._plan(by).facts if isinstance(fact, TaskFact) and document in (None, fact.document)]
        found, near = find_named(name, tasks, lambda task: task.text, lambda task: task.id)
        if len(found) > 1:
            raise UserCanFix("ambiguous_task", name=name, known=[f"{task.id} {task.citation().label}" for task in found])
        if not found:
            raise UserCanFix("unknown_task", name=name, near=near)
        return found[0]


def _owner(text: str | None) -> str | None:
    if text is None:
        return None
    name = " ".join(text.split())
    if not name or len(name) > MAX_OWNER or not name.isprintable():
        raise UserCanFix("bad_owner", owner=text[:MAX_OWNER], limit=MAX_OWNER)
    return name


def _of_box(task: TaskFact, by: str, now: datetime) -> TaskChange:
    """What holds while nobody has said anything."""
    return TaskChange(
        id="", task_id=task.id, name=task.text, document=task.document, status="done" if task.done else "open", by=by, at=now
    )
