"""Database errors as HTTP responses."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from stratakit.engine.errors import driver_message

logger = logging.getLogger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Answer 409 for a constraint that refuses a change, and 503 for a database that is not there.

    Args:
        app: the application. What a client reads names no host, no user and no value.
    """
    app.add_exception_handler(IntegrityError, _conflict)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(TimeoutError, _unavailable)


async def _conflict(request: Request, error: Exception) -> JSONResponse:
    logger.info("%s %s: %s", request.method, request.url.path, driver_message(error))
    return JSONResponse({"detail": "This conflicts with what is stored."}, 409)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: %s", request.method, request.url.path, driver_message(error))
    return JSONResponse(
        {"detail": "The database is not available."}, 503, headers={"Retry-After": "1"}
    )
