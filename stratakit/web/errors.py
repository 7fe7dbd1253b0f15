"""Database errors as HTTP responses."""

import logging

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

logger = logging.getLogger(__name__)


async def _conflict(request: Request, error: Exception) -> JSONResponse:
    """A constraint of the database refused the change: the caller's to mend."""
    logger.info("%s %s: %s", request.method, request.url.path, _reason(error))
    return JSONResponse({"detail": "This conflicts with what is stored."}, 409)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    """The database cannot be reached or has no connection left: worth trying again."""
    logger.error("%s %s: %s", request.method, request.url.path, _reason(error))
    return JSONResponse(
        {"detail": "The database is not available."}, 503, headers={"Retry-After": "1"}
    )


def _reason(error: Exception) -> str:
    """The driver's own first line: without the statement, its values and a traceback."""
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return text.strip().partition("\n")[0]
