"""Traces with OpenTelemetry (`pip install regulars[otel]`): a span a page or step, with ids of ours alone."""

import os
from typing import Any

from dramatiq import Broker, Message, MessageProxy
from dramatiq.middleware import Middleware

try:
    from opentelemetry import context, propagate, trace
    from opentelemetry.trace import Link, SpanKind, StatusCode, TracerProvider
except ImportError:  # the extra is not installed
    trace = None  # type: ignore[assignment]

#: Either says where traces go, as everywhere with OpenTelemetry.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
#: The option under which a message carries whence it came.
CARRIER = "trace"
#: What the arguments of an actor are called in its spans.
ARGUMENTS = {
    "harvest_page": ("regulars.run", "regulars.fence"),
    "carry_out_job": ("regulars.job", "regulars.fence"),
}


def tracing() -> Middleware | None:
    """Return the middleware where traces are wanted and can be made; None otherwise."""
    if trace is None or not any(os.environ.get(each) for each in ENDPOINTS):
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider as SdkProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = SdkProvider(resource=Resource.create({"service.name": "regulars"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)


class Tracing(Middleware):
    """Begins a span with each message and ends it with it; what failed is told by its kind, never its text.

    A page is its own trace, linked to that of the page which sent for it: a harvest has thousands.
    """

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("regulars")
        self._open: dict[str, tuple[Any, Any]] = {}

    def before_enqueue(self, _broker: Broker, message: Message[Any], _delay: int) -> None:
        """Let a message say in which span it was sent."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        if carrier:
            message.options[CARRIER] = carrier

    def before_process_message(self, _broker: Broker, message: MessageProxy) -> None:
        """Begin the span."""
        sent_in = trace.get_current_span(propagate.extract(message.options.get(CARRIER) or {}))
        linked = sent_in.get_span_context()
        names = ARGUMENTS.get(message.actor_name, ())
        ids = {name: int(value) for name, value in zip(names, message.args, strict=False)}
        span = self._tracer.start_span(
            message.actor_name,
            context=context.Context(),
            kind=SpanKind.CONSUMER,
            links=[Link(linked)] if linked.is_valid else [],
            attributes={
                "messaging.system": "dramatiq",
                "messaging.destination.name": message.queue_name,
                **ids,
            },
        )
        self._open[message.message_id] = (span, context.attach(trace.set_span_in_context(span)))

    def after_process_message(
        self,
        _broker: Broker,
        message: MessageProxy,
        *,
        result: Any = None,  # noqa: ARG002  # dramatiq gives it
        exception: BaseException | None = None,
    ) -> None:
        """End the span."""
        span, token = self._open.pop(message.message_id, (None, None))
        if span is None:
            return
        if exception is not None:
            span.set_attribute("error.type", type(exception).__name__)
            span.set_status(StatusCode.ERROR)
        context.detach(token)
        span.end()

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        """End the span of a message that was laid aside."""
        self.after_process_message(broker, message)
