"""Models in files that discovery does not import are found without importing them."""

from pathlib import Path
from sys import modules
from types import ModuleType

import pytest
from sqlalchemy.orm import DeclarativeBase, declarative_base

from stratakit.orm.placement import misplaced_models


class Base(DeclarativeBase): ...


LegacyBase = declarative_base()


def _find(
    folder: Path, files: dict[str, str | bytes], model_files: tuple[str, ...] = ()
) -> list[tuple[str, int, str]]:
    for name, content in files.items():
        path = folder / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [
        (each.file.as_posix(), each.line, each.name)
        for each in misplaced_models(
            "shop",
            folder / "shop",
            [Base, LegacyBase],
            {folder / "shop" / name for name in model_files},
        )
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Item(Base): ...", [(1, "Item")]),
        ("\n\nclass Item(db.Base): ...", [(3, "Item")]),
        ("class Item(Named, Base):\n    id: int", [(1, "Item")]),
        ("class Item(Other):\n    __tablename__ = 'items'", [(1, "Item")]),
        ("class Item(Other):\n    __table__: Table = items", [(1, "Item")]),
        ("class Item(Other):\n    __mapper_args__ = {}", [(1, "Item")]),
        ("if True:\n    class Item(Base): ...", [(2, "Item")]),
        ("class Item(Base):\n    __abstract__ = True", []),
        ("class Item(Base):\n    __abstract__: bool = True", []),
        ("class Base:\n    __tablename__ = 'items'", []),
        ("class Item(Other): ...\n# Base", []),
        ("class Item(Baseline): ...", []),
        ("Table('items', metadata, Column('id'))", [(1, "'items'")]),
        ("x = sa.Table('items', Base.metadata)", [(1, "'items'")]),
        ("Table('items')", []),
        ("Table('items', console)", []),
        ("class Other(DeclarativeBase): ...", [(1, "Other")]),
        ("class Other(orm.DeclarativeBase): ...", [(1, "Other")]),
        ("Other = declarative_base()", [(1, "Other")]),
        ("Other = orm.declarative_base(metadata=m)", [(1, "Other")]),
        ("f(declarative_base())", [(1, "declarative_base()")]),
        ("class Item(Base", []),
        ("text = 'Base'", []),
        (b"# \xe4\nclass Item(Base): ...", [(2, "Item")]),
        (b"Base\0", []),
    ],
)
def test_a_file_declares_a_misplaced_model(
    tmp_path: Path, source: str | bytes, found: list[tuple[int, str]]
) -> None:
    assert _find(tmp_path, {"tables.py": source}) == [
        ("shop/tables.py", line, name) for line, name in found
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Item(Base): ...", []),
        ("Table('items', metadata)", []),
        ("class Other(DeclarativeBase): ...", ["Other"]),
        ("Other = declarative_base()", ["Other"]),
    ],
)
def test_a_file_of_models_may_declare_anything_but_a_base(
    tmp_path: Path, source: str, found: list[str]
) -> None:
    result = _find(tmp_path, {"models.py": source}, model_files=("models.py",))
    assert [name for _, _, name in result] == found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Base", "class Base(DeclarativeBase): ..."),
        ("LegacyBase", "LegacyBase = declarative_base()"),
    ],
)
def test_the_bases_of_the_project_are_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, source: str
) -> None:
    for module, file in (("shop", "__init__.py"), ("shop.database", "database.py")):
        imported = ModuleType(module)
        setattr(imported, name, globals()[name])
        monkeypatch.setitem(modules, module, imported)
        assert _find(tmp_path / module, {file: source}) == []
    assert _find(tmp_path / "other", {"other.py": source}) == [("shop/other.py", 1, name)]


def test_files_are_found_in_their_order(tmp_path: Path) -> None:
    source = "class Item(Base): ..."
    found = _find(tmp_path, {"b.py": source, "a/c.py": source, "a.py": source, "d.txt": source})
    assert [file for file, _, _ in found] == ["shop/a/c.py", "shop/a.py", "shop/b.py"]
