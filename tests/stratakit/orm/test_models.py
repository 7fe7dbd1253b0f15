"""Models are found by where they lie, and named where they would not be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service import Service

MODEL = """
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
"""


# As SQLAlchemy's own documentation writes CHECKs, and the types that bring one.
CHECKS = """
from sqlalchemy import Boolean, CheckConstraint, Enum
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Car(Base):
    __tablename__ = "cars"
    __table_args__ = (CheckConstraint("seats > 0"), CheckConstraint("seats < 10"))

    id: Mapped[int] = mapped_column(primary_key=True)
    seats: Mapped[int]
    doors: Mapped[int] = mapped_column(CheckConstraint("doors > 0"))
    fuel: Mapped[str] = mapped_column(Enum("petrol", native_enum=False, create_constraint=True))
    gear: Mapped[str] = mapped_column(Enum("manual", native_enum=False, create_constraint=True))
    sold: Mapped[bool] = mapped_column(Boolean(create_constraint=True))
"""


@pytest.fixture
def shop(service: Callable[..., Path]) -> Service:
    return Service(service(database="sqlite", example=False), "sqlite")


@pytest.mark.parametrize(
    "path", ["app/models.py", "app/orders/models.py", "app/domain/models/order.py"]
)
def test_a_model_is_found_wherever_a_models_module_lies(shop: Service, path: str) -> None:
    shop.write(path, MODEL)
    assert shop.migrate("upgrade").returncode == 0
    created = shop.migrate("create", "add orders")
    assert "adds table orders" in created.stdout


@pytest.mark.databases("postgresql")
def test_a_model_in_a_new_schema_gets_the_schema_with_its_table(migrated: Service) -> None:
    placed = '    __tablename__ = "orders"\n    __table_args__ = {"schema": "audit"}\n'
    migrated.write("app/orders/models.py", MODEL.replace('    __tablename__ = "orders"\n', placed))
    created = migrated.migrate("create", "add orders")
    assert created.returncode == 0, created.stderr
    assert "does not exist" not in created.stdout
    for verb in ("upgrade", "downgrade", "upgrade", "check"):
        done = migrated.migrate(verb)
        assert done.returncode == 0, done.stdout + done.stderr


def test_checks_without_a_name_are_created_and_undone(migrated: Service) -> None:
    migrated.write("app/cars/models.py", CHECKS)
    assert migrated.migrate("create", "add cars").returncode == 0
    for verb in ("upgrade", "check", "downgrade", "upgrade"):
        done = migrated.migrate(verb)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (MODEL, "app/orders/tables.py:7: Order "),
        (
            "from sqlalchemy import Column, Integer, Table\n\nfrom app.database import Base\n\n"
            'orders = Table("orders", Base.metadata, Column("id", Integer))\n',
            "app/orders/tables.py:5: 'orders' ",
        ),
        (
            "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase): ...\n",
            "app/orders/tables.py:4: Base ",
        ),
        (
            "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
            "app/orders/tables.py:3: Base ",
        ),
    ],
)
def test_a_model_that_would_be_missed_is_named_with_file_and_line(
    shop: Service, content: str, said: str
) -> None:
    shop.write("app/orders/tables.py", content)
    refused = shop.migrate("upgrade")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "models.py" in refused.stderr
    assert "app.database.Base" in refused.stderr
    assert "Traceback" not in refused.stderr


# The bases of libraries: SQLModel's, advanced-alchemy's, a company's own package.
LIBRARY = """
from sqlalchemy.orm import Mapped, declarative_base, mapped_column

Shared = declarative_base()


class Keyed(Shared):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
"""
SQLMODEL = """
from sqlmodel import Field, SQLModel


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""


@pytest.mark.parametrize(
    "content",
    [
        "from library import Keyed\n\n\nclass Order(Keyed):\n    __tablename__ = 'shop_orders'\n",
        "import library\n\n\nclass Order(library.Shared):\n    __table__ = library.orders\n",
        SQLMODEL,
    ],
    ids=["its abstract base", "a table of its own", "sqlmodel"],
)
def test_a_model_on_the_base_of_a_library_is_named(shop: Service, content: str) -> None:
    table = "orders = Table('orders', Shared.metadata, Column('id', Integer, primary_key=True))\n"
    imported = "from sqlalchemy import Column, Integer, Table\n"
    shop.write("library.py", f"{imported}{LIBRARY}\n\n{table}")
    shop.write("app/orders/models.py", content)
    line = content.split("class Order")[0].count("\n") + 1
    for verb in (["check"], ["create", "add orders"], ["upgrade"]):
        refused = shop.migrate(*verb)
        assert refused.returncode == 1
        assert f"app/orders/models.py:{line}: Order " in refused.stderr
        assert "base=[Base, ...]" in refused.stderr


def test_a_base_of_a_library_that_env_py_names_is_compared(shop: Service) -> None:
    shop.write("app/orders/models.py", SQLMODEL)
    shop.edit("migrations/env.py", "base=Base)", "base=[Base, SQLModel])")
    shop.edit(
        "migrations/env.py",
        "from app.database",
        "from sqlmodel import SQLModel\n\nfrom app.database",
    )
    assert shop.migrate("upgrade").returncode == 0
    assert "adds table order" in shop.migrate("create", "add orders").stdout


def test_a_mixin_or_an_abstract_base_may_lie_anywhere(shop: Service) -> None:
    shop.write(
        "app/mixins.py",
        "from sqlalchemy.orm import Mapped\n\nfrom app.database import Base\n\n\n"
        "class Named:\n    name: Mapped[str]\n\n\n"
        "class Described(Base):\n    __abstract__ = True\n    description: Mapped[str]\n",
    )
    assert shop.migrate("upgrade").returncode == 0


def test_a_model_module_that_cannot_be_imported_is_named(shop: Service) -> None:
    shop.write("app/orders/models.py", "import no_such_library\n")
    refused = shop.migrate("upgrade")
    assert refused.returncode == 1
    assert "app/orders/models.py cannot be imported: ModuleNotFoundError" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_model_that_drags_the_web_framework_in_is_named_by_the_services_own_test(
    shop: Service,
) -> None:
    shop.write("app/orders/models.py", MODEL)
    shop.edit("app/orders/models.py", "from app", "import fastapi\n\nfrom app")
    tested = shop.run(shop.python, "-m", "pytest", "-q", "tests/test_migrations.py")
    assert tested.returncode == 1
    assert "app/orders/models.py:4 imports fastapi" in tested.stdout
