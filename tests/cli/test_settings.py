from __future__ import annotations

import pytest

from copilot.domain.errors import OperatorMustFix
from copilot.settings import described, load, masked_url, shown, unknown_variables


def test_nothing_set_is_the_offline_default() -> None:
    assert load().model == "offline"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_LANGUAGE", "")

    assert load().language is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RUMBO_MODEL_TIMEOUT_S", "soon"),
        ("RUMBO_MODEL_RETRIES", "-1"),
        ("RUMBO_LANGUAGE", "de"),
        ("RUMBO_DATABASE_URL", "mysql://host/name"),
        ("RUMBO_MODEL_URL", "localhost"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(OperatorMustFix) as caught:
        load()

    assert caught.value.code == "bad_setting"
    assert caught.value.params["setting"] == variable
    assert caught.value.params["expected"]


def test_the_key_of_the_openai_library_is_taken_where_ours_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    assert secret() == "theirs"

    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "ours")
    assert secret() == "ours"


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "sk-secret")
    monkeypatch.setenv("RUMBO_DATABASE_URL", "postgresql+psycopg://ana:hunter2@db/rumbo?password=hunter2")

    told = shown(load())

    assert "sk-secret" not in str(told)
    assert told["RUMBO_DATABASE_URL"] == "postgresql+psycopg://ana:***@db/rumbo"


def test_a_bad_address_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_DATABASE_URL", "mysql://ana:hunter2@db/rumbo")

    with pytest.raises(OperatorMustFix) as caught:
        load()

    assert "hunter2" not in str(caught.value)


def test_a_misspelt_variable_is_found_with_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODLE", "gpt")

    assert unknown_variables() == {"RUMBO_MODLE": "RUMBO_MODEL"}


def test_every_setting_says_what_it_is_for() -> None:
    assert [row["variable"] for row in described() if not row["meaning"]] == []


def test_an_address_without_a_password_is_left_as_it_is() -> None:
    assert masked_url("http://127.0.0.1:11434/v1") == "http://127.0.0.1:11434/v1"


def secret() -> str:
    key = load().model_api_key
    return key.get_secret_value() if key else ""
