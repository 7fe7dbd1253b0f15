"""Optimistic concurrency: a client names the version that it read, and changes no other one."""

from typing import Annotated

from fastapi import Header, HTTPException

IfMatch = Annotated[
    str | None, Header(description="Refuse the change if this is not the current `ETag`.")
]


def format_etag(version: int) -> str:
    """Return the `ETag` of a version."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int) -> None:
    """Compare `If-Match` with the current version.

    Raises:
        HTTPException: 412; the client read another version.
    """
    if if_match is None:
        return
    tags = {tag.strip() for tag in if_match.split(",")}
    if not tags & {"*", format_etag(version)}:
        raise HTTPException(412, "It has been changed since it was read. Read it again.")
