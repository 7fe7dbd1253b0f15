"""Revisions for a PostgreSQL table in use: safe, complete, and undone without a trace."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server


def id_column() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, primary_key=True)


def models(*items: SchemaItem, schema: str | None = None) -> sa.MetaData:
    """The tables of the examples; the second one with what is given, too."""
    declared = metadata()
    sa.Table("owners", declared, id_column(), sa.Column("name", sa.Text, nullable=False))
    sa.Table("items", declared, id_column(), *items, schema=schema)
    return declared


@pytest.fixture(autouse=True)
def on_the_server() -> Iterator[None]:
    with server("postgresql"):
        yield


def note(**options: object) -> sa.Column[str]:
    return sa.Column("note", sa.String(50), **options)  # type: ignore[arg-type]


Items = tuple[SchemaItem, ...]
FORMS: dict[str, tuple[Callable[[], Items], Callable[[], Items], list[str]]] = {
    "an index": (
        lambda: (note(),),
        lambda: (note(index=True),),
        ["create_index", "postgresql_concurrently=True", "if_not_exists=True"],
    ),
    "an index that goes": (
        lambda: (note(index=True),),
        lambda: (note(),),
        ["drop_index", "postgresql_concurrently=True", "if_exists=True"],
    ),
    "an index that changes": (
        lambda: (note(), sa.Index("ix_items_note", "note")),
        lambda: (note(), sa.Index("ix_items_note", "note", unique=True)),
        ["drop_index", "create_index", "postgresql_concurrently=True"],
    ),
    "an index on an expression": (
        lambda: (note(),),
        lambda: (note(), sa.Index("ix_items_lower", sa.text("lower(note)"))),
        ["postgresql_concurrently=True"],
    ),
    "indexed column dropped": (
        lambda: (note(index=True),),
        lambda: (),
        ["drop_column"],
    ),
    "a foreign key with its index": (
        lambda: (),
        lambda: (sa.Column("owner_id", sa.ForeignKey("owners.id"), index=True),),
        ["postgresql_concurrently=True", "postgresql_not_valid=True", "validate_constraint"],
    ),
    "a CHECK": (
        lambda: (note(),),
        lambda: (note(), sa.CheckConstraint("note <> ''", name="said")),
        ["postgresql_not_valid=True", "op.validate_constraint('ck_items_said', 'items')"],
    ),
    "a unique constraint": (
        lambda: (note(),),
        lambda: (note(), sa.UniqueConstraint("note", deferrable=True, initially="DEFERRED")),
        ["unique=True, postgresql_concurrently=True", "constraint_using_index('uq_items_note'"],
    ),
    "a NOT NULL column with a default in Python": (
        lambda: (),
        lambda: (
            note(nullable=False, default="it's"),
            sa.Column("size", sa.Integer, nullable=False, default=5),
            sa.Column("good", sa.Boolean, nullable=False, default=True),
        ),
        ['server_default="it\'s"', "server_default='5'", "server_default=sa.text('true')"],
    ),
    "a default that differs from row to row": (
        lambda: (),
        lambda: (sa.Column("token", sa.Uuid, server_default=sa.text("gen_random_uuid()")),),
        [
            "server_default=sa.text('gen_random_uuid()'))",
            "op.fill_in_batches('items', 'token', 'gen_random_uuid()', key='id')",
        ],
    ),
    "such a default, NOT NULL": (
        lambda: (),
        lambda: (
            sa.Column(
                "at", sa.DateTime, nullable=False, server_default=sa.text("clock_timestamp()")
            ),
        ),
        [
            "fill_in_batches",
            "at IS NOT NULL",
            "op.validate_constraint('items_at_not_null', 'items')",
        ],
    ),
    "NOT NULL": (
        lambda: (note(), sa.Column("order", sa.Integer)),
        lambda: (note(nullable=False), sa.Column("order", sa.Integer, nullable=False)),
        ["note IS NOT NULL", '"order" IS NOT NULL', "# FINDING: column items.note becomes"],
    ),
    "NOT NULL with a default": (
        lambda: (note(),),
        lambda: (note(nullable=False, default="none"),),
        [
            "fill_in_batches('items', 'note', \"'none'\", key='id')",
            "# FINDING: rows in which items.note is NULL get",
        ],
    ),
    "a column that is safe as it is": (
        lambda: (),
        lambda: (note(), sa.Column("at", sa.DateTime, server_default=sa.func.now())),
        ["server_default=sa.text('now()')"],
    ),
}


CASES = [(name, "") for name in FORMS] + [("NOT NULL", "18"), ("such a default, NOT NULL", "18")]


@pytest.mark.parametrize(("name", "version"), CASES)
def test_revisions_are_safe_and_complete(name: str, version: str, tmp_path: Path) -> None:
    before, after, expected = FORMS[name]
    with create_project(
        tmp_path, "postgresql", models(*before()), production_version=version
    ) as project:
        files = project.create(models(*after()))
        text = "\n".join(file.read_text() for file in files)
        if version:
            expected = [each for each in expected if "IS NOT NULL" not in each]
        assert [each for each in expected if each not in text] == []
        project.round_trip(models(*after()))
        if name != "indexed column dropped":
            assert project.lint(files) == []
        assert project.create(models(*after())) == []


Type = sa.types.TypeEngine[Any]
# The types before and after, with an example of each.
TYPES: dict[str, tuple[Type, object, Type, object]] = {
    "text to a number": (sa.String(20), "7", sa.Integer(), 7),
    "a number to text": (sa.Integer(), 7, sa.Text(), "7"),
    "text to JSON": (sa.Text(), '{"a": 1}', JSONB(), {"a": 1}),
    "text to an enum": (sa.Text(), "7", sa.Enum("7", "8", name="mood"), "7"),
    "a number to an enum": (sa.Integer(), 7, sa.Enum("7", "8", name="mood"), "7"),
    "an array": (ARRAY(sa.Text()), ["7"], ARRAY(sa.Integer()), [7]),
    "truth to a number": (sa.Boolean(), True, sa.Integer(), 1),
    "truth to another number": (sa.Boolean(), True, sa.Numeric(5, 2), 1),
    "a number to another": (sa.BigInteger(), 7, sa.Numeric(5, 2), 7),
    "a day to a time": (sa.Date(), date(2026, 1, 2), sa.DateTime(), datetime(2026, 1, 2)),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_changes_with_the_rows(name: str, tmp_path: Path) -> None:
    old, had, new, has = TYPES[name]
    before, after = (models(sa.Column("order", type_)) for type_ in (old, new))
    with create_project(tmp_path, "postgresql", before) as project:
        project.connection.execute(before.tables["items"].insert(), {"id": 1, "order": had})
        project.connection.commit()
        project.create(after)
        project.round_trip(after)
        assert project.execute('SELECT "order" FROM items') == [(has,)]
        assert project.create(after) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (sa.Integer(), sa.Uuid()),
        (sa.Uuid(), sa.BigInteger()),
        (sa.Boolean(), sa.Date()),
        (sa.LargeBinary(), sa.Uuid()),
        (JSONB(), sa.Integer()),
    ],
    ids=repr,
)
def test_a_type_without_a_cast_changes_where_there_are_no_rows(
    old: Type, new: Type, tmp_path: Path
) -> None:
    before, after = (models(sa.Column("order", type_)) for type_ in (old, new))
    with create_project(tmp_path, "postgresql", before) as project:
        project.create(after)
        project.round_trip(after)


def test_a_default_changes_its_type_with_its_column(tmp_path: Path) -> None:
    def sized(type_: Type, **options: object) -> sa.MetaData:
        size = sa.Column("size", type_, server_default="5", **options)  # type: ignore[arg-type]
        return models(size)

    after = sized(sa.Integer(), nullable=False)
    with create_project(tmp_path, "postgresql", sized(sa.String(20))) as project:
        project.execute("INSERT INTO items (id) VALUES (1)")
        project.create(after)
        project.round_trip(after)
        project.execute("INSERT INTO items (id) VALUES (2)")
        assert project.execute("SELECT size FROM items") == [(5,), (5,)]
        assert project.create(after) == []


class Default(NamedTuple):
    """A server default as SQL."""

    value: str


NULLABLE = "nullable"
BIG, TEXT = sa.BigInteger(), sa.Text()
Part = SchemaItem | TypeEngine[Any] | Default | str


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([sa.Identity(always=True)], [sa.Identity(always=False)]),
        ([sa.Identity(always=False)], [sa.Identity(always=True, increment=2)]),
        ([sa.Identity()], []),
        ([], [sa.Identity(always=True)]),
        ([Default("5")], [sa.Identity()]),
        ([sa.Identity(always=True)], [Default("5")]),
        ([Default("5"), BIG], [sa.Identity()]),
        ([sa.Identity()], [Default("'x'"), TEXT]),
        ([sa.Identity()], [NULLABLE]),
        ([NULLABLE], [sa.Identity()]),
        ([NULLABLE, Default("5")], [sa.Identity()]),
    ],
    ids=[
        "always to default", "default to always", "gone", "new", "in place of a default",
        "a default in its place", "smaller", "text in its place", "nullable in its place",
        "of a nullable column", "of a nullable column with a default",
    ],
)  # fmt: skip
def test_an_identity_changes(before: list[Part], after: list[Part], tmp_path: Path) -> None:
    def counted(parts: list[Part]) -> sa.MetaData:
        items = [each for each in parts if isinstance(each, SchemaItem)]
        type_ = next((each for each in parts if isinstance(each, TypeEngine)), sa.Integer())
        default = next((each.value for each in parts if isinstance(each, Default)), None)
        return models(
            sa.Column(
                "number",
                type_,
                *items,
                server_default=default and sa.text(default),
                nullable=NULLABLE in parts,
            )
        )

    with create_project(tmp_path, "postgresql", counted(before)) as project:
        assert project.create(counted(after)) != []
        project.round_trip(counted(after))
        assert project.create(counted(after)) == []


@pytest.mark.parametrize(
    ("column", "finding"),
    [
        (lambda: sa.Column("data", sa.JSON), "sqlalchemy.dialects.postgresql.JSONB"),
        (lambda: sa.Column("n", sa.BigInteger, sa.Identity()), "column items.n "),
        (lambda: sa.Column("n", sa.Integer, sa.Computed("id * 2")), "column items.n "),
    ],
    ids=["json", "identity", "computed"],
)
def test_a_change_without_a_safe_form_is_a_review_comment(
    column: Callable[[], SchemaItem], finding: str, tmp_path: Path
) -> None:
    with create_project(tmp_path, "postgresql", models()) as project:
        (file,) = project.create(models(column()))
        assert finding in " ".join(file.read_text().replace("#", " ").split())


def test_a_new_table_is_created_in_one_revision(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", metadata()) as project:
        declared = models(note(index=True, unique=True), sa.CheckConstraint("id > 0", name="c"))
        (file,) = project.create(declared)
        assert "concurrently" not in file.read_text()
        project.round_trip(declared)


@pytest.mark.parametrize("schema", ["audit", "Audit log"])
def test_a_new_schema_is_created_before_its_tables(schema: str, tmp_path: Path) -> None:
    after = models()
    for table in ("changes", "logins"):
        mood = sa.Enum("good", "bad", name=f"{table}_mood", schema=schema)
        sa.Table(table, after, id_column(), sa.Column("mood", mood), schema=schema)
    with create_project(tmp_path, "postgresql", models()) as project:
        (file,) = project.create(after)
        assert file.read_text().count("CREATE SCHEMA IF NOT EXISTS") == 1
        project.upgrade()
        project.downgrade()
        project.upgrade()
        assert project.lint([file]) == []
        assert project.create(after) == []


def test_the_steps_follow_each_other_with_one_message_each(tmp_path: Path) -> None:
    key: sa.Column[int] = sa.Column("owner_id", sa.ForeignKey("owners.id"), index=True)
    with create_project(tmp_path, "postgresql", models()) as project:
        files = project.create(models(key), "add owners")
        names = [file.stem.partition("_")[2] for file in files]
        assert names == [
            "add_owners",
            "index_add_owners",
            "constraint_add_owners",
            "validate_add_owners",
        ]


def test_a_table_and_the_key_that_refers_to_it_are_one_change(tmp_path: Path) -> None:
    before = metadata()
    sa.Table("items", before, id_column())
    key: sa.Column[int] = sa.Column("owner_id", sa.ForeignKey("owners.id"), index=True)
    with create_project(tmp_path, "postgresql", before) as project:
        first, *_ = project.create(models(key), "add owners")
        assert "owners" in first.read_text()
        assert "FINDING" not in first.read_text()


def test_two_tables_in_use_are_not_locked_together(tmp_path: Path) -> None:
    def two(*columns: str) -> sa.MetaData:
        declared = metadata()
        for name in ("items", "owners"):
            table = sa.Table(name, declared, id_column())
            for column in columns:
                table.append_column(sa.Column(column, sa.Text, nullable=False, default="x"))
            if columns:
                table.append_constraint(sa.CheckConstraint("note <> ''", name="said"))
        return declared

    with create_project(tmp_path, "postgresql", two()) as project:
        files = project.create(two("note"), "notes")
        assert [file.stem.partition("_")[2] for file in files] == [
            "items_notes",
            "validate_items_notes",
            "owners_notes",
            "validate_owners_notes",
        ]
        project.round_trip(two("note"))
        assert project.lint(files) == []


def test_a_backfill_reaches_every_row(tmp_path: Path) -> None:
    token = sa.Column("token", sa.Uuid, nullable=False, server_default=sa.text("gen_random_uuid()"))
    with create_project(tmp_path, "postgresql", models()) as project:
        project.execute("INSERT INTO items (id) SELECT generate_series(1, 2500)")
        project.create(models(token))
        project.upgrade()
        assert project.execute("SELECT count(DISTINCT token) FROM items") == [(2500,)]


def test_the_sql_of_a_backfill_commits_each_batch(tmp_path: Path) -> None:
    before, after = models(note()), models(note(nullable=False, default="12:30 o'clock"))
    with create_project(tmp_path, "postgresql", before) as project:
        project.execute("INSERT INTO items (id) SELECT generate_series(1, 2500)")
        project.create(after)
        (block,) = (line for line in project.offline_sql().splitlines() if line.startswith("DO $$"))
        project.connection.rollback()
        driver = project.connection.connection.driver_connection
        assert driver is not None
        driver.autocommit = True
        driver.execute(block)
        driver.autocommit = False
        assert project.execute("SELECT DISTINCT note FROM items") == [("12:30 o'clock",)]
        project.round_trip(after)


def test_an_interrupted_unique_constraint_is_completed(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", models(note())) as project:
        project.create(models(note(unique=True)))
        project.execute("CREATE UNIQUE INDEX uq_items_note ON items (note)")
        project.execute(
            "ALTER TABLE items ADD CONSTRAINT uq_items_note UNIQUE USING INDEX uq_items_note"
        )
        project.upgrade()
        assert project.differences(models(note(unique=True))) == []


def test_a_table_with_partitions_gets_what_postgresql_allows_there(tmp_path: Path) -> None:
    def events(*items: SchemaItem) -> sa.MetaData:
        declared = metadata()
        sa.Table("owners", declared, id_column())
        sa.Table(
            "events",
            declared,
            sa.Column("day", sa.Date, primary_key=True),
            *items,
            postgresql_partition_by="RANGE (day)",
        )
        return declared

    owner = sa.Column("owner_id", sa.BigInteger, sa.ForeignKey("owners.id"), index=True)
    added = (note(index=True), owner, sa.UniqueConstraint("day", "note"))
    with create_project(tmp_path, "postgresql", events()) as project:
        for models in (events(*added), events(note())):
            assert project.create(models)
            project.upgrade()
            project.downgrade()
            project.upgrade()
            assert project.create(models) == []
