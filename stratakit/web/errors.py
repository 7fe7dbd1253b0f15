"""Database errors as HTTP responses."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import exc

from stratakit.engine.errors import driver_message

logger = logging.getLogger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Answer 409 if a constraint refuses a change, and 503 if the database is not available.

    Args:
        app: the application. No response names a host, a user or a value.
    """
    app.add_exception_handler(exc.IntegrityError, _handle_conflict)
    app.add_exception_handler(exc.OperationalError, _handle_unavailable)
    app.add_exception_handler(exc.TimeoutError, _handle_unavailable)


async def _handle_conflict(request: Request, error: Exception) -> JSONResponse:
    logger.info("%s %s: %s", request.method, request.url.path, driver_message(error))
    return JSONResponse({"detail": "This conflicts with what is stored."}, 409)


async def _handle_unavailable(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: %s", request.method, request.url.path, driver_message(error))
    return JSONResponse(
        {"detail": "The database is not available."}, 503, headers={"Retry-After": "1"}
    )
