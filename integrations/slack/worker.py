"""Works stored events: several at once, each under a lease, until its reply is where it belongs.

An event is finished only after its reply is known to be there. Whoever dies in between leaves the lease to run out; the next
attempt looks before it speaks. Failures are said, never silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from weakref import WeakValueDictionary

from copilot.domain.access import Principal
from copilot.domain.answer import Question, Turn
from copilot.domain.delivery import NotDelivered, OutcomeUnknown
from copilot.domain.errors import RumboError, UserCanFix
from copilot.domain.work import InboxEvent
from copilot.office import Office
from integrations.slack.commands import Commands
from integrations.slack.decisions import Decisions
from integrations.slack.events import COMMAND, DECISION, EDIT, QUESTION, Command, Decision, Edit, Said
from integrations.slack.people import People
from integrations.slack.replies import Replies
from integrations.slack.respond import Whisper
from integrations.slack.web import Web
from integrations.slack.wording import answered, say
from integrations.translate import error_sentence

log = logging.getLogger(__name__)

LEASE_S = 45.0
AT_ONCE = 4
IDLE_S = 0.5
AGAIN_S = 1.0
"""Wait before an event whose work failed is tried again."""
ATTEMPTS = 3
"""Failed attempts after which the person is told."""
MOST_ATTEMPTS = 9
"""Attempts of any kind, deaths and refusals of Slack included, after which nothing is worked any more, only told."""
GRACE_S = 10.0
HISTORY = 6
IGNORED = "ignored"


class SlackWorker:
    """One worker of this process."""

    def __init__(
        self, office: Office, web: Web, *, people: People, decisions: Decisions, lease_s: float = LEASE_S, at_once: int = AT_ONCE
    ) -> None:
        self._office = office
        self._web = web
        self._people = people
        self._lease_s = lease_s
        self._replies = Replies(web, office.idempotency, office.clock, lease_s=lease_s)
        self._whisper = Whisper(web)
        self._commands = Commands(office, people)
        self._decisions = decisions
        self._slots = asyncio.Semaphore(at_once)
        self._awake = asyncio.Event()
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._threads: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._kinds: dict[str, Callable[[InboxEvent], Awaitable[str]]] = {
            QUESTION: self._question,
            COMMAND: self._command,
            DECISION: self._decision,
            EDIT: self._edit,
        }

    def wake(self) -> None:
        """There is something to do."""
        self._awake.set()

    def stop(self) -> None:
        """End after the events at hand."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            await self._slots.acquire()
            self._awake.clear()
            owner = f"{self._office.owner}-{uuid.uuid4().hex[:6]}"
            event = await self._taken(owner)
            if event is None:
                self._slots.release()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), IDLE_S)
                continue
            task = asyncio.create_task(self._see_through(event, owner))
            self._running.add(task)
            task.add_done_callback(self._let_go)
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_S)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _taken(self, owner: str) -> InboxEvent | None:
        now = self._office.clock.now()
        try:
            return await asyncio.to_thread(self._office.inbox.take_event, owner, now=now, lease_s=self._lease_s)
        except RumboError as failure:
            log.warning("slack_inbox_unavailable", extra={"code": failure.code})
        except Exception:  # the edge of the loop: the next round tries again
            log.exception("slack_inbox_broke")
        return None

    async def _see_through(self, event: InboxEvent, owner: str) -> None:
        keeper = asyncio.create_task(self._keep(event.key, owner))
        try:
            result, failed = await self._kinds[event.kind](event), False
        except NotDelivered as refusal:
            log.warning("slack_not_delivered", extra={"key": event.key, "reason": refusal.reason})
            if not refusal.final and event.attempts < MOST_ATTEMPTS:
                await self._give_back(event, owner, refusal.retry_after_s or AGAIN_S)
                return
            result, failed = refusal.reason, True
        except OutcomeUnknown as unknown:
            # It may be there. The lease runs out, and the next attempt looks first.
            log.warning("slack_outcome_unknown", extra={"key": event.key, "reason": str(unknown)})
            return
        except Exception as failure:  # the edge of the loop
            log.exception("slack_event_failed", extra={"key": event.key, "attempt": event.attempts})
            if event.attempts < MOST_ATTEMPTS:
                await self._give_back(event, owner, AGAIN_S)
                return
            result, failed = type(failure).__name__, True
        finally:
            keeper.cancel()
        await asyncio.to_thread(self._office.inbox.finish_event, event.key, owner, result=result, failed=failed)
        log.info("slack_worked", extra={"key": event.key, "attempt": event.attempts, "failed": failed})

    async def _keep(self, key: str, owner: str) -> None:
        """Hold the lease for as long as the work goes on."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            until = self._office.clock.now() + timedelta(seconds=self._lease_s)
            if not await asyncio.to_thread(self._office.inbox.extend_lease, key, owner, until=until):
                return

    async def _give_back(self, event: InboxEvent, owner: str, wait_s: float) -> None:
        until = self._office.clock.now() + timedelta(seconds=wait_s)
        await asyncio.to_thread(self._office.inbox.extend_lease, event.key, owner, until=until)

    async def _question(self, event: InboxEvent) -> str:
        said = Said.model_validate(event.payload)
        lock = self._threads.setdefault(said.conversation, asyncio.Lock())
        async with lock:  # a follow-up waits for the answer it follows
            if said.only_ours and not await asyncio.to_thread(self._is_ours, said):
                return IGNORED
            again = event.attempts > 1
            if again and (there := await self._replies.whole(said, event.key)) is not None:
                return there
            text = await self._answer(event, said)
            return await self._replies.say(said, event.key, text, again=again)

    def _is_ours(self, said: Said) -> bool:
        """Whether we have answered in the thread before."""
        audience = self._people.audience(said.team, said.channel)
        return bool(self._office.workspace.conversations.turns(audience, said.conversation, limit=1))

    async def _answer(self, event: InboxEvent, said: Said) -> str:
        """What to say: the answer, or why there is none."""
        if not said.text:
            return say("help", await self._people.language(said.user))
        if event.attempts > MOST_ATTEMPTS:
            return self._sorry(said.text, "too_many_attempts")
        try:
            return await self._asked(said, again=event.attempts > 1)
        except UserCanFix as error:
            return error_sentence(error, self._people.of_text(said.text))
        except Exception as failure:
            code = failure.code if isinstance(failure, RumboError) else type(failure).__name__
            log.exception("slack_answer_failed", extra={"key": event.key, "attempt": event.attempts, "code": code})
            if event.attempts < ATTEMPTS:
                raise
            return self._sorry(said.text, code)

    async def _asked(self, said: Said, *, again: bool) -> str:
        if said.is_direct:
            principal = await asyncio.to_thread(self._people.principal, said.team, said.user)
        else:
            principal = self._people.audience(said.team, said.channel)
        history: tuple[Turn, ...] = ()
        if again:
            # An attempt that died may have remembered its own turn: the question does not follow itself.
            conversations = self._office.workspace.conversations
            turns = list(await asyncio.to_thread(conversations.turns, principal, said.conversation, limit=HISTORY))
            while turns and turns[-1].user == said.text:
                turns.pop()
            history = tuple(turns)
        question = Question(text=said.text, history=history, conversation_id=said.conversation)
        # In a channel only what every member may read; what a person proposes there is still theirs to confirm.
        person = await asyncio.to_thread(self._people.principal, said.team, said.user)
        by = Principal(id=person.id, role=min(person.role, principal.role), groups=principal.groups)
        return answered(await self._office.workspace.copilot.ask(principal, question, by=by))

    def _sorry(self, text: str, code: str) -> str:
        return say("failed", self._people.of_text(text), code=code)

    async def _command(self, event: InboxEvent) -> str:
        command = Command.model_validate(event.payload)
        language = await self._people.language(command.user, self._commands.question(command.text))
        try:
            text = await self._commands.run(event, command, language)
        except UserCanFix as error:
            text = error_sentence(error, language)
        except Exception as failure:
            code = failure.code if isinstance(failure, RumboError) else type(failure).__name__
            log.exception("slack_command_failed", extra={"key": event.key, "attempt": event.attempts, "code": code})
            if event.attempts < ATTEMPTS:
                raise
            text = say("failed", language, code=code)
        await self._whisper.tell(text, channel=command.channel, user=command.user, response_url=command.response_url)
        return COMMAND

    async def _decision(self, event: InboxEvent) -> str:
        return await self._decisions.decide(event, Decision.model_validate(event.payload))

    async def _edit(self, event: InboxEvent) -> str:
        return await self._decisions.edit(event, Edit.model_validate(event.payload))
