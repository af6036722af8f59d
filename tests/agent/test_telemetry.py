"""Spans and counters of a question: what happened and how long it took, never what was said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from copilot import telemetry
from copilot.domain.answer import Question
from copilot.domain.errors import OperatorMustFix
from copilot.llm.scripted import calls
from tests.agent.desk import ANA, scripted

ASKED = "¿Cuál es la meta de NPS del plan de escalamiento?"
LOOK = calls(("find_kpis", {"metric": "NPS", "document": "escalamiento"}))
NPS = "La meta de NPS es más de 60 [e1]."
CUT = f"{NPS} El CAC es $70 [e1]."


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(kept))
    telemetry.use(telemetry.Telemetry(traces, MeterProvider()))
    yield kept
    telemetry.use(None)


@pytest.fixture
def metrics() -> Iterator[InMemoryMetricReader]:
    kept = InMemoryMetricReader()
    telemetry.use(telemetry.Telemetry(TracerProvider(), MeterProvider(metric_readers=[kept])))
    yield kept
    telemetry.use(None)


def told(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def counted(metrics: InMemoryMetricReader) -> dict[str, float]:
    """Sum of each counter over its labels."""
    read: Any = metrics.get_metrics_data()
    found = [metric for resource in read.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics]
    return {metric.name: sum(getattr(point, "value", 0) for point in metric.data.data_points) for metric in found}


async def test_a_question_is_a_span_with_its_model_and_tool_calls_below_it(spans: InMemorySpanExporter) -> None:
    copilot, _ = scripted(LOOK, NPS, live=True)

    await copilot.ask(ANA, Question(text=ASKED))

    found = told(spans)
    assert set(found) == {"rumbo.question", "rumbo.model_call", "rumbo.tool_call"}
    assert {span.context.trace_id for span in spans.get_finished_spans() if span.context} == {
        found["rumbo.question"].context.trace_id
    }
    assert dict(found["rumbo.tool_call"].attributes or {})["rumbo.tool"] == "find_kpis"
    assert dict(found["rumbo.question"].attributes or {})["rumbo.answered"] is True


async def test_nothing_that_was_said_is_in_a_span(spans: InMemorySpanExporter) -> None:
    copilot, _ = scripted(LOOK, NPS, live=True)

    await copilot.ask(ANA, Question(text=ASKED))

    whole = " ".join(span.to_json() for span in spans.get_finished_spans())
    assert not [word for word in ("NPS", "escalamiento", "más de", "local:ana") if word in whole]


async def test_a_cut_statement_is_counted(metrics: InMemoryMetricReader) -> None:
    copilot, _ = scripted(LOOK, CUT)

    await copilot.ask(ANA, Question(text=ASKED))

    assert counted(metrics)["rumbo.cuts"] == 1
    assert counted(metrics)["rumbo.questions"] == 1
    assert counted(metrics)["rumbo.tool_calls"] == 1


async def test_a_failed_question_is_told_with_its_code_and_no_words(spans: InMemorySpanExporter) -> None:
    copilot, _ = scripted(OperatorMustFix("model_unavailable", endpoint="http://secret", hint="timed out"), live=True)

    with pytest.raises(OperatorMustFix):
        await copilot.ask(ANA, Question(text=ASKED))

    assert dict(told(spans)["rumbo.question"].attributes or {})["error.type"] == "model_unavailable"
    assert "secret" not in " ".join(span.to_json() for span in spans.get_finished_spans())


def test_without_the_variables_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in telemetry.SWITCHES:
        monkeypatch.delenv(name, raising=False)

    assert telemetry.from_environment() is None


def test_telemetry_can_be_switched_off_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")

    assert telemetry.from_environment() is None
