"""OpenTelemetry traces of SQL statements; FastAPI itself traces the requests.

Off until OTEL_EXPORTER_OTLP_ENDPOINT is set. Names of services and all else are configured by
OpenTelemetry's own variables: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os

from sqlalchemy.ext.asyncio import AsyncEngine

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def trace_statements(engine: AsyncEngine) -> None:
    """Trace the statements of an engine, without their values."""
    if not any(map(os.environ.get, ENDPOINTS)):
        return
    # Half of a second that nobody pays who does not trace.
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

    SQLAlchemyInstrumentor().instrument(engine=engine.sync_engine)
