"""Cycles of foreign keys."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from stratakit.config import Backend
from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server


def circle(*, use_alter: bool) -> sa.MetaData:
    declared = metadata()
    for name, other in (("players", "team"), ("teams", "captain")):
        key = sa.ForeignKey(
            "teams.id" if other == "team" else "players.id",
            use_alter=use_alter and other == "captain",
        )
        sa.Table(
            name,
            declared,
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column(f"{other}_id", sa.BigInteger, key, index=True),
        )
    return declared


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")
@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
@pytest.mark.parametrize("use_alter", [True, False])
def test_a_cycle_of_foreign_keys_is_created_and_undone(
    backend: Backend, use_alter: bool, tmp_path: Path
) -> None:
    after = circle(use_alter=use_alter)
    with server(backend), create_project(tmp_path, backend, metadata()) as project:
        files = project.create(after)
        project.round_trip(after)
        assert project.create(after) == []
        assert not [each for each in project.lint(files) if "fails" in each]
