"""The FastAPI integration, for an application to add line by line: error handlers and health."""

from stratakit.web.errors import add_error_handlers
from stratakit.web.health import MigrationState, Status, health_router
from stratakit.web.problems import PROBLEM_RESPONSES, problem

__all__ = [
    "PROBLEM_RESPONSES",
    "MigrationState",
    "Status",
    "add_error_handlers",
    "health_router",
    "problem",
]
