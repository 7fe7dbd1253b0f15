"""How long it takes to bring a database of many tables under migration: `adopt --baseline`.

    python benchmarks/adopt.py [--tables 500]

Prints the seconds of each command, on PostgreSQL; the dry run compares with one revision.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import copier
from sqlalchemy import text

from tests import databases
from tests.service import Service

REPOSITORY = Path(__file__).resolve().parent.parent
TABLE = """
CREATE TABLE t{number} (
    id BIGSERIAL PRIMARY KEY,
    name VARCHAR(200) NOT NULL DEFAULT '',
    made TIMESTAMPTZ NOT NULL DEFAULT now(),
    price NUMERIC(12, 2) CHECK (price >= 0),
    before_id BIGINT REFERENCES t{before} (id)
);
CREATE INDEX t{number}_before ON t{number} (before_id)
"""


def main() -> None:
    """Make the tables, adopt them, print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--tables", type=int, default=500)
    tables: int = parser.parse_args().tables
    folder = Path(tempfile.mkdtemp(prefix="benchmark-adopt-"))
    copier.run_copy(str(REPOSITORY), folder / "service", defaults=True, quiet=True, vcs_ref="HEAD")
    try:
        with databases.fresh("postgresql") as environment:
            live = Service(folder / "service", "postgresql", environment)
            with live.connection() as connection:
                for number in range(tables):
                    connection.execute(text(TABLE.format(number=number, before=max(0, number - 1))))
            for verb in (("adopt", "--dry-run"), ("adopt", "--baseline"), ("drift",)):
                start = time.perf_counter()
                done = live.run(live.python, "scripts/migrate.py", *verb)
                seconds = time.perf_counter() - start
                print(f"{' '.join(verb)}: {seconds:.1f} s, status {done.returncode}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
