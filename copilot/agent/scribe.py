"""The small writing around a conversation: its title, a summary of its older turns, a follow-up question made whole.

By the live model with a prompt for each; by rules where there is none, where it fails, or where it says a number nobody said.
What is written here is only read, by a model or on a list: an answer rests on its own turn's evidence.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from copilot.agent.briefing import LANGUAGE_NAMES
from copilot.domain.answer import Language, Turn, Usage
from copilot.domain.errors import RumboError
from copilot.domain.ports import CountTokens
from prompts.loader import load

log = logging.getLogger(__name__)

LONGEST_TITLE = 60
LONGEST_QUESTION = 600
"""Characters of a question made whole; more is no question."""
WORDS_PER_TOKEN = 0.6
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_CITED = re.compile(r"\s?\[\d+(?:-\d+)?\]")
_FIRST_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)")
_GIST = 160


class Scribe:
    """Writes for one model, or by rules where there is none. Counts what it spends in `usage` of each reply."""

    def __init__(self, model: BaseChatModel | None, count: CountTokens, *, summary_tokens: int) -> None:
        self._model = model
        self._count = count
        self._summary_tokens = summary_tokens

    @property
    def is_live(self) -> bool:
        """Whether a model writes."""
        return self._model is not None

    async def title(self, questions: Sequence[str], language: Language) -> tuple[str, Usage]:
        """What a conversation of these questions is called, on one line."""
        said, usage = await self._written("title", "\n".join(questions), language=LANGUAGE_NAMES[language])
        line = said.strip().strip("\"'«»“”.*# ").split("\n")[0]
        if line and not _DIGITS.search(line):
            return shortened(line, LONGEST_TITLE), usage
        return title_of(questions[0]), usage

    async def summary(self, before: str, turns: Sequence[Turn], language: Language) -> tuple[str, Usage]:
        """Notes that stand for these turns and for what was known before them; within their budget."""
        told = _told(turns) if not before else f"Known before:\n{before}\n\n{_told(turns)}"
        words = str(int(self._summary_tokens * WORDS_PER_TOKEN))
        said, usage = await self._written("summary", told, language=LANGUAGE_NAMES[language], words=words)
        if said and self._count(said) <= self._summary_tokens and _says_no_more(said, told):
            return said, usage
        return notes_of(before, turns, self._count, self._summary_tokens), usage

    async def standalone(self, question: str, turns: Sequence[Turn]) -> tuple[str, Usage]:
        """The question with what it leaves out put in; unchanged where that cannot be told."""
        told = f"{_told(turns)}\n\nNew question: {question}"
        said, usage = await self._written("rewriting", told)
        fits = said and "\n" not in said and len(said) <= LONGEST_QUESTION and _says_no_more(said, told)
        return (said if fits else question), usage

    async def _written(self, prompt: str, told: str, **values: str) -> tuple[str, Usage]:
        if self._model is None:
            return "", Usage()
        try:
            reply = await self._model.ainvoke([SystemMessage(load(prompt).fill(**values)), HumanMessage(told)])
        except RumboError as error:
            # The conversation goes on without: what the model would have written, rules write.
            log.warning("scribe_failed", extra={"prompt": prompt, "code": error.code})
            return "", Usage()
        text = reply.text.strip()
        return ("" if text.startswith("[unanswered]") else text), _usage(reply)


def title_of(question: str) -> str:
    """A title by rules: the question's own words."""
    return shortened(" ".join(question.split()).strip("¿?¡! "), LONGEST_TITLE)


def notes_of(before: str, turns: Sequence[Turn], count: CountTokens, most_tokens: int) -> str:
    """Notes by rules: each question with the beginning of its answer, whose figures were checked; the oldest go first."""
    lines = [line for line in before.split("\n") if line]
    lines += [f"- {shortened(' '.join(turn.user.split()), _GIST)} -> {_gist(turn.assistant)}" for turn in turns]
    kept: list[str] = []
    left = most_tokens
    for line in reversed(lines):
        left -= count(line) + 1
        if left < 0:
            break
        kept.insert(0, line)
    return "\n".join(kept)


def shortened(text: str, most: int) -> str:
    """The text up to so many characters, cut between words."""
    if len(text) <= most:
        return text
    cut = text.rfind(" ", 0, most - 1)
    return text[: cut if cut > most // 2 else most - 1].rstrip(" ,.;:") + "…"


def _gist(answer: str) -> str:
    """The first sentence; of a list its introduction with the points that fit, which are what was answered."""
    lines = [" ".join(line.split()) for line in _CITED.sub("", answer).split("\n") if line.strip()]
    if not lines or lines[0].endswith(":"):
        return shortened(" ".join(lines), _GIST)
    first = _FIRST_SENTENCE.match(lines[0])
    return shortened(first[1] if first else lines[0], _GIST)


def _told(turns: Sequence[Turn]) -> str:
    return "\n".join(f"Person: {turn.user}\nAnswer: {turn.assistant}" for turn in turns)


def _says_no_more(text: str, source: str) -> bool:
    """Whether every number of the text stands in what it was made from."""
    return set(_DIGITS.findall(text)) <= set(_DIGITS.findall(source))


def _usage(reply: AIMessage) -> Usage:
    used = reply.usage_metadata
    return Usage(input_tokens=used["input_tokens"], output_tokens=used["output_tokens"]) if used else Usage()
