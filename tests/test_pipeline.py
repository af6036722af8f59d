from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from copilot.bootstrap import Workspace
from copilot.domain.access import Principal
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.plan import DocumentReport
from copilot.domain.ports import ChunkStore
from copilot.llm.tokens import upper_bound
from copilot.settings import Settings
from retrieval.pipeline import SELF, Pipeline
from retrieval.search.hashed import HashedEmbedder
from retrieval.store.chroma import ChromaStore, open_folder
from retrieval.store.database import Database, open_database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from retrieval.store.vectors import Vectors, collection_name
from tests.postgres_server import PostgresServer

ANA = Principal(id="local:ana")
MONDAY = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
PLAN = """---
access: {access}
start: 2026-02-02
---
# Plan de retención

## Metas

| KPI | Meta |
|---|---|
| Churn mensual | {churn}% |

- [ ] Llamar a los clientes en riesgo
"""


class FixedClock:
    def now(self) -> datetime:
        return MONDAY


def count_tokens(text: str) -> int:
    return len(text) // 3


def plan(churn: str = "3.5", access: str = "") -> str:
    return PLAN.format(churn=churn, access=access)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plans"
    (made / "sub").mkdir(parents=True)
    (made / "plan.md").write_text(plan(), encoding="utf-8")
    (made / "sub" / "otro.md").write_text("# Otro plan\n\nInversión: $10M\n", encoding="utf-8")
    return made


