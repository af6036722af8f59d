from __future__ import annotations

import pytest

from copilot.domain.errors import UserCanFix
from integrations.translate import error_sentence, fill, label, language_of_locale


def test_an_error_is_a_sentence_of_the_readers_language() -> None:
    error = UserCanFix("file_not_found", path="plan.md")

    assert error_sentence(error, "es") == "'plan.md' no existe; revise cómo está escrito."
    assert error_sentence(error, "fr") == "« plan.md » n'existe pas ; vérifiez l'orthographe."


def test_an_unknown_code_still_says_what_it_carries() -> None:
    assert error_sentence(UserCanFix("never_heard_of", path="x"), "en") == "never_heard_of: path='x'"


def test_an_optional_part_goes_when_its_value_is_missing_or_empty() -> None:
    assert fill("No '{name}'.[ Near: {near}.]", {"name": "chrun", "near": ["churn", "NPS"]}) == "No 'chrun'. Near: churn, NPS."
    assert fill("No '{name}'.[ Near: {near}.]", {"name": "chrun", "near": []}) == "No 'chrun'."


def test_a_value_with_braces_and_brackets_is_shown_as_it_is() -> None:
    assert fill("'{name}'", {"name": "[Nombre] {0} {near}"}) == "'[Nombre] {0} {near}'"


def test_a_long_value_is_cut() -> None:
    assert len(fill("{text}", {"text": "x" * 100_000})) == 200


@pytest.mark.parametrize(
    ("name", "language"), [("es_MX.UTF-8", "es"), ("pt_BR", "pt"), ("fr", "fr"), ("C.UTF-8", "en"), ("de_DE", "en"), (None, "en")]
)
def test_the_locale_decides_the_language_where_it_is_one_of_ours(name: str | None, language: str) -> None:
    assert language_of_locale(name) == language


def test_labels_are_translated() -> None:
    assert label("sources", "pt") == "Fontes"
