"""A revision that cannot even be loaded, such as one that imports what is gone."""

import traceback
from pathlib import Path

from strata.config import Config
from strata.observe.record import Step
from strata.revisions import Chain


def unloadable(config: Config, chain: Chain, error: Exception) -> Step | None:
    """What is known of the revision that an error comes from.

    Returns:
        A step that failed with it; None where the error comes from elsewhere.
    """
    files = {revision.path.resolve(): revision for revision in chain.values()}
    for frame in traceback.extract_tb(error.__traceback__):
        revision = files.get(Path(frame.filename).resolve())
        if revision is not None:
            return Step(
                revision.id,
                revision.path,
                revision.path.read_text(encoding="utf-8"),
                "upgrade",
                config.database,
                packages=config.packages,
                error=f"it cannot be loaded: {error}",
                error_line=frame.lineno or 1,
            )
    return None
