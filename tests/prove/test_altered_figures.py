"""One digit, unit or sign altered in a thousand grounded answers: every one is caught, and hardly any unaltered one is cut.

Two kinds of answers: sentences of the documents themselves, and what the offline model drafts for questions about every part of
the sample plans, with its whole turn behind it.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from copilot.agent.service import Answerer, Copilot
from copilot.bootstrap import Workspace
from copilot.domain.answer import Answer, Evidence, Question, ToolResult
from copilot.domain.source import Citation, ParsedDocument
from copilot.grounding.compose import problems_of
from copilot.grounding.evidence import TurnEvidence
from copilot.grounding.surroundings import surroundings
from copilot.llm.offline import OfflineChatModel
from retrieval.ingest.blocks import parse
from retrieval.ingest.repair import repair
from tests.evals.rounds import EXAMPLES, READER, examples, opened
from tests.grounding.material import altered, sentences_of
from tests.prove.conftest import Scale
from tools.registry.tools import all_tools

ALTERATIONS = 1000
CUT = 0.01
ROUNDS = 4
KINDS = ("digit", "unit", "sign")
SEED = 20261120
MARK = re.compile(r"\s?\[(?:[ec]\d+(?:[,;]\s?[ec]\d+)*|\d+(?:-\d+)?|unanswered)\]")
FIGURE = re.compile(r"(?:[<>+-]\s?)?[$€]?\d[\d.,]*\s?[^\W\d]*%?")
ZERO = re.compile(r"(?<![\d.,])0(?:[.,]0+)?(?![\d.,])")


def test_sentences_of_the_sample_plans(scale: Scale) -> None:
    check_sentences(sorted((EXAMPLES / "plans").glob("*.md")), scale(ALTERATIONS))


def test_sentences_of_the_reference_documents(shared: Path, scale: Scale) -> None:
    check_sentences(sorted((shared / "corpus" / "dev").glob("*.md")), scale(ALTERATIONS))


def test_answers_of_the_offline_model(tmp_path: Path, scale: Scale) -> None:
    workspace = opened(tmp_path / "home", EXAMPLES / "plans")
    model = Altering()
    copilot = Copilot(workspace, Answerer(name="altering", model=model), all_tools(), None, workspace.clock)
    most = scale(ALTERATIONS)
    asked = answers = cut = tried = 0
    missed = []
    with asyncio.Runner() as runner:
        for question in questions(workspace):
            if tried == most:
                break
            model.change, asked = None, asked + 1
            whole = runner.run(copilot.ask(READER, question))
            answers, cut = answers + 1, cut + bool(whole.gaps)
            model.known, model.change = known_to(whole, workspace), random.Random(SEED + asked)
            changed = runner.run(copilot.ask(READER, question))
            if model.became and not whole.gaps:
                tried += 1
                missed += [model.became] if model.became in lines_of(changed) else []
    workspace.close()

    assert tried == most
    assert not missed, "\n".join(missed)
    assert cut <= answers * CUT


def check_sentences(paths: Sequence[Path], most: int) -> None:
    parsed = {path.name: parse(path.name, repair(path.read_bytes()).text) for path in paths}
    answers = [pair for one in parsed.values() for pair in grounded(one)]
    rng = random.Random(SEED)
    rng.shuffle(answers)
    tried, cut, seen, missed, made = 0, [], 0, [], set[str]()
    # Of few sentences each is altered more than once, never twice alike.
    for citation, text in islice(cycle(answers), ROUNDS * len(answers)):
        if tried == most:
            break
        turn = TurnEvidence("¿Qué dice el plan?", around=lambda one: surroundings(parsed[one.document], one))
        turn.admit(ToolResult(tool="test", evidence=(Evidence(id="e1", citation=citation),)))
        seen += 1
        cut += [text] if problems_of(text, turn) else []
        around = turn.around(citation)
        known = " ".join([citation.quote, *citation.heading_path, *around.header, *(one.quote for one in around.above)])
        changed = one_change(text, known, rng)
        if changed is not None and changed not in made:
            made.add(changed)
            tried += 1
            missed += [] if problems_of(changed, turn) else [changed]

    assert tried == most
    assert not missed, "\n".join(missed)
    assert len(cut) <= seen * CUT, cut


def grounded(parsed: ParsedDocument) -> Iterator[tuple[Citation, str]]:
    """Citations with a sentence that says what they say."""
    for block in parsed.blocks:
        if block.kind in ("item", "row", "paragraph") and block.lines[1] - block.lines[0] <= 3:
            quote = parsed.quote(block.lines)
            citation = Citation(document=parsed.document, lines=block.lines, heading_path=block.heading_path, quote=quote)
            yield from ((citation, f"{text} [e1]") for text in sentences_of(block) if re.search(r"\d", text))


def one_change(text: str, known: str, rng: random.Random) -> str | None:
    """The text with a digit, unit or sign altered, so that it says something its evidence does not; None where none can be."""
    for kind in rng.sample(KINDS, len(KINDS)):
        for changed, _, now in altered(text, kind, rng):
            if not by_chance(kind, text, changed, now, known):
                return changed
    return None


def by_chance(kind: str, text: str, changed: str, now: str, known: str) -> bool:
    """Whether the alteration makes what the evidence holds elsewhere, or changes nothing: 0 hours are 0 days."""
    if kind == "digit":
        return now.strip(".,") in known
    at = next(place for place, (one, other) in enumerate(zip(text, changed, strict=False)) if one != other)
    figure = next((found[0] for found in FIGURE.finditer(changed) if found.start() <= at <= found.end()), changed)
    return ZERO.search(figure) is not None or figure.strip().lower() in known.lower()


class Altering(OfflineChatModel):
    """The offline model, one figure of whose draft is altered."""

    change: Any = None
    """Random numbers, where the next draft is to be altered."""
    known: str = ""
    """What the evidence says: an alteration must not make that by chance."""
    became: str = ""
    """The altered line, without marks; empty where the draft was left as it is."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        made = super()._generate(messages, *args, **kwargs)
        message = made.generations[0].message
        if not isinstance(message, AIMessage) or message.tool_calls:
            return made
        draft, self.became = self._altered(str(message.content)) if self.change is not None else (str(message.content), "")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(draft))])

    def _altered(self, draft: str) -> tuple[str, str]:
        lines = draft.split("\n")
        for place in self.change.sample(range(len(lines)), len(lines)):
            # Marks stay as they are: what is altered is what is said, not what it rests on.
            parts = re.split(f"({MARK.pattern})", lines[place])
            for part in self.change.sample(range(0, len(parts), 2), (len(parts) + 1) // 2):
                point = re.match(r"\s*(?:[-*]\s+)?\d+[.)]\s", parts[part]) if part == 0 else None
                head, body = (point[0], parts[part][point.end() :]) if point else ("", parts[part])
                changed = one_change(f"{body} [e1]", self.known, self.change) if re.search(r"\d", body) else None
                if changed is not None:
                    parts[part] = head + changed.removesuffix(" [e1]")
                    lines[place] = "".join(parts)
                    return "\n".join(lines), bare(lines[place])
        return draft, ""


def lines_of(answer: Answer) -> list[str]:
    """Lines of what is shown, without marks."""
    return [bare(line) for line in answer.answer.split("\n")]


def bare(line: str) -> str:
    return re.sub(r"\s+", " ", MARK.sub("", line)).strip()


def known_to(answer: Answer, workspace: Workspace) -> str:
    """Everything the answer may say: its citations with what stands around them, its calculations, the question."""
    view, told = workspace.view(READER), [answer.question]
    for citation in answer.citations:
        near = surroundings(view.parsed(citation.document), citation)
        told += [citation.quote, citation.document, *citation.heading_path, *near.header, *(one.quote for one in near.above)]
    for step in answer.calculations:
        told += [step.formula, f"{step.result} {step.unit}", *(f"{item.value} {item.unit}" for item in step.inputs)]
    return " ".join(told)


def questions(workspace: Workspace) -> Iterator[Question]:
    """Those of the sample set, then some about every fact of the plans, in an order that mixes their kinds."""
    yield from (one.asked() for one in examples())
    plan = workspace.plan(READER)
    titles = {record.document: record.title for record in plan.documents}
    facts = [fact.model_dump() for fact in plan.facts]
    random.Random(SEED).shuffle(facts)
    for fact in facts:
        name = fact.get("name") or fact.get("risk") or fact.get("text") or fact["raw"]
        told = titles[fact["document"]]
        yield from (Question(text=form.format(name=name, title=told)) for form in FORMS.get(fact["kind"], OTHER))


OTHER = ("¿Qué dice {title} sobre {name}?",)
FORMS = {
    "kpi": ("¿Cuál es la meta de {name} en {title}?", "How does {name} change over the plan {title}?"),
    "finance": ("¿Cuánto cuesta {name} en {title}?", "What is the ROI and payback of {name}?"),
    "risk": ("¿Cómo se mitiga {name}?",),
    "phase": ("¿Cuándo es {name} y qué incluye?",),
    "task": ("¿Qué tareas hay sobre {name}?",),
}
