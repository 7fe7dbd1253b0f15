"""The hash by which an edit of a revision's file is recognized."""

import hashlib

from stratakit.revisions.review_comments import remove_comments


def digest(source: bytes) -> str:
    """Hash a revision's file without its review comments: to resolve one is no edit."""
    return hashlib.sha256(remove_comments(source)).hexdigest()
