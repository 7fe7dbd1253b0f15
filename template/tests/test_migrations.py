"""The tests of the migrations are stratakit's, run on this service."""

from stratakit.testing import (  # noqa: F401
    test_lint,
    test_models_import_without_the_web_framework,
    test_models_match_migrations,
    test_single_head,
    test_upgrade_and_downgrade_with_rows,
)
