"""Models are imported from where they lie, and several collections become one."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, create_engine, event
from sqlalchemy.orm import DeclarativeBase

from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.orm.discovery import combine, discover_models
from stratakit.orm.schemas import declared_schemas
from stratakit.orm.source_location import classes_by_table, find_declaration

MODEL = """\
from sqlalchemy.orm import Mapped, mapped_column

from {package}.database import Base


class {name}(Base):
    __tablename__ = "{table}"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column("remark")
"""
BASE = "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase): ...\n"


class Package:
    """A package in a temporary folder that can be imported."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.write("database.py", BASE)

    def write(self, path: str, text: str) -> None:
        file = self.folder / self.name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def write_model(self, path: str, name: str) -> None:
        model = MODEL.format(package=self.name, name=name, table=f"{name.lower()}s")
        self.write(path, model)

    def discover(self) -> MetaData:
        __import__(f"{self.name}.database")
        return discover_models(self.name, base=sys.modules[f"{self.name}.database"].Base)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield Package(tmp_path, "discovered_shop")
    for name in set(sys.modules) - before:
        if name.startswith("discovered_shop"):
            del sys.modules[name]


@pytest.mark.parametrize(
    "path",
    ["models.py", "a/models.py", "models/order.py", "a/models/__init__.py", "b/models/c.py"],
)
def test_a_model_is_found_wherever_a_models_module_lies(package: Package, path: str) -> None:
    package.write_model(path, "Order")
    metadata = package.discover()
    assert [*metadata.tables] == ["orders"]


@pytest.mark.parametrize("path", ["tables.py", "model.py", "my_models.py", "modelshop/order.py"])
def test_a_model_elsewhere_is_refused(package: Package, path: str) -> None:
    package.write_model(path, "Order")
    with pytest.raises(StrataError, match="Order") as refusal:
        package.discover()
    assert f"{package.name}/{path}:6" in str(refusal.value)


def test_a_model_that_cannot_be_imported_is_named_with_its_line(package: Package) -> None:
    package.write("models.py", "import os\n\nos.no_such_name\n")
    with pytest.raises(StrataError, match="AttributeError") as refusal:
        package.discover()
    assert f"{package.folder / package.name / 'models.py'}:3" in str(refusal.value)


@pytest.mark.parametrize("name", ["no_such_package", "no_such.package", "json.decoder"])
def test_a_package_that_is_none_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        discover_models(name, base=DeclarativeBase)


def test_a_table_is_declared_on_a_line_of_a_file(package: Package) -> None:
    package.write_model("models.py", "Order")
    metadata = package.discover()
    root = package.folder
    file = f"{package.name}/models.py"
    assert [*classes_by_table(metadata)] == ["orders"]
    assert find_declaration(metadata, root, "orders") == (file, 6)
    assert find_declaration(metadata, root, "orders", "id") == (file, 9)
    assert find_declaration(metadata, root, "orders", "remark") == (file, 10)
    assert find_declaration(metadata, root, "orders", "absent") == (file, 6)
    assert find_declaration(metadata, root, "absent") == ("", 0)
    assert find_declaration(metadata, root / "elsewhere", "orders") == ("", 0)


def _metadata(*tables: str, schema: str | None = None) -> MetaData:
    metadata = MetaData()
    for name in tables:
        Table(name, metadata, Column("id", Integer, primary_key=True), schema=schema)
    return metadata


def test_one_collection_is_itself() -> None:
    metadata = _metadata("a")
    assert combine(metadata) is metadata
    assert combine([metadata]) is metadata
    assert combine([metadata, metadata]) is metadata


def test_several_collections_are_one_with_the_tables_of_all() -> None:
    one, other = _metadata("a"), _metadata("b", schema="shop")
    Table("c", other, Column("a_id", Integer, ForeignKey("a.id")))
    merged = combine([one, other])
    assert [*merged.tables] == ["a", "shop.b", "c"]
    (key,) = merged.tables["c"].foreign_keys
    assert key.column.table is merged.tables["a"]
    assert declared_schemas(merged) == {"shop"}
    assert declared_schemas(one) == set()


def test_a_table_that_two_collections_declare_is_refused() -> None:
    with pytest.raises(StrataError, match="table a"):
        combine([_metadata("a"), _metadata("a", "b")])
    combine([_metadata("a"), _metadata("a", schema="shop")])


def test_the_listeners_of_each_collection_are_called() -> None:
    called = list[str]()
    one, other = _metadata("a"), _metadata("b")

    @event.listens_for(other, "before_create")
    def _before(_metadata: MetaData, connection: Any, **_options: Any) -> None:
        called.append(f"before {connection.dialect.name}")

    @event.listens_for(one, "after_create")
    def _after(*_arguments: Any, **_options: Any) -> None:
        called.append("after")

    combine([one, other]).create_all(create_engine("sqlite://"))
    assert called == ["before sqlite", "after"]
