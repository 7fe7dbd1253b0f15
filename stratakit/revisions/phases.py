"""What a revision says of itself: `phase = "expand"`, `"backfill"` or `"contract"`."""

COMPATIBLE = frozenset({"expand", "backfill"})
"""Code that knows nothing of such a revision goes on working on a database that has it."""

DATA = frozenset({"backfill"})
"""Such a revision changes rows, for as long as that takes."""

TAKES_AWAY = "contract"
"""Such a revision takes away what this code does not use: it goes on working until then."""
