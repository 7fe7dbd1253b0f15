"""Problem details, the JSON form of an HTTP error: https://www.rfc-editor.org/rfc/rfc9457."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class FieldError(TypedDict):
    """A field of the request, such as `body.name`, and what is wrong with it."""

    field: str
    message: str


class ProblemResponse(JSONResponse):
    """A response with problem details."""

    media_type = MEDIA_TYPE


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Create a response.

    Args:
        status: the HTTP status.
        detail: a sentence for the client's developer.
        errors: the fields that caused it.
        headers: additional headers.
    """
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        content["detail"] = detail
    if errors:
        content["errors"] = errors
    return ProblemResponse(content, status, dict(headers or {}))


_TEXT = {"type": "string"}
_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": _TEXT, "message": _TEXT},
            },
        },
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": _SCHEMA}}

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request cannot be served as it is.", "content": _CONTENT},
    "5XX": {"description": "The service cannot serve it now.", "content": _CONTENT},
}
"""The errors of every route, for the OpenAPI document: `FastAPI(responses=PROBLEM_RESPONSES)`."""
