"""CPU time of the commands on long histories, of plain Alembic and of stratakit in turn.

    python benchmarks/scale.py [--rounds 5] [--revisions 10 100 1000 3000] [--database sqlite]

The project has 300 tables, which the first 300 revisions create (or all, if there are fewer). Each
other revision adds a nullable column. Its env.py is the one of `alembic init`, with plain Alembic
and with stratakit. Prints, for each number of revisions, the median of the CPU seconds of both, the
ratio, and its budget; last, how each grows.

`--database postgresql` and `mysql` need a server: DATABASE_URL names an empty database on it, and
TEST_DATABASE_URL the server.
"""

import argparse
import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

TABLES = 300
ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine

from app.models import Base

url = os.environ["DATABASE_URL"]
with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
MAKO = '''\
"""${message}"""

from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
REVISION = '''\
"""revision {number}

Revision ID: {id}
Revises: {follows}

"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision: str = "{id}"
down_revision: Union[str, Sequence[str], None] = {follows!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''
CREATE = """op.create_table(
        "table_{table}",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
    )
    op.create_index("ix_table_{table}_name", "table_{table}", ["name"])"""
MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass
"""
MODEL = """
class Table{table}(Base):
    __tablename__ = "table_{table}"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), index=True)
    amount: Mapped[int]
"""
READINESS = """
import resource
from stratakit.web import health
before = resource.getrusage(resource.RUSAGE_SELF)
health.MigrationState()
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""
ALEMBIC = ("-m", "alembic")
STRATAKIT = ("-m", "stratakit")


@dataclass(frozen=True)
class Budget:
    """The limit of a command.

    Args:
        ratio: of its CPU time to that of plain Alembic; 0 without a limit.
        seconds: of its CPU time; 0 without a limit.
    """

    ratio: float = 0
    seconds: float = 0

    def __str__(self) -> str:
        return f"<= {self.ratio}" if self.ratio else f"<= {self.seconds} s" if self.seconds else ""

    def is_met(self, plain: float, ours: float) -> bool:
        """Return whether times are within the limit."""
        return (not self.ratio or ours <= self.ratio * plain) and (
            not self.seconds or ours <= self.seconds
        )


BUDGETS = {
    "help": Budget(seconds=0.06),
    "upgrade, nothing pending": Budget(ratio=0.6),
    "current": Budget(ratio=0.5),
    "check, a changed model": Budget(ratio=1.0),
    "check, unchanged": Budget(seconds=0.12),
    "replay on a scratch database": Budget(ratio=0.3),
    "create": Budget(seconds=2.0),
    "readiness at the start": Budget(seconds=0.03),
}


@dataclass
class Project:
    """A project with a history, in a folder of its own.

    Args:
        root: the folder.
        revisions: their number.
        url: the database.
        times: the CPU seconds of each case: those of plain Alembic, and those of stratakit.
    """

    root: Path
    revisions: int
    url: str
    times: dict[str, tuple[list[float], list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: ([], []))
    )

    @property
    def models(self) -> Path:
        """The file of the models."""
        return self.root / "app" / "models.py"

    def write(self) -> None:
        """Write the files, and compile them as an installation does."""
        for folder in ("app", "migrations/versions"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "app" / "__init__.py").touch()
        (self.root / "alembic.ini").write_text(
            "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = %(here)s\n"
            "path_separator = os\n"
        )
        (self.root / "migrations" / "env.py").write_text(ENV)
        (self.root / "migrations" / "script.py.mako").write_text(MAKO)
        tables = min(TABLES, self.revisions)
        columns: dict[int, list[str]] = defaultdict(list)
        follows = None
        for number in range(self.revisions):
            table, name = number % TABLES, f"more_{number}"
            creates = number < TABLES
            if not creates:
                columns[table].append(name)
            column = f'sa.Column("{name}", sa.Integer(), nullable=True)'
            add = f'op.add_column("table_{table}", {column})'
            text = REVISION.format(
                number=number,
                id=f"r{number:05}",
                follows=follows,
                upgrade=CREATE.format(table=table) if creates else add,
                downgrade=f'op.drop_table("table_{table}")'
                if creates
                else f'op.drop_column("table_{table}", "{name}")',
            )
            follows = f"r{number:05}"
            (self.root / "migrations" / "versions" / f"{follows}_revision.py").write_text(text)
        self.models.write_text(
            MODELS
            + "".join(
                MODEL.format(table=table)
                + "".join(f"    {name}: Mapped[int | None]\n" for name in columns[table])
                for table in range(tables)
            )
        )
        compileall.compile_dir(self.root, quiet=2)

    def run(self, *command: str, status: int = 0) -> tuple[float, str]:
        """Run Python in the project, and return the CPU seconds and the output."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *command],
            cwd=self.root,
            env={**os.environ, "DATABASE_URL": self.url},
            capture_output=True,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != status:
            sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return seconds, done.stdout

    def compare(self, case: str, plain: tuple[str, ...], ours: tuple[str, ...]) -> None:
        """Run a command of plain Alembic and one of stratakit."""
        self.times[case][0].append(self.run(*ALEMBIC, *plain)[0])
        self.times[case][1].append(self.run(*STRATAKIT, *ours)[0])

    def measure(self, number: int) -> None:
        """Run each case once, on a database at head."""
        self.compare("help", ("--help",), ("help",))
        self.compare("upgrade, nothing pending", ("upgrade", "head"), ("upgrade",))
        self.compare("current", ("current",), ("current",))
        unchanged = self.run(*STRATAKIT, "check", "--models")[0]
        self.times["check, unchanged"][1].append(unchanged)
        readiness = float(self.run("-c", READINESS)[1])
        self.times["readiness at the start"][1].append(readiness)
        before = self.models.read_text()
        self.models.write_text(f"{before}    changed_{number}: Mapped[int | None]\n")
        check = "check, a changed model"
        self.times[check][0].append(self.run(*ALEMBIC, "check", status=255)[0])
        self.times[check][1].append(self.run(*STRATAKIT, "check", "--models", status=1)[0])
        self.times["create"][1].append(self.run(*STRATAKIT, "create", "add a column")[0])
        self.models.write_text(before)
        for file in (self.root / "migrations" / "versions").glob("*_add_a_column.py"):
            file.unlink()
        for name in ("schema.snapshot", "versions/revisions.sha256"):
            (self.root / "migrations" / name).unlink(missing_ok=True)

    def replay(self, empty: Path) -> None:
        """Upgrade an empty database, and a scratch database."""
        case = "replay on a scratch database"
        at_head, self.url = self.url, f"sqlite:///{empty}"
        self.times[case][0].append(self.run(*ALEMBIC, "upgrade", "head")[0])
        self.url = at_head
        self.run(*STRATAKIT, "check", "--models", "--force")
        for file in (self.root / ".local").glob("heads/*"):
            file.unlink()
        cold = self.run(*STRATAKIT, "check", "--models", "--force")[0]
        warm = self.run(*STRATAKIT, "check", "--models", "--force")[0]
        self.times[case][1].append(cold - warm)


