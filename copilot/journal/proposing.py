"""Changes that wait for a person's yes: made by the agent or a program, shown exactly, applied once.

A proposal holds the whole change. It is for the person who asked (or an approver), lasts a day, and is refused when the plan
or the journal has changed under it, since then it would no longer be what was shown. An edited change is another proposal.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.journal import Confidence, Reading, TaskChange, TaskStatus
from copilot.domain.plan import Plan
from copilot.domain.ports import Clock
from copilot.domain.state_ports import JournalStore, Proposals
from copilot.domain.work import Proposal
from copilot.journal.checklist import KEEP, Checklist
from copilot.journal.metrics import metrics_of
from copilot.journal.recorder import Recorder
from copilot.journal.wording import change_summary, reading_summary

RECORD, CHANGE = "kpi.record", "task.change"
LASTS = timedelta(hours=24)
CONFIRMS = Role.member
"""What the change itself takes; whoever else confirms has to be an approver."""


@dataclass(frozen=True)
class Edited:
    """What a person changes of a proposal; None: as it was."""

    value: str | None = None
    on: date | None = None
    note: str | None = None
    source: str | None = None
    confidence: Confidence | None = None
    status: TaskStatus | None = None


class ProposalDesk:
    """Makes, shows and decides proposals."""

    def __init__(
        self,
        *,
        plan: Callable[[Principal], Plan],
        recorder: Recorder,
        checklist: Checklist,
        journal: JournalStore,
        proposals: Proposals,
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._recorder = recorder
        self._checklist = checklist
        self._journal = journal
        self._proposals = proposals
        self._clock = clock

    def propose_reading(
        self,
        by: Principal,
        name: str,
        value: str,
        *,
        language: Language,
        on: date | None = None,
        note: str | None = None,
        source: str | None = None,
        confidence: Confidence | None = None,
        document: str | None = None,
        decimal_comma: bool | None = None,
    ) -> Proposal:
        """Propose to record a metric's value. Raises UserCanFix as `Recorder.prepared`."""
        reading = self._recorder.prepared(
            by,
            name,
            value,
            on=on,
            note=note,
            source=source,
            confidence=confidence,
            document=document,
            decimal_comma=decimal_comma,
        )
        return self._stored(self._of_reading(reading, by, language))

    def propose_change(
        self,
        by: Principal,
        name: str,
        *,
        language: Language,
        status: TaskStatus | None = None,
        note: str | None = None,
        owner: str | None = None,
        due: date | None = None,
        document: str | None = None,
    ) -> Proposal:
        """Propose what a task's state, owner or due day becomes; None leaves each as it is.

        Raises:
            UserCanFix: as `Checklist.prepared`; `task_already` when nothing would change.
        """
        change = self._checklist.prepared(
            by, name, status=status, note=note, owner=owner or KEEP, due=due or KEEP, document=document
        )
        return self._stored(self._of_change(change, by, language))

    def revise(self, proposal_id: str, edited: Edited, *, by: Principal, language: Language) -> Proposal:
        """Another proposal in the place of an open one.

        Raises:
            UserCanFix: as `proposal` and the proposing of the change; `proposal_closed`; `proposal_unchanged`.
        """
        seen = self.decidable(proposal_id, by)
        told = seen.payload
        if seen.action == CHANGE:
            if edited.note is None and edited.status in (None, told["status"]):
                raise UserCanFix("proposal_unchanged", proposal=proposal_id)
            change = self._checklist.prepared(
                by,
                told["task_id"],
                status=edited.status or told["status"],
                note=edited.note or told["note"],
                owner=told["owner"],
                due=date.fromisoformat(told["due"]) if told["due"] else None,
            )
            successor = self._of_change(change, by, language)
        else:
            if edited == Edited(status=edited.status):
                raise UserCanFix("proposal_unchanged", proposal=proposal_id)
            reading = self._recorder.prepared(
                by,
                told["metric_id"],
                edited.value or told["value"],
                on=edited.on or date.fromisoformat(told["on"]),
                note=edited.note or told["note"],
                source=edited.source or told["source"],
                confidence=edited.confidence or told["confidence"],
                # The value kept from before is in our own notation.
                decimal_comma=None if edited.value else False,
            )
            successor = self._of_reading(reading, by, language)
        return self._proposals.replace(proposal_id, successor, by=by, now=self._clock.now())

    def proposals(self, by: Principal, *, every: bool = False, limit: int = 50) -> Sequence[Proposal]:
        """Newest first: those the person may decide; `every`: decided and expired ones too."""
        now = self._clock.now()
        readable = self._readable(by)
        found = self._proposals.proposals(open_at=None if every else now, limit=limit)
        return [one.at(now) for one in found if _is_theirs(one, by) and one.payload["document"] in readable]

    def proposal(self, proposal_id: str, by: Principal) -> Proposal:
        """One proposal.

        Raises:
            UserCanFix: `unknown_proposal`, also for one about a document the person may not read; `proposal_of_another`.
        """
        seen = self._proposals.proposal(proposal_id.strip())
        if seen.payload["document"] not in self._readable(by):
            raise UserCanFix("unknown_proposal", proposal=proposal_id)
        if not _is_theirs(seen, by):
            raise UserCanFix("proposal_of_another", proposal=proposal_id, role=Role.approver.name)
        return seen.at(self._clock.now())

    def decidable(self, proposal_id: str, by: Principal) -> Proposal:
        """One proposal that is open. Raises UserCanFix as `proposal`; `proposal_closed`, `not_allowed`."""
        seen = self.proposal(proposal_id, by)
        if by.role < seen.confirm_role:
            raise UserCanFix("not_allowed", role=seen.confirm_role.name)
        if seen.state != "open":
            raise UserCanFix("proposal_closed", state=seen.state)
        return seen

    def confirm(self, proposal_id: str, *, by: Principal) -> Proposal:
        """Write what the proposal says, once, under the name of who confirms it.

        Raises:
            UserCanFix: as `decidable`; `proposal_outdated` when the plan or the journal has changed under it.
        """
        seen = self.decidable(proposal_id, by)
        change = self._reading(seen, by) if seen.action == RECORD else self._change(seen, by)
        return self._proposals.decide(seen.id, by=by, accept=True, now=self._clock.now(), change=change)

    def reject(self, proposal_id: str, *, by: Principal) -> Proposal:
        """Close it; nothing is written. Raises UserCanFix as `decidable`."""
        seen = self.decidable(proposal_id, by)
        return self._proposals.decide(seen.id, by=by, accept=False, now=self._clock.now())

    def _reading(self, proposal: Proposal, by: Principal) -> Reading:
        told = {key: value for key, value in proposal.payload.items() if key != "before"}
        reading = Reading.model_validate({**told, "id": proposal.id, "by": by.id, "at": self._clock.now()})
        known = {metric.id: metric.unit for metric in metrics_of(self._plan(by))}
        held = self._recorder.on_day(reading.metric_id, reading.on)
        if known.get(reading.metric_id) != reading.unit or (held.id if held else None) != reading.supersedes:
            raise UserCanFix("proposal_outdated", proposal=proposal.id, name=reading.name)
        return reading

    def _change(self, proposal: Proposal, by: Principal) -> TaskChange:
        told = {key: value for key, value in proposal.payload.items() if key not in ("before", "follows")}
        tasks = {fact.id for fact in self._plan(by).facts if isinstance(fact, TaskFact)}
        last = self._journal.task_states().get(told["task_id"])
        now = self._clock.now()
        change = TaskChange.model_validate({**told, "id": proposal.id, "by": by.id, "at": max(now, last.at) if last else now})
        if change.task_id not in tasks or (last.id if last else None) != proposal.payload["follows"]:
            raise UserCanFix("proposal_outdated", proposal=proposal.id, name=change.name)
        return change

    def _of_reading(self, reading: Reading, by: Principal, language: Language) -> Proposal:
        before = self._recorder.on_day(reading.metric_id, reading.on)
        payload = reading.model_dump(mode="json", exclude={"id", "by", "at"})
        payload["before"] = str(before.value) if before else None
        return self._made(RECORD, payload, reading_summary(reading, before, language), by)

    def _of_change(self, change: TaskChange, by: Principal, language: Language) -> Proposal:
        last = self._journal.task_states().get(change.task_id)
        before = last or self._checklist.prepared(by, change.task_id)
        if all(getattr(before, field) == getattr(change, field) for field in ("status", "note", "owner", "due")):
            raise UserCanFix("task_already", name=change.name)
        payload = change.model_dump(mode="json", exclude={"id", "by", "at"})
        payload |= {"before": before.status, "follows": last.id if last else None}
        return self._made(CHANGE, payload, change_summary(change, before, language), by)

    def _made(self, action: str, payload: dict[str, object], summary: str, by: Principal) -> Proposal:
        now = self._clock.now()
        return Proposal(
            id=uuid.uuid4().hex[:12],
            action=action,
            payload=payload,
            summary=summary,
            requested_by=by.id,
            confirm_role=CONFIRMS,
            created_at=now,
            expires_at=now + LASTS,
        )

    def _stored(self, proposal: Proposal) -> Proposal:
        """The proposal; asked for again while it is open, the one there is."""
        for one in self._proposals.proposals(open_at=proposal.created_at):
            if (one.requested_by, one.action, one.payload) == (proposal.requested_by, proposal.action, proposal.payload):
                return one
        self._proposals.propose(proposal)
        return proposal

    def _readable(self, by: Principal) -> set[str]:
        return {record.document for record in self._plan(by).documents}


def _is_theirs(proposal: Proposal, by: Principal) -> bool:
    return by.id == proposal.requested_by or by.role >= Role.approver
