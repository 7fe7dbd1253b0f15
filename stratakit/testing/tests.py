"""The tests that a project imports.

pytest loads this module in every environment that has stratakit. The checks, and Alembic with them,
are imported by the fixture when the first test runs.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stratakit.testing.checks import MigrationChecks


@pytest.mark.migrations
def test_single_head(migration_checks: "MigrationChecks") -> None:
    """Fail if two branches each added a revision after the same one."""
    migration_checks.require_single_head()


@pytest.mark.migrations
def test_models_match_migrations(migration_checks: "MigrationChecks") -> None:
    """Fail with every change of a model that has no revision."""
    migration_checks.require_models_match()


@pytest.mark.migrations
def test_upgrade_and_downgrade_with_rows(
    migration_checks: "MigrationChecks", migration_revision: str, request: pytest.FixtureRequest
) -> None:
    """Fail if a revision cannot be downgraded, leaves a difference behind, or deletes rows."""
    migration_checks.require_round_trip(migration_revision, request.node.nodeid)


@pytest.mark.migrations
def test_lint(migration_checks: "MigrationChecks") -> None:
    """Fail if a revision that the main branch lacks would stop traffic or lose data."""
    migration_checks.require_safe_revisions()


@pytest.mark.migrations
def test_models_import_without_the_web_framework(migration_checks: "MigrationChecks") -> None:
    """Fail if a model imports fastapi, because every migration would wait for that import."""
    migration_checks.require_models_without_web_framework()
