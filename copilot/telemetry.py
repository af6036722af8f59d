"""Spans and counters of questions, model calls and tool calls, by OpenTelemetry; never what was asked or answered.

Off unless the standard `OTEL_*` variables name an exporter or an endpoint: then nothing of the library is even imported, and a
call costs a look at one variable. Must not know what a question or an answer is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter, MeterProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

NAME = "rumbo"
SWITCHES = (
    "OTEL_TRACES_EXPORTER",
    "OTEL_METRICS_EXPORTER",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
Value = str | int | float | bool


class Telemetry:
    """Where spans and counts go: the given providers'."""

    def __init__(self, traces: TracerProvider, metrics: MeterProvider) -> None:
        self.tracer: Tracer = traces.get_tracer(NAME)
        meter: Meter = metrics.get_meter(NAME)
        self.questions = meter.create_counter("rumbo.questions", description="Questions, by model and outcome.")
        self.model_calls = meter.create_counter("rumbo.model_calls", description="Calls of a model, by model and outcome.")
        self.tool_calls = meter.create_counter("rumbo.tool_calls", description="Calls of tools, by tool and outcome.")
        self.tokens = meter.create_counter("rumbo.tokens", unit="{token}", description="Tokens, by model and direction.")
        self.cuts = meter.create_counter("rumbo.cuts", description="Statements of drafts cut for want of a source.")
        self.latency = meter.create_histogram("rumbo.question.duration", unit="s", description="Seconds a question took.")


class Recorded:
    """A span that is under way, or nothing where telemetry is off."""

    def __init__(self, telemetry: Telemetry | None, span: Span | None, model: str) -> None:
        self._telemetry = telemetry
        self._span = span
        self._model = model

    def set(self, **attributes: Value) -> None:
        """Add attributes; their names get our prefix."""
        if self._span is not None:
            self._span.set_attributes({f"{NAME}.{name}": value for name, value in attributes.items()})

    def used(self, messages: Sequence[Any]) -> None:
        """Count the tokens of a model's messages."""
        if self._span is None or self._telemetry is None:
            return
        for message in messages:
            told: Mapping[str, Any] = getattr(message, "usage_metadata", None) or {}
            for direction in ("input", "output"):
                tokens = int(told.get(f"{direction}_tokens", 0))
                self._span.set_attribute(f"gen_ai.usage.{direction}_tokens", tokens)
                self._telemetry.tokens.add(tokens, {"model": self._model, "direction": direction})

    def cut(self, statements: int) -> None:
        """Count statements a draft lost."""
        if self._telemetry is not None:
            self.set(cuts=statements)
            self._telemetry.cuts.add(statements, {"model": self._model})


_OFF = Recorded(None, None, "")
_current: list[Telemetry] = []
"""The one in use, if any; set once, by whoever assembles the program."""


def use(telemetry: Telemetry | None) -> None:
    """Send spans and counts there from now on; None: nowhere."""
    _current[:] = [telemetry] if telemetry is not None else []


@contextmanager
def question(model: str) -> Iterator[Recorded]:
    """A question, from its arrival to its answer."""
    if not _current:
        yield _OFF
        return
    telemetry, began = _current[0], perf_counter()
    with _span(telemetry, "rumbo.question", model, telemetry.questions, {"model": model}) as told:
        try:
            yield told
        finally:
            telemetry.latency.record(perf_counter() - began, {"model": model})


@contextmanager
def model_call(model: str) -> Iterator[Recorded]:
    """One call of a model."""
    if not _current:
        yield _OFF
        return
    with _span(_current[0], "rumbo.model_call", model, _current[0].model_calls, {"model": model}) as told:
        yield told


@contextmanager
def tool_call(name: str) -> Iterator[Recorded]:
    """One call of a tool."""
    if not _current:
        yield _OFF
        return
    with _span(_current[0], "rumbo.tool_call", "", _current[0].tool_calls, {"tool": name}) as told:
        yield told


@contextmanager
def _span(telemetry: Telemetry, name: str, model: str, counter: Any, labels: dict[str, str]) -> Iterator[Recorded]:
    # An exception's text may hold what a person typed: the span gets its kind and no more.
    begun = telemetry.tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)
    with begun as span:
        span.set_attributes({("gen_ai.request.model" if key == "model" else f"{NAME}.{key}"): labels[key] for key in labels})
        outcome = "failed"
        try:
            yield Recorded(telemetry, span, model)
            outcome = "ok"
        except BaseException as error:
            span.set_attribute("error.type", str(getattr(error, "code", type(error).__name__)))
            raise
        finally:
            counter.add(1, {**labels, "outcome": outcome})


def from_environment() -> Telemetry | None:
    """Telemetry as the `OTEL_*` variables describe it; None where they ask for none or the SDK is not installed.

    Providers somebody has set already (`opentelemetry-instrument`, an embedding program) are used as they are.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or not any(os.environ.get(name) for name in SWITCHES):
        return None
    trace, metrics = import_module("opentelemetry.trace"), import_module("opentelemetry.metrics")
    try:
        _set_up(trace, metrics)
    except ImportError:
        return None
    return Telemetry(trace.get_tracer_provider(), metrics.get_meter_provider())


def _set_up(trace: Any, metrics: Any) -> None:
    sdk_trace, sdk_metrics = import_module("opentelemetry.sdk.trace"), import_module("opentelemetry.sdk.metrics")
    export, reading = import_module("opentelemetry.sdk.trace.export"), import_module("opentelemetry.sdk.metrics.export")
    resources = import_module("opentelemetry.sdk.resources")
    resource = resources.Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME") or NAME})
    if not isinstance(trace.get_tracer_provider(), sdk_trace.TracerProvider):
        traces = sdk_trace.TracerProvider(resource=resource)
        for exporter in _exporters("traces"):
            traces.add_span_processor(export.BatchSpanProcessor(exporter()))
        trace.set_tracer_provider(traces)
    if not isinstance(metrics.get_meter_provider(), sdk_metrics.MeterProvider):
        readers = [reading.PeriodicExportingMetricReader(exporter()) for exporter in _exporters("metrics")]
        metrics.set_meter_provider(sdk_metrics.MeterProvider(metric_readers=readers, resource=resource))


def _exporters(signal: str) -> Iterator[Any]:
    """Classes of the exporters `OTEL_<SIGNAL>_EXPORTER` names; OTLP where it names none, as the specification has it."""
    names = os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "") or "otlp"
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").replace("/", "_")
    for name in filter(None, (part.strip() for part in names.split(","))):
        wanted = f"otlp_proto_{'grpc' if protocol == 'grpc' else 'http'}" if name == "otlp" else name
        for entry in entry_points(group=f"opentelemetry_{signal}_exporter", name=wanted):
            yield entry.load()
