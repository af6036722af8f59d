from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from copilot.domain.access import Principal
from copilot.domain.errors import UserCanFix
from copilot.domain.fact import Dropped
from copilot.domain.plan import PlanEvent
from copilot.domain.source import Repair
from retrieval.store.database import Database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from tests.store.material import ANA, BOARD, MONDAY, ROOT, kpi, put, record

MOVED = PlanEvent(
    kind="changed", fact_kind="kpi", fact_id="f1", document="plan.md", name="churn", before="5%", after="4%", at=MONDAY
)


def test_a_document_comes_back_as_it_went_in(store: SqlPlanStore) -> None:
    given = record("plan.md", start=date(2026, 2, 1))

    put(store, given, content="Retención".encode("cp1252"), text="Retención")

    assert store.documents(ANA) == [given]
    assert store.text(ANA, "plan.md") == "Retención"
    assert store.original(ANA, "plan.md") == "Retención".encode("cp1252")


def test_documents_are_listed_by_name(store: SqlPlanStore) -> None:
    for name in ("b.md", "a.md", "c/a.md"):
        put(store, record(name))

    assert [one.document for one in store.documents(ANA)] == ["a.md", "b.md", "c/a.md"]


def test_facts_come_back_whole_by_document_and_line(store: SqlPlanStore) -> None:
    late, early = kpi("b.md", 7, "churn", "4.50"), kpi("b.md", 2, "nps", "60")
    first = kpi("a.md", 9, "mrr", "12")

    put(store, record("b.md"), facts=[late, early])
    put(store, record("a.md"), facts=[first])

    assert store.facts(ANA) == [first, early, late]
    assert store.facts(ANA, documents=["b.md"]) == [early, late]
    assert str(store.facts(ANA)[2].model_dump()["value"]) == "4.50"


def test_what_was_dropped_comes_back_by_line(store: SqlPlanStore) -> None:
    left = [Dropped(document="a.md", line=line, text="[Nombre]", reason="placeholder") for line in (8, 3)]

    put(store, record("a.md"), dropped=left)

    assert [one.line for one in store.dropped(ANA, "a.md")] == [3, 8]


