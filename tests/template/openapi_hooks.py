"""A hook of schemathesis: what the OpenAPI document cannot say of a valid request."""

from typing import Any

import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def map_case(_context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> Any:
    """Send no cursor, which comes from the page before, and no key of a row that is missing."""
    if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
        (case.query or {}).pop("cursor", None)
        if isinstance(case.body, dict) and case.body.get("category_id"):
            case.body = case.body | {"category_id": None}
    return case
