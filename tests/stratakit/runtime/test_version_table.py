"""Ids of revisions that are longer than Alembic's version table has room for."""

import pytest

from tests.service import Service

LONG = "add_a_revision_whose_id_people_can_read_at_once"
WIDEN = {
    "postgresql": "ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(255)",
    "mysql": "ALTER TABLE alembic_version MODIFY version_num varchar(255) NOT NULL",
}
NARROW = {name: sql.replace("255", "32") for name, sql in WIDEN.items()}
CREATE = 'op.create_table("notes", sa.Column("id", sa.BigInteger(), primary_key=True))'


@pytest.mark.databases("postgresql", "mysql")
def test_a_long_id_is_refused_before_its_revision_runs_or_fits(migrated: Service) -> None:
    migrated.sql(NARROW[migrated.database])
    migrated.revision(LONG, "002", CREATE, 'op.drop_table("notes")')
    for command in (migrated.migrate("upgrade"), migrated.alembic("upgrade", "head")):
        assert command.returncode != 0
        assert str(len(LONG)) in command.stderr
        assert f"{WIDEN[migrated.database]};" in command.stderr
        assert not migrated.columns("notes")
    assert migrated.stands_at() == "002"
    migrated.sql(WIDEN[migrated.database])
    for verb in ("upgrade", "drift", "downgrade", "upgrade", "current"):
        done = migrated.migrate(verb)
        assert done.returncode == 0, done.stdout + done.stderr
    assert migrated.stands_at() == LONG


def test_a_new_database_has_room_for_it(migrated: Service) -> None:
    for arguments in (("downgrade", "base"), ("upgrade",)):
        assert migrated.migrate(*arguments).returncode == 0
    migrated.sql("DROP TABLE alembic_version")
    migrated.sql("DROP TABLE items")
    migrated.sql("DROP TABLE categories")
    migrated.revision(LONG, "002", CREATE, 'op.drop_table("notes")')
    done = migrated.migrate("upgrade")
    assert done.returncode == 0, done.stderr
    assert migrated.stands_at() == LONG
