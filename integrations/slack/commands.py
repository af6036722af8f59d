"""`/rumbo`: what a person asks or records by command. Returns the text that only this person sees.

A recording is the person's own direct word and happens once: a repeated attempt looks for what the first one left.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Callable, Iterable
from datetime import date

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language, Question
from copilot.domain.errors import ModelCanRetry, UserCanFix
from copilot.domain.fact import KpiFact
from copilot.domain.journal import Reading, TaskChange, TaskStatus
from copilot.domain.work import Draft, InboxEvent, Proposal, check_destination
from copilot.health.state import MetricHealth, PlanHealth
from copilot.health.wording import rule_told, status_told
from copilot.journal.metrics import Metric, metrics_of
from copilot.office import Office
from integrations.render import calculation_lines, one_line, quantity
from integrations.slack.events import Command
from integrations.slack.people import People
from integrations.slack.wording import answered, say
from integrations.translate import label
from retrieval.language.folding import folded
from tools.calc.checklist import Standing
from tools.lookup import calculate_roi

MOST_LINES = 30
TASK_WORDS: dict[str, TaskStatus] = {
    "done": "done",
    "start": "doing",
    "block": "blocked",
    "drop": "dropped",
    "open": "open",
    "reopen": "open",
}
HELP_WORDS = ("", "help", "ayuda", "ajuda", "aide")
NAME_VALUE = re.compile(r"(?P<name>.+)\s+(?P<value>[-+<>$€£]*\d\S*(?:\s*[^\W\d_]+|\s*%)?)$")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'"})

Work = Callable[[InboxEvent, Command, Principal, str, Language], str]


class Commands:
    """Carries out slash commands."""

    def __init__(self, office: Office, people: People) -> None:
        self._office = office
        self._people = people
        self._known: dict[str, Work] = {
            "kpi": self._kpi,
            "kpis": self._kpi,
            "task": self._tasks,
            "tasks": self._tasks,
            "roi": self._roi,
            "status": self._status,
            "confirm": self._confirm,
            "reject": self._reject,
        }

    async def run(self, event: InboxEvent, command: Command, language: Language) -> str:
        """The reply to a command; words that are no command are a question.

        Raises:
            UserCanFix: of what it does. Also as Copilot.ask.
        """
        name, rest = _parted(command.text)
        if name in HELP_WORDS:
            return say("help", language)
        by = await asyncio.to_thread(self._people.principal, command.team, command.user)
        if name not in self._known:
            question = Question(text=self.question(command.text))
            return answered(await self._office.workspace.copilot.ask(by, question))
        return await asyncio.to_thread(self._known[name], event, command, by, rest, language)

    def question(self, text: str) -> str:
        """The question a command's text asks; empty for the other commands, whose words tell no language."""
        name, rest = _parted(text)
        return "" if name in self._known or name in HELP_WORDS else rest if name == "ask" else text

    def _kpi(self, event: InboxEvent, _command: Command, by: Principal, rest: str, language: Language) -> str:
        head, _, words = rest.partition(" ")
        if head.lower() == "record":
            reading = self._recorded(event, by, *name_and_value(words))
            told = quantity(reading.value, reading.unit)
            return say("recorded", language, name=reading.name, value=told, day=reading.on.isoformat())
        view = self._office.workspace.view(by)
        health = view.health()
        known = {one.metric_id: one for one in health.metrics if one.readings}
        found = [metric for metric in metrics_of(view.plan) if _holds(metric.name, rest)]
        return _listed(
            (_metric_line(metric) + _standing(known.get(metric.id), health, language) for metric in found), rest, language
        )

    def _tasks(self, event: InboxEvent, _command: Command, by: Principal, rest: str, language: Language) -> str:
        head, _, words = rest.partition(" ")
        if head.lower() in TASK_WORDS and words.strip():
            change = self._changed(event, by, words.strip().strip('"“”'), TASK_WORDS[head.lower()])
            return say("changed", language, name=change.name, status=say(f"task_{change.status}", language))
        today = self._office.clock.now().date()
        found = [one for one in self._office.checklist.standings(by) if _holds(one.task.text, rest)]
        return _listed((_task_line(one, today, language) for one in found), rest, language)

    def _roi(self, _event: InboxEvent, _command: Command, by: Principal, rest: str, language: Language) -> str:
        if not rest:
            raise UserCanFix("nothing_to_calculate")
        try:
            made = calculate_roi(self._office.workspace.view(by), item=rest)
        except ModelCanRetry as error:
            raise UserCanFix("nothing_found", name=rest) from error
        if not made.rows and not made.calculations:
            raise UserCanFix("nothing_found", name=rest)
        lines = [line for step in made.calculations for line in calculation_lines(step, lambda key: label(key, language))]
        told = [f"- {line.strip()}" if not line.startswith("    ") else f"  - {line.strip()}" for line in lines]
        for row in made.rows:
            places = [seen.citation.label for seen in made.evidence if seen.id in row.get("e", ())]
            told.append(f"- {one_line(str(row.get('text', '')), None)} ({', '.join(places)})")
        return "\n".join(told)

    def _status(self, _event: InboxEvent, command: Command, by: Principal, _rest: str, language: Language) -> str:
        if by.role < Role.member:
            raise UserCanFix("not_allowed", role=Role.member.name)
        place = check_destination(f"slack:{command.channel}")
        before = self._office.clock.now()
        draft: Draft = self._office.desk.compose(
            by=by, audience=command.channel, language=language, destination=place, review=place
        )
        if draft.created_at < before:
            return say("draft_known", language, week=draft.week, state=say(f"state_{draft.state}", language))
        return say("drafted", language, week=draft.week)

    def _confirm(self, event: InboxEvent, _command: Command, by: Principal, rest: str, language: Language) -> str:
        desk = self._office.workspace.proposal_desk
        done = self._decided(event, by, rest, "applied") or desk.confirm(rest, by=by)
        return say("confirmed", language, change=done.summary)

    def _reject(self, event: InboxEvent, _command: Command, by: Principal, rest: str, language: Language) -> str:
        desk = self._office.workspace.proposal_desk
        done = self._decided(event, by, rest, "rejected") or desk.reject(rest, by=by)
        return say("not_confirmed", language, change=done.summary)

    def _decided(self, event: InboxEvent, by: Principal, proposal_id: str, state: str) -> Proposal | None:
        """What an earlier attempt at this event left."""
        if event.attempts <= 1:
            return None
        found = self._office.workspace.proposal_desk.proposal(proposal_id, by)
        mine = found.decided_by == by.id and found.decided_at is not None and found.decided_at >= event.received_at
        return found if mine and found.state == state else None

    def _recorded(self, event: InboxEvent, by: Principal, name: str, value: str) -> Reading:
        recorder = self._office.recorder
        if event.attempts > 1:
            for reading in reversed(self._office.journal.history(recorder.metric(by, name).id)):
                if reading.by == by.id and reading.at >= event.received_at:
                    return reading
        return recorder.record(by, name, value)

    def _changed(self, event: InboxEvent, by: Principal, name: str, status: TaskStatus) -> TaskChange:
        recorder = self._office.recorder
        if event.attempts > 1:
            task = recorder.task(by, name)
            for change in self._office.journal.task_changes(task_id=task.id, since=event.received_at):
                if change.by == by.id and change.status == status:
                    return change
        return recorder.change_task(by, name, status)


