"""Prometheus metrics at `/metrics`: requests, the pool of connections, and the migrations.

Each process counts for itself: let Prometheus ask each replica, and run one worker in each.
"""

from pathlib import Path
from typing import get_args

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from stratakit.engine.pool import Database
from stratakit.web import MigrationState, Status

STATUSES = get_args(Status)


class Metrics:
    """The metrics of one application."""

    def __init__(self, database: Database) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "http_request_duration_seconds",
            "The time from a request to the end of its response.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        gauges = {
            "database_connections_in_use": lambda: database.connections_in_use,
            "database_connections_limit": lambda: database.pool_size,
        }
        for name, value in gauges.items():
            Gauge(name, name.replace("_", " "), registry=self.registry).set_function(value)
        self.migrations = Gauge(
            "database_migrations",
            "Whether the database is in this state, as /ready reports it.",
            ["state"],
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests.labels(method, route, status).observe(seconds)


def metrics_router(metrics: Metrics, database: Database, root: Path) -> APIRouter:
    """Return the route `/metrics`.

    Args:
        metrics: what is served.
        database: the one whose migrations are compared with those of this code.
        root: the folder of the service.
    """
    migrations = MigrationState(root)
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def read_metrics() -> Response:
        current = (await migrations.read(database)).status
        for status in STATUSES:
            metrics.migrations.labels(status).set(status == current)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