def main() -> int:
    """Measure, and return 1 if a budget is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--revisions", type=int, nargs="+", default=[10, 100, 1000, 3000])
    parser.add_argument("--database", choices=["sqlite", "postgresql", "mysql"], default="sqlite")
    parser.add_argument("--no-replay", action="store_true", help="leave out what takes minutes")
    arguments = parser.parse_args()
    is_sqlite = arguments.database == "sqlite"
    misses = 0
    with tempfile.TemporaryDirectory() as folder:
        projects = []
        for count in arguments.revisions:
            root = Path(folder) / str(count)
            url = f"sqlite:///{root}/app.db" if is_sqlite else os.environ["DATABASE_URL"]
            project = Project(root, count, url)
            project.write()
            projects.append(project)
        if not is_sqlite and len(projects) > 1:
            sys.exit("One number of revisions at a time: the database has one history.")
        for project in projects:
            project.run(*STRATAKIT, "upgrade")
            project.run(*STRATAKIT, "check", "--models")
        for number in range(arguments.rounds):
            for project in projects:
                project.measure(number)
                if is_sqlite and not arguments.no_replay and number == 0:
                    project.replay(project.root / "empty.db")
        for project in projects:
            misses += report(project)
        grow(projects)
    return 1 if misses else 0


def report(project: Project) -> int:
    """Print the table of one history, and return the number of budgets that are not met."""
    print(f"\n{project.revisions} revisions             alembic  stratakit  ratio  budget")
    misses = 0
    for case, budget in BUDGETS.items():
        plain, ours = (statistics.median(each or [0.0]) for each in project.times[case])
        ratio = f"{ours / plain:5.2f}" if plain else "     "
        is_met = budget.is_met(plain, ours)
        misses += not is_met
        verdict = "" if is_met else "  NOT MET"
        print(f"{case:30} {plain:7.3f}  {ours:9.3f}  {ratio}  {budget}{verdict}", flush=True)
    return misses


def grow(projects: list[Project]) -> None:
    """Print the seconds that each thousand revisions add, between two histories that follow."""
    for smaller, larger in pairwise(projects):
        added = (larger.revisions - smaller.revisions) / 1000
        print(f"\nfrom {smaller.revisions} to {larger.revisions} revisions, a thousand adds:")
        for case in BUDGETS:
            first, second = (
                [statistics.median(each or [0.0]) for each in project.times[case]]
                for project in (smaller, larger)
            )
            plain, ours = ((b - a) / added for a, b in zip(first, second, strict=True))
            print(f"{case:30} {plain:7.3f}  {ours:9.3f}")


if __name__ == "__main__":
    sys.exit(main())
