"""Objects that strata.toml allows, which no new revision drops."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.autogenerate.filters import include_object
from stratakit.config import Backend
from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server

ALLOWED = (
    "table celery_*",
    "column items.extra",
    "index items.ix_items_size",
    "foreign key items.fk_items_owner_id_owners",
    "* constraint items.?q_items_code",
    "index items.?q_items_code",  # MySQL's unique constraints are indexes.
    "check constraint items.ck_items_positive",
)


def column(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer)


def models(*items: SchemaItem) -> sa.MetaData:
    declared = metadata()
    sa.Table("owners", declared, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "items",
        declared,
        sa.Column("id", sa.Integer, primary_key=True),
        *map(column, ("size", "code", "owner_id")),
        sa.Index("ix_items_owner_id", "owner_id"),
        *items,
    )
    return declared


def more() -> sa.MetaData:
    """The same and what is allowed."""
    declared = models(
        column("extra"),
        sa.Index("ix_items_size", "size"),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"]),
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("size > 0", name="positive"),
    )
    sa.Table("celery_jobs", declared, sa.Column("id", sa.Integer, primary_key=True))
    return declared


@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
def test_allowed_objects_are_kept_and_all_others_dropped(backend: Backend, tmp_path: Path) -> None:
    with server(backend):
        with create_project(tmp_path / "allowed", backend, more(), allowed=ALLOWED) as project:
            assert project.create(models()) == []
        with create_project(tmp_path / "not", backend, more()) as project:
            text = "".join(file.read_text() for file in project.create(models()))
            for name in ("celery_jobs", "extra", "ix_items_size", "fk_items_owner_id_owners"):
                assert f"'{name}'" in text


def test_an_object_of_a_plugin_is_compared_unless_it_is_allowed() -> None:
    """Those of alembic_utils, such as functions and triggers, have no table."""
    item = object()
    for allowed, is_included in (((), True), (("function public.shade*",), False)):
        found = include_object(
            sa.MetaData(), allowed, item, "public.shade()", "function", True, None
        )
        assert found == is_included
