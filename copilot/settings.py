"""Settings of an installation: environment variables `RUMBO_*`, checked once, when a command starts.

The only module that reads settings from the environment. Knows no store, model or surface.
"""

from __future__ import annotations

import difflib
import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from copilot.domain.answer import Language
from copilot.domain.errors import OperatorMustFix

PREFIX = "RUMBO_"
OFFLINE = "offline"
HASHED = "hashed"

HttpUrl = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s/]+\S*$", max_length=2000)]
SqlUrl = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(sqlite|postgresql)(\+\w+)?://", max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Settings(BaseSettings):
    """Everything that can be set. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", case_sensitive=False)

    home: Path = Field(Path(".rumbo"), description="Folder of the workspace: database, vectors, lock.")
    database_url: SqlUrl | None = Field(
        None, description="SQLAlchemy address of the database; without one, a SQLite file in the home."
    )
    chroma_url: HttpUrl | None = Field(None, description="Address of a Chroma server; without one, a folder in the home.")
    model: Name = Field(OFFLINE, description="Language model. `offline` answers by rules, without key or network.")
    model_url: HttpUrl | None = Field(
        None, description="OpenAI-compatible endpoint, with its `/v1`; without one, that of the `openai` library."
    )
    model_api_key: SecretStr | None = Field(
        None, description="Key of the endpoint; `OPENAI_API_KEY` is read where this is not set."
    )
    model_timeout_s: float = Field(60, gt=0, le=600, description="Seconds to wait for one reply of the model.")
    model_retries: int = Field(2, ge=0, le=10, description="Further attempts after a failed call of the model.")
    model_fallback: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] | None = Field(
        None,
        description="Models that answer, in this order, when the model fails, and say so; names separated by commas. "
        "`offline` answers by rules.",
    )
    model_fallback_url: HttpUrl | None = Field(None, description="Endpoint of the fallback models; without one, the model's.")
    model_fallback_api_key: SecretStr | None = Field(None, description="Key of that endpoint; without one, the model's.")
    model_calls: int = Field(10, ge=1, le=50, description="Most calls of the model for one question.")
    model_price_input: Decimal | None = Field(
        None, ge=0, description="Price of a million tokens the model reads, in your currency; `rumbo eval` then tells the cost."
    )
    model_price_output: Decimal | None = Field(None, ge=0, description="Price of a million tokens the model writes.")
    context_tokens: int = Field(
        24_000, ge=16_000, le=1_000_000, description="Most tokens a model reads in one call: rules, tools, history, results."
    )
    extraction_model: Name | None = Field(
        None,
        description="Language model, at the model's endpoint, that proposes facts for prose the rules leave; none by default.",
    )
    embeddings_model: Name = Field(
        HASHED, description="Embedding model. `hashed` needs no endpoint; any other name is asked for at the endpoint."
    )
    embeddings_url: HttpUrl | None = Field(
        None, description="OpenAI-compatible endpoint for embeddings; without one, the model's."
    )
    embeddings_api_key: SecretStr | None = Field(None, description="Key of that endpoint; without one, the model's.")
    question_chars: int = Field(4000, ge=100, le=100_000, description="Longest question, in characters.")
    language: Language | None = Field(
        None,
        description="Language of messages (es, en, pt, fr); without one, the locale's, else English.",
    )
    user: Name | None = Field(
        None, description="Name under which this person's conversations are kept; without one, the login name."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        None, description="Write log lines (JSON, no document text) of this level and above to standard error."
    )
    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the Slack app (`xoxb-...`).")
    slack_app_token: SecretStr | None = Field(None, description="App-level token for Socket Mode (`xapp-...`).")
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret of the Slack app; with it `rumbo serve` takes Slack's requests."
    )
    slack_api_url: HttpUrl = Field("https://slack.com/api/", description="Base address of Slack's Web API.")
    health_green: float = Field(
        10, ge=0, le=1000, description="Percent of the way to its target that a metric may lag behind its path and be green."
    )
    health_amber: float = Field(25, ge=0, le=1000, description="The same for amber; further behind is red.")
    health_near: float = Field(
        10, ge=0, le=1000, description="Percent by which a target without a date may be missed and be amber."
    )
    health_cadence_days: int = Field(
        31, ge=1, le=3660, description="Days between readings of a metric, where neither the plan nor its readings tell."
    )
    rate_per_minute: int = Field(120, ge=1, le=100_000, description="Requests a key or address may make in a minute.")
    request_timeout_s: float = Field(120, gt=0, le=3600, description="Seconds an HTTP request may take.")
    upload_mb: int = Field(20, ge=1, le=50, description="Largest document that may be uploaded, in MB.")
    debug: bool = Field(False, description="Show the trace of an unexpected error.")
    trace: Path | None = Field(
        None, description="File to which full model turns are appended, with document text; off by default."
    )


def load(**given: Any) -> Settings:
    """Settings from the environment; `given` (command line options) wins where it is not None.

    Raises:
        OperatorMustFix: `bad_setting`, naming the variable, its value (never of a secret) and what is expected.
    """
    known = {key: value for key, value in given.items() if value is not None}
    if "model_api_key" not in known and not os.environ.get(f"{PREFIX}MODEL_API_KEY") and os.environ.get("OPENAI_API_KEY"):
        known["model_api_key"] = os.environ["OPENAI_API_KEY"]
    try:
        return Settings(**known)
    except ValidationError as error:
        raise _named(error) from None


def variable(field: str) -> str:
    """Name of the environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def shown(settings: Settings) -> dict[str, str]:
    """Every variable with its value, fit to be shown: secrets and passwords in addresses are masked."""
    found = {}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            told = "********"
        elif field.endswith("_url") and value:
            told = masked_url(value)
        else:
            told = "" if value is None else str(value)
        found[variable(field)] = told
    return found


def masked_url(url: str) -> str:
    """An address without its password and its query, where keys hide."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("/")
    user, at, server = host.rpartition("@")
    if at:
        user = user.partition(":")[0] + ":***"
    return f"{scheme}://{user}{at}{server}{slash}{path}"


def unknown_variables() -> dict[str, str]:
    """Variables that look like ours and are not, each with the nearest name that is (or an empty string)."""
    ours = {variable(field) for field in Settings.model_fields}
    strangers = sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in ours)
    return {name: next(iter(difflib.get_close_matches(name, ours, n=1)), "") for name in strangers}


def described() -> list[dict[str, str]]:
    """Every setting with its variable, type, default and meaning; docs/settings.md is written from it."""
    rows = []
    for field, info in Settings.model_fields.items():
        default = "" if info.default is None else str(info.default)
        rows.append({"variable": variable(field), "default": default, "meaning": info.description or ""})
    return rows


def _named(error: ValidationError) -> OperatorMustFix:
    first = error.errors()[0]
    field = str(first["loc"][0])
    secret = field.endswith(("_key", "_token", "_secret"))
    value = "********" if secret else masked_url(str(first["input"])) if field.endswith("_url") else str(first["input"])
    return OperatorMustFix("bad_setting", setting=variable(field), value=value[:200], expected=_expected(field, first["msg"]))


def _expected(field: str, told: str) -> str:
    if field == "database_url":
        return "sqlite:///file, postgresql+psycopg://host/name"
    if field.endswith("_url"):
        return "http(s)://host[:port]/path"
    if field == "language":
        return "es, en, pt, fr"
    return told.removeprefix("Input should be ")
