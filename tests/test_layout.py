"""What is found in projects of any layout, by reading their files alone."""

from pathlib import Path
from typing import Any

import pytest

from stratakit.DEL import found

Files = dict[str, str]
BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ..."
SETTINGS = """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    name: str = "x"
    {field}
settings = Settings()
"""
MODEL = "from {base} import Base\nclass User(Base):\n    __tablename__ = 'users'\n"


def look(folder: Path, files: Files) -> dict[str, Any]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return found(folder)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (BASE, "db:Base"),
        ("from sqlalchemy import orm\nBase = orm.declarative_base()", "db:Base"),
        ("Base: object = declarative_base(cls=Mixin)", "db:Base"),
        ("@as_declarative()\nclass Base: ...", "db:Base"),
        ("mapper_registry = registry()", "db:mapper_registry"),
        ("class Base(MappedAsDataclass, DeclarativeBase): ...", "db:Base"),
        ("metadata = MetaData()\nusers = Table('users', metadata, Column('id'))", "db:metadata"),
        ("class Base(SQLModel):\n    metadata = MetaData()", "db:Base"),
    ],
)
def test_a_base_is_found_however_it_is_made(text: str, base: str, tmp_path: Path) -> None:
    assert look(tmp_path, {"db.py": text})["base"] == [base]


def test_a_base_of_a_library_is_named_where_its_models_import_it(tmp_path: Path) -> None:
    model = "from advanced.base import UUIDBase\nclass User(UUIDBase):\n    __tablename__ = 'u'\n"
    assert look(tmp_path / "a", {"app/user.py": model})["base"] == ["advanced.base:UUIDBase"]
    model = "from advanced import base\nclass User(base.UUIDBase):\n    __tablename__ = 'u'\n"
    assert look(tmp_path / "b", {"app/user.py": model})["base"] == ["advanced:base.UUIDBase"]


@pytest.mark.parametrize(
    ("text", "is_model"),
    [
        ("from db import Base\nclass A(Base): id = 1", True),
        ("class A(SQLModel, table=True): ...", True),
        ("class A(SQLModel): ...", False),
        ("class A(BaseModel): name: str", False),
        ("from db import Base\nclass Dated(Base):\n    __abstract__ = True", False),
        ("t = Table('t', Base.metadata, Column('id'))", True),
        ("def f(): Table('t')", False),
        ("class A(Base: broken", False),
        ("@table_registry.mapped_as_dataclass\nclass A:\n    __tablename__ = 'a'", True),
        ("@mapped_as_dataclass(reg)\nclass A:\n    __tablename__ = 'a'", True),
    ],
)
def test_a_file_declares_models_or_does_not(text: str, is_model: bool, tmp_path: Path) -> None:
    values = look(tmp_path, {"db.py": BASE, "app/thing.py": text})
    assert ("app/thing.py" in values.get("models", [])) is is_model


@pytest.mark.parametrize(
    ("target", "bases"),
    [
        ("Base.metadata", ["db:Base"]),
        ("[db.Base.metadata, Old.metadata]", ["db:Base", "old:Old"]),
        ("[each.metadata for each in EACH]", ["db:Base", "old:Old"]),
    ],
)
def test_a_base_that_alembic_does_not_migrate_is_of_another_database(
    target: str, bases: list[str], tmp_path: Path
) -> None:
    files = {
        "db.py": BASE,
        "old.py": BASE.replace("Base(", "Old("),
        "migrations/env.py": f"import db\ntarget_metadata = {target}\n",
        "migrations/script.py.mako": "",
    }
    assert look(tmp_path, files)["base"] == bases


def test_a_child_of_an_abstract_model_is_a_model(tmp_path: Path) -> None:
    files = {
        "db.py": BASE,
        "dated.py": "from db import Base\nclass Dated(Base):\n    __abstract__ = True\n",
        "app/thing.py": "from dated import Dated\nclass Thing(Dated): ...\n",
    }
    assert look(tmp_path, files)["models"] == ["app/thing.py"]


def test_a_child_that_adds_columns_to_a_models_table_is_a_model(tmp_path: Path) -> None:
    files = {
        "db.py": BASE,
        "app/people/person.py": MODEL.format(base="db").replace("User", "Person"),
        "app/people/__init__.py": "from app.people.person import Person",
        "app/staff.py": "from app.people import Person\nclass Manager(Person):\n    level = 1\n",
        "app/boss.py": "from app import staff\nclass Boss(staff.Manager):\n    stars = 1\n",
        "app/schemas.py": "class Person(BaseModel): ...\nclass PersonOut(Person): ...\n",
    }
    assert look(tmp_path, files)["models"] == [
        "app/boss.py", "app/people/person.py", "app/staff.py"
    ]  # fmt: skip


def test_src_is_where_imports_start_or_a_package_as_the_imports_tell(tmp_path: Path) -> None:
    package = {"src/shop/db.py": BASE, "src/shop/user.py": MODEL.format(base="src.shop.db")}
    source = {"src/shop/db.py": BASE, "src/shop/user.py": MODEL.format(base="shop.db")}
    one, other = look(tmp_path / "a", package), look(tmp_path / "b", source)
    assert (one["sources"], one["base"]) == (["."], ["src.shop.db:Base"])
    assert (other["sources"], other["base"]) == ([".", "src"], ["shop.db:Base"])


def test_a_name_is_imported_from_where_most_of_it_lies(tmp_path: Path) -> None:
    """`shop` is the folder around the application, and the application in it."""
    files = {
        "shop/alembic/env.py": "from shop.db.base import Base",
        "shop/alembic/script.py.mako": "",
        "shop/shop/db/base.py": BASE,
        "shop/shop/redis.py": "import redis",
        "shop/shop/user.py": MODEL.format(base="shop.db.base"),
    }
    values = look(tmp_path, files)
    assert (values["sources"], values["base"]) == ([".", "shop"], ["shop.db.base:Base"])
    assert values["version_location"] == "shop/alembic/versions"


