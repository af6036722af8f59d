"""Proposals of one turn of the agent, in the name of the person who asks and in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from copilot.domain.access import Principal
from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.domain.journal import Confidence, TaskStatus
from copilot.domain.work import Proposal
from copilot.journal.proposing import ProposalDesk

LONE_COMMA = re.compile(r"^\D*\d{1,3},\d{3}(?!\d)")


@dataclass
class TurnProposer:
    """Makes proposals for the person of one turn of the agent, in their language."""

    desk: ProposalDesk
    by: Principal
    language: Language
    today: date
    made: list[Proposal] = field(default_factory=list)
    refused: list[UserCanFix] = field(default_factory=list)

    def reading(
        self,
        name: str,
        value: str,
        *,
        day: str | None,
        note: str | None,
        source: str | None,
        confidence: Confidence | None,
        document: str | None,
    ) -> Proposal:
        """Propose a metric's value. Raises UserCanFix as `ProposalDesk.propose_reading`; `bad_date`."""
        return self.desk.propose_reading(
            self.by,
            name,
            value,
            language=self.language,
            on=self._day(day),
            note=note,
            source=source,
            confidence=confidence,
            document=document,
            decimal_comma=_decimal_comma(value, self.language),
        )

    def change(
        self,
        name: str,
        *,
        status: TaskStatus | None,
        owner: str | None,
        due: str | None,
        note: str | None,
        document: str | None,
    ) -> Proposal:
        """Propose what becomes of a task. Raises UserCanFix as `ProposalDesk.propose_change`; `bad_date`."""
        return self.desk.propose_change(
            self.by, name, language=self.language, status=status, owner=owner, due=self._day(due), note=note, document=document
        )

    def _day(self, told: str | None) -> date | None:
        if told is None or told == "today":
            return None if told is None else self.today
        if told == "yesterday":
            return self.today - timedelta(days=1)
        try:
            return date.fromisoformat(told)
        except ValueError as error:
            raise UserCanFix("bad_date", value=told) from error


def _decimal_comma(value: str, language: Language) -> bool | None:
    """How a lone `1.234` is meant in the asker's language; a point groups thousands where the comma is decimal.

    `1,234` in such a language is left open: half of its countries write thousands so.
    """
    if language == "en":
        return False
    return None if LONE_COMMA.search(value) else True
