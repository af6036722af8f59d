"""A status update from its slot to the outbox: composed once a key, decided by a person, handed on.

Every replica may call every function: the key lets one in, a compare-and-swap lets one decide.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.domain.ports import Clock
from copilot.domain.schedule import IsoWeek, Schedule
from copilot.domain.source import Citation
from copilot.domain.state_ports import Drafts, Outbox, Schedules
from copilot.domain.status import COMPUTED, JOURNAL, StatusReport
from copilot.domain.work import Draft, DraftState, OutboxMessage, check_destination
from copilot.status import wording
from copilot.status.writer import Written

log = logging.getLogger(__name__)

KIND = "weekly"
APPROVAL_DAYS = 7
"""An undecided draft expires: the next one tells its news."""
MAX_TEXT = 20_000
OPEN: tuple[DraftState, ...] = ("due", "drafted", "awaiting_approval")
TOLD: tuple[DraftState, ...] = ("awaiting_approval", "approved", "sending", "sent", "needs_operator")

Report = Callable[[Principal, datetime, datetime | None], StatusReport]
"""The report for a reader: now, and when the last one was made."""
Write = Callable[[StatusReport, Language], Written]


class StatusDesk:
    """Composes, shows and decides drafts."""

    def __init__(
        self,
        *,
        report: Report,
        write: Write,
        drafts: Drafts,
        outbox: Outbox,
        schedules: Schedules,
        clock: Clock,
        plan: str = "plan",
    ) -> None:
        """`plan` names the workspace's plan in keys."""
        self._report = report
        self._write = write
        self._drafts = drafts
        self._outbox = outbox
        self._schedules = schedules
        self._clock = clock
        self._plan = plan

    def compose(
        self, *, by: Principal, audience: str, language: Language, destination: str, review: str | None = None, again: bool = True
    ) -> Draft:
        """This week's draft for an audience: the one there is, or a new one.

        Args:
            by: who asked; the text holds only what every member of the audience may read.
            audience: a name; one draft a week and audience.
            language: of the text.
            destination: where it goes once approved.
            review: where it is shown for approval; None: only in lists.
            again: make another one when the week's draft was rejected or has expired.
        """
        now = self._clock.now()
        base = f"{self._plan}:{IsoWeek.of(now.date())}:{KIND}:{audience}"
        key, number = base, 1
        while (known := self._drafts.draft_by_key(key)) is not None:
            if known.state not in ("rejected", "expired") or not again:
                return known
            number += 1
            key = f"{base}:{number}"
        return self._compose(key, by=by, audience=audience, language=language, destination=destination, review=review, now=now)

    def compose_slot(self, schedule: Schedule) -> Draft | None:
        """The draft of the schedule's latest slot; None when that one is made already, or no slot has come yet."""
        now = self._clock.now()
        slot = schedule.latest_slot(now)
        if slot is None:
            return None
        key = f"{self._plan}:{slot.week}:{KIND}:{schedule.audience}"
        if self._drafts.draft_by_key(key) is not None:
            return None
        by = Principal(id=schedule.created_by, role=Role.viewer)
        language: Language = schedule.language  # type: ignore[assignment]  # checked when the schedule was made
        return self._compose(
            key,
            by=by,
            audience=schedule.audience,
            language=language,
            destination=schedule.destination,
            review=schedule.review,
            now=now,
        )

    def tick(self) -> list[Draft]:
        """What is due now: drafts of slots that have come, expiry of old ones. Safe to call from every process, at any time."""
        self._expire()
        made = (self.compose_slot(schedule) for schedule in self._schedules.schedules())
        return [draft for draft in made if draft is not None]

    def approve(self, draft_id: str, *, version: int, by: Principal) -> Draft:
        """Say yes to a version: it goes out once. Raises UserCanFix(`not_allowed`, `draft_moved_on`, `unknown_draft`)."""
        _check_role(by)
        draft = self._drafts.draft(draft_id)
        check_destination(draft.destination, anywhere=True)
        message = OutboxMessage(
            key=draft.key,
            draft_id=draft.id,
            draft_version=version,
            language=draft.language,
            destination=draft.destination,
            text=draft.text,
        )
        return self._drafts.move_draft(
            draft_id, version=version, to="approved", at=self._clock.now(), message=message, decided_by=by.id
        )

    def reject(self, draft_id: str, *, version: int, by: Principal, reason: str | None = None) -> Draft:
        """Say no to a version; nothing goes out."""
        _check_role(by)
        return self._drafts.move_draft(
            draft_id, version=version, to="rejected", at=self._clock.now(), decided_by=by.id, reason=reason
        )

    def edit(self, draft_id: str, *, version: int, by: Principal, text: str) -> Draft:
        """Replace the text; the new version needs an approval of its own, and is marked as this person's words."""
        _check_role(by)
        if not text.strip() or len(text) > MAX_TEXT:
            raise UserCanFix("draft_text_unfit", limit=MAX_TEXT)
        draft = self._drafts.draft(draft_id)
        return self._drafts.move_draft(
            draft_id, version=version, to=draft.state, at=self._clock.now(), text=text.strip() + "\n", edited_by=by.id
        )

    def _compose(
        self, key: str, *, by: Principal, audience: str, language: Language, destination: str, review: str | None, now: datetime
    ) -> Draft:
        reader = Principal(id=f"audience:{audience}", role=Role.viewer)
        report = self._report(reader, now, self._last_told(audience))
        written = self._write(report, language)
        draft = Draft(
            id=uuid.uuid4().hex[:12],
            key=key,
            kind=KIND,
            week=report.week,
            audience=audience,
            language=language,
            destination=destination,
            state="awaiting_approval",
            text=_as_posted(report, written, language),
            sentences=tuple(claim.model_dump(mode="json") for claim in written.grounded.claims),
            report=report.model_dump(mode="json"),
            gaps=written.grounded.gaps,
            created_by=by.id,
            created_at=now,
        )
        if not self._drafts.add_draft(draft):  # another process was faster
            return self._drafts.draft_by_key(key) or draft
        log.info("draft_made", extra={"draft": draft.id, "key": key, "model": written.by})
        if review is not None:
            self._show(draft, review, now)
        return draft

    def _show(self, draft: Draft, review: str, now: datetime) -> None:
        message = OutboxMessage(
            key=f"{draft.key}:review",
            draft_id=draft.id,
            draft_version=draft.version,
            kind="review",
            language=draft.language,
            destination=review,
            text=draft.text,
        )
        self._outbox.enqueue(message, at=now)

    def _last_told(self, audience: str) -> datetime | None:
        told = (draft for draft in self._drafts.drafts(states=TOLD, limit=200) if draft.audience == audience)
        return next((draft.created_at for draft in told), None)

    def _expire(self) -> None:
        now = self._clock.now()
        for draft in self._drafts.drafts(states=OPEN, limit=200):
            if draft.created_at < now - timedelta(days=APPROVAL_DAYS):
                try:
                    self._drafts.move_draft(draft.id, version=draft.version, to="expired", at=now)
                except UserCanFix:  # decided in this moment
                    log.info("draft_moved_elsewhere", extra={"draft": draft.id})


def _check_role(by: Principal) -> None:
    if by.role < Role.approver:
        raise UserCanFix("not_allowed", role=Role.approver.name)


def _as_posted(report: StatusReport, written: Written, language: Language) -> str:
    """Title, text, and the numbered sources."""
    lines = [f"### {wording.title(report, language)}", "", written.grounded.text.strip()]
    sources = [f"[{citation.n}] {_source(citation)}" for citation in written.grounded.citations]
    if sources:
        lines += ["", f"{wording.words(language).sources}: " + " · ".join(sources)]
    return "\n".join(lines) + "\n"


def _source(citation: Citation) -> str:
    """`file.md:12`, or what was said beside the plan, in its own words."""
    beside = citation.document.startswith((JOURNAL, COMPUTED))
    return citation.quote if beside else citation.label
