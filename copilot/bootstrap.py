"""Puts a workspace together from its settings: the only place that knows every concrete class.

Each part is built on first use and imported then, so that a command pays for what it needs: listing metrics opens the
database, only a search may open the vectors, only a question loads the agent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.domain.access import Principal
from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.domain.plan import DocumentReport, IngestReport, Plan
from copilot.domain.source import Hit, ParsedDocument
from copilot.settings import HASHED, OFFLINE, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from copilot.agent.service import Copilot
    from copilot.domain.journal import Reading, TaskChange
    from copilot.domain.ports import ChunkStore, Embedder
    from copilot.health.state import Rules
    from copilot.journal.proposing import ProposalDesk
    from copilot.journal.turns import TurnProposer
    from copilot.llm.asking import Said
    from copilot.llm.extraction import ModelProposer
    from retrieval.extract.corrections import Corrected
    from retrieval.pipeline import Pipeline
    from retrieval.search.hybrid import HybridSearch
    from retrieval.store.conversations import SqlConversationStore
    from retrieval.store.corrections import SqlCorrections
    from retrieval.store.database import Database
    from retrieval.store.lexical import SqlLexicalIndex
    from retrieval.store.sql import SqlPlanStore
    from retrieval.store.vectors import Vectors
    from tools.lookup.view import PlanView

DATABASE_FILE = "rumbo.db"
VECTORS_FOLDER = "chroma"
KEPT_VIEWS = 8
RECENT_READINGS = 26
"""Of each metric, what health and forecasts look at: half a year of weekly readings, beside the first one."""

Progress = Callable[[int, int, str], None]
"""Documents done, documents in all, the one at hand."""


class SystemClock:
    """Implements the port Clock."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


