from __future__ import annotations

import pytest

from retrieval.language.analyser import ANALYSER_VERSION
from retrieval.store.database import Database
from retrieval.store.lexical import SqlLexicalIndex
from retrieval.store.sql import SqlPlanStore
from tests.store.material import put, record

TEXTS = (
    "Reducir la cancelación de clientes a 3.5% mensual",
    "Inversión de $10M en automatización del onboarding",
    "Disponibilidad del servicio: 99.95%",
    "El identificador utm_source se revisa con SOC-2",
)


@pytest.fixture
def filled(store: SqlPlanStore, lexical: SqlLexicalIndex) -> SqlLexicalIndex:
    put(store, record("plan.md"), TEXTS)
    return lexical


@pytest.mark.parametrize(
    ("query", "number"),
    [
        pytest.param("cancelaciones del cliente", 0, id="other forms of the words"),
        pytest.param("CANCELACION", 0, id="without accents and in capitals"),
        pytest.param("cancelacoin", 0, id="a slip of the pen"),
        pytest.param("What investment goes into automation?", 1, id="in English"),
        pytest.param("Quel est le taux de résiliation ?", 0, id="in French"),
        pytest.param("¿dónde aparece 99.95%?", 2, id="a percentage"),
        pytest.param("$10,000,000", 1, id="an amount written differently"),
        pytest.param("10M", 1, id="an amount without its currency"),
        pytest.param("3,5 %", 0, id="a decimal comma"),
        pytest.param("utm_source", 3, id="an identifier"),
        pytest.param("SOC2", 3, id="an identifier without its hyphen"),
    ],
)
def test_a_passage_is_found(filled: SqlLexicalIndex, query: str, number: int) -> None:
    found = filled.search(query, documents=None, k=3)

    assert found[0][0] == f"plan.md@v1:{number}"


@pytest.mark.parametrize(
    "query",
    ['"', "' OR 1=1 --", "s:(x) AND NEAR(", "a* ^b {c}", "", "   ", "¿?", "de la que", "x" * 100_000, "(" * 5_000, "\x00churn"],
    ids=lambda query: repr(query[:12]),
)
def test_any_text_is_a_query(filled: SqlLexicalIndex, query: str) -> None:
    assert len(filled.search(query, documents=None, k=3)) <= 3


def test_scores_fall_from_the_best(filled: SqlLexicalIndex) -> None:
    scores = [score for _, score in filled.search("inversión cancelación clientes", documents=None, k=4)]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_a_search_can_be_limited_to_documents(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    put(store, record("a.md"), ["Churn de 5%"])
    put(store, record("b.md"), ["Churn de 4%"])

    assert [one for one, _ in lexical.search("churn", documents=["b.md"], k=5)] == ["b.md@v1:0"]
    assert lexical.search("churn", documents=[], k=5) == []
    assert len(lexical.search("churn", documents=None, k=5)) == 2


def test_the_headings_above_a_passage_are_searched_too(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    put(store, record("a.md"), ["150K"])

    assert lexical.search("metas", documents=None, k=1)[0][0] == "a.md@v1:0"


def test_deleting_leaves_no_trace_in_the_ranking(store: SqlPlanStore, lexical: SqlLexicalIndex) -> None:
    put(store, record("a.md"), ["Churn de 5%", "Retención alta"])
    alone = lexical.search("churn retención", documents=None, k=5)
    put(store, record("b.md"), ["Churn y retención y churn"] * 20)

    put(store, record("b.md", "v2"))

    assert lexical.search("churn retención", documents=None, k=5) == alone


def test_a_large_index_asks_for_words_first(database: Database, store: SqlPlanStore) -> None:
    put(store, record("a.md"), ["cancelación del cliente", "cancelado el plan"])
    large = SqlLexicalIndex(database, large=1)

    # "cancelamos" shares its stem with both, so the 4-grams are not asked and cannot add the third.
    put(store, record("b.md"), ["cancelaba", "canceroso"])
    by_words = {one for one, _ in large.search("¿cuándo cancelamos?", documents=None, k=2)}
    by_grams = {one for one, _ in large.search("¿cuándo cancelamos?", documents=None, k=4)}

    assert "b.md@v1:1" not in by_words
    assert "b.md@v1:1" in by_grams


def test_an_index_of_another_analyser_is_made_anew(database: Database, store: SqlPlanStore) -> None:
    put(store, record("a.md"), ["Churn de 5%"])
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE marks SET value = 'a0' WHERE name = 'lexical_analyser'")
        connection.exec_driver_sql("DELETE FROM lexical")

    found = SqlLexicalIndex(database).search("churn", documents=None, k=1)

    assert [one for one, _ in found] == ["a.md@v1:0"]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT value FROM marks WHERE name = 'lexical_analyser'").scalar() == ANALYSER_VERSION
