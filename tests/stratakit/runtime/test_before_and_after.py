"""What is said before a run, and after one that failed."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.service import Service

COMMENT = "# FINDING: column items.phone is dropped with its data.\n    pass"


@pytest.fixture
def commented(migrated: Service) -> Service:
    migrated.revision("003", "002", COMMENT)
    return migrated


def upgrade(service: Service, command: str, **environment: str) -> CompletedProcess[str]:
    if command == "alembic":
        return service.alembic("upgrade", "head", **environment)
    return service.migrate("upgrade", **environment)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("command", ["stratakit", "alembic"])
def test_an_open_comment_is_refused_in_production_and_named_elsewhere(
    commented: Service, command: str
) -> None:
    refused = upgrade(commented, command, ENVIRONMENT="production")
    assert refused.returncode == 1
    assert "003_by_hand.py:13: column items.phone is dropped" in refused.stderr
    assert "record" in refused.stderr
    assert commented.stands_at() == "002"
    done = upgrade(commented, command)
    assert done.returncode == 0, done.stderr
    assert "003_by_hand.py:13: column items.phone is dropped" in done.stderr
    assert commented.stands_at() == "003"


@pytest.mark.databases("sqlite")
def test_a_misspelled_environment_is_refused(commented: Service) -> None:
    commented.edit("app/settings.py", "Annotated[Environment, BeforeValidator(str.lower)]", "str")
    for command in ("stratakit", "alembic"):
        refused = upgrade(commented, command, ENVIRONMENT="prodction")
        assert refused.returncode == 2
        assert "ENVIRONMENT=prodction " in refused.stderr
    assert commented.stands_at() == "002"


@pytest.mark.databases("sqlite")
def test_a_new_revision_names_its_breaking_changes(migrated: Service) -> None:
    migrated.revision("003", "002", "op.add_column('items', sa.Column('phone', sa.String(20)))")
    created = migrated.migrate("create", "drop phones")
    assert created.returncode == 0, created.stderr
    text = Path(migrated.newest()).read_text()
    assert "Breaking changes: drops column items.phone" in text
    empty = migrated.migrate("create", "--empty", "fill the prices")
    assert empty.returncode == 0, empty.stderr
    text = migrated.newest().read_text()
    assert "Breaking changes: none" in text
    assert '\nphase = "backfill"  #' in text
    assert "auto generated" not in text
    assert migrated.migrate("upgrade").returncode == 0


@pytest.mark.databases("sqlite")
def test_a_downgrade_that_fails_goes_on_by_the_printed_command(migrated: Service) -> None:
    file = migrated.revision("003", "002", "pass", "raise RuntimeError('no way back')")
    migrated.revision("004", "003")
    assert migrated.migrate("upgrade").returncode == 0
    failed = migrated.migrate("downgrade", "001")
    assert failed.returncode == 1
    assert migrated.stands_at() == "003"
    assert "downgrade 001" in failed.stderr
    file.write_text(file.read_text().replace("raise RuntimeError('no way back')", "pass"))
    migrated.follow(failed.stderr, "./migrate.sh downgrade")
    assert migrated.stands_at() == "001"