def _parted(text: str) -> tuple[str, str]:
    head, _, rest = text.partition(" ")
    return head.lower(), rest.strip()


def name_and_value(words: str) -> tuple[str, str]:
    """`Churn 4.2 %`, `"Churn mes 3" 4%`: the last number, with its unit, is the value."""
    told = words.translate(QUOTES).strip()
    if told.startswith('"') and told.count('"') == 2:
        name, *value = shlex.split(told)
        return name, " ".join(value)
    found = NAME_VALUE.match(told)
    return (found["name"].strip(), found["value"].strip()) if found else (told, "")


def _holds(text: str, words: str) -> bool:
    return all(word in folded(text) for word in folded(words).split())


def _listed(lines: Iterable[str], words: str, language: Language) -> str:
    told = list(lines)
    if not told:
        raise UserCanFix("nothing_found", name=words) if words else UserCanFix("nothing_ingested")
    more = [say("more", language, count=len(told) - MOST_LINES)] if len(told) > MOST_LINES else []
    return "\n".join([*(f"- {line}" for line in told[:MOST_LINES]), *more])


def _standing(one: MetricHealth | None, health: PlanHealth, language: Language) -> str:
    """The latest reading, the computed colour with its rule, and beside it the colour a person stated."""
    if one is None or one.latest is None:
        return ""
    value = quantity(one.latest.value, one.latest.unit)
    stated = f" · {label('col_stated', language)}: {status_told(one.confidence, language)}" if one.confidence else ""
    rule = rule_told(one, language, health.rules, health.today)
    return f" · {one.latest.on.isoformat()}: **{value}** · **{status_told(one.status, language)}**: {rule}{stated}"


def _metric_line(metric: Metric) -> str:
    values = "; ".join(_value(fact) for fact in metric.facts)
    name = f"{metric.name} ({metric.segment})" if metric.segment else metric.name
    return f"**{one_line(name, None)}**: {values}"


def _value(fact: KpiFact) -> str:
    told = quantity(fact.value, fact.unit, high=fact.value_high, comparator=fact.comparator)
    return (
        f"{told} ({one_line(fact.period, None)}, {fact.citation().label})" if fact.period else f"{told} ({fact.citation().label})"
    )


def _task_line(one: Standing, today: date, language: Language) -> str:
    """State, place, owner and due day; an open box that nobody spoke of has no state."""
    told = one.change is not None or one.status == "done"
    state = f" · **{say(f'task_{one.status}', language)}**" if told else ""
    owner = f" · {one_line(one.owner, None)}" if one.owner else ""
    late = "task_late" if one.is_overdue(today) else "task_due"
    due = f" · {say(late, language, day=one.due.isoformat())}" if one.due is not None and not one.is_over else ""
    return f"{one_line(one.task.text, None)}{state} ({one.task.citation().label}){owner}{due}"
