"""The steps of a deployment, in words."""

from collections.abc import Sequence

from stratakit.diagnostics.command import MIGRATE


def timeline(backfill: str, *, expand: str, code: str, contract: str) -> Sequence[str]:
    """Return the timeline of a change with a backfill.

    Args:
        backfill: its name.
        expand: what the first revisions do.
        code: what is deployed after the backfill.
        contract: what the last revision does.
    """
    return (
        f"{MIGRATE} upgrade --rolling: {expand}. It stops until the backfill is complete.",
        f"{MIGRATE} backfill {backfill}",
        f"{MIGRATE} upgrade --rolling",
        f"Deploy {code}.",
        f"{MIGRATE} upgrade, a minute after the last process of the old code has ended: "
        f"{contract}.",
    )
