"""Differences as the tables of drifts name them: by object and attribute, without a sentence."""

from stratakit.catalog import Difference


def drift_id(difference: Difference) -> str:
    """Return `KIND NAME: ATTRIBUTE`; `missing` or `extra` stands for a whole object."""
    whole = "missing" if difference.actual is None else "extra"
    return f"{difference.key}: {difference.attribute or whole}"