def test_a_project_that_is_installed_itself_is_none_of_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    files = {"src/shop/db.py": BASE, "src/shop/user.py": MODEL.format(base="shop.db")}
    assert look(tmp_path, files)["base"] == ["shop.db:Base"]


@pytest.mark.parametrize(
    ("files", "url"),
    [
        ({"s.py": SETTINGS.format(field="database_url: str")}, "s:settings.database_url"),
        ({"s.py": SETTINGS.format(field="POSTGRES_DSN: str")}, "s:settings.POSTGRES_DSN"),
        (
            {
                "db.py": "from s import settings\ne = create_engine(str(settings.db.url))",
                "s.py": "",
            },
            "s:settings.db.url",
        ),
        (
            {"db.py": "from app import s\ne = create_engine(s.get_uri())", "app/s.py": ""},
            "app.s:get_uri",
        ),
        ({"db.py": "import s\ne = create_async_engine(s.URL)", "s.py": ""}, "s:URL"),
        ({"db.py": "URL = 'sqlite:///x.db'\nengine = create_engine(URL)"}, "db:URL"),
        ({"db.py": "def f(url):\n    return create_engine(url)", ".env": "DB_URL=x\n"}, "DB_URL"),
        ({"db.py": "engine = create_engine(os.environ['DATABASE_URI'])"}, "DATABASE_URI"),
        (
            {
                "a.py": "import t, s\na = create_engine(t.TEST_URL)\nb = create_engine(s.X_URL)",
                "t.py": "",
                "s.py": "",
            },
            "s:X_URL",
        ),
        ({"app.py": "x = 1"}, None),
        (
            {
                "db.py": "from s import c\na = create_engine(c.READER_DB_URL)\n"
                "b = create_engine(c.WRITER_DB_URL)",
                "s.py": "",
            },
            "s:c.WRITER_DB_URL",
        ),
        (
            {"db.py": "url = URL.create('x')\ne = create_engine(url.render_as_string(False))"},
            "db:url",
        ),
        ({"h.py": "from s import c\nh = Helper(url=str(c.db.url))", "s.py": ""}, "s:c.db.url"),
        ({"conf.py": "HOST = 'h'\nDATABASE_URL = f'postgresql://{HOST}'"}, "conf:DATABASE_URL"),
        ({"db.py": "e = create_engine(URL.create(user=os.environ['DB_USER']))"}, None),
    ],
)
def test_the_setting_of_the_url_is_found(files: Files, url: str | None, tmp_path: Path) -> None:
    assert look(tmp_path, files).get("url") == url


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ("config.set_main_option('sqlalchemy.url', str(settings.MAIN))", "s:settings.MAIN"),
        ("c = Settings()\nconfig.set_main_option('sqlalchemy.url', c.MAIN)", "s:Settings.MAIN"),
        (
            "def get_url():\n    return f'{settings.MAIN}?a=b'\n"
            "section['sqlalchemy.url'] = get_url()",
            "s:settings.MAIN",
        ),
        ("create_async_engine(settings.dsn('asyncpg'))", "s:settings.dsn('asyncpg')"),
        ("url = os.getenv('MAIN') or os.environ['OTHER']\ncreate_engine(url)", "OTHER"),
        ("create_engine(os.getenv('X', settings.MAIN).replace('a', 'b'))", "s:settings.MAIN"),
        ("url = config.get_main_option('sqlalchemy.url')\ncreate_engine(url)", "s:settings.APP"),
    ],
)
def test_the_url_is_the_one_that_alembic_takes(env: str, url: str, tmp_path: Path) -> None:
    files = {
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": f"from s import Settings, settings\n{env}\n",
        "s.py": "",
        "db.py": "from s import settings\nengine = create_engine(settings.APP)",
    }
    assert look(tmp_path, files)["url"] == url


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"alembic.ini": "[alembic]\nscript_location = alembic\n"}, "alembic/versions"),
        ({"alembic.ini": "[alembic]\nscript_location = %(here)s/db/m\n"}, "db/m/versions"),
        ({"alembic.ini": "[alembic]\nscript_location = app:m\n"}, "app/m/versions"),
        ({"alembic.ini": "[alembic]\nscript_location = m\nversion_locations = m/v\n"}, "m/v"),
        ({"pyproject.toml": "[tool.alembic]\nscript_location = '%(here)s/m'\n"}, "m/versions"),
        ({"app/m/env.py": "", "app/m/versions/a.py": ""}, "app/m/versions"),
        ({"alembic.ini": "[loggers]\nkeys = root\n"}, None),
        ({"app/env.py": "import os", "app/db.py": ""}, None),
        ({"src/m/env.py": "", "src/m/script.py.mako": ""}, "src/m/versions"),
    ],
)
def test_the_folder_of_the_revisions_is_found(
    files: Files, folder: str | None, tmp_path: Path
) -> None:
    assert look(tmp_path, files).get("version_location") == folder


def test_what_is_no_application_is_not_looked_at(tmp_path: Path) -> None:
    files = {
        f"{folder}/models.py": MODEL.format(base="db")
        for folder in ("tests", ".venv/lib", "node_modules/x", "env", "strata", "docs")
    }
    files["app/test_models.py"] = MODEL.format(base="db")
    assert "models" not in look(tmp_path, {"db.py": BASE, "env/pyvenv.cfg": "", **files})
