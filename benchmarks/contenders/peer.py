"""The peer: a service that `fastapi-template` of PyPI renders, with the columns of our items.

Its wiring, its session, its data access object and its driver are as rendered. Changed are the
columns of its example, a route that reads one row, the row that a PUT returns, and the URL of the
database.
"""

import subprocess
import sys
from pathlib import Path

TEMPLATE = "fastapi-template>=6.1.2"
# The dependencies of its pyproject.toml, at the versions of the others where they have them.
PACKAGES = ("fastapi", "uvicorn[standard]", "pydantic-settings", "sqlalchemy[asyncio]")
DRIVERS = ("asyncpg", "yarl", "ujson")
APPLICATION = ("peer.web.application:get_app", "--factory")

FEATURES = ("--name", "peer", "--db", "postgresql", "--orm", "sqlalchemy", "--api-type", "rest",
            "--ci", "none", "--dummy", "--routers")  # fmt: skip

COLUMNS = """
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(length=200))
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[str] = mapped_column(server_default="active")
    category_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")
"""
FIELDS = """
    id: int
    name: str
    price: Decimal
    status: str
    category_id: int | None
    created_at: datetime
    version: int
"""
READ_ONE = '''
    async def get_dummy(self, dummy_id: int) -> DummyModel | None:
        """Get one dummy."""
        return await self.session.get(DummyModel, dummy_id)
'''
READ_ONE_ROUTE = '''

@router.get("/{dummy_id}", response_model=DummyModelDTO)
async def get_dummy_model(dummy_id: int, dummy_dao: DummyDAO = Depends()) -> DummyModel | None:
    """Retrieve one dummy object from the database."""
    return await dummy_dao.get_dummy(dummy_id)
'''
EDITS = {
    "db/models/dummy_model.py": [
        ("from sqlalchemy.sql.sqltypes import String", "from datetime import datetime\n"
         "from decimal import Decimal\n\n"
         "from sqlalchemy import BigInteger, DateTime, Numeric, String, func"),
        ('"dummy_model"', '"items"'),
        ("\n    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)\n"
         "    name: Mapped[str] = mapped_column(String(length=200))", COLUMNS.rstrip()),
    ],
    "web/api/dummy/schema.py": [
        ("from pydantic import BaseModel\n", "from datetime import datetime\n"
         "from decimal import Decimal\n\nfrom pydantic import BaseModel\n"),
        ("\n    id: int\n    name: str\n", FIELDS),
        ('    """DTO for creating new dummy model."""\n\n    name: str',
         '    """DTO for creating new dummy model."""\n\n    name: str\n    price: Decimal'),
    ],
    "db/dao/dummy_dao.py": [
        ("name: str) -> None:", "name: str, price: object) -> DummyModel:"),
        ("self.session.add(DummyModel(name=name))",
         "dummy = DummyModel(name=name, price=price)\n        self.session.add(dummy)\n"
         "        await self.session.flush()\n        await self.session.refresh(dummy)\n"
         "        return dummy\n" + READ_ONE.rstrip()),
    ],
    "web/api/dummy/views.py": [
        ('@router.put("/")', '@router.post("/", status_code=201, response_model=DummyModelDTO)'),
        (") -> None:", ") -> DummyModel:"),
        ("await dummy_dao.create_dummy_model(name=new_dummy_object.name)",
         "return await dummy_dao.create_dummy_model(\n"
         "        name=new_dummy_object.name, price=new_dummy_object.price\n    )"
         + READ_ONE_ROUTE),
    ],
    "web/lifespan.py": [
        ("create_async_engine(str(settings.db_url), echo=settings.db_echo)",
         'create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)'),
        ("import logging\n", "import logging\nimport os\n"),
        ("    await _create_tables()\n", ""),
    ],
}  # fmt: skip


def render(folder: Path) -> tuple[Path, Path]:
    """Render the service and install what it needs.

    Args:
        folder: an empty one.

    Returns:
        The folder of the service, and its interpreter.
    """
    environment, python = folder / "venv", folder / "venv/bin/python"
    uv = str(Path(sys.prefix) / "bin" / "uv")
    frozen = folder / "versions.txt"
    versions = _output(uv, "pip", "freeze", "--python", sys.executable, "--exclude-editable")
    frozen.write_text(versions)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    install = (uv, "pip", "install", "--quiet", "--python", python)
    subprocess.run([*install, "--constraint", frozen, *PACKAGES, *DRIVERS], check=True)
    tool = folder / "tool"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tool], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", tool / "bin/python", TEMPLATE], check=True
    )
    subprocess.run(
        [tool / "bin/fastapi_template", *FEATURES, "--quiet"],
        cwd=folder,
        env={"PATH": f"{Path(uv).parent}:/usr/bin:/bin", "HOME": str(folder)},
        check=True,
        capture_output=True,
    )
    for name, changes in EDITS.items():
        file = folder / "peer/peer" / name
        text = file.read_text()
        for old, new in changes:
            assert old in text, f"{name} of this version has no {old!r}"
            text = text.replace(old, new, 1)
        file.write_text(text)
    return folder / "peer", python


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
