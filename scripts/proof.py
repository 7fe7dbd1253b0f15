"""Run what is larger than CI, one proof after another; docs/proof.md keeps the last figures.

python scripts/proof.py [NAME...]        by default all; the rows of the others stay
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs/proof.md"
ROW = re.compile(r"^\| `(?P<name>[\w-]+)` \|.*$", re.MULTILINE)


@dataclass(frozen=True)
class Proof:
    """One command, and what it proves.

    Args:
        claim: for the table.
        arguments: of Python.
        environment: variables in addition to those of the caller.
        figures: what the lines of the result contain; by default the result is the last line.
    """

    claim: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    figures: str = ""


ALONE = ("-m", "pytest", "-p", "no:xdist", "-q", "-s", "-m", "proof")
PYTEST = ("-m", "pytest", "--numprocesses", "3", "--dist", "worksteal", "-q")
PROOFS = {
    "versions": Proof(
        "Every dangerous and every safe revision is judged right on each PostgreSQL that the "
        "wheels hold",
        (
            *(*PYTEST, "-m", "proof", "tests"),
            *("--ignore=tests/stratakit/recipes", "--ignore=tests/stratakit/backfills"),
        ),
    ),
    "properties": Proof(
        "Properties of the parser, the catalogs, names and URLs hold for thousands of inputs",
        (*PYTEST, "-m", "not slow and not proof", "tests/stratakit"),
        {"EXAMPLES": "5000"},
    ),
    "changes": Proof(
        "After a random change of random models `create` writes what `check` misses and nothing "
        "else, and a downgrade restores the catalog, on three databases",
        ("-m", "pytest", "--numprocesses", "3", "-q", "tests/stratakit/drift/test_any_change.py"),
        {"CHANGES": "2000"},
    ),
    "kills": Proof(
        "Migrators, connections and servers end at random moments, and the next upgrade goes on",
        ("-m", "benchmarks.kills", "--kills", "200"),
    ),
    "fleet": Proof(
        "Services with random answers and edits are updated, and nothing of theirs is lost",
        ("-m", "benchmarks.fleet", "--services", "50"),
    ),
    "at-once": Proof(
        "Fifty upgrades of one database start at once: one migrates, none fails",
        ("-m", "benchmarks.upgrades_at_once", "--upgrades", "50"),
    ),
    "traffic": Proof(
        "Three revisions are deployed under load, old and new code side by side, and no request "
        "fails",
        ("-m", "benchmarks.rolling_deploy"),
    ),
    "openapi": Proof(
        "Every check of schemathesis passes on the OpenAPI document of a service, on three "
        "databases",
        ("-m", "pytest", "-q", "tests/template/test_openapi.py"),
        {"EXAMPLES": "300"},
    ),
    "hostile": Proof(
        "A service whose database restarts under load, whose pool is exhausted and whose clients "
        "are slow or malformed answers as documented, and recovers by itself",
        ("-m", "benchmarks.hostile"),
    ),
    "soak": Proof(
        "After five minutes of mixed requests a process has the memory that it had after one",
        ("-m", "benchmarks.soak"),
    ),
    "recipes": Proof(
        "Each recipe is applied to a million rows while old and new code read and write: no "
        "request fails, and no change is lost",
        (*ALONE, "tests/stratakit/recipes/test_traffic.py", "-k", "1000000"),
        figures=" requests, ",
    ),
    "backfill": Proof(
        "A backfill of ten million rows is killed 20 times, and changes each row once",
        (*ALONE, "tests/stratakit/backfills/test_kills.py"),
        figures=" kills: ",
    ),
    "backfill-rate": Proof(
        "A backfill has at least 0.9 of the rate of a batch loop that somebody wrote",
        ("-m", "benchmarks.backfill"),
    ),
    "hot-table": Proof(
        "A migration of a table in use stops no reader for longer than its lock timeout",
        ("-m", "benchmarks.hot_table"),
    ),
}


def main() -> int:
    """Run the proofs that are named, and write their rows.

    Returns:
        The exit status: 1 if one failed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    names = parser.parse_args().names or list(PROOFS)
    if unknown := set(names) - set(PROOFS):
        parser.error(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}")
    failed = []
    for name in names:
        print(f"== {name}: {PROOFS[name].claim}", flush=True)
        passed, row = run(name, PROOFS[name])
        write(name, row)
        if not passed:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}" if failed else f"All hold: {PAGE}")
    return 1 if failed else 0


def run(name: str, proof: Proof) -> tuple[bool, str]:
    """Run one proof, and show its output as it comes.

    Returns:
        Whether it passed, and its row of the table.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *proof.arguments],
        cwd=REPOSITORY,
        env={**os.environ, **proof.environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    last, figures = "", list[str]()
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip(" =\n") or last
        if proof.figures and proof.figures in line:
            figures.append(line.strip(" .\n"))
    status = process.wait()
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    result = "; ".join(figures or [last]).replace("|", "/")
    result = result if status == 0 else f"**failed**: {result}"
    return status == 0, (
        f"| `{name}` | {proof.claim} | {result} | {minutes}:{seconds:02} | {date.today()} |"
    )


def write(name: str, row: str) -> None:
    """Put a row of the table into the page in place of the previous one."""
    page = PAGE.read_text(encoding="utf-8")
    rows = {match["name"]: match[0] for match in ROW.finditer(page)} | {name: row}
    head = page[: page.index("|---")].rstrip() + "\n|---|---|---|---|---|\n"
    ordered = [rows[each] for each in PROOFS if each in rows]
    PAGE.write_text(head + "\n".join(ordered) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
