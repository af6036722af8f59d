"""Approve, edit, reject: a person's word on a draft, and what the review message shows of it afterwards."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from copilot.domain.access import Role
from copilot.domain.answer import Language
from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.domain.errors import UserCanFix
from copilot.domain.work import Draft, InboxEvent, OutboxMessage
from copilot.office import Office
from integrations.outbound.slack import EVENT_TYPE, MAX_TEXT
from integrations.outbound.slack_blocks import message_blocks
from integrations.slack.events import EDIT_VIEW, TEXT_BLOCK, Decision, Edit, EditClick
from integrations.slack.people import People
from integrations.slack.respond import Whisper
from integrations.slack.web import Web
from integrations.slack.wording import say
from integrations.translate import LANGUAGES, error_sentence

log = logging.getLogger(__name__)

FIELD = 2_700
"""Characters of a form's field when it opens; Slack takes 3,000, and a person must be able to add some."""
GOES_OUT = ("approved", "sending", "sent", "needs_operator")


class Decisions:
    """Carries out what people decide with buttons."""

    def __init__(self, office: Office, web: Web, people: People) -> None:
        self._office = office
        self._web = web
        self._people = people
        self._whisper = Whisper(web)

    async def decide(self, event: InboxEvent, decision: Decision) -> str:
        """Approve or reject, and show it. What is refused is told to the one who clicked."""
        try:
            draft = await asyncio.to_thread(self._decided, event, decision)
        except UserCanFix as refusal:
            await self._refused(refusal, decision)
            return refusal.code
        outcome = "approved" if decision.action == "approve" else "rejected"
        await self._show(draft, decision.channel, decision.message_ts, outcome, decision.user)
        return outcome

    async def edit(self, event: InboxEvent, edit: Edit) -> str:
        """Replace the text; the review message shows the new version, to be approved anew."""
        try:
            draft = await asyncio.to_thread(self._edited, event, edit)
        except UserCanFix as refusal:
            told = error_sentence(refusal, await self._people.language(edit.user))
            await self._whisper.tell(told, channel=edit.channel, user=edit.user)
            return refusal.code
        await self._show(draft, edit.channel, edit.message_ts, "edited", edit.user)
        return "edited"

    async def open_form(self, click: EditClick) -> None:
        """Show the draft's text to be edited; a refusal is told."""
        try:
            draft = await asyncio.to_thread(self._editable, click)
        except UserCanFix as refusal:
            await self._refused(refusal, click)
            return
        view = form(draft, click, await self._people.language(click.user))
        try:
            await self._web.call("views_open", trigger_id=click.trigger_id, view=view)
        except (NotDelivered, OutcomeUnknown) as failure:  # the person sees no form, and clicks again
            log.warning("slack_form_not_opened", extra={"reason": str(failure)})

    def _decided(self, event: InboxEvent, decision: Decision) -> Draft:
        by = self._people.principal(decision.team, decision.user)
        desk = self._office.desk
        try:
            if decision.action == "approve":
                return desk.approve(decision.draft_id, version=decision.version, by=by)
            return desk.reject(decision.draft_id, version=decision.version, by=by)
        except UserCanFix:
            draft = self._after_death(event, decision.draft_id)
            went = GOES_OUT if decision.action == "approve" else ("rejected",)
            mine = draft is not None and draft.decided_by == by.id and draft.state in went
            if draft is None or not mine or draft.decided_at is None or draft.decided_at < event.received_at:
                raise
            return draft

    def _edited(self, event: InboxEvent, edit: Edit) -> Draft:
        by = self._people.principal(edit.team, edit.user)
        try:
            return self._office.desk.edit(edit.draft_id, version=edit.version, by=by, text=edit.text)
        except UserCanFix:
            draft = self._after_death(event, edit.draft_id)
            if draft is None or draft.edited_by != by.id or draft.text != edit.text.strip() + "\n":
                raise
            return draft

    def _after_death(self, event: InboxEvent, draft_id: str) -> Draft | None:
        """The draft, when an earlier attempt may have carried the decision out and died before showing it."""
        return self._office.drafts.draft(draft_id) if event.attempts > 1 else None

    def _editable(self, click: EditClick) -> Draft:
        if self._people.principal(click.team, click.user).role < Role.approver:
            raise UserCanFix("not_allowed", role=Role.approver.name)
        draft = self._office.drafts.draft(click.draft_id)
        if draft.version != click.version or draft.state != "awaiting_approval":
            raise UserCanFix("draft_moved_on", draft=draft.id, state=draft.state, version=draft.version)
        return draft

    async def _refused(self, refusal: UserCanFix, click: Decision | EditClick) -> None:
        told = error_sentence(refusal, await self._people.language(click.user))
        await self._whisper.tell(told, channel=click.channel, user=click.user, response_url=click.response_url)

    async def _show(self, draft: Draft, channel: str, ts: str, outcome: str, user: str) -> None:
        """The review message with who did what; buttons stay only while something is to be decided."""
        language: Language = draft.language if draft.language in LANGUAGES else self._people.default_language
        told = say(outcome, language, who=f"<@{user}>")
        arguments = review(draft, told, still_open=outcome == "edited")
        try:
            await self._web.call("chat_update", channel=channel, ts=ts, **arguments)
        except NotDelivered as refusal:
            if not refusal.final:
                raise
            # The decision stands; only the message that asked for it is gone.
            log.warning("slack_review_not_updated", extra={"draft": draft.id, "reason": refusal.reason})


def review(draft: Draft, told: str, *, still_open: bool) -> dict[str, Any]:
    """The review message after a decision, as chat.update takes it."""
    message = OutboxMessage(
        key=f"{draft.key}:review",
        draft_id=draft.id,
        draft_version=draft.version,
        kind="review" if still_open else "post",
        language=draft.language,
        destination=draft.destination,
        text=draft.text,
    )
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": told}]}
    return {
        "text": draft.text[:MAX_TEXT],
        "blocks": [*message_blocks(message), note],
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
    }


def form(draft: Draft, click: EditClick, language: Language) -> dict[str, Any]:
    """The form to edit a draft: its text in as many fields as Slack's limit of one needs."""
    fields = [
        {
            "type": "input",
            "block_id": f"{TEXT_BLOCK}_{number}",
            "optional": True,
            "label": {"type": "plain_text", "text": say("edit_text", language)},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "initial_value": part},
        }
        for number, part in enumerate(_fields(draft.text.rstrip()), start=1)
    ]
    return {
        "type": "modal",
        "callback_id": EDIT_VIEW,
        "private_metadata": f"{draft.id}|{draft.version}|{click.channel}|{click.message_ts}",
        "title": {"type": "plain_text", "text": say("edit_title", language)},
        "submit": {"type": "plain_text", "text": say("edit_save", language)},
        "close": {"type": "plain_text", "text": say("edit_cancel", language)},
        "blocks": fields,
    }


def _fields(text: str) -> list[str]:
    """Cut between lines; a single line longer than a field is cut where it must be."""
    fields = [""]
    for line in text.split("\n"):
        for start in range(0, max(len(line), 1), FIELD):
            part = line[start : start + FIELD]
            if len(fields[-1]) + len(part) + 1 > FIELD:
                fields.append(part)
            else:
                fields[-1] = f"{fields[-1]}\n{part}" if fields[-1] else part
    return [field for field in fields if field]
