"""Every behaviour of the development model through `rumbo ask`, over HTTP: a clear message or an honest answer, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.dev.behaviours import BEHAVIOURS
from integrations.dev.model import running
from tests.cli.conftest import Rumbo

ASKED = "¿Cuál es la meta de MRR en el Mes 6 del plan de palancas?"
FAILS = [
    pytest.param("rate-limited-99-1", "HTTP 429, demasiadas peticiones", id="rate limited"),
    pytest.param("cut-stream", "cort", id="cut stream"),
    pytest.param("broken-json", "argumentos rotos", id="broken JSON"),
    pytest.param("endless-loop", "herramientas sin fin", id="endless loop"),
    pytest.param("error-500", "HTTP 500", id="server error"),
    pytest.param("timeout-30", "sin respuesta a tiempo", id="silence"),
    pytest.param("empty", "llegó vacía", id="empty"),
    pytest.param("nonsense", "no es una respuesta de chat", id="a web page"),
    pytest.param("nobody", "modelo o dirección desconocidos", id="unknown model"),
]
ANSWERS = ["good", "slow-20-1", "rate-limited-1-1", "wrong-tool"]
TRIED = {"rate-limited", "cut-stream", "broken-json", "endless-loop", "error-500", "timeout", "empty", "nonsense"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture
def live(plans: Rumbo, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Rumbo:
    """The command line on the sample plans, with the development model; a test names its behaviour."""
    settings = {"MODEL_URL": endpoint, "MODEL_API_KEY": "k", "MODEL_RETRIES": "1", "MODEL_TIMEOUT_S": "20", "LANGUAGE": "es"}
    for name, value in settings.items():
        monkeypatch.setenv(f"RUMBO_{name}", value)
    return plans


def test_every_behaviour_is_tried() -> None:
    answered = {"good", "slow", "rate-limited", "wrong-tool", "alters-figures"}

    assert TRIED | answered | {"scripted"} == set(BEHAVIOURS)


@pytest.mark.parametrize(("model", "told"), FAILS)
def test_a_model_that_fails_is_told_in_the_readers_words_with_what_to_do(
    live: Rumbo, monkeypatch: pytest.MonkeyPatch, model: str, told: str
) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")
    if model.startswith("timeout"):
        monkeypatch.setenv("RUMBO_MODEL_TIMEOUT_S", "0.5")

    done = live("ask", ASKED)

    assert done.code == 3
    assert told in done.err
    assert "--offline" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("model", ["cut-stream", "endless-loop", "error-500"])
def test_the_offline_model_answers_in_its_place_where_that_is_set_and_says_so(
    live: Rumbo, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")
    monkeypatch.setenv("RUMBO_MODEL_FALLBACK", "offline")

    answer = live("ask", "--json", ASKED).json()

    assert answer["model"] == "offline"
    assert "$120K" in answer["answer"]
    assert "sin conexión" in answer["gaps"][0]


@pytest.mark.parametrize("model", ANSWERS)
def test_a_model_that_gets_there_in_the_end_answers(live: Rumbo, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)

    answer = live("ask", "--json", ASKED).json()

    assert (answer["model"], answer["answered"]) == (model, True)
    assert answer["citations"]
    assert answer["usage"]["input_tokens"] > 0


def test_altered_figures_do_not_get_through_and_the_answer_says_something_was_left_out(
    live: Rumbo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "alters-figures-99")

    answer = live("ask", "--json", ASKED).json()

    assert "$120K" not in answer["answer"]
    assert answer["gaps"]


def test_a_second_model_answers_before_the_offline_one(live: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "error-500")
    monkeypatch.setenv("RUMBO_MODEL_FALLBACK", "empty, good, offline")

    answer = live("ask", "--json", ASKED).json()

    assert answer["model"] == "good"
    assert "good" in answer["gaps"][0]


@pytest.mark.parametrize(("model", "why"), [("error-500", "no respondió"), ("empty", "no dio una respuesta utilizable")])
def test_why_another_model_answered_is_said_in_words_and_not_among_open_questions(
    live: Rumbo, monkeypatch: pytest.MonkeyPatch, model: str, why: str
) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")
    monkeypatch.setenv("RUMBO_MODEL_FALLBACK", "offline")

    told = live("ask", ASKED).out

    assert f"A tener en cuenta:\n  - El modelo configurado {why}; la respuesta es del modelo sin conexión." in told
    assert "model_" not in told


def test_a_chat_goes_on_by_rules_when_the_model_is_down(live: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "error-500")
    monkeypatch.setenv("RUMBO_MODEL_RETRIES", "0")

    assert "--offline" in live("chat", typed=f"{ASKED}\n").err
    assert "$120K" in live("chat", "--offline", typed=f"{ASKED}\n").out


def test_rules_answer_on_request_whatever_model_is_set(live: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "error-500")

    answer = live("ask", "--offline", "--json", ASKED).json()

    assert (answer["model"], answer["gaps"]) == ("offline", [])


def test_a_failed_question_leaves_the_conversation_as_it_was(live: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    live("ask", "--offline", "--conversation", "kept", ASKED)
    monkeypatch.setenv("RUMBO_MODEL", "error-500")

    failed = live("ask", "--conversation", "kept", "¿Y en el Mes 9?")
    again = live("ask", "--offline", "--json", "--conversation", "kept", "¿Y en el Mes 9?").json()

    assert failed.code == 3
    assert "MRR" in again["answer"]
    assert len(live("conversation", "show", "kept", "--json").json()["turns"]) == 2


@pytest.mark.parametrize(
    ("model", "steps"),
    [
        pytest.param("good", [True, True, True], id="works"),
        pytest.param("error-500", [False], id="server error"),
        pytest.param("empty", [False], id="empty"),
        pytest.param("nobody", [False], id="unknown model"),
        pytest.param("cut-stream", [False], id="cut stream"),
    ],
)
def test_the_doctor_makes_a_round_trip_and_says_what_works(
    live: Rumbo, monkeypatch: pytest.MonkeyPatch, model: str, steps: list[bool]
) -> None:
    monkeypatch.setenv("RUMBO_MODEL", model)

    done = live("doctor", "--model", "--json")

    tried = [
        check
        for check in done.json()["checks"]
        if check["name"] in ("respuesta simple", "llamada a herramienta", "respuesta por partes")
    ]
    assert [check["ok"] for check in tried] == steps
    assert done.code == (0 if all(steps) else 3)
    assert all(check["told"] for check in tried)


def test_the_doctor_without_model_sends_nothing(live: Rumbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUMBO_MODEL", "error-500")

    assert live("doctor").code == 0
