"""The part of a workspace that remembers and reports: journal, drafts, inbox, outbox, schedules, keys, on the same database.

Parts are built on first use and imported then, as in `copilot.bootstrap`.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from copilot.bootstrap import Workspace
from copilot.domain.access import Principal
from copilot.domain.answer import Language
from copilot.settings import OFFLINE

if TYPE_CHECKING:
    from copilot.access import Doorkeeper
    from copilot.domain.state_ports import Publisher
    from copilot.domain.status import StatusReport
    from copilot.evals.feedback import FeedbackDesk
    from copilot.journal.checklist import Checklist
    from copilot.journal.importing import Importer
    from copilot.journal.recorder import Recorder
    from copilot.journal.syncing import SourceDesk
    from copilot.outbox.delivery import Delivery
    from copilot.status.workflow import StatusDesk
    from copilot.status.writer import Written
    from retrieval.store.access import SqlAccessStore
    from retrieval.store.acknowledgements import SqlAcknowledgementStore
    from retrieval.store.drafts import SqlDrafts, SqlIdempotency, SqlSchedules
    from retrieval.store.journal import SqlJournalStore
    from retrieval.store.work import SqlInbox, SqlOutbox


class Office:
    """State and reports of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.clock = workspace.clock
        self.owner = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        """Names this process in leases."""

    @cached_property
    def journal(self) -> SqlJournalStore:
        """Readings and task states."""
        from retrieval.store.journal import SqlJournalStore

        return SqlJournalStore(self.workspace.database)

    @cached_property
    def recorder(self) -> Recorder:
        """Records what people say of metrics and tasks."""
        from copilot.journal.recorder import Recorder

        return Recorder(plan=self.workspace.plan, journal=self.journal, clock=self.clock)

    @cached_property
    def checklist(self) -> Checklist:
        """Shows and changes where tasks stand."""
        from copilot.journal.checklist import Checklist

        return Checklist(plan=self.workspace.plan, journal=self.journal, clock=self.clock)

    @cached_property
    def importer(self) -> Importer:
        """Takes readings out of files."""
        from copilot.journal.importing import Importer

        return Importer(plan=self.workspace.plan, journal=self.journal, clock=self.clock)

    @cached_property
    def source_desk(self) -> SourceDesk:
        """Metrics that are asked of databases."""
        from copilot.journal.syncing import SourceDesk
        from retrieval.store.foreign import ask_database, checked_query
        from retrieval.store.kpi_sources import SqlKpiSources

        return SourceDesk(
            plan=self.workspace.plan,
            journal=self.journal,
            sources=SqlKpiSources(self.workspace.database),
            ask=ask_database,
            check=checked_query,
            environment=os.environ,
            clock=self.clock,
        )

    @cached_property
    def inbox(self) -> SqlInbox:
        """Events from outside."""
        from retrieval.store.work import SqlInbox

        return SqlInbox(self.workspace.database)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """Messages on their way out."""
        from retrieval.store.work import SqlOutbox

        return SqlOutbox(self.workspace.database)

    @cached_property
    def drafts(self) -> SqlDrafts:
        """Status drafts."""
        from retrieval.store.drafts import SqlDrafts

        return SqlDrafts(self.workspace.database)

    @cached_property
    def schedules(self) -> SqlSchedules:
        """Weekly schedules."""
        from retrieval.store.drafts import SqlSchedules

        return SqlSchedules(self.workspace.database)

    @cached_property
    def idempotency(self) -> SqlIdempotency:
        """Responses of writes by their key."""
        from retrieval.store.drafts import SqlIdempotency

        return SqlIdempotency(self.workspace.database)

    @cached_property
    def access(self) -> SqlAccessStore:
        """API keys, roles of people, request counts."""
        from retrieval.store.access import SqlAccessStore

        return SqlAccessStore(self.workspace.database)

    @cached_property
    def acknowledgements(self) -> SqlAcknowledgementStore:
        """Findings of the audit that people know of."""
        from retrieval.store.acknowledgements import SqlAcknowledgementStore

        return SqlAcknowledgementStore(self.workspace.database)

    @cached_property
    def feedback(self) -> FeedbackDesk:
        """What people say of answers."""
        from copilot.evals.feedback import FeedbackDesk
        from retrieval.store.feedback import SqlFeedback

        return FeedbackDesk(SqlFeedback(self.workspace.database), self.clock)

    @cached_property
    def doorkeeper(self) -> Doorkeeper:
        """Makes and checks API keys."""
        from copilot.access import Doorkeeper

        return Doorkeeper(self.access, self.clock)

    @cached_property
    def desk(self) -> StatusDesk:
        """Composes and decides status drafts."""
        from copilot.status.workflow import StatusDesk

        return StatusDesk(
            report=self.report,
            write=self._written,
            drafts=self.drafts,
            outbox=self.outbox,
            schedules=self.schedules,
            clock=self.clock,
        )

    @cached_property
    def delivery(self) -> Delivery:
        """Delivers what is approved, once."""
        from copilot.outbox.delivery import Delivery

        return Delivery(outbox=self.outbox, drafts=self.drafts, publishers=self._publishers(), clock=self.clock, owner=self.owner)

    def report(self, reader: Principal, now: datetime, since: datetime | None) -> StatusReport:
        """The weekly report for a reader."""
        from copilot.audit import audit
        from copilot.status.report import Journal, build_report

        readable = {record.document for record in self.workspace.plans.documents(reader)}
        view = self.workspace.view(reader)
        # A task keeps its changes when its document gets another name.
        mine = {fact.id for fact in view.plan.facts if fact.kind == "task"}
        states = {key: change for key, change in self.journal.task_states().items() if key in mine or change.document in readable}
        changed = self.journal.task_changes(since=since)
        journal = Journal(
            readings=view.readings(),
            task_states=states,
            task_changes=[change for change in changed if change.task_id in mine or change.document in readable],
            events=self.workspace.plans.events(reader, since=since) if since is not None else (),
        )
        known = self.acknowledgements.acknowledged()
        found = audit(view.plan, [view.parsed(record.document) for record in view.plan.documents])
        findings = [finding for finding in found if finding.id not in known]
        return build_report(
            view.plan, journal, today=now.date(), since=since, findings=findings, rules=self.workspace.health_rules
        )

    def _written(self, report: StatusReport, language: Language) -> Written:
        from copilot.llm.asking import asking
        from copilot.status.writer import write

        view = self.workspace.view(Principal(id="audience"))

        known = self.workspace.settings
        if known.model == OFFLINE:
            return write(report, language, around=view.around)
        model = self.workspace.chat_model(known.model)
        return write(report, language, around=view.around, ask=asking(model), model=known.model)

    def _publishers(self) -> dict[str, Publisher]:
        from integrations.outbound.files import FilePublisher

        found: dict[str, Publisher] = {"file": FilePublisher(self.workspace.settings.home)}
        known = self.workspace.settings
        if known.slack_bot_token is not None:
            from integrations.outbound.slack import SlackPublisher

            found["slack"] = SlackPublisher(
                token=known.slack_bot_token.get_secret_value(), clock=self.clock, base_url=known.slack_api_url
            )
        return found
