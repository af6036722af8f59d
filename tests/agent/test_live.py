"""The same agent on a language model: ChatOpenAI, streaming and tool calls against an endpoint on the loopback."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from copilot.agent.service import Answerer, Copilot
from copilot.domain.answer import Answer, Question
from copilot.domain.errors import OperatorMustFix
from copilot.llm.factory import ModelConfig, build_model
from copilot.llm.scripted import ScriptedModel, calls
from integrations.dev.model import running
from tests.agent.desk import ANA, desk

TEN = [
    pytest.param("¿Cuál es la meta de NPS?", "es", "find_kpis", id="metric"),
    pytest.param("What is the target NPS?", "en", "find_kpis", id="metric in English"),
    pytest.param("¿Cuál es la meta de churn mensual en el Mes 6?", "es", "find_kpis", id="metric and month"),
    pytest.param("¿Qué riesgos hay y cómo se mitigan?", "es", "list_risks", id="risks"),
    pytest.param("What are the risks and their mitigation?", "en", "list_risks", id="risks in English"),
    pytest.param("¿Qué tareas hay para la semana 1?", "es", "list_tasks", id="tasks of a week"),
    pytest.param("¿Cuánto es la inversión en automatización?", "es", "find_finance", id="an amount"),
    pytest.param("Quais são as fases do plano?", "pt", "list_phases", id="phases in Portuguese"),
    pytest.param("¿Qué fases tiene el plan?", "es", "list_phases", id="phases"),
    pytest.param("¿Quién atiende a los clientes de Lumbrera?", "es", "search_passages", id="a passage"),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running() as url:
        yield url


@cache
def live(url: str, model: str) -> Copilot:
    return desk(client(url, model), name=model, live=True)


def client(url: str, model: str) -> BaseChatModel:
    return build_model(ModelConfig(model=model, url=url, api_key=SecretStr("k"), timeout_s=10, max_retries=0))


def script(url: str, *replies: dict[str, Any]) -> None:
    """Queue replies for the model `scripted`."""
    request = urllib.request.Request(
        url.removesuffix("/v1") + "/dev/script",
        data=json.dumps(list(replies)).encode(),
        headers={"content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60):
        pass


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


async def asked(copilot: Copilot, text: str) -> Answer:
    return await copilot.ask(ANA, Question(text=text))


@pytest.mark.parametrize(("text", "language", "tool"), TEN)
async def test_a_question_is_answered_over_the_protocol(endpoint: str, text: str, language: str, tool: str) -> None:
    answer = await asked(live(endpoint, "good"), text)

    assert answer.answered
    assert answer.language == language
    assert answer.tool_calls[0].name == tool
    assert answer.citations
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert "[e" not in answer.answer
    assert answer.usage.output_tokens > 0
    assert answer.model == "good"


async def test_a_draft_with_a_wrong_figure_goes_back_once_and_is_corrected(endpoint: str) -> None:
    script(
        endpoint,
        call("find_kpis", metric="NPS", document="escalamiento"),
        {"content": "La meta de NPS es 77 [e1]."},
        {"content": "La meta de NPS es más de 60 [e1]."},
    )

    answer = await asked(live(endpoint, "scripted"), "¿Cuál es la meta de NPS del plan de escalamiento?")

    assert answer.answer == "La meta de NPS es más de 60 [1]."
    assert answer.gaps == ()


async def test_a_figure_altered_twice_is_cut_and_named_without_being_shown(endpoint: str) -> None:
    wrong = {"content": "La meta de NPS es 77 [e1]."}
    script(endpoint, call("find_kpis", metric="NPS"), wrong, wrong)

    answer = await asked(live(endpoint, "scripted"), "¿Cuál es la meta de NPS?")

    assert not answer.answered
    assert "77" not in answer.answer + "".join(answer.gaps)
    assert len(answer.gaps) == 1


async def test_a_model_that_alters_figures_gets_none_of_them_through(endpoint: str) -> None:
    honest = await asked(live(endpoint, "good"), "¿Cuál es la meta de NPS?")
    altered = await asked(live(endpoint, "alters-figures"), "¿Cuál es la meta de NPS?")

    assert altered.gaps
    assert {claim.text for claim in altered.claims} < {claim.text for claim in honest.claims}


async def test_a_tool_that_does_not_exist_is_refused_and_the_model_goes_on(endpoint: str) -> None:
    answer = await asked(live(endpoint, "wrong-tool"), "¿Cuál es la meta de NPS?")

    assert answer.tool_calls[0].name == "launch_rocket"
    assert answer.answered
    assert answer.citations


async def test_an_argument_a_tool_refuses_goes_back_to_the_model_with_what_is_allowed(endpoint: str) -> None:
    script(
        endpoint,
        call("find_notes", kind="poem"),
        call("find_kpis", metric="NPS", document="escalamiento"),
        {"content": "La meta de NPS es más de 60 [e1]."},
    )

    answer = await asked(live(endpoint, "scripted"), "¿Cuál es la meta de NPS?")

    assert answer.answered


async def test_a_calculation_with_an_invented_input_is_refused(endpoint: str) -> None:
    amounts = [{"value": 123456, "unit": "USD"}, {"value": 654321, "unit": "USD"}]
    script(
        endpoint,
        call("calculate", operation="roi_net", amounts=amounts),
        {"content": "El ROI neto es 430% [c1]."},
        {"content": "[unanswered] Los documentos no lo dicen."},
    )

    answer = await asked(live(endpoint, "scripted"), "¿Cuál es el ROI?")

    assert not answer.answered
    assert answer.calculations == ()


async def test_a_calculation_with_the_persons_own_figures_is_made_and_shown(endpoint: str) -> None:
    amounts = [{"value": 200000, "unit": "USD", "name": "inversión"}, {"value": 500000, "unit": "USD", "name": "retorno"}]
    script(endpoint, call("calculate", operation="roi_net", amounts=amounts), {"content": "El ROI neto es 150% [c1]."})

    answer = await asked(live(endpoint, "scripted"), "Si invierto $200K y vuelven $500K, ¿cuál es el ROI neto?")

    assert answer.answered
    assert [(one.name, int(one.result), one.unit) for one in answer.calculations] == [("ROI (net)", 150, "%")]
    assert answer.answer == "El ROI neto es 150%."


@pytest.mark.parametrize(
    ("model", "code"),
    [
        pytest.param("endless-loop", "model_answered_nonsense", id="tool calls without end"),
        pytest.param("nonsense", "model_answered_nonsense", id="a web page"),
        pytest.param("broken-json", "model_answered_nonsense", id="broken tool calls"),
        pytest.param("error-500", "model_unavailable", id="server error"),
    ],
)
async def test_a_model_that_cannot_be_used_is_an_error_for_the_operator(endpoint: str, model: str, code: str) -> None:
    with pytest.raises(OperatorMustFix) as caught:
        await asked(live(endpoint, model), "¿Cuál es la meta de NPS?")

    assert caught.value.code == code


async def test_a_failing_model_is_replaced_by_the_offline_one_where_that_is_wanted(endpoint: str) -> None:
    rules = ScriptedModel(
        script=[calls(("find_kpis", {"metric": "NPS", "document": "escalamiento"})), AIMessage("NPS: más de 60 [e1].")]
    )
    fallback = Answerer(name="offline", model=rules)
    copilot = desk(client(endpoint, "error-500"), name="error-500", live=True, fallback=fallback)

    answer = await asked(copilot, "¿Cuál es la meta de NPS?")

    assert (answer.answer, answer.model) == ("NPS: más de 60 [1].", "offline")
    assert "no respondió; la respuesta es del modelo sin conexión" in answer.gaps[0]
