"""strata.toml is read as it is written or refused, and variables come from the nearest place."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.config import Config, load
from stratakit.diagnostics.command import PROJECT_VARIABLE, migrate_command, project_root
from stratakit.diagnostics.errors import UsageError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", {}),
        ("# nothing\n", {}),
        ('database = "sqlite"', {"database": "sqlite"}),
        ('database = "mysql"\nadopted = "8f2a"', {"database": "mysql", "adopted": "8f2a"}),
        ('database_name = "a b"', {"database_name": "a b"}),
        ('allowed = ["view a", "table b: options"]', {"allowed": ("view a", "table b: options")}),
        ("allowed = []", {"allowed": ()}),
        ('production_version = "16.4"', {"production_version": "16.4"}),
    ],
)  # fmt: skip
def test_a_file_gives_a_configuration(
    tmp_path: Path, written: str, read: dict[str, str | tuple[str, ...]]
) -> None:
    (tmp_path / "strata.toml").write_text(written)
    named = {"named_keys": frozenset(read)}
    assert vars(load(tmp_path)) == vars(Config(root=tmp_path)) | read | named


@pytest.mark.parametrize(
    "written",
    [
        b"database",
        b"database = ",
        b'database = "sqlite',
        b'database = "sqlite"\ndatabase = "sqlite"',
        b'database = "Postgresql"',
        b'database = "mariadb"',
        b'database = ""',
        b"database = true",
        b'database = ["sqlite"]',
        b"database_name = 5",
        b"database_name = 2025-01-01",
        b'database_name = { a = "b" }',
        b'allowed = "view a"',
        b"allowed = [1]",
        b'allowed = ["a", 1]',
        b'allowed = [["a"]]',
        b"production_version = 16",
        b"production_version = 16.4",
        b"adopted = 8",
        b'Database = "sqlite"',
        *(f'{key} = "/"'.encode() for key in ("root", "x_arguments", "named_keys", "packages")),
        b'versions = "versions"',
        b'[database]\nname = "orders"',
        b'[tool.strata]\ndatabase = "sqlite"',
        b'database_name = "\xff"',
        b"\xff\xfe",
    ],
)
def test_a_wrong_file_is_a_usage_error(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "strata.toml").write_bytes(written)
    with pytest.raises(UsageError) as refusal:
        load(tmp_path)
    assert refusal.value.status == 2
    assert str(tmp_path / "strata.toml") in refusal.value.message


def test_a_wrong_file_is_explained(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    explanations = []
    for written in ("database", "database = true", "database_name = 5", "allowed = [1]", "url = 1"):
        (tmp_path / "strata.toml").write_text(written)
        with pytest.raises(UsageError) as refusal:
            load(tmp_path)
        explanations.append(str(refusal.value).replace(str(tmp_path), "ROOT"))
    assert "\n\n".join(explanations) == snapshot


@given(
    database=st.sampled_from(["postgresql", "sqlite", "mysql"]),
    name=st.text(),
    allowed=st.lists(st.text()),
)
def test_any_text_in_a_file_is_read_as_it_is(database: str, name: str, allowed: list[str]) -> None:
    values = {"database": database, "database_name": name, "allowed": allowed}
    with TemporaryDirectory() as folder:
        Path(folder, "strata.toml").write_bytes(tomlkit.dumps(values).encode())
        read = load(Path(folder))
    assert (read.database, read.database_name, list(read.allowed)) == (database, name, allowed)


@pytest.mark.parametrize(
    ("version", "major"),
    [("16.4", 16), ("18", 18), ("8.0.36-log", 8), ("", 0), ("next", 0), (".5", 0), ("x16", 0)],
)
def test_the_major_version_of_the_production_server(version: str, major: int) -> None:
    assert Config(root=Path("/"), production_version=version).server_version == major


@pytest.mark.parametrize(
    ("environment", "dotenv", "value"),
    [
        ({}, "", None),
        ({"DATABASE_URL": "a"}, "", "a"),
        ({}, "DATABASE_URL=b", "b"),
        ({"DATABASE_URL": "a"}, "DATABASE_URL=b", "a"),
        ({"database_url": "a"}, "DATABASE_URL=b", "a"),
        ({}, "Database_Url='b c'", "b c"),
        ({}, "export DATABASE_URL=b # comment", "b"),
        ({}, "DATABASE_URL=", None),
        ({}, "DATABASE_URL", None),
        ({"DATABASE_URL": ""}, "DATABASE_URL=b", None),
        ({"OTHER": "a"}, "OTHER=b", None),
    ],
)
def test_a_variable_comes_from_the_environment_before_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    dotenv: str,
    value: str | None,
) -> None:
    (tmp_path / ".env").write_text(dotenv)
    for name, each in environment.items():
        monkeypatch.setenv(name, each)
    assert Config(root=tmp_path).variable("DATABASE_URL") == value


def test_an_edited_file_of_variables_is_read_again(tmp_path: Path) -> None:
    config = Config(root=tmp_path)
    assert config.variable("DATABASE_URL") is None
    (tmp_path / ".env").write_text("DATABASE_URL=a")
    assert config.variable("DATABASE_URL") == "a"
    (tmp_path / ".env").write_text("DATABASE_URL=longer")
    assert config.variable("DATABASE_URL") == "longer"
    (tmp_path / ".env").unlink()
    assert config.variable("DATABASE_URL") is None


@pytest.mark.parametrize(
    ("environment", "production"),
    [
        ("production", True),
        ("PROD", True),
        ("Production", True),
        ("staging", False),
        ("preprod", False),
        ("non-production", False),
        ("development", False),
        ("", False),
    ],
)
def test_production_is_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str, production: bool
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    assert Config(root=tmp_path).in_production is production


@pytest.mark.parametrize("environment", ["prodction", "produciton", "productoin", "prd", "Prodd"])
def test_a_misspelled_production_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    with pytest.raises(UsageError):
        _ = Config(root=tmp_path).in_production


@pytest.mark.parametrize(
    ("ini", "folder"),
    [
        (None, "migrations"),
        ("[alembic]\n", "migrations"),
        ("[alembic]\nscript_location = alembic\n", "alembic"),
        ("[alembic]\nscript_location = %(here)s/db/migrations\n", "db/migrations"),
        ("[logging]\nformat = %(message)s\n[alembic]\nscript_location = m\n", "m"),
    ],
)
def test_the_folder_of_the_migrations(tmp_path: Path, ini: str | None, folder: str) -> None:
    if ini is not None:
        (tmp_path / "alembic.ini").write_text(ini)
    config = Config(root=tmp_path)
    assert config.migrations_folder == tmp_path / folder
    assert config.versions == tmp_path / folder / "versions"


@pytest.mark.parametrize(
    ("files", "start", "found"),
    [
        (["strata.toml"], ".", "."),
        (["alembic.ini"], "a/b", "."),
        (["strata.toml", "a/alembic.ini"], "a/b", "a"),
        ([], "a/b", "a/b"),
        (["a/strata.toml/x"], "a/b", "a/b"),
    ],
)
def test_the_project_is_the_nearest_folder_with_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], start: str, found: str
) -> None:
    monkeypatch.delenv("STRATA_PROJECT", raising=False)
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert project_root(tmp_path / start) == tmp_path / found
    monkeypatch.setenv("STRATA_PROJECT", str(tmp_path / "other"))
    assert project_root(tmp_path / start) == tmp_path / "other"


@pytest.mark.parametrize(
    ("wrapper", "uv", "command"),
    [
        (True, "/bin/uv", "./migrate.sh"),
        (False, "/bin/uv", "uv run stratakit"),
        (False, None, "stratakit"),
    ],
)
def test_a_printed_command_begins_as_the_reader_has_to_type_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wrapper: bool,
    uv: str | None,
    command: str,
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path))
    monkeypatch.delenv("UV", raising=False)
    if uv:
        monkeypatch.setenv("UV", uv)
    if wrapper:
        (tmp_path / "migrate.sh").touch()
    assert migrate_command() == command
