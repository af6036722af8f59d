from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.language.analyser import LONGEST_WORD, analyse, fold, grams, stopwords
from retrieval.language.glossary import translations
from retrieval.language.query import query_terms


def test_forms_of_a_word_share_a_stem() -> None:
    assert analyse("inversiones", "es").stems == analyse("Inversión", "es").stems
    assert analyse("investments", "en").stems == analyse("investment", "en").stems


def test_function_words_are_no_terms() -> None:
    assert analyse("¿Cuál es el churn de la fase?", "es").stems == ("churn", "fas")


def test_folding_takes_case_and_accents_away() -> None:
    assert fold("AÑO Çedilha über") == "ano cedilha uber"


def test_grams_are_padded_and_short_words_are_whole() -> None:
    assert grams(["roi", "a"]) == ("_roi", "roi_", "_a_")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$10M", "$10,000,000"),
        ("99.95%", "99,95 %"),
        ("€1.200.000", "€1.2M"),
        ("500K", "500,000"),
        ("USD 3M", "$3M"),
        ("10x", "10 x"),
    ],
)
def test_one_amount_is_one_term_however_it_is_written(one: str, other: str) -> None:
    assert set(analyse(one, "es").stems) & set(analyse(other, "es").stems) - {"10", "3"}


def test_amounts_of_different_units_share_their_value_only() -> None:
    assert set(analyse("5%", "es").stems) & set(analyse("$5", "es").stems) == {"5"}


def test_an_identifier_is_also_one_term() -> None:
    assert {"utmsource", "soc2"} <= set(analyse("utm_source, SOC-2", "es").stems)


def test_every_language_has_its_function_words() -> None:
    assert all(len(stopwords(language)) > 100 for language in ("es", "en", "pt", "fr"))


@given(st.text(max_size=300), st.sampled_from(["es", "en", "pt", "fr", "xx"]))
def test_terms_hold_no_blank_and_are_bounded(text: str, language: str) -> None:
    analysed = analyse(text, language)

    assert not any(character.isspace() for term in (*analysed.stems, *analysed.grams) for character in term)
    assert all(len(word) <= 2 * LONGEST_WORD for word in analysed.stems)


@pytest.mark.parametrize("text", ["x", "1", "1,", "a-", "a1_", "$ ", "("], ids=repr)
def test_time_grows_with_the_length_of_a_hostile_text_only_linearly(text: str) -> None:
    began = time.process_time()

    analyse(text * (200_000 // len(text)), "es")

    assert time.process_time() - began < 3


def test_a_term_is_called_by_its_name_in_the_other_language() -> None:
    assert "inversión" in translations("How much investment is planned?", "es")
    assert "abandono de clientes" in translations("taux de résiliation", "es")
    assert "riesgo" in translations("Quais são os riscos?", "es")


def test_a_term_of_the_language_itself_is_left_as_it_is() -> None:
    assert translations("¿Qué riesgos hay?", "es") == ()


def test_the_longest_term_wins() -> None:
    assert "cuota de mercado" in translations("market share", "es")
    assert "mercado" not in translations("market share", "es")


def test_a_question_in_the_documents_language_gets_no_synonyms() -> None:
    assert query_terms("¿Cuál es la meta de ventas?", "es").grams == query_terms("¿Cuál es la meta de ventas?").grams


def test_a_few_words_of_no_telling_language_are_stemmed_for_all() -> None:
    told = query_terms("churn metas")

    assert told.language is None
    assert set(analyse("churn metas", "es").stems) | set(analyse("churn metas", "fr").stems) <= set(told.stems)
