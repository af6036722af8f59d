"""repair adds nothing; doctor says what is set and what is wrong; errors are one line in the reader's language."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from integrations.dev.model import running
from tests.cli.conftest import Rumbo, run

CLEAN = "# Operación\r\n\r\nLa región — 45 %, «café», 😀, señal\n\n\tfin sin salto".encode()
WORDS = "# Operación\n\nLa implementación de la región mejoró la atención del año.\n"


def test_an_undamaged_file_comes_out_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_bytes(CLEAN)

    assert run("repair", str(tmp_path / "plan.md")).out.encode() == CLEAN


def test_a_damaged_file_comes_out_mended_with_the_same_lines(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_bytes(WORDS.encode("utf-8").decode("latin-1").encode("utf-8"))

    assert run("repair", str(tmp_path / "plan.md")).out == WORDS


def test_a_folder_is_written_under_the_same_names(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "plan.md").write_bytes(CLEAN)

    done = run("repair", str(tmp_path / "in"), "--out", str(tmp_path / "out"))

    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "out" / "deep" / "plan.md").read_bytes() == CLEAN


def test_a_report_says_what_was_found_and_prints_no_text(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_bytes(WORDS.encode("mac_roman"))
    (tmp_path / "fine.md").write_bytes(CLEAN)

    out = run("repair", str(tmp_path), "--report").out

    assert "fine.md: undamaged" in out
    assert "plan.md: " in out
    assert "implementación de la" not in out


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_mended(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_bytes(CLEAN)

    done = run("repair", str(tmp_path / "nowhere.md"), str(tmp_path / "plan.md"))

    assert done.code == 2
    assert "nowhere.md" in done.err
    assert done.out.encode() == CLEAN


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_bytes(CLEAN)
    (tmp_path / "taken").write_text("a file", encoding="utf-8")

    done = run("repair", str(tmp_path / "plan.md"), "--out", str(tmp_path / "taken"))

    assert done.code == 2
    assert "taken" in done.err


def test_doctor_shows_settings_with_secrets_masked(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "some-model")
    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "sk-secret")

    done = rumbo("doctor")

    assert done.code == 0
    assert "sk-secret" not in done.out
    assert "FTS5" in done.out


def test_doctor_finds_a_misspelt_setting(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODLE", "some-model")

    done = rumbo("doctor")

    assert done.code == 3
    assert "RUMBO_MODEL?" in done.out


def test_doctor_finds_a_model_without_a_key(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "some-model")

    checks = {check["name"]: check["ok"] for check in rumbo("doctor", "--json").json()["checks"]}

    assert checks["model"] is False
    assert checks["packages"] is True


@pytest.mark.parametrize(("language", "told"), [("es", "se espera"), ("pt", "espera-se"), ("fr", "attendu"), ("en", "expected")])
def test_a_bad_setting_is_named_in_the_readers_language(
    rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    monkeypatch.setenv("RUMBO_LANGUAGE", language)
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "lots")

    done = rumbo("kpi", "list")

    assert done.code == 3
    assert "RUMBO_MODEL_RETRIES" in done.err
    assert told in done.err
    assert done.err.count("\n") == 1


def test_messages_follow_the_locale_where_no_language_is_set(rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "es_ES.UTF-8")

    assert "Todavía no hay documentos" in rumbo("kpi", "list").err


def test_an_unexpected_error_is_one_line_and_the_trace_comes_on_request(
    rumbo: Rumbo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A trace file in a folder that is not there: nobody expects that.
    monkeypatch.setenv("RUMBO_TRACE", str(tmp_path / "nowhere" / "trace.jsonl"))
    (tmp_path / "plan.md").write_text("# Plan\n\n- **NPS**: 60\n", encoding="utf-8")
    rumbo("ingest", str(tmp_path))

    quiet = rumbo("ask", "NPS?")
    monkeypatch.setenv("RUMBO_DEBUG", "1")
    loud = rumbo("ask", "NPS?")

    assert (quiet.code, loud.code) == (70, 70)
    assert quiet.err.count("\n") == 1
    assert "RUMBO_DEBUG=1" in quiet.err
    assert "Traceback" in loud.err


def test_a_model_endpoint_that_is_down_is_named_with_the_setting(plans: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    use_model(monkeypatch, "gone", url)

    done = plans("ask", "¿Cuál es la meta de MRR en el Mes 6?")

    assert done.code == 3
    assert url in done.err
    assert "RUMBO_MODEL_URL" in done.err
    assert done.err.count("\n") == 1


def test_a_model_endpoint_that_is_down_is_stood_in_for_where_that_is_set(plans: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    use_model(monkeypatch, "gone", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("RUMBO_MODEL_FALLBACK", "offline")

    answer = plans("ask", "--json", "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?").json()

    assert "$120K" in answer["answer"]
    assert answer["gaps"]


@pytest.mark.parametrize("behaviour", ["nonsense", "broken-json"])
def test_a_model_endpoint_that_answers_nonsense_is_named(plans: Rumbo, monkeypatch: pytest.MonkeyPatch, behaviour: str) -> None:
    with running() as url:
        use_model(monkeypatch, behaviour, url)
        done = plans("ask", "¿Cuál es la meta de MRR en el Mes 6?")

    assert done.code == 3
    assert "RUMBO_MODEL" in done.err
    assert done.err.count("\n") == 1


def use_model(monkeypatch: pytest.MonkeyPatch, model: str, url: str) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)
    monkeypatch.setenv("RUMBO_MODEL_URL", url)
    monkeypatch.setenv("RUMBO_MODEL_API_KEY", "key")
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")