@pytest.fixture(params=["memory", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """What is promised of one database is promised of both."""
    server: PostgresServer | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = open_database(server.new_database() if server else "sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> SqlPlanStore:
    return SqlPlanStore(database)


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaStore]:
    opened = open_folder(tmp_path / "chroma", collection_name(HashedEmbedder()))
    yield opened
    opened.close()


def pipeline(store: SqlPlanStore, vectors: ChunkStore | None = None) -> Pipeline:
    opened = Vectors(lambda: vectors) if vectors is not None else None
    return Pipeline(store, clock=FixedClock(), count_tokens=count_tokens, embedder=HashedEmbedder(), vectors=opened)


def statuses(documents: Sequence[DocumentReport]) -> dict[str, str]:
    return {one.document: one.status for one in documents}


def test_a_folder_becomes_documents_with_facts_passages_and_vectors(
    store: SqlPlanStore, database: Database, chroma: ChromaStore, folder: Path
) -> None:
    report = pipeline(store, chroma).ingest([folder])

    assert statuses(report.documents) == {"plan.md": "ingested", "sub/otro.md": "ingested"}
    assert {fact.kind for fact in store.facts(ANA)} >= {"kpi", "task"}
    assert SqlLexicalIndex(database).search("churn", documents=None, k=1)
    assert chroma.count() == sum(one.chunks for one in report.documents) > 0
    assert (report.pending_vectors, report.trouble) == (0, None)


def test_the_front_matter_gives_start_and_access(store: SqlPlanStore, folder: Path) -> None:
    (folder / "plan.md").write_text(plan(access="board"), encoding="utf-8")

    pipeline(store).ingest([folder])

    [record] = [one for one in store.documents(SELF) if one.document == "plan.md"]
    assert (record.access, record.start, record.language) == ("board", date(2026, 2, 2), "es")
    assert [one.document for one in store.documents(ANA)] == ["sub/otro.md"]


def test_unchanged_documents_are_not_compiled_and_need_no_vectors(store: SqlPlanStore, folder: Path, chroma: ChromaStore) -> None:
    pipeline(store, chroma).ingest([folder])
    revision, versions = store.revision(), [one.version_id for one in store.documents(ANA)]

    def must_not_open() -> ChunkStore:
        raise AssertionError("an unchanged folder needs no vectors")

    again = Pipeline(
        store, clock=FixedClock(), count_tokens=count_tokens, embedder=HashedEmbedder(), vectors=Vectors(must_not_open)
    )
    report = again.ingest([folder])

    assert set(statuses(report.documents).values()) == {"unchanged"}
    assert store.revision() == revision
    assert [one.version_id for one in store.documents(ANA)] == versions


def test_unchanged_documents_are_compiled_again_when_asked(store: SqlPlanStore, folder: Path) -> None:
    pipeline(store).ingest([folder])

    report = pipeline(store).ingest([folder], again=True)

    assert set(statuses(report.documents).values()) == {"replaced"}


def test_a_changed_document_is_replaced_and_the_change_is_told(store: SqlPlanStore, folder: Path, chroma: ChromaStore) -> None:
    pipeline(store, chroma).ingest([folder])
    before = chroma.count()

    (folder / "plan.md").write_text(plan(churn="2.5"), encoding="utf-8")
    report = pipeline(store, chroma).ingest([folder])

    assert statuses(report.documents) == {"plan.md": "replaced", "sub/otro.md": "unchanged"}
    assert any("2.5" in (event.after or "") for event in store.events(ANA))
    assert not any("3.5" in fact.raw for fact in store.facts(ANA))
    assert chroma.count() == before
    assert store.orphaned_vectors(1) == []


def test_a_document_whose_file_is_gone_is_removed_with_its_folder_only(store: SqlPlanStore, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "lejos.md").write_text("# Lejos\n\nPresupuesto: $5K\n", encoding="utf-8")
    pipeline(store).ingest([folder, other])
    (folder / "plan.md").unlink()
    (other / "lejos.md").unlink()

    report = pipeline(store).ingest([folder])

    assert statuses(report.documents) == {"sub/otro.md": "unchanged", "plan.md": "removed"}
    assert [one.document for one in store.documents(ANA)] == ["lejos.md", "sub/otro.md"]


def test_a_file_is_one_document_whichever_folder_is_named(store: SqlPlanStore, folder: Path) -> None:
    pipeline(store).ingest([folder])

    report = pipeline(store).ingest([folder / "sub"])
    alone = pipeline(store).ingest([folder / "sub" / "otro.md"])

    assert statuses(report.documents) == statuses(alone.documents) == {"sub/otro.md": "unchanged"}


def test_files_of_one_name_in_two_folders_are_two_documents(store: SqlPlanStore, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "filial"
    other.mkdir()
    (other / "plan.md").write_text(plan(churn="9"), encoding="utf-8")
    pipeline(store).ingest([folder])

    pipeline(store).ingest([other])

    assert {one.document for one in store.documents(ANA)} == {"plan.md", "sub/otro.md", "filial/plan.md"}


def test_a_bad_file_is_named_and_the_others_go_in(store: SqlPlanStore, folder: Path) -> None:
    (folder / "leer.md").write_bytes(b"")
    (folder / "binary.md").write_bytes(bytes(range(256)) * 50)

    report = pipeline(store).ingest([folder, folder / "nowhere.md"])

    failed = {one.document: one.reason for one in report.documents if one.status == "failed"}
    assert failed == {"leer.md": "file_empty", "binary.md": "file_binary", str(folder / "nowhere.md"): "file_not_found"}
    assert len(store.documents(ANA)) == 2


def test_a_file_that_turns_bad_keeps_its_last_good_version(store: SqlPlanStore, folder: Path) -> None:
    pipeline(store).ingest([folder])
    (folder / "plan.md").write_bytes(b"")

    report = pipeline(store).ingest([folder])

    assert statuses(report.documents)["plan.md"] == "failed"
    assert "plan.md" in {one.document for one in store.documents(ANA)}


def test_a_start_that_is_no_date_is_left_out_and_named(store: SqlPlanStore, folder: Path) -> None:
    (folder / "plan.md").write_text(plan().replace("2026-02-02", "pronto"), encoding="utf-8")

    report = pipeline(store).ingest([folder])

    [told] = [one for one in report.documents if one.document == "plan.md"]
    assert ("pronto", "bad_date", 3) in {(one.text, one.reason, one.line) for one in told.dropped}


def test_progress_is_told_for_each_document(store: SqlPlanStore, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []

    pipeline(store).ingest([folder], progress=lambda done, total, name: told.append((done, total, name)))

    assert told == [(0, 2, "plan.md"), (1, 2, "sub/otro.md"), (2, 2, "")]


def test_vectors_wait_when_another_process_owns_them_and_are_written_later(
    store: SqlPlanStore, database: Database, folder: Path, chroma: ChromaStore, tmp_path: Path
) -> None:
    shut_out = Vectors(lambda: open_folder(tmp_path / "chroma", "any-1024"))
    guest = Pipeline(store, clock=FixedClock(), count_tokens=count_tokens, embedder=HashedEmbedder(), vectors=shut_out)

    report = guest.ingest([folder])

    assert (report.trouble, report.pending_vectors) == ("vector_folder_owned", store.vectors_pending())
    assert SqlLexicalIndex(database).search("churn", documents=None, k=1)
    assert pipeline(store, chroma).write_vectors() is None
    assert (store.vectors_pending(), chroma.count()) == (0, report.pending_vectors)


def test_removing_a_document_tells_what_went_with_it(store: SqlPlanStore, folder: Path) -> None:
    pipeline(store).ingest([folder])

    report = pipeline(store).remove("plan.md")

    assert report.status == "removed"
    assert {event.kind for event in report.events} == {"removed"}
    assert [one.document for one in store.documents(ANA)] == ["sub/otro.md"]
    with pytest.raises(UserCanFix, match="unknown_document"):
        pipeline(store).remove("plan.md")


INGEST = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from retrieval.pipeline import Pipeline
from retrieval.store.database import open_database
from retrieval.store.sql import SqlPlanStore

class Now:
    def now(self):
        return datetime.now(UTC)

pipeline = Pipeline(SqlPlanStore(open_database(sys.argv[1])), clock=Now(), count_tokens=len)
print("ready", flush=True)
for round in range(1000):
    text = "\\n".join(f"## Parte {n}\\n\\n- Churn de la parte {n}: {round + 1}%" for n in range(40))
    Path(sys.argv[2]).write_text("# Plan\\n\\n" + text + "\\n")
    pipeline.ingest([Path(sys.argv[2])])
    print(round, flush=True)
"""


@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.11])
def test_a_killed_ingest_leaves_one_version_whole(tmp_path: Path, root: Path, delay_s: float) -> None:
    url = f"sqlite:///{tmp_path / 'rumbo.db'}"
    arguments = [sys.executable, "-c", INGEST, url, str(tmp_path / "plan.md")]
    with subprocess.Popen(arguments, cwd=root, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(3):
            child.stdout.readline()
        time.sleep(delay_s)
        child.send_signal(signal.SIGKILL)

    database = open_database(url)
    store = SqlPlanStore(database)
    [record] = store.documents(ANA)
    text = store.text(ANA, "plan.md").split("\n")
    with database.read() as connection:
        count = connection.exec_driver_sql
        chunks, indexed = count("SELECT count(*) FROM chunks").scalar(), count("SELECT count(*) FROM lexical").scalar()
        versions = set(count("SELECT version_id FROM chunks UNION SELECT version_id FROM facts").scalars())
    assert versions == {record.version_id}
    assert chunks == indexed == store.vectors_pending() == 40
    assert all(fact.raw in text[fact.lines[0] - 1] for fact in store.facts(ANA))
    database.close()


def test_an_operators_problem_stops_the_ingest(folder: Path, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'rumbo.db'}", busy_timeout_ms=20)
    with database.write(), pytest.raises(OperatorMustFix, match="database_locked"):
        pipeline(SqlPlanStore(database)).ingest([folder])
    database.close()


def test_a_folder_closes_the_files_in_it_that_can_have_no_front_matter(store: SqlPlanStore, folder: Path) -> None:
    (folder / "sub" / "cifras.csv").write_text("KPI;Meta\nChurn;3%\nNPS;60\n", encoding="utf-8")
    pipeline(store).ingest([folder])
    (folder / "sub" / ".rumbo.yaml").write_text("access: board\nstart: 2026-03-02\n", encoding="utf-8")

    closed = pipeline(store).ingest([folder])

    assert statuses(closed.documents) == {"plan.md": "unchanged", "sub/cifras.csv": "replaced", "sub/otro.md": "replaced"}
    assert [one.document for one in store.documents(ANA)] == ["plan.md"]
    assert {one.start for one in store.documents(SELF) if one.access == "board"} == {date(2026, 3, 2)}
    (folder / "sub" / ".rumbo.yaml").write_text("acces: board\n", encoding="utf-8")
    broken = pipeline(store).ingest([folder])
    assert {one.reason for one in broken.documents if one.status == "failed"} == {"folder_keys_unreadable"}
    assert [one.document for one in store.documents(ANA)] == ["plan.md"]


def test_a_passage_is_cut_by_a_count_that_is_the_same_on_every_machine(tmp_path: Path, folder: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path / "home"))
    workspace.ingest([folder])
    with workspace.database.read() as connection:
        counted = connection.exec_driver_sql("SELECT indexed, tokens FROM chunks").all()
    workspace.close()

    assert counted
    assert all(tokens == upper_bound(indexed) for indexed, tokens in counted)
