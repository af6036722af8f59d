"""A copilot over the sample plans, with a model that says what a test wants: shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool

from copilot.agent.service import Answerer, Copilot, Options
from copilot.domain.access import Principal
from copilot.domain.plan import DocumentRecord, Plan
from copilot.domain.ports import ConversationStore
from copilot.domain.source import Hit
from copilot.llm.scripted import ScriptedModel
from tests.grounding.material import documents
from tools.lookup.view import PlanView
from tools.registry.tools import all_tools

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ANA = Principal(id="local:ana")


class FixedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return NOW


class SamplePlans:
    """The sample plans as everybody's plan, or nothing at all."""

    def __init__(self, *, empty: bool = False) -> None:
        self._empty = empty

    def view(self, _principal: Principal, documents: Sequence[str] = ()) -> PlanView:
        view = sample_view(tuple(documents))
        return replace(view, plan=Plan()) if self._empty else view


@cache
def tools() -> tuple[BaseTool, ...]:
    """Built once: their schemas take a while."""
    return tuple(all_tools())


@cache
def sample_view(names: tuple[str, ...] = ()) -> PlanView:
    parsed = {one.document: one for one in documents() if not names or one.document in names}
    records = tuple(
        DocumentRecord(
            document=one.document,
            version_id=one.document,
            title=one.title,
            language=one.language,
            sha256="",
            line_count=len(one.lines),
            ingested_at=NOW,
        )
        for one in parsed.values()
    )
    return PlanView(plan=Plan(documents=records), parsed=lambda name: parsed[name], search=_no_hits)


def scripted(
    *script: AIMessage | Exception | str,
    live: bool = False,
    conversations: ConversationStore | None = None,
    empty: bool = False,
) -> tuple[Copilot, ScriptedModel]:
    """A copilot whose model says these messages, and the model."""
    messages = [AIMessage(step) if isinstance(step, str) else step for step in script]
    model = ScriptedModel(script=messages)
    return desk(model, live=live, conversations=conversations, empty=empty), model


def desk(
    model: BaseChatModel,
    *,
    name: str = "scripted",
    live: bool = False,
    conversations: ConversationStore | None = None,
    fallback: Answerer | None = None,
    empty: bool = False,
    options: Options | None = None,
) -> Copilot:
    answerer = Answerer(name=name, model=model, endpoint="test", is_live=live)
    return Copilot(SamplePlans(empty=empty), answerer, tools(), conversations, FixedClock(), fallback=fallback, options=options)


def _no_hits(query: str, documents: Sequence[str] | None, k: int) -> Sequence[Hit]:
    return []