class Workspace:
    """One home or database with everything that works on it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self._closing = ExitStack()
        self._views: dict[tuple[object, ...], PlanView] = {}
        self._recent: tuple[int, Sequence[Reading]] | None = None

    @cached_property
    def plans(self) -> SqlPlanStore:
        """Documents, facts, passages and events."""
        from retrieval.store.sql import SqlPlanStore

        return SqlPlanStore(self.database)

    @cached_property
    def conversations(self) -> SqlConversationStore:
        """Turns of conversations."""
        from retrieval.store.conversations import SqlConversationStore

        return SqlConversationStore(self.database)

    @cached_property
    def corrections(self) -> SqlCorrections:
        """What people changed in the compiled plan."""
        from retrieval.store.corrections import SqlCorrections

        return SqlCorrections(self.database)

    @property
    def database_url(self) -> str:
        """Address of the database: the setting, else a file in the home."""
        return self.settings.database_url or f"sqlite:///{self.settings.home / DATABASE_FILE}"

    @cached_property
    def copilot(self) -> Copilot:
        """Answers questions."""
        from copilot import models, telemetry
        from copilot.agent.service import Copilot
        from tools.registry.tools import all_tools

        telemetry.use(telemetry.from_environment())
        return Copilot(
            self,
            models.answerer(self.settings, self.settings.model),
            all_tools(),
            self.conversations,
            self.clock,
            fallback=models.in_reserve(self.settings),
            proposing=self._turn_proposer,
            options=models.options(self.settings),
        )

    @cached_property
    def proposal_desk(self) -> ProposalDesk:
        """Changes that wait for a person's yes."""
        from copilot.journal.checklist import Checklist
        from copilot.journal.proposing import ProposalDesk
        from copilot.journal.recorder import Recorder
        from retrieval.store.journal import SqlJournalStore
        from retrieval.store.proposals import SqlProposals

        journal = SqlJournalStore(self.database)
        return ProposalDesk(
            plan=self.plan,
            recorder=Recorder(plan=self.plan, journal=journal, clock=self.clock),
            checklist=Checklist(plan=self.plan, journal=journal, clock=self.clock),
            journal=journal,
            proposals=SqlProposals(self.database),
            clock=self.clock,
        )

    def _turn_proposer(self, by: Principal, language: Language) -> TurnProposer:
        from copilot.journal.turns import TurnProposer

        return TurnProposer(self.proposal_desk, by, language, self.clock.now().date())

    def plan(self, principal: Principal, documents: Sequence[str] = ()) -> Plan:
        """The compiled plan of what the principal may read; `documents` narrows it. Raises UserCanFix(`unknown_document`)."""
        from retrieval.extract.merge import compile_plan

        records = self.plans.documents(principal)
        if documents:
            _check_known(documents, [record.document for record in records])
            records = [record for record in records if record.document in documents]
        return compile_plan(records, self.corrected(principal, [record.document for record in records]).facts)

    def corrected(self, principal: Principal, documents: Sequence[str]) -> Corrected:
        """Facts of these documents as people want them, and corrections that lost their place."""
        from retrieval.extract.corrections import Corrected, apply

        facts = self.plans.facts(principal, documents=documents)
        made = self.corrections.of(documents)
        if not made:
            return Corrected(tuple(facts), ())
        return apply(facts, made, lambda document: self.plans.text(principal, document).split("\n"))

    def view(self, principal: Principal, documents: Sequence[str] = ()) -> PlanView:
        """What lookups look into, as the principal may see it; kept while the plan stands."""
        key = (self.plans.revision(), principal.role, principal.groups, tuple(documents))
        if key not in self._views:
            if len(self._views) >= KEPT_VIEWS:
                self._views.clear()
            self._views[key] = self._new_view(principal, documents)
        return self._views[key]

    @cached_property
    def health_rules(self) -> Rules:
        """Thresholds of the metrics' colours, as set."""
        from copilot.health.state import Rules

        known = self.settings
        return Rules(
            green_within=Decimal(str(known.health_green)),
            amber_within=Decimal(str(known.health_amber)),
            near_target=Decimal(str(known.health_near)),
            cadence_days=known.health_cadence_days,
        )

    def recent_readings(self) -> Sequence[Reading]:
        """Of each metric the first reading and the latest ones, by day; kept until another one is recorded."""
        from retrieval.store.recent import last_reading, recent_readings

        last = last_reading(self.database)
        if self._recent is None or self._recent[0] != last:
            self._recent = (last, recent_readings(self.database, per_metric=RECENT_READINGS))
        return self._recent[1]

    def task_states(self) -> Mapping[str, TaskChange]:
        """The newest change of every task that has one, by task id."""
        from retrieval.store.journal import SqlJournalStore

        return SqlJournalStore(self.database).task_states()

    def search(self, principal: Principal, query: str, *, documents: Sequence[str] | None, k: int) -> Sequence[Hit]:
        """Passages, best first."""
        return self._search.search(principal, query, documents=documents, k=k)

    def ingest(self, paths: Sequence[Path], *, progress: Progress | None = None) -> IngestReport:
        """Take in files and folders, and let go of what is gone from them."""
        return self._pipeline.ingest(paths, progress=progress)

    def remove(self, document: str) -> DocumentReport:
        """Take a document out of every answer at once, its vectors included."""
        report = self._pipeline.remove(document)
        self._pipeline.write_vectors()
        return report

    def write_vectors(self) -> str | None:
        """Write the vectors that wait and delete those of passages that are gone; a code when that could not be done."""
        return self._pipeline.write_vectors()

    def close(self) -> None:
        """Let others have the database and the vector folder."""
        self._closing.close()

    @cached_property
    def database(self) -> Database:
        """The workspace's one database, its schema up to date."""
        from retrieval.store.database import open_database

        opened = open_database(self.database_url)
        self._closing.callback(opened.close)
        return opened

    @cached_property
    def _lexical(self) -> SqlLexicalIndex:
        from retrieval.store.lexical import SqlLexicalIndex

        return SqlLexicalIndex(self.database)

    @cached_property
    def _embedder(self) -> Embedder:
        return self._embedder_of(self.settings.embeddings_model)

    def _embedder_of(self, model: str) -> Embedder:
        known = self.settings
        if model == HASHED:
            from retrieval.search.hashed import HashedEmbedder

            return HashedEmbedder()
        from copilot.models import OPENAI
        from retrieval.search.embedders import OpenAIEmbedder

        key = known.embeddings_api_key or known.model_api_key
        return OpenAIEmbedder(
            model=model,
            base_url=known.embeddings_url or known.model_url or OPENAI,
            api_key=key.get_secret_value() if key else None,
            timeout_s=known.model_timeout_s,
            max_retries=known.model_retries,
        )

    @cached_property
    def _vectors(self) -> Vectors:
        from retrieval.store.vectors import Vectors

        return Vectors(self._open_vectors)

    @cached_property
    def _pipeline(self) -> Pipeline:
        from copilot.llm.tokens import upper_bound
        from retrieval.pipeline import Pipeline

        return Pipeline(
            self.plans,
            clock=self.clock,
            # Not tiktoken's count: passages must not depend on whether this machine has its table.
            count_tokens=upper_bound,
            embedder=self._embedder,
            vectors=self._vectors,
            proposer=self._proposer,
            task_states=self.task_states,
        )

    @cached_property
    def _proposer(self) -> ModelProposer | None:
        model = self.settings.extraction_model
        if model is None or model == OFFLINE:
            return None
        from copilot.llm.extraction import ModelProposer
        from copilot.llm.tokens import token_counter
        from prompts.loader import load

        return ModelProposer(self._ask_extraction, name=model, instructions=load("extraction").text, count_tokens=token_counter())

    def _ask_extraction(self, messages: Sequence[Said]) -> str:
        from copilot.llm.asking import asking

        return asking(self._extraction_model)(messages)

    @cached_property
    def _extraction_model(self) -> BaseChatModel:
        # Built on the first open line, and a missing key is then told in the report: it costs no ingest its rule facts.
        return self.chat_model(self.settings.extraction_model or OFFLINE)

    def chat_model(self, model: str) -> BaseChatModel:
        """The model of that name, as the settings configure it."""
        from copilot import models

        return models.chat_model(self.settings, model)

    def _new_view(self, principal: Principal, documents: Sequence[str]) -> PlanView:
        from retrieval.language.identity import series_of
        from tools.lookup.view import PlanView

        @cache
        def parsed(document: str) -> ParsedDocument:
            return self._as_corrected(principal, document)

        def search(query: str, only: Sequence[str] | None, k: int) -> Sequence[Hit]:
            # Documents the question is limited to limit the search as well.
            within = only if only is not None or not documents else documents
            return self.search(principal, query, documents=within, k=k)

        plan = self.plan(principal, documents)
        # Readings stay with a metric whose document got another name.
        metrics = {series_of(fact) for fact in plan.facts if fact.kind == "kpi"}
        readable = {record.document for record in plan.documents}

        def readings() -> Sequence[Reading]:
            recent = self.recent_readings()
            return [one for one in recent if one.metric_id in metrics or one.document in readable]

        return PlanView(
            plan=plan,
            parsed=parsed,
            search=search,
            readings=readings,
            task_states=self.task_states,
            today=lambda: self.clock.now().date(),
            rules=self.health_rules,
            acknowledged=self._acknowledged,
        )

    def _as_corrected(self, principal: Principal, document: str) -> ParsedDocument:
        """The document's structure, as people corrected its facts."""
        from retrieval.extract.amending import amended
        from retrieval.ingest.blocks import parse

        read = partial(parse, document, places=self.plans.places(principal, document))
        doc = read(self.plans.text(principal, document))
        if not self.corrections.of([document]):
            return doc
        extracted = self.plans.facts(principal, documents=[document])
        return amended(doc, extracted, self.corrected(principal, [document]).facts, read)

    def _acknowledged(self) -> Collection[str]:
        from retrieval.store.acknowledgements import SqlAcknowledgementStore

        return SqlAcknowledgementStore(self.database).acknowledged().keys()

    def _open_vectors(self) -> ChunkStore:
        # chromadb takes a second to load, and most questions need no vectors.
        from retrieval.store.chroma import open_folder, open_server
        from retrieval.store.vectors import collection_name

        name = collection_name(self._embedder)
        url = self.settings.chroma_url
        opened = (
            open_server(url, name, workspace=self.plans.workspace_id())
            if url
            else open_folder(self.settings.home / VECTORS_FOLDER, name)
        )
        self._closing.callback(opened.close)
        return opened

    @cached_property
    def _search(self) -> HybridSearch:
        from retrieval.search.hybrid import HybridSearch

        return HybridSearch(self.plans, self._lexical, self._embedder, self._vectors, former=self._former_vectors)

    def _former_vectors(self) -> tuple[Embedder, ChunkStore] | None:
        """The last whole collection and what reads it, while that of the settings is not whole."""
        from retrieval.store.vectors import collection_name

        whole = self.plans.whole_collection()
        if whole is None or whole.name == collection_name(self._embedder):
            return None
        embedder = self._embedder_of(whole.model)
        # Another version of the analyser or of the model cannot read what the old one wrote.
        return (embedder, self._vectors().sibling(whole.name)) if collection_name(embedder) == whole.name else None


def _check_known(documents: Sequence[str], known: Sequence[str]) -> None:
    for name in documents:
        if name not in known:
            raise UserCanFix("unknown_document", document=name, near=get_close_matches(name, known, n=3, cutoff=0.4))
