"""`upgrade --all` and `current --all` over 1,000 schemas and 1,000 databases of one PostgreSQL.

    python benchmarks/tenants.py [TENANTS] [REVISIONS] [PARALLEL]

The server is a new one on a RAM disk if TMPDIR names one. The seconds are those of the wall, on a
machine without other work; the CPU seconds are those of stratakit and its processes, without the
server. The peak of memory is that of the largest process.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from stratakit.config import Config
from stratakit.devserver.server import Server
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse

ENV = """\
import sqlalchemy as sa
from alembic import context

tenant = context.get_x_argument(as_dictionary=True)["tenant"]
with sa.create_engine({url}, poolclass=sa.NullPool).connect() as connection:
    {schema}
    context.configure(connection=connection, target_metadata=sa.MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
SCHEMA = """connection.execute(sa.text(f'SET search_path TO "{tenant}"'))
    connection.commit()
    connection.dialect.default_schema_name = tenant"""
REVISION = '''\
"""table {number}"""

import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = {parent}


def upgrade():
    op.create_table(
        "table_{number}",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )
    op.create_index("ix_table_{number}_name", "table_{number}", ["name"])


def downgrade():
    op.drop_table("table_{number}")
'''


def write_project(root: Path, url: DatabaseURL, *, has_schemas: bool, revisions: int) -> None:
    """Write a project whose env.py reads `-x tenant=`."""
    shown = url.for_migrations.render_as_string(hide_password=False)
    if has_schemas:
        env = ENV.replace("{url}", repr(shown)).replace("{schema}", SCHEMA)
    else:
        by_name = f"sa.make_url({shown!r}).set(database=tenant)"
        env = ENV.replace("{url}", by_name).replace("{schema}", "pass")
    files = {"alembic.ini": "[alembic]\nscript_location = migrations\n", "migrations/env.py": env}
    for number in range(1, revisions + 1):
        parent = f'"{number - 1:04}"' if number > 1 else "None"
        files[f"migrations/versions/{number:04}.py"] = REVISION.format(number=number, parent=parent)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def measure(root: Path, verb: str, parallel: int, tenants: int) -> None:
    """Run a verb over all tenants, and print what it costs."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "stratakit",
            verb,
            "--tenants=tenants.txt",
            f"--parallel={parallel}",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:])
    print(
        f"  {verb:8} exit {done.returncode}  {seconds:7.1f} s  "
        f"{1000 * seconds / tenants:6.1f} ms a tenant  CPU {cpu:6.1f} s  "
        f"largest process {after.ru_maxrss // 1024} MB",
        flush=True,
    )


def main() -> None:
    """Measure schemas, then databases."""
    tenants, revisions, parallel = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((1, 1000), (2, 3), (3, 4))
    )
    names = [f"tenant_{number:04}" for number in range(tenants)]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "server", durable=False)
        server.start()
        url = parse(server.url("postgres"), Config(root=Path(folder)))
        try:
            for has_schemas in (True, False):
                kind = "SCHEMA" if has_schemas else "DATABASE"
                root = Path(folder) / kind.lower()
                write_project(root, url, has_schemas=has_schemas, revisions=revisions)
                (root / "tenants.txt").write_text("\n".join(names))
                began = time.monotonic()
                with connect(url) as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    for name in names:
                        connection.execute(text(f"CREATE {kind} {name}"))
                print(
                    f"{tenants} of {kind}, {revisions} revisions, {parallel} at the same time, "
                    f"{os.cpu_count()} CPUs (created in {time.monotonic() - began:.1f} s)",
                    flush=True,
                )
                for verb in ("current", "upgrade", "upgrade", "current"):
                    measure(root, verb, parallel, tenants)
        finally:
            server.remove()


if __name__ == "__main__":
    main()
