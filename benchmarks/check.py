"""How long a check takes: 300 tables on PostgreSQL, 1,000 and 3,000 revisions, interleaved.

    python benchmarks/check.py [ROUNDS]

Prints the median of the seconds of each command, of `scripts/check_migrations.py` as the hook runs
it with bytecode: nothing changed since the last good check; a model changed since then; and of
plain `alembic check` on a database at head, with the same models, to compare with.
"""

import compileall
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import copier

from stratakit.devserver.server import local_server

REPOSITORY = Path(__file__).resolve().parent.parent
TABLES = 300

MODEL = """
class Table{number}(Base):
    __tablename__ = "table_{number}"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
    amount: Mapped[int]
    noted: Mapped[str | None] = mapped_column(String(100))
"""
REVISION = '''"""revision {number}"""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = "{follows}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''
CREATE = """op.create_table(
        "table_{number}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("noted", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_{number}")),
    )
    op.create_index(op.f("ix_table_{number}_name"), "table_{number}", ["name"])"""


def main() -> None:
    """Make the services, run each command in turn, print the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        services = {count: _service(Path(folder) / str(count), count) for count in (1000, 3000)}
        try:
            for service in services.values():
                _run(service, "scripts/check_migrations.py", "--force")
            for number in range(rounds):
                for count, service in services.items():
                    name = f"{count} revisions"
                    unchanged = _run(service, "scripts/check_migrations.py")
                    seconds[f"{name}, unchanged"].append(unchanged)
                    seconds[f"{name}, changed model"].append(_changed(service, number))
                    _run(service, "scripts/check_migrations.py")
                    plain = _run(service, "-m", "alembic", "check")
                    seconds[f"{name}, plain alembic check"].append(plain)
        finally:
            for service in services.values():
                local_server(service).remove()
    for what, each in seconds.items():
        print(f"{what:<40} {statistics.median(each):.2f} s  (of {sorted(map(_rounded, each))})")


def _rounded(value: float) -> float:
    return round(value, 2)


def _changed(service: Path, number: int) -> float:
    """A column that has no revision, then none again."""
    models = service / "app" / "tables" / "models.py"
    before = models.read_text()
    models.write_text(f"{before}    more_{number}: Mapped[int]\n")
    taken = _run(service, "scripts/check_migrations.py", status=1)
    models.write_text(before)
    return taken


def _service(folder: Path, revisions: int) -> Path:
    copier.run_copy(str(REPOSITORY), folder, defaults=True, quiet=True, vcs_ref="HEAD")
    models = "from sqlalchemy import String\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n"
    models += "from app.database import Base\n\n"
    models += "\n".join(MODEL.format(number=number) for number in range(TABLES))
    (folder / "app" / "tables").mkdir()
    (folder / "app" / "tables" / "models.py").write_text(models)
    follows = "002"
    for number in range(revisions):
        made = number < TABLES
        text = REVISION.format(
            number=number,
            id=f"r{number:05}",
            follows=follows,
            upgrade=CREATE.format(number=number) if made else "pass",
            downgrade=f'op.drop_table("table_{number}")' if made else "pass",
        )
        follows = f"r{number:05}"
        (folder / "migrations" / "versions" / f"{follows}_step.py").write_text(text)
    for name in ("app", "migrations"):
        compileall.compile_dir(folder / name, quiet=2)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.prefix) / "bin")
    local_server(folder).start()
    local_server(folder).create_database("my_service")
    _run(folder, "scripts/migrate.py", "upgrade")
    _run(folder, "scripts/migrate.py", "record")
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com")
    for command in (("init", "-qb", "main"), ("add", "-A"), ("commit", "-qm", "all")):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


def _run(service: Path, *command: str, status: int = 0) -> float:
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *command], cwd=service, capture_output=True, text=True)
    taken = time.perf_counter() - begin
    if done.returncode != status:
        sys.exit(f"{command}: {done.stdout}{done.stderr}")
    return taken


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is not installed")
    main()
