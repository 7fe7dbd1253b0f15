"""Errors as HTTP responses with problem details, which name no host, user, statement or value."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import MetaData, exc
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from stratakit.engine.errors import driver_message
from stratakit.web.problems import FieldError, ProblemResponse, problem
from stratakit.web.violations import Rule, constraint_columns, read_violation

logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# The status, the sentence, and what is said of each field.
RULES = {
    Rule.UNIQUE: (409, "Another one exists already.", "is taken"),
    Rule.REFERENCE: (422, "It refers to something that does not exist.", "does not exist"),
    Rule.STILL_REFERENCED: (409, "Others still refer to it.", "is referred to"),
    Rule.NOT_NULL: (422, "A value is missing.", "is missing"),
    Rule.CHECK: (422, "A value is not allowed.", "is not allowed"),
    Rule.OTHER: (409, "This conflicts with what is stored.", "conflicts"),
}


def add_error_handlers(app: FastAPI, metadata: MetaData | None = None) -> None:
    """Answer every error with problem details (RFC 9457).

    Validation is 422, a constraint that refuses a change 409 or 422, a row that another request
    changed meanwhile 412, a database that does not answer 503, anything else 500.

    Args:
        app: the application.
        metadata: of the models, to name the fields of a constraint.
    """
    columns = constraint_columns(metadata) if metadata else {}

    def handle_violation(request: Request, error: Exception) -> ProblemResponse:
        assert isinstance(error, exc.IntegrityError)
        violation = read_violation(error, columns)
        logger.info("%s %s: %s", request.method, request.url.path, violation)
        status, detail, message = RULES[violation.rule]
        errors: list[FieldError] = [
            {"field": f"body.{column}", "message": message} for column in violation.columns
        ]
        return problem(status, detail, errors=errors)

    app.add_exception_handler(HTTPException, _handle_http)
    app.add_exception_handler(RequestValidationError, _handle_invalid)
    app.add_exception_handler(exc.IntegrityError, handle_violation)
    app.add_exception_handler(exc.DataError, _handle_data)
    app.add_exception_handler(StaleDataError, _handle_stale)
    for unavailable in (exc.OperationalError, exc.InterfaceError, exc.TimeoutError):
        app.add_exception_handler(unavailable, _handle_unavailable)
    app.add_exception_handler(exc.DBAPIError, _handle_driver)
    app.add_exception_handler(Exception, _handle_unexpected)


async def _handle_http(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {**(headers or {}), "Allow": _allowed_methods(request)}
    return problem(error.status_code, detail, headers=headers)


def _allowed_methods(request: Request) -> str:
    """Return the methods of all routes of a path; Starlette names those of the first route."""
    return ", ".join(
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    )


async def _handle_invalid(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    errors: list[FieldError] = [
        {"field": ".".join(map(str, each["loc"])), "message": each["msg"]}
        for each in error.errors()
    ]
    return problem(422, "The request is not valid.", errors=errors)


async def _handle_data(request: Request, error: Exception) -> ProblemResponse:
    logger.info("%s %s: %s", request.method, request.url.path, type(error).__name__)
    return problem(422, "A value is beyond what the database stores.")


async def _handle_stale(_request: Request, _error: Exception) -> ProblemResponse:
    return problem(412, "Another request changed it meanwhile. Read it again.")


async def _handle_unavailable(request: Request, error: Exception) -> ProblemResponse:
    logger.error("%s %s: %s", request.method, request.url.path, driver_message(error))
    return problem(503, "The database is not available.", headers={"Retry-After": "1"})


async def _handle_driver(request: Request, error: Exception) -> ProblemResponse:
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return await _handle_unavailable(request, error)
    raise error


async def _handle_unexpected(_request: Request, _error: Exception) -> ProblemResponse:
    return problem(500)
