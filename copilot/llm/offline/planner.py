"""From a turn to the next step: find the document, let the first intent that fits call its tools, then draft."""

from __future__ import annotations

from copilot.llm.offline.intents import intent_for
from copilot.llm.offline.intents.base import Found
from copilot.llm.offline.intents.summaries import asks_for_a_whole
from copilot.llm.offline.phrasing import UNANSWERED, Phrasing
from copilot.llm.offline.question import Asked, leans_on, names_a_document, understood
from copilot.llm.offline.several import Step, answer_each, questions_in
from copilot.llm.offline.turn import Turn

MOST_ROUNDS = 5
TOPICS = frozenset({"risk", "remedy"})
"""Cues that say what is asked about rather than how."""
OTHERS = frozenset({"task_words", "timeline", "when", "actions", "done", "pending", "person", "price", "exact_figure"})
"""Cues of questions that are about something else, wherever the rest of their words come from."""


def next_step(turn: Turn, tools: frozenset[str]) -> Step:
    """What to do now. Deterministic: the same turn gives the same step."""
    questions = questions_in(turn.question)
    if len(questions) == 1:
        return _next_step(turn, tools)
    more = Phrasing(understood(turn.question, turn.history).language, {}).say("more_questions")
    return answer_each(turn, questions, lambda one: _next_step(one, tools), more)


def _next_step(turn: Turn, tools: frozenset[str]) -> Step:
    asked = understood(turn.question, turn.history)
    if not asked.text.strip():
        return Step(draft=f"{UNANSWERED} {Phrasing(asked.language, {}).say('nothing')}")
    if not asked.readable:
        # A question in another script: what is not understood is not answered by guessing.
        return Step(draft=f"{UNANSWERED} {Phrasing(asked.language, {}).say('not_stated')}")
    if not turn.steps and "list_documents" in tools:
        queries = [turn.question, *reversed(leans_on(turn.question, turn.history)[-3:])]
        return Step(tuple(("list_documents", {"query": query[:2000]}) for query in dict.fromkeys(queries) if query.strip()))
    languages = {
        str(row["document"]): str(row.get("language", "")) for result in turn.results("list_documents") for row in result.rows
    }
    asked = _with_document(asked, turn)
    found = Found(asked, turn, Phrasing(asked.language, languages))
    intent = intent_for(asked)
    if len(turn.steps) <= MOST_ROUNDS:
        calls = tuple((name, _given(args)) for name, args in intent.calls(found) if name in tools)
        if calls:
            return Step(calls)
    draft = intent.draft(found)
    return Step(draft=draft or f"{UNANSWERED} {found.phrasing.say('nothing')}")


def _with_document(asked: Asked, turn: Turn) -> Asked:
    """The document the question names; in a follow-up that names none, the one named before."""
    for result in turn.results("list_documents", 0):
        named = [row for row in result.rows if row.get("mention")]
        if named:
            about = asked.about("|".join(str(row["document"]) for row in named), str(named[0]["mention"]))
            if _names_the_topic(asked, about):
                return asked
            # Words that would be all of the question name what it is about, not a document; unless a whole one
            # is asked for, or a time in it.
            whole = bool(about.periods) or asks_for_a_whole(asked.text)
            named_it = whole and names_a_document(str(named[0]["mention"]))
            return about if about.content or named_it or not asked.content else asked
        if asked.text == turn.question:
            break
    return asked


def _names_the_topic(asked: Asked, about: Asked) -> bool:
    """Whether the words that meet a title say what is asked (`mitigation of the risk`), with no word for a document."""
    if about.mention is None or names_a_document(about.mention) or about.cues & OTHERS:
        return False
    return bool((asked.cues - about.cues) & TOPICS)


def _given(args: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in args.items() if value not in (None, "")}
