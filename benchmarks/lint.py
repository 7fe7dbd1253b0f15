"""How long linting a revision takes, and what it finds beside squawk, on PostgreSQL.

    python benchmarks/lint.py [--speed-only]

Prints the milliseconds a revision for several numbers of revisions, up and down each; then, on the
examples of tests/safety, how many dangers are found and how many safe revisions are alarmed about,
by us and by squawk, which is installed from PyPI into a throwaway environment. Squawk reads the SQL
that Alembic writes of them; any finding of it on a dangerous one counts as found, where ours has to
name the right rule. What asks the database for an answer cannot be written as SQL: squawk gets what
came before.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from sqlalchemy import MetaData

from stratakit.lint.linter import lint
from stratakit.lint.trace import offline
from stratakit.lint.trace.model import Statement
from stratakit.orm import naming
from stratakit.revisions import alembic_config
from tests.safety import dangerous, otherwise, revisions, safe

SQUAWK = "squawk-cli==2.70.0"
COUNTS = (10, 50, 100, 200)
ROUNDS = 3
# Rules of style, and those that ask for a setting in each file: ours are set by the run.
STYLE = (
    "prefer-robust-stmts,prefer-text-field,prefer-bigint-over-int,prefer-bigint-over-smallint,"
    "prefer-identity,prefer-timestamptz,require-lock-timeout,require-statement-timeout"
)
# What teams write most: a table, a column, an index; each with its way back.
REVISIONS = (
    """\
def upgrade() -> None:
    op.create_table("drafts_{number}", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    op.drop_table("drafts_{number}")
""",
    """\
def upgrade() -> None:
    op.add_column("items", sa.Column("column_{number}", sa.Text()))


def downgrade() -> None:
    op.drop_column("items", "column_{number}")
""",
    """\
def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_{number}", "items", ["note"], postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_{number}", "items", postgresql_concurrently=True)
""",
)
Cases = list[tuple[str, tuple[str, ...]]]


def main() -> None:
    with revisions.server("postgresql"), tempfile.TemporaryDirectory() as folder:
        print("revisions  seconds  ms a revision")
        for count in COUNTS:
            seconds = statistics.median(
                taken(Path(folder) / f"{count}-{turn}", count) for turn in range(ROUNDS)
            )
            print(f"{count:9}  {seconds:7.2f}  {1000 * seconds / count:13.1f}", flush=True)
        if "--speed-only" not in sys.argv:
            compare(Path(folder))


def taken(folder: Path, count: int) -> float:
    """The seconds that linting takes, without making the scratch database and what is before."""
    bodies = [REVISIONS[number % 3].format(number=number) for number in range(count)]
    config = revisions.written(folder, "postgresql", bodies)
    ids = [file.stem for file in sorted(config.versions.glob("*.py"))[1:]]
    begun = time.perf_counter()
    lint(config, ids[:1])
    one = time.perf_counter()
    linted = lint(config, ids)
    ended = time.perf_counter()
    assert not linted.findings, linted.findings
    return (ended - one) - (one - begun)


def compare(folder: Path) -> None:
    """Print what is found, and what is alarmed about."""
    bad: Cases = [(rule, (body,)) for rule, body in dangerous.DANGEROUS + otherwise.DANGEROUS]
    good: Cases = [("", bodies) for bodies in [*safe.SAFE, *((one,) for one in otherwise.SAFE)]]
    program = installed(folder / "squawk")
    print(f"\n{len(bad)} dangerous and {len(good)} safe     found  false alarms")
    row("ours", ours(folder / "ours", bad), ours(folder / "ours-safe", good))
    dangers, safes = rendered(folder / "bad", bad), rendered(folder / "good", good)
    for title, options in (
        (f"{SQUAWK}, as it is", ()),
        (f"{SQUAWK}, style and timeouts off", ("--exclude", STYLE)),
    ):
        alarms = told(program, dangers, options), told(program, safes, options)
        row(title, len(alarms[0]), len(alarms[1]))


def row(title: str, found: int, alarms: int) -> None:
    print(f"{title:45}  {found:5}  {alarms:12}", flush=True)


def ours(folder: Path, cases: Cases) -> int:
    """In how many cases the right rule, or for a safe one any, finds something."""
    found = 0
    for number, (rule, bodies) in enumerate(cases):
        rules = revisions.rules_found(revisions.written(folder / str(number), "postgresql", bodies))
        found += rule in rules if rule else bool(rules)
    return found


def rendered(folder: Path, cases: Cases) -> Path:
    """Write the SQL of each case."""
    for number, (_, bodies) in enumerate(cases):
        config = revisions.written(folder / str(number), "postgresql", bodies)
        ids = {file.stem for file in sorted(config.versions.glob("*.py"))[1:]}
        alembic = alembic_config.alembic_config(config, quiet=True)
        metadata = MetaData(naming_convention=naming.NAMING_CONVENTION)
        steps = [step for step in offline.steps(config, metadata, alembic, ids) if step.up]
        text = "\n".join(line for step in steps for line in sql(step.statements))
        (folder / f"{number}.sql").write_text(text)
    return folder


def sql(statements: Sequence[Statement]) -> Iterator[str]:
    for (_, autocommit), group in groupby(
        statements, key=lambda each: (each.transaction, each.autocommit)
    ):
        lines = [f"{each.text.rstrip().rstrip(';')};" for each in group]
        yield from lines if autocommit else ["BEGIN;", *lines, "COMMIT;"]


def told(program: Path, folder: Path, options: Sequence[str]) -> set[str]:
    """The files in which squawk finds something."""
    files = sorted(folder.glob("*.sql"))
    done = subprocess.run(
        [program, "--reporter", "json", *options, *files], capture_output=True, text=True
    )
    return {finding["file"] for finding in json.loads(done.stdout or "[]")}


def installed(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run(
        [folder / "bin" / "pip", "-q", "install", "--disable-pip-version-check", SQUAWK], check=True
    )
    return folder / "bin" / "squawk"


if __name__ == "__main__":
    main()
