"""What a FastAPI application adds line by line: error handlers and the routes of its health."""

from stratakit.web.errors import add_error_handlers
from stratakit.web.health import health_router

__all__ = ["add_error_handlers", "health_router"]
