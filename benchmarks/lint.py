"""How long linting a revision takes, and what it finds beside squawk, on PostgreSQL.

    python benchmarks/lint.py [--speed-only]

Prints the milliseconds a revision for several numbers of revisions, up and down each; then, on the
examples of tests/stratakit/lint, how many dangers are found and how many safe revisions are
alarmed about, by us and by squawk, which is installed from PyPI into a throwaway environment.
Squawk reads the SQL that Alembic writes of them; any finding of it on a dangerous one counts as
found, where ours has to name the right rule. What asks the database for an answer cannot be
written as SQL: squawk gets what came before.
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
from stratakit.lint.trace.offline import OfflineReader
from stratakit.lint.trace.statement import Statement
from stratakit.orm import naming
from stratakit.revisions import alembic_config
from tests.stratakit.lint import dangerous, more_cases, revisions, safe

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
                measure(Path(folder) / f"{count}-{turn}", count) for turn in range(ROUNDS)
            )
            print(f"{count:9}  {seconds:7.2f}  {1000 * seconds / count:13.1f}", flush=True)
        if "--speed-only" not in sys.argv:
            compare(Path(folder))


def measure(folder: Path, count: int) -> float:
    """Return the seconds of linting, without those of the scratch database and its tables."""
    bodies = [REVISIONS[number % 3].format(number=number) for number in range(count)]
    config = revisions.write_project(folder, "postgresql", bodies)
    ids = [file.stem for file in sorted(config.versions.glob("*.py"))[1:]]
    begun = time.perf_counter()
    lint(config, ids[:1])
    one = time.perf_counter()
    result = lint(config, ids)
    ended = time.perf_counter()
    assert not result.findings, result.findings
    return (ended - one) - (one - begun)


def compare(folder: Path) -> None:
    """Print what is found, and what is alarmed about."""
    bad: Cases = [(rule, (body,)) for rule, body in dangerous.DANGEROUS + more_cases.DANGEROUS]
    good: Cases = [("", bodies) for bodies in [*safe.SAFE, *((one,) for one in more_cases.SAFE)]]
    program = install_squawk(folder / "squawk")
    print(f"\n{len(bad)} dangerous and {len(good)} safe     found  false alarms")
    print_row("ours", count_ours(folder / "ours", bad), count_ours(folder / "ours-safe", good))
    dangers, safes = render_sql(folder / "bad", bad), render_sql(folder / "good", good)
    for title, options in (
        (f"{SQUAWK}, as it is", ()),
        (f"{SQUAWK}, style and timeouts off", ("--exclude", STYLE)),
    ):
        found = find_with_squawk(program, dangers, options)
        print_row(title, len(found), len(find_with_squawk(program, safes, options)))


def print_row(title: str, found: int, alarms: int) -> None:
    print(f"{title:45}  {found:5}  {alarms:12}", flush=True)


def count_ours(folder: Path, cases: Cases) -> int:
    """Count the cases in which the right rule, or for a safe one any, finds something."""
    found = 0
    for number, (rule, bodies) in enumerate(cases):
        rules = revisions.violated_rules(
            revisions.write_project(folder / str(number), "postgresql", bodies)
        )
        found += rule in rules if rule else bool(rules)
    return found


def render_sql(folder: Path, cases: Cases) -> Path:
    """Write the SQL of each case."""
    for number, (_, bodies) in enumerate(cases):
        config = revisions.write_project(folder / str(number), "postgresql", bodies)
        ids = {file.stem for file in sorted(config.versions.glob("*.py"))[1:]}
        alembic = alembic_config.alembic_config(config, quiet=True)
        metadata = MetaData(naming_convention=naming.NAMING_CONVENTION)
        runs = OfflineReader(config, metadata, alembic).read(ids)
        upgrades = [run for run in runs if run.is_upgrade]
        text = "\n".join(line for run in upgrades for line in as_script(run.statements))
        (folder / f"{number}.sql").write_text(text)
    return folder


def as_script(statements: Sequence[Statement]) -> Iterator[str]:
    """Yield the lines of a script with the statements in their transactions."""
    for (_, autocommit), group in groupby(
        statements, key=lambda each: (each.transaction, each.autocommit)
    ):
        lines = [f"{each.text.rstrip().rstrip(';')};" for each in group]
        yield from lines if autocommit else ["BEGIN;", *lines, "COMMIT;"]


def find_with_squawk(program: Path, folder: Path, options: Sequence[str]) -> set[str]:
    """Return the files in which squawk finds something."""
    files = sorted(folder.glob("*.sql"))
    done = subprocess.run(
        [program, "--reporter", "json", *options, *files], capture_output=True, text=True
    )
    return {finding["file"] for finding in json.loads(done.stdout or "[]")}


def install_squawk(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run(
        [folder / "bin" / "pip", "-q", "install", "--disable-pip-version-check", SQUAWK], check=True
    )
    return folder / "bin" / "squawk"


if __name__ == "__main__":
    main()
