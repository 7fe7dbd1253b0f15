"""A rendered service that lives: its commands are run as a user would run them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL, parse
from tests import forks

TIMEOUT_SECONDS = 180
# Of the caller's environment a service's commands see only this.
KEPT = ("COVERAGE_PROCESS_CONFIG", "HOME", "LANG", "PATH", "TMPDIR", "USER")


@dataclass
class Service:
    """A service in a folder of its own, with the test environment as its `.venv`.

    Args:
        root: its folder.
        database: its family of database.
        environment: what its commands see beside PATH: DATABASE_URL, for instance.
    """

    root: Path
    database: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.root / ".venv"
        own.mkdir(exist_ok=True)
        for name in ("bin", "lib", "pyvenv.cfg"):
            if not (own / name).exists():
                (own / name).symlink_to(Path(sys.prefix) / name)
        (own / ".installed").touch()

    @property
    def python(self) -> str:
        """The interpreter of the service."""
        return str(self.root / ".venv" / "bin" / "python")

    def run(
        self, *command: str | Path, cwd: Path | None = None, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the service's folder; without a terminal."""
        return self._run(command, environment, cwd=cwd, typed=typed)

    def shell(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run lines of shell as they stand in a guide."""
        return self._run(("bash", "-ec", script), environment)

    def follow(
        self, message: str, start: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the first command with this start that a message prints: it has to succeed."""
        lines = [line for line in message.splitlines() if start in line]
        assert lines, f"no command {start!r} in:\n{message}"
        activated = f"{self.root}/.venv/bin:{self.environ()['PATH']}"
        command = start + lines[0].partition(start)[2]
        done = self.shell(command, PATH=activated, **environment)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done

    def migrate(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command line."""
        return self._forked(("scripts/migrate.py", *arguments), environment)

    def alembic(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run plain Alembic."""
        return self._forked((".venv/bin/alembic", *arguments), environment)

    def environ(self, **environment: str) -> dict[str, str]:
        """The environment of the service's commands."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | self.environment | environment

    def _forked(
        self, script: Sequence[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        if any(name.startswith("PYTHON") for name in environment):
            return self._run((self.python, *script), environment)
        return forks.run(
            self.python,
            script,
            cwd=self.root,
            env=self.environ(**environment),
            timeout=TIMEOUT_SECONDS,
        )

    def _run(
        self,
        command: Sequence[str | Path],
        environment: dict[str, str],
        *,
        cwd: Path | None = None,
        typed: str = "",
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.root,
            env=self.environ(**environment),
            input=typed,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def write(self, path: str, content: str) -> Path:
        """Write a file of the service."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that a file of the service has."""
        file = self.root / path
        before = file.read_text()
        assert old in before, f"{path} has no {old!r}"
        then = file.stat().st_mtime
        file.write_text(before.replace(old, new, 1))
        if "versions" not in file.parts:
            # Python keeps bytecode by size and second: an edit taken back at once would stay.
            os.utime(file, (then - 1, then - 1))

    def add_column(self, declaration: str) -> None:
        """Add a column to the example's model."""
        self.edit(
            "app/items/models.py", "    price: Mapped", f"    {declaration}\n    price: Mapped"
        )

    def revision(
        self, revision_id: str, follows: str | None, upgrade: str = "pass", downgrade: str = "pass"
    ) -> Path:
        """Write a revision by hand."""
        header = (
            f'"""by hand {revision_id}"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
            f"revision = {revision_id!r}\ndown_revision = {follows!r}\n"
            "branch_labels = None\ndepends_on = None\n"
        )
        return self.write(
            f"migrations/versions/{revision_id}_by_hand.py",
            f"{header}\n\ndef upgrade() -> None:\n    {upgrade}\n"
            f"\n\ndef downgrade() -> None:\n    {downgrade}\n",
        )

    def newest(self, pattern: str = "*.py") -> Path:
        """The revision's file that was written last."""
        files = (self.root / "migrations" / "versions").glob(pattern)
        return max(files, key=lambda file: file.stat().st_mtime_ns)

    @property
    def url(self) -> DatabaseURL:
        """The service's database."""
        config = Config(root=self.root, database_name=self.database_name)
        (self.root / ".local").mkdir(exist_ok=True)
        given = self.environment.get("DATABASE_URL")
        return parse(given or f"sqlite:///.local/{self.database_name}.db", config)

    def engine(self) -> Engine:
        """An engine to the service's database."""
        return migration_engine(self.url)

    @property
    def database_name(self) -> str:
        """The name of the local database."""
        return "my_service"

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection to the service's database; what is done there is committed."""
        with self.engine().begin() as connection:
            yield connection

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement on the service's database and give its rows."""
        with self.connection() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def columns(self, table: str) -> set[str]:
        """The columns of a table; none where there is no such table."""
        with self.connection() as connection:
            found = inspect(connection)
            return (
                {c["name"] for c in found.get_columns(table)} if found.has_table(table) else set()
            )

    def stands_at(self) -> str | None:
        """The revision in the database's version row."""
        if not self.columns("alembic_version"):
            return None
        rows = self.sql("SELECT version_num FROM alembic_version")
        return ",".join(sorted(str(row[0]) for row in rows)) or None

    def git(self, *arguments: str) -> str:
        """Run git in the service's folder."""
        done = self.run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, message: str = "work") -> None:
        """Commit everything."""
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", message, "--no-verify")
