"""Constraints and indexes have names that every database keeps whole."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, UniqueConstraint, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stratakit.orm import naming
from tests import databases
from tests.service import Service

LONG = "a_table_with_a_name_that_is_as_long_as_people_can_bear"


def test_names_tell_kind_table_and_columns() -> None:
    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=naming.NAMING_CONVENTION)

    class Parent(Base):
        __tablename__ = "parents"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Child(Base):
        __tablename__ = "children"
        __table_args__ = (
            UniqueConstraint("name", "parent_id"),
            CheckConstraint("name <> ''", name="named"),
            Index(None, "name", "parent_id"),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(index=True)
        parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))

    table = Base.metadata.tables["children"]
    assert {str(constraint.name) for constraint in table.constraints} == {
        "pk_children",
        "uq_children_name_parent_id",
        "ck_children_named",
        "fk_children_parent_id_parents",
    }
    assert {str(index.name) for index in table.indexes} == {
        "ix_children_name",
        "ix_children_name_parent_id",
    }


def test_a_name_that_is_too_long_is_cut_and_still_differs_from_its_like() -> None:
    one, other = (naming.shorten(f"uq_{LONG}_{end}") for end in ("one_column", "two_column"))
    assert one != other
    assert {len(name.encode()) for name in (one, other)} == {naming.MAX_BYTES}
    assert len(naming.shorten("ü" * 60).encode()) <= naming.MAX_BYTES


MODEL = f'''
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Long(Base):
    __tablename__ = "{LONG}"
    __table_args__ = (CheckConstraint("a_column_with_a_long_name > 0", name="is_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    a_column_with_a_long_name: Mapped[int] = mapped_column(index=True, unique=False)
    another_column_with_a_long_name: Mapped[int] = mapped_column(unique=True)
    item_with_a_long_name_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
'''


def test_long_names_are_the_same_in_models_and_migrations(
    database: str, service: Callable[..., Path]
) -> None:
    with databases.fresh(database) as environment:
        live = Service(service(database=database), database, environment)
        live.write("app/long/models.py", MODEL)
        assert live.migrate("upgrade").returncode == 0
        created = live.migrate("create", "add a long table")
        assert created.returncode == 0, created.stderr
        upgraded = live.migrate("upgrade")
        assert upgraded.returncode == 0, upgraded.stderr
        checked = live.migrate("check")
        assert checked.returncode == 0, checked.stdout
        with live.engine().connect() as connection:
            names = {index["name"] for index in inspect(connection).get_indexes(LONG)}
        expected = naming.shorten(f"ix_{LONG}_a_column_with_a_long_name")
        assert expected in names
