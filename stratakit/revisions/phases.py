"""The phase of a revision, which its file names: `phase = "expand"`, `"backfill"`, `"contract"`."""

COMPATIBLE = frozenset({"expand", "backfill"})
"""Code without such a revision works on a database that has it."""

DATA = frozenset({"backfill"})
"""Such a revision changes rows, which may take long."""

NAMES = ("expand", "backfill", "contract")
"""The phases that a revision can name."""

CONTRACT = "contract"
"""Such a revision drops objects that this code does not use: the code works without it."""
