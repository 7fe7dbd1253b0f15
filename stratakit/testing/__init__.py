"""Tests of a project's migrations, and the pytest plugin with the fixtures that they use.

A project imports the tests into a module of its own, where pytest finds them:

    from stratakit.testing import (  # noqa: F401
        test_lint,
        test_models_match_migrations,
        test_single_head,
        test_upgrade_and_downgrade_with_rows,
    )
"""

from stratakit.testing.tests import (
    test_lint,
    test_models_import_without_the_web_framework,
    test_models_match_migrations,
    test_single_head,
    test_upgrade_and_downgrade_with_rows,
)

__all__ = [
    "test_lint",
    "test_models_import_without_the_web_framework",
    "test_models_match_migrations",
    "test_single_head",
    "test_upgrade_and_downgrade_with_rows",
]