def test_a_new_version_replaces_everything_of_the_old(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    old = put(store, record("a.md"), ["Churn mensual de 5%"], facts=[kpi("a.md", 1, "churn", "5")])

    new = put(store, record("a.md", "v2"), ["Ingresos de $10M"], facts=[kpi("a.md", 1, "ingresos", "9")], text="new")

    assert [fact.raw for fact in store.facts(ANA)] == ["ingresos: 9%"]
    assert store.text(ANA, "a.md") == "new"
    assert store.chunks(ANA, [old[0].id, new[0].id]) == {new[0].id: new[0]}
    assert lexical.search("churn mensual", documents=None, k=5) == []
    assert [chunk_id for chunk_id, _ in lexical.search("ingresos", documents=None, k=5)] == [new[0].id]


def test_a_replacement_that_fails_leaves_the_old_version(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    old = put(store, record("a.md"), ["Churn mensual"], facts=[kpi("a.md", 1, "churn", "5")])
    revision = store.revision()
    twin = record("a.md", "v2")
    # Two passages with one id cannot be stored: the transaction breaks after the old version was taken away.
    chunk = old[0].model_copy(update={"id": "same"})

    with pytest.raises(sa.exc.IntegrityError):
        store.replace(twin, content=b"", text="", repairs=(), facts=(), dropped=(), chunks=[chunk, chunk], events=())

    assert [fact.raw for fact in store.facts(ANA)] == ["churn: 5%"]
    assert [chunk_id for chunk_id, _ in lexical.search("churn", documents=None, k=5)] == [old[0].id]
    assert store.pending_vectors(9) == old
    assert store.orphaned_vectors(9) == []
    assert store.revision() == revision


def test_a_removed_document_is_gone_from_every_read(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    chunks = put(store, record("a.md"), ["Churn mensual"], facts=[kpi("a.md", 1, "churn", "5")])

    assert store.remove("a.md", at=MONDAY)

    assert store.documents(ROOT) == []
    assert store.facts(ROOT) == []
    assert store.chunks(ROOT, [chunks[0].id]) == {}
    assert lexical.search("churn", documents=None, k=5) == []
    assert store.pending_vectors(9) == []
    with pytest.raises(UserCanFix, match="unknown_document"):
        store.text(ROOT, "a.md")


def test_removing_what_is_not_there_says_so(store: SqlPlanStore) -> None:
    assert not store.remove("a.md", at=MONDAY)


def test_an_unknown_document_names_near_ones(store: SqlPlanStore) -> None:
    put(store, record("growth_levers.md"))

    with pytest.raises(UserCanFix) as caught:
        store.text(ANA, "growth_lever.md")

    assert caught.value.code == "unknown_document"
    assert caught.value.params["near"] == ["growth_levers.md"]


def test_what_a_person_may_not_read_is_in_no_read(store: SqlPlanStore) -> None:
    left = [Dropped(document="secret.md", line=1, text="x", reason="no_unit")]
    put(store, record("open.md"), ["abierto"], facts=[kpi("open.md", 1, "nps", "60")])
    closed = put(
        store,
        record("secret.md", access="board"),
        ["secreto"],
        facts=[kpi("secret.md", 1, "despidos", "3")],
        dropped=left,
        events=[MOVED.model_copy(update={"document": "secret.md"})],
    )

    assert [one.document for one in store.documents(ANA)] == ["open.md"]
    assert [fact.document for fact in store.facts(ANA)] == ["open.md"]
    assert store.facts(ANA, documents=["secret.md"]) == []
    assert store.dropped(ANA, "secret.md") == []
    assert store.chunks(ANA, [closed[0].id]) == {}
    assert store.events(ANA) == []
    for read in (store.text, store.original):
        with pytest.raises(UserCanFix, match="unknown_document") as caught:
            read(ANA, "secret.md")
        assert caught.value.params["near"] == ["open.md"]


@pytest.mark.parametrize("principal", [BOARD, ROOT], ids=["in the group", "admin"])
def test_who_may_read_a_document_reads_all_of_it(store: SqlPlanStore, principal: Principal) -> None:
    closed = put(
        store, record("secret.md", access="board"), ["secreto"], facts=[kpi("secret.md", 1, "despidos", "3")], events=[MOVED]
    )

    assert len(store.documents(principal)) == len(store.facts(principal)) == len(store.events(principal)) == 1
    assert store.chunks(principal, [closed[0].id]) == {closed[0].id: closed[0]}
    assert store.text(principal, "secret.md") == "repaired"


def test_changed_access_holds_at_once(store: SqlPlanStore) -> None:
    put(store, record("a.md"))

    put(store, record("a.md", "v2", access="board"))

    assert store.documents(ANA) == []


def test_what_happened_before_a_document_was_closed_is_closed_with_it(store: SqlPlanStore) -> None:
    put(store, record("plan.md"), events=[MOVED])

    put(store, record("plan.md", "v2", access="board"))

    assert store.events(ANA) == []
    assert store.events(BOARD) == [MOVED]


def test_scope_is_no_filter_when_everything_may_be_read(store: SqlPlanStore) -> None:
    put(store, record("open.md"))
    put(store, record("secret.md", access="board"))

    assert store.scope(BOARD) is None
    assert store.scope(ANA) == ["open.md"]
    assert store.scope(ANA, ["secret.md", "open.md", "nowhere.md"]) == ["open.md"]
    assert store.scope(ANA, ["secret.md"]) == []


def test_events_come_oldest_first_and_can_be_limited_by_time(store: SqlPlanStore) -> None:
    later = MOVED.model_copy(update={"at": MONDAY + timedelta(days=1), "name": "nps"})

    put(store, record("plan.md"), events=[later, MOVED])

    assert store.events(ANA) == [MOVED, later]
    assert store.events(ANA, since=MONDAY + timedelta(hours=1)) == [later]


def test_a_removal_is_an_event_that_keeps_its_access(store: SqlPlanStore) -> None:
    put(store, record("secret.md", access="board"))

    store.remove("secret.md", at=MONDAY, events=[MOVED])

    assert [event.fact_kind for event in store.events(BOARD)] == ["kpi", "document"]
    assert store.events(ANA) == []


def test_a_start_that_was_set_survives_a_new_version(store: SqlPlanStore) -> None:
    put(store, record("a.md"))

    store.set_start("a.md", date(2026, 3, 2))
    put(store, record("a.md", "v2"))

    assert store.documents(ANA)[0].start == date(2026, 3, 2)


def test_the_start_a_person_set_comes_before_the_one_in_the_document(store: SqlPlanStore) -> None:
    put(store, record("a.md", start=date(2026, 2, 1)))

    store.set_start("a.md", date(2026, 3, 2))
    set_by_hand = store.documents(ANA)[0].start
    store.set_start("a.md", None)

    assert (set_by_hand, store.documents(ANA)[0].start) == (date(2026, 3, 2), date(2026, 2, 1))


def test_a_start_can_be_taken_back(store: SqlPlanStore) -> None:
    put(store, record("a.md"))
    store.set_start("a.md", date(2026, 3, 2))

    store.set_start("a.md", None)

    assert store.documents(ANA)[0].start is None


def test_a_start_is_refused_for_an_unknown_document(store: SqlPlanStore) -> None:
    with pytest.raises(UserCanFix, match="unknown_document"):
        store.set_start("a.md", date(2026, 3, 2))


def test_the_revision_grows_with_every_change(store: SqlPlanStore) -> None:
    seen = [store.revision()]
    put(store, record("a.md"))
    seen.append(store.revision())
    store.set_start("a.md", date(2026, 3, 2))
    seen.append(store.revision())
    store.remove("a.md", at=MONDAY)
    seen.append(store.revision())

    assert seen == sorted(set(seen))


def test_new_chunks_wait_for_a_vector_until_it_is_written(store: SqlPlanStore) -> None:
    chunks = put(store, record("a.md"), ["uno", "dos", "tres"])

    store.vectors_written([chunks[0].id])

    assert store.pending_vectors(9) == chunks[1:]
    assert store.pending_vectors(1) == chunks[1:2]
    assert store.vectors_pending() == 2


def test_replaced_chunks_are_orphans_until_their_vectors_are_deleted(store: SqlPlanStore) -> None:
    old = put(store, record("a.md"), ["uno", "dos"])
    store.vectors_written([old[0].id])

    new = put(store, record("a.md", "v2"), ["tres"])

    # The second one too: its vector may have been written just before the process died.
    assert sorted(store.orphaned_vectors(9)) == [chunk.id for chunk in old]
    assert store.pending_vectors(9) == new
    store.vectors_deleted([old[0].id])
    assert store.orphaned_vectors(9) == [old[1].id]


def test_a_version_that_comes_back_is_no_orphan(store: SqlPlanStore) -> None:
    put(store, record("a.md"), ["uno"])
    put(store, record("a.md", "v2"), ["dos"])

    again = put(store, record("a.md"), ["uno"])

    assert again[0].id not in store.orphaned_vectors(9)
    assert store.pending_vectors(9) == again


def test_another_collection_makes_every_chunk_pending_again(store: SqlPlanStore) -> None:
    chunks = put(store, record("a.md"), ["uno", "dos"])
    store.use_collection("hashed-1024", empty=False)
    store.vectors_written([chunk.id for chunk in chunks])

    store.use_collection("hashed-1024", empty=False)
    assert store.vectors_pending() == 0

    store.use_collection("other-768", empty=False)
    assert store.pending_vectors(9) == chunks


def test_a_collection_that_lost_its_vectors_is_filled_again(store: SqlPlanStore) -> None:
    chunks = put(store, record("a.md"), ["uno"])
    store.use_collection("hashed-1024", empty=False)
    store.vectors_written([chunks[0].id])

    store.use_collection("hashed-1024", empty=True)

    assert store.pending_vectors(9) == chunks


def test_repairs_are_kept_with_the_version(store: SqlPlanStore, database: Database) -> None:
    put(store, record("a.md"), repairs=[Repair(damage="mac_roman", lines=3, example="Retenci√≥n -> Retención")])

    with database.read() as connection:
        kept = str(connection.exec_driver_sql("SELECT repairs FROM document_versions").scalar())

    assert "Retención" in kept


@pytest.mark.parametrize("odd", ["a\x00b", "\x00", "\ue0000", "\ue000e\x00\ue000"], ids=repr)
def test_a_character_no_database_likes_comes_back_as_it_was(store: SqlPlanStore, odd: str) -> None:
    chunks = put(store, record("a.md"), [odd], text=odd, dropped=[Dropped(document="a.md", line=1, text=odd, reason="r")])

    assert store.text(ANA, "a.md") == odd
    assert store.chunks(ANA, [chunks[0].id])[chunks[0].id].text == odd
    assert store.dropped(ANA, "a.md")[0].text == odd
