"""Tests of a project's migrations, and a database for its other tests.

A project imports the tests into a module of its own, where pytest finds them:

    from stratakit.testing import (
        test_models_and_revisions_agree,
        test_revisions_go_up_down_and_up_again_with_rows,
    )
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stratakit import scratch
from stratakit.config import load
from stratakit.testing.models import (
    test_models_and_revisions_agree,
    test_models_import_without_the_web_framework,
)
from stratakit.testing.revisions import (
    test_new_revisions_are_safe,
    test_revisions_go_up_down_and_up_again_with_rows,
    test_there_is_one_head,
)

__all__ = [
    "migrated_database",
    "test_models_and_revisions_agree",
    "test_models_import_without_the_web_framework",
    "test_new_revisions_are_safe",
    "test_revisions_go_up_down_and_up_again_with_rows",
    "test_there_is_one_head",
]


@contextmanager
def migrated_database(root: Path | None = None) -> Iterator[str]:
    """Make a scratch database, upgrade it to head, and drop it afterwards.

    Args:
        root: the project's folder; by default the one that the working directory is in.

    Yields:
        Its URL, with the password if it has one and without a driver.

    Raises:
        StrataError: there is no server to make it on, or a revision fails.
    """
    with scratch.migrated_database(load(root)) as database:
        yield database.url.render_as_string(hide_password=False)
